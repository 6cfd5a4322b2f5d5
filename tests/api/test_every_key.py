"""Every seed's example sent with every dialect of key: right where it is promised, a clear refusal elsewhere, and
never another price than the answer says."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from providers.base import Emit, Finished, ImageRequest, Output, Usage
from providers.painter.adapter import Painter
from studio.accounts import keys
from studio.accounts.models import Dialect, User
from studio.api import ids
from studio.jobs import execution
from studio.jobs.models import Run
from tests.api.tasks.conftest import net_micros
from tests.gallery.scenes import stored_image
from tests.jobs.conftest import Desk
from tests.providers.simulators.pictures import picture

MADE, CHANGED, WORKED_ON = "/v1/images/generations", "/v1/images/edits", "/v1/images/image-to-image"
FAIRSTACK, MULTI, MULTI_EDIT = "/v1/generations/image", "/api/v1/image/generate", "/api/v1/image/edit"
STREET = "A quiet street"
PAGE, ARTIFACT = "the page of a picture", "the id of a picture"


@dataclass(frozen=True)
class Example:
    """A body of a seed, and by whom of the shared path's dialects it is ``refused`` at which field."""

    path: str
    body: Mapping[str, Any]
    refused: Mapping[str, str] = field(default_factory=dict)


def others(at: str, *, tasks: str = "", deepshi: str = "") -> dict[str, str]:
    """A refusal of everybody who speaks OpenAI's dialect at a shared path, and where the other two have one."""
    found = dict.fromkeys(("openai", "fairstack", "multi"), at) | {"async": tasks, "deepshi": deepshi}
    return {dialect: place for dialect, place in found.items() if place}


EXAMPLES: dict[str, Example] = {
    "seed 0": Example(
        FAIRSTACK, {"model": "gpt-image-1.5-t2i", "prompt": "A mountain lake at golden hour, photorealistic"}
    ),
    "seed 0, its estimate": Example(
        FAIRSTACK, {"model": "gpt-image-1.5-t2i", "prompt": "test", "confirm": False}
    ),
    "seed 0, its edit": Example(
        FAIRSTACK,
        {"model": "flux-kontext-dev", "prompt": "Change the background to a tropical beach", "image": PAGE},
    ),
    "seed 1": Example(
        MADE, {"model": "auto", "prompt": STREET, "quality": "standard", "n": 1}, others("quality")
    ),
    "seed 1, a model and a shape": Example(
        MADE,
        {"model": "gpt-image-2", "prompt": STREET, "aspect_ratio": "16:9", "n": 2},
        others("aspect_ratio"),
    ),
    "seed 1, from a picture": Example(
        WORKED_ON,
        {"model": "auto", "prompt": STREET, "image": {"type": "artifact", "artifact_id": ARTIFACT}},
    ),
    "seed 2": Example(MULTI, {"prompt": STREET, "width": 1024, "height": 768}),
    "seed 2, Imagen": Example(
        MULTI,
        {"model": "imagen-4", "prompt": STREET, "num_images": 2, "image_size": "1K", "aspect_ratio": "16:9"},
    ),
    "seed 2, its edit": Example(MULTI_EDIT, {"prompt": STREET, "image_url": PAGE}),
    "seed 3": Example(
        MADE,
        {"model": "gpt-image-1.5", "prompt": "A cute baby sea otter", "n": 1, "size": "1024x1024"},
        {"async": "size"},
    ),
    "seed 3, its edit": Example(
        CHANGED,
        {"model": "gpt-image-1.5", "prompt": STREET, "images": [{"image_url": PAGE}]},
        {"deepshi": "image"},
    ),
    "seed 4, pixels": Example(
        MADE,
        {"model": "deepshi-banana-pro", "prompt": STREET, "width": 512, "height": 512},
        others("width", tasks="width"),
    ),
    "seed 4, a tier": Example(
        MADE,
        {"model": "nano-banana-2", "prompt": STREET, "resolution": "1K"},
        others("resolution", tasks="resolution"),
    ),
    "seed 4, a shape": Example(
        MADE, {"model": "grok-imagine", "prompt": STREET, "aspect_ratio": "16:9"}, others("aspect_ratio")
    ),
    "seed 4, a size by name": Example(
        MADE,
        {"model": "seedream-4.5", "prompt": STREET, "image_size": "1024x1024"},
        others("image_size", tasks="image_size"),
    ),
    "seed 4, a stream": Example(
        MADE, {"model": "deepshi-banana-pro", "prompt": STREET, "stream": True}, {"async": "stream"}
    ),
    "seed 4, its edit": Example(
        CHANGED, {"model": "gpt-image-1.5", "prompt": STREET, "image": PAGE}, others("images", tasks="images")
    ),
}

ALONE = {FAIRSTACK: "fairstack", MULTI: "multi", MULTI_EDIT: "multi", WORKED_ON: "async"}
"""Paths that one dialect has speak it whatever the key says."""
SHARED = {MADE: ("openai", "deepshi", "async"), CHANGED: ("openai", "deepshi")}
"""These speak the key's, or OpenAI's where it has none of its own there."""
STATUS = {"async": 202}
MICROS = 1_000_000


def spoken(path: str, dialect: str) -> str:
    return ALONE.get(path) or (dialect if dialect in SHARED[path] else "openai")


