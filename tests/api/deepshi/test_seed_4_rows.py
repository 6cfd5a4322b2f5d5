"""Seed 4's tables row by row: the field, its default and its limit."""

from __future__ import annotations

from typing import Any

import pytest

from providers.base import ImageRequest
from studio.jobs.models import Job
from tests.api.deepshi.conftest import Post, events, read
from tests.jobs.conftest import PAINT, PRESS, SKETCH, START, Desk
from tests.providers.simulators.deepshi import DeepshiSimulator

STUDIO = "gesso/studio"


def ask(post: Post, model: str, /, **fields: Any) -> Any:
    return post({"model": model, "prompt": "a stair"} | fields)


TAKEN: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    # model, what is sent, what the model is asked for
    (SKETCH, {}, {"n": 1, "width": 1024, "height": 1024, "output_format": "png"}),
    (SKETCH, {"n": None, "output_format": None, "width": None}, {"n": 1, "output_format": "png"}),
    (SKETCH, {"n": 4}, {"n": 4}),
    (SKETCH, {"output_format": "png"}, {"output_format": "png"}),
    (SKETCH, {"output_format": "jpeg"}, {"output_format": "jpeg"}),
    (SKETCH, {"output_format": "webp"}, {"output_format": "webp"}),
    (SKETCH, {"seed": 0}, {"seed": 0}),
    (SKETCH, {"seed": 2**32 - 1}, {"seed": 2**32 - 1}),
    (SKETCH, {"width": 512, "height": 256}, {"width": 512, "height": 256}),
    (SKETCH, {"width": 2048, "height": 2048}, {"width": 2048, "height": 2048}),
    (SKETCH, {"width": 512}, {"width": 512, "height": 1024}),
    (SKETCH, {"height": 512}, {"width": 1024, "height": 512}),
    (SKETCH, {"prompt": "a" * 32_000}, {"prompt": "a" * 32_000}),
    (PAINT, {}, {"aspect_ratio": "1:1"}),
    (PAINT, {"aspect_ratio": "16:9"}, {"aspect_ratio": "16:9"}),
    (STUDIO, {}, {"aspect_ratio": "1:1", "resolution": "1K", "quality": "medium"}),
    (STUDIO, {"aspect_ratio": "3:2", "resolution": "2K"}, {"aspect_ratio": "3:2", "resolution": "2K"}),
    (PRESS, {}, {"preset": "square", "quality": "medium"}),
    (PRESS, {"image_size": "poster"}, {"preset": "poster"}),
    (PRESS, {"quality": "low"}, {"quality": "low"}),
    (PRESS, {"quality": "high"}, {"quality": "high"}),
    # Anything else takes effect where the model supports it.
    (SKETCH, {"negative_prompt": "people"}, {"negative_prompt": "people"}),
    (STUDIO, {"background": "transparent"}, {"background": "transparent"}),
]


@pytest.mark.parametrize(("model", "sent", "expected"), TAKEN)
def test_seed_4_a_field_arrives_at_a_model_that_takes_it(
    post: Post,
    asked: list[ImageRequest],
    desk: Desk,
    model: str,
    sent: dict[str, Any],
    expected: dict[str, Any],
) -> None:
    answer = ask(post, model, **sent)
    assert answer.status_code == 200, read(answer)
    document, job = read(answer), Job.objects.get()
    assert {name: getattr(asked[0], name) for name in expected} == expected
    assert [each["index"] for each in document["data"]] == list(range(asked[0].n))
    assert (document["model"], document["size"]) == (model, "64x64")
    assert job.parameters["unused"] == {}


def test_seed_4_without_a_seed_each_request_draws_one(
    post: Post, asked: list[ImageRequest], desk: Desk
) -> None:
    for _ in range(2):
        ask(post, SKETCH)
    assert None not in {each.seed for each in asked}
    assert len({each.seed for each in asked}) == 2


@pytest.mark.parametrize(
    ("sent", "begin"),
    [
        ({}, "iVBOR"),
        ({"response_format": "b64_json"}, "iVBOR"),
        ({"response_format": "url"}, "data:image/png;base64,iVBOR"),
        ({"response_format": "url", "output_format": "jpeg"}, "data:image/jpeg;base64,/9j/"),
    ],
)
def test_seed_4_trap_1_a_picture_comes_in_base_64_and_its_url_is_a_data_uri(
    post: Post, asked: list[ImageRequest], desk: Desk, sent: dict[str, Any], begin: str
) -> None:
    [entry] = read(ask(post, SKETCH, **sent))["data"]
    name = sent.get("response_format", "b64_json")
    assert set(entry) == {"index", name}
    assert entry[name].startswith(begin)


