"""Streams of events as OpenAI's client reads them: looks while a picture forms, then the picture, or an error."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import openai
import pytest

from providers.errors import ModerationOutput
from studio.jobs.models import Job
from tests.api.openai.conftest import Easel
from tests.images.samples import file_of, scene
from tests.jobs.conftest import PAINT, SKETCH, START, Desk
from tests.providers.simulators.openai import OpenAISimulator

ADDRESS = "/v1/images/generations"
PNG = file_of(scene(), "PNG")
COMMON = ["type", "created_at", "size", "quality", "background", "output_format"]


def events(answer: httpx.Response) -> list[tuple[str, dict[str, Any]]]:
    """The events without the comments between them."""
    assert answer.headers["content-type"] == "text/event-stream"
    found = [block.split("\n") for block in answer.text.strip().split("\n\n") if not block.startswith(":")]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in found]


def asked(raw: httpx.Client, **body: Any) -> httpx.Response:
    return raw.post(ADDRESS, json={"model": PAINT, "prompt": "a stair", "stream": True} | body)


def test_looks_come_before_the_picture_with_exactly_their_fields(raw: httpx.Client, easel: Easel) -> None:
    told = events(asked(raw, partial_images=3))
    assert [name for name, _data in told] == ["image_generation.partial_image"] * 3 + [
        "image_generation.completed"
    ]
    assert all(data["type"] == name for name, data in told)
    looks, (_name, last) = [data for _name, data in told[:3]], told[3]
    assert [set(look) for look in looks] == [{*COMMON, "partial_image_index", "b64_json"}] * 3
    assert [look["partial_image_index"] for look in looks] == [0, 1, 2]
    assert {look["output_format"] for look in looks} == {"jpeg"}
    assert base64.b64decode(looks[0]["b64_json"]).startswith(b"\xff\xd8")
    assert set(last) == {*COMMON, "model", "artifact_id", "revised_prompt", "usage", "b64_json"}
    assert (last["size"], last["output_format"]) == ("64x48", "png")
    assert base64.b64decode(last["b64_json"]).startswith(b"\x89PNG")


@pytest.mark.parametrize("wanted", [None, 0, 1, 2, 3])
def test_no_more_looks_come_than_were_asked_for(raw: httpx.Client, easel: Easel, wanted: int | None) -> None:
    told = events(asked(raw, partial_images=wanted))
    assert len(told) == (wanted or 0) + 1


def test_the_picture_may_come_before_all_looks(raw: httpx.Client, easel: Easel) -> None:
    easel.early = 1
    assert len(events(asked(raw, partial_images=3))) == 2


def test_of_several_pictures_each_has_its_event_and_its_share_of_the_cost(
    raw: httpx.Client, easel: Easel, desk: Desk
) -> None:
    told = events(asked(raw, n=3, partial_images=1))
    assert [data["partial_image_index"] for name, data in told if name.endswith("partial_image")] == [0, 0, 0]
    shares = [data["usage"] for name, data in told if name.endswith("completed")]
    assert [share["cost"]["total_cost"] for share in shares] == [0.03] * 3
    assert sum(share["total_tokens"] for share in shares) == 113
    assert desk.balance == (START - 90_000, 0)


def test_openais_client_reads_a_stream(sdk: openai.OpenAI, easel: Easel) -> None:
    stream = sdk.images.generate(model=PAINT, prompt="a stair", stream=True, partial_images=2)
    kinds = [type(event).__name__ for event in stream]
    assert kinds == ["ImageGenPartialImageEvent"] * 2 + ["ImageGenCompletedEvent"]


def test_openais_client_reads_the_stream_of_an_edit(sdk: openai.OpenAI, easel: Easel) -> None:
    stream = sdk.images.edit(model=PAINT, prompt="a tower", image=PNG, stream=True, partial_images=1)
    found = list(stream)
    assert [event.type for event in found] == ["image_edit.partial_image", "image_edit.completed"]
    assert found[1].type == "image_edit.completed"
    assert found[1].usage.total_tokens == 113


def test_a_gpt_image_model_is_meant_where_a_stream_is_wanted(raw: httpx.Client, easel: Easel) -> None:
    (last,) = events(raw.post(ADDRESS, json={"prompt": "a stair", "stream": True}))
    assert last[1]["model"] == SKETCH


def test_what_goes_wrong_on_the_way_is_an_event_and_charges_nothing(
    sdk: openai.OpenAI, raw: httpx.Client, easel: Easel, desk: Desk
) -> None:
    easel.fails = ModerationOutput("It may not be shown.")
    name, data = events(asked(raw, partial_images=1))[-1]
    assert (name, data["error"]["code"]) == ("error", "moderation_blocked")
    assert data["error"]["type"] == "image_generation_user_error"
    with pytest.raises(openai.APIError) as caught:
        list(sdk.images.generate(model=PAINT, prompt="a stair", stream=True, partial_images=1))
    assert caught.value.code == "moderation_blocked"
    assert desk.balance == (START, 0)


def test_what_goes_wrong_before_anything_was_told_has_its_status(sdk: openai.OpenAI, easel: Easel) -> None:
    easel.early, easel.fails = 0, ModerationOutput("It may not be shown.")
    with pytest.raises(openai.BadRequestError):
        sdk.images.generate(model=PAINT, prompt="a stair", stream=True, partial_images=1)


def test_a_stream_under_an_idempotency_key_that_is_over_has_its_last_event(
    raw: httpx.Client, easel: Easel, desk: Desk
) -> None:
    once = {"Idempotency-Key": "stream-1"}
    body = {"model": PAINT, "prompt": "a stair", "stream": True, "partial_images": 2}
    first, second = (events(raw.post(ADDRESS, json=body, headers=once)) for _ in range(2))
    assert (len(first), len(second)) == (3, 1)
    assert first[-1] == second[-1]
    assert desk.balance == (START - 30_000, 0)


def test_a_vendors_looks_are_passed_on(raw: httpx.Client, settings: Any) -> None:
    with OpenAISimulator() as simulator:
        settings.PROVIDER_KEYS, settings.PROVIDER_URLS = {"openai": "sk-test"}, {"openai": simulator.url}
        told = events(asked(raw, model="gpt-image-2", quality="low", size="1024x1024", partial_images=2))
    assert [name for name, _data in told] == ["image_generation.partial_image"] * 2 + [
        "image_generation.completed"
    ]
    assert told[0][1]["quality"] == "low"
    assert Job.objects.get().charged == round(told[2][1]["usage"]["cost"]["total_cost"] * 1_000_000)


@pytest.mark.parametrize("wanted", [1, 2, 3])
def test_a_vendor_is_asked_for_as_many_looks_as_the_program_wants(
    raw: httpx.Client, easel: Easel, wanted: int
) -> None:
    """Each takes tokens."""
    assert asked(raw, partial_images=wanted).status_code == 200
    assert asked(raw, stream=False).status_code == 200
    assert [request.partials for request in easel.asked] == [wanted, 0]


def test_a_model_that_sends_no_looks_is_not_asked_for_them_and_does_not_stand_in(
    raw: httpx.Client, easel: Easel
) -> None:
    refused = asked(raw, model=SKETCH, partial_images=1)
    assert (refused.status_code, refused.json()["error"]["param"]) == (400, "partial_images")
    told = events(asked(raw, model="gpt-image-1.5", partial_images=1))
    assert [name for name, _data in told] == ["image_generation.partial_image", "image_generation.completed"]
    assert told[1][1]["model"] == PAINT