def stated(dialect: str, text: str, asked: Mapping[str, Any], quote: int) -> Decimal:
    """What the answer says that it costs, in micros; a dialect that says nothing of it has its dry run. Fails for an
    answer of another dialect."""
    if asked.get("stream"):
        text = re.findall(r"^data: (\{.*)$", text, re.MULTILINE)[-1]
    found = json.loads(text)
    match dialect:
        case "fairstack" if asked.get("confirm") is False:
            assert set(found) == {"estimated_cost"}
            return Decimal(0)
        case "fairstack":
            assert found["cost"]["currency"] == "microdollars"
            return Decimal(found["cost"]["credits_used"])
        case "async":
            assert found["task_id"].startswith("tsk_")
            return Decimal(found["billing"]["charged_credits"]) * 1000
        case "multi":
            assert len(found["images"]) == asked.get("num_images", 1)
            return Decimal(quote)
    assert "created" in found or "created_at" in found
    return Decimal(str(found["usage"]["cost"]["total_cost"])) * MICROS


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_answered_in_the_dialect_that_its_path_and_key_say_or_clearly_refused(
    client: Client, desk: Desk, alice: User, painting: threading.Event, name: str
) -> None:
    painting.set()
    example, source = EXAMPLES[name], stored_image(alice)
    written = json.dumps(example.body).replace(PAGE, f"http://testserver/images/{source.pk}/")
    body = written.replace(ARTIFACT, ids.shown("art", source.pk))

    def sent(key: str, **headers: str) -> tuple[int, str]:
        headers |= {"Authorization": f"Bearer {key}"}
        answer = client.post(example.path, body, content_type="application/json", headers=headers)
        return answer.status_code, (b"".join(answer) if answer.streaming else answer.content).decode()

    for dialect in Dialect.values:
        _row, key = keys.make(owner=alice, name="Nightly", dialect=dialect)
        before, runs = desk.balance[0], Run.objects.count()
        if at := example.refused.get(dialect):
            status, text = sent(key)
            assert status == 400, (dialect, text)
            assert at in str(json.loads(text)["error"]), dialect
            assert (desk.balance[0], Run.objects.count()) == (before, runs), dialect
            continue
        speaks = spoken(example.path, dialect)
        quote = json.loads(sent(key, **{"X-Dry-Run": "1"})[1])["estimated_cost"]
        assert desk.balance[0] == before
        status, text = sent(key)
        assert status == STATUS.get(speaks, 200), (dialect, text)
        cost = stated(speaks, text, example.body, quote.get("micros", 0))
        assert before - desk.balance[0] == cost, dialect
        assert (cost > 0) == (Run.objects.count() > runs), dialect


OWN_PATHS = {"openai": MADE, "deepshi": MADE, "async": MADE, "fairstack": FAIRSTACK, "multi": MULTI}


@pytest.mark.parametrize("model", ["gesso/sketch", "gesso/paint", "gesso/studio", "gesso/press"])
def test_what_is_stated_of_a_priced_model_is_what_leaves_the_balance_in_every_dialect(
    desk: Desk, alice: User, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one that is priced by the token too: a task's hold is more than its end, and the rest comes back."""
    monkeypatch.setattr(Painter, "submit", told_in_tokens)
    for dialect, path in OWN_PATHS.items():
        _row, key = keys.make(owner=alice, name="Nightly", dialect=dialect)
        program = Client(headers={"Authorization": f"Bearer {key}"})
        before = desk.balance[0]
        answer = program.post(path, {"model": model, "prompt": STREET}, content_type="application/json")
        text = answer.getvalue().decode()
        [run] = program.get("/api/runs?limit=1").json()["data"]
        if dialect == "async":
            assert before - desk.balance[0] == stated(dialect, text, {}, 0) == run["cost"]["held"]["micros"]
            execution.work()
            task = program.get(f"/v1/tasks/{json.loads(text)['task_id']}").json()
            cost = net_micros(task)
        else:
            cost = stated(dialect, text, {}, run["cost"]["charged"]["micros"])
        assert before - desk.balance[0] == cost > 0, dialect
        assert desk.balance[1] == 0


def told_in_tokens(self: Painter, request: ImageRequest, emit: Emit) -> Finished:
    """A picture at once, with tokens for those who count them."""
    return Finished(
        (Output(picture(64, 64, (1, 2, 3)), "image/png"),), usage=Usage(input_text=11, output_image=601)
    )


def test_a_key_that_is_over_is_refused_in_the_words_of_its_own_dialect(client: Client, alice: User) -> None:
    for dialect, status, word in (("openai", 401, "type"), ("deepshi", 403, "type"), ("async", 401, "code")):
        row, key = keys.make(owner=alice, name="Nightly", dialect=dialect)
        keys.revoke(by=alice, key=row)
        answer = client.post(MADE, {}, "application/json", headers={"Authorization": f"Bearer {key}"})
        error = answer.json()["error"]
        assert (answer.status_code, next(iter(set(error) - {"message", "param"} & {word}))) == (status, word)


def test_a_base_speaks_its_dialect_whatever_the_key_says(client: Client, desk: Desk, alice: User) -> None:
    _row, key = keys.make(owner=alice, name="Nightly", dialect="openai")
    answer = client.post(
        f"/d/async{MADE}",
        EXAMPLES["seed 1"].body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}"},
    )
    assert (answer.status_code, set(answer.json()) >= {"task_id", "billing"}) == (202, True)