STYLES: list[tuple[str, dict[str, Any], str]] = [
    ("deepshi-banana-pro", {"width": 1280, "height": 1024}, "1280x1024"),
    ("flux-2-pro", {"width": 512, "height": 256}, "512x256"),
    ("nano-banana-2", {"aspect_ratio": "16:9", "resolution": "1K"}, "1024x576"),
    ("nano-banana-pro", {"aspect_ratio": "3:4", "resolution": "2K"}, "1536x2048"),
    ("grok-imagine", {"aspect_ratio": "9:16"}, "576x1024"),
    ("seedream-4.5", {"image_size": "1024x1024"}, "1024x1024"),
    ("gpt-image-2", {"image_size": "1536x1024"}, "1536x1024"),
]


@pytest.mark.parametrize(("model", "sent", "size"), STYLES)
def test_seed_4_each_style_of_sizing_reaches_the_seeds_own_models(
    post: Post, vendor: DeepshiSimulator, desk: Desk, model: str, sent: dict[str, Any], size: str
) -> None:
    document = read(ask(post, model, **sent))
    assert (document["model"], document["size"]) == (f"deepshi/{model}", size)
    assert vendor.bills[0].fields.items() >= {"model": model, **sent}.items()


OTHERS: list[tuple[str, dict[str, Any], str]] = [
    ("flux-2-pro", {"aspect_ratio": "16:9", "resolution": "2K", "image_size": "512x512"}, "1024x1024"),
    ("nano-banana-2", {"width": 512, "height": 256, "image_size": "auto_2K"}, "1024x1024"),
    ("grok-imagine", {"width": 512, "height": 256, "resolution": "2K"}, "1024x1024"),
    ("gpt-image-2", {"width": 512, "height": 256, "aspect_ratio": "16:9"}, "1024x1024"),
]


@pytest.mark.parametrize(("model", "sent", "size"), OTHERS)
def test_seed_4_trap_3_a_size_in_another_models_style_is_the_default_size_as_the_answer_says(
    post: Post, vendor: DeepshiSimulator, desk: Desk, model: str, sent: dict[str, Any], size: str
) -> None:
    document = read(ask(post, model, **sent))
    assert document["size"] == size
    assert not set(sent) & set(vendor.bills[0].fields)
    assert Job.objects.get().parameters["unused"] == {name: str(value) for name, value in sent.items()}


@pytest.mark.parametrize(("sent", "told"), [({}, 0), ({"partial_images": 0}, 0), ({"partial_images": 2}, 2)])
def test_seed_4_a_stream_has_as_many_previews_as_were_asked_for(
    post: Post, asked: list[ImageRequest], desk: Desk, sent: dict[str, Any], told: int
) -> None:
    found = events(ask(post, PAINT, stream=True, **sent))
    previews = [each for each in found if each != "[DONE]" and each["type"].endswith("partial_image")]
    assert [each["partial_image_index"] for each in previews] == list(range(told))
    assert all(each["b64_json"].startswith("iVBOR") and each["index"] == 0 for each in previews)
    assert (asked[0].partials > 0, found[-1]) == (told > 0, "[DONE]")


@pytest.mark.parametrize(("stream", "is_one_document"), [(None, True), (False, True), (True, False)])
def test_seed_4_a_stream_is_sent_where_it_is_asked_for_and_costs_the_same(
    post: Post, asked: list[ImageRequest], desk: Desk, stream: bool | None, is_one_document: bool
) -> None:
    answer = ask(post, SKETCH, stream=stream, n=2)
    if is_one_document:
        usage = read(answer)["usage"]
    else:
        assert answer["Content-Type"] == "text/event-stream"
        first, second, end = events(answer)
        assert [first["type"], second["type"], end] == ["image_generation.completed"] * 2 + ["[DONE]"]
        assert ("usage" in first, first["index"], second["index"]) == (False, 0, 1)
        assert first["b64_json"].startswith("iVBOR")
        usage = second["usage"]
    assert usage["cost"]["total_cost"] == 0.006
    assert desk.balance == (START - 6_000, 0)
