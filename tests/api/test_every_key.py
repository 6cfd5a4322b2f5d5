"""Every seed's example sent with every dialect of key: right where it is promised, a clear refusal elsewhere."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from studio.accounts import keys
from studio.accounts.models import Dialect, User
from studio.jobs.models import Job, Run
from tests.jobs.conftest import START, Desk

SHARED = "/v1/images/generations"
EXAMPLES: dict[str, tuple[str, dict[str, Any]]] = {
    "seed 0": (
        "/v1/generations/image",
        {"model": "gpt-image-1.5-t2i", "prompt": "A mountain lake at golden hour, photorealistic"},
    ),
    "seed 1": (SHARED, {"model": "auto", "prompt": "A quiet street", "quality": "standard", "n": 1}),
    "seed 2": ("/api/v1/image/generate", {"prompt": "A quiet street", "width": 1024, "height": 768}),
    "seed 3": (
        SHARED,
        {"model": "gpt-image-1.5", "prompt": "A cute baby sea otter", "n": 1, "size": "1024x1024"},
    ),
    "seed 4": (
        SHARED,
        {"model": "deepshi-banana-pro", "prompt": "A quiet street", "width": 512, "height": 512},
    ),
}
SHAPES: dict[str, tuple[int, str]] = {
    "openai": (200, "created"),
    "deepshi": (200, "created"),
    "async": (202, "task_id"),
    "fairstack": (200, "cost"),
    "multi": (200, "images"),
}
"""The status of a success in each dialect, and a field that its answer alone, or with its like, has."""

REFUSED: dict[tuple[str, str], str] = {
    ("seed 1", "openai"): "quality",
    ("seed 1", "fairstack"): "quality",
    ("seed 1", "multi"): "quality",
    ("seed 3", "async"): "size",
    ("seed 4", "openai"): "width",
    ("seed 4", "async"): "width",
    ("seed 4", "fairstack"): "width",
    ("seed 4", "multi"): "width",
}
"""Where the shared path speaks another dialect than the example, and the field at which that is said."""

SPOKEN_BY = {"seed 0": "fairstack", "seed 2": "multi"}
"""Paths that one dialect has speak it whatever the key says; the shared one speaks the key's, or OpenAI's."""


def spoken(example: str, dialect: str) -> str:
    if example in SPOKEN_BY:
        return SPOKEN_BY[example]
    return dialect if dialect in ("openai", "deepshi", "async") else "openai"


@pytest.mark.parametrize("dialect", Dialect.values)
@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_answered_in_the_dialect_that_its_path_and_key_say_or_clearly_refused(
    client: Client, desk: Desk, alice: User, example: str, dialect: str
) -> None:
    path, body = EXAMPLES[example]
    _row, key = keys.make(owner=alice, name="Nightly", dialect=dialect)
    answer = client.post(
        path, body, content_type="application/json", headers={"Authorization": f"Bearer {key}"}
    )
    status, field = SHAPES[spoken(example, dialect)]
    found = answer.content if not answer.streaming else b"".join(answer)
    if (at := REFUSED.get((example, dialect))) is not None:
        assert answer.status_code == 400, found
        assert at in str(answer.json()["error"])
        assert (Run.objects.count(), desk.balance) == (0, (START, 0))
        return
    assert answer.status_code == status, found
    assert f'"{field}"'.encode() in found
    job = Job.objects.get()
    assert desk.balance[0] == START - (job.charged or job.quote["high"])


def test_a_base_speaks_its_dialect_whatever_the_key_says(client: Client, desk: Desk, alice: User) -> None:
    _row, key = keys.make(owner=alice, name="Nightly", dialect="openai")
    answer = client.post(
        f"/d/async{SHARED}",
        EXAMPLES["seed 1"][1],
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}"},
    )
    assert (answer.status_code, set(answer.json()) >= {"task_id", "billing"}) == (202, True)
