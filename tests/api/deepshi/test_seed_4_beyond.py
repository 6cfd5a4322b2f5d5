"""What is one beyond a limit of seed 4, and what is not done at all: nothing of it runs or costs anything."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from studio.accounts.models import User
from studio.jobs.models import Run
from tests.api.deepshi.conftest import EDITS, PICTURE, STUDIO, Post, mask, part, png, read, refusal, sent
from tests.jobs.conftest import PAINT, PRESS, SKETCH, START, Desk, desk_of
from tests.providers.simulators.deepshi import DeepshiSimulator

DRY = {"X-Dry-Run": "1"}


@pytest.fixture
def desk(alice: User) -> Desk:
    """Inside a transaction that is rolled back: no thread works on anything here."""
    return desk_of(alice)


BEYOND: list[tuple[str, dict[str, Any], str, str]] = [
    (SKETCH, {"model": None}, "invalid_type", "model"),
    (SKETCH, {"model": ""}, "invalid_value", "model"),
    (SKETCH, {"model": "no-such"}, "model_not_found", "model"),
    (SKETCH, {"prompt": ""}, "missing_required_parameter", "prompt"),
    (SKETCH, {"prompt": 7}, "invalid_type", "prompt"),
    (SKETCH, {"prompt": "a" * 32_001}, "PROMPT_TOO_LONG", "prompt"),
    ("deepshi-banana-pro", {"prompt": "a" * 8_001}, "PROMPT_TOO_LONG", "prompt"),
    (SKETCH, {"n": 0}, "invalid_value", "n"),
    (SKETCH, {"n": 5}, "invalid_value", "n"),
    (SKETCH, {"n": "2"}, "invalid_type", "n"),
    ("deepshi-banana-pro", {"n": 2}, "invalid_value", "n"),
    ("deepshi-image-1", {"n": 2}, "invalid_value", "n"),
    (SKETCH, {"response_format": "file"}, "invalid_value", "response_format"),
    (SKETCH, {"output_format": "gif"}, "invalid_value", "output_format"),
    ("seedream-4.5", {"output_format": "webp"}, "invalid_value", "output_format"),
    (PRESS, {"quality": "ultra"}, "invalid_value", "quality"),
    (PRESS, {"quality": "auto"}, "invalid_value", "quality"),
    (PRESS, {"quality": 3}, "invalid_type", "quality"),
    (SKETCH, {"seed": -1}, "invalid_value", "seed"),
    (SKETCH, {"seed": 2**32}, "invalid_value", "seed"),
    (SKETCH, {"seed": "x"}, "invalid_type", "seed"),
    (SKETCH, {"stream": "yes"}, "invalid_type", "stream"),
    (SKETCH, {"partial_images": 4}, "invalid_value", "partial_images"),
    (SKETCH, {"width": 250, "height": 256}, "invalid_value", "width"),
    (SKETCH, {"width": 4096, "height": 4096}, "invalid_value", "width"),
    (SKETCH, {"height": 100}, "invalid_value", "height"),
    (SKETCH, {"width": 0}, "invalid_value", "width"),
    (SKETCH, {"width": "512"}, "invalid_type", "width"),
    (PAINT, {"aspect_ratio": "7:1"}, "invalid_value", "aspect_ratio"),
    (STUDIO, {"resolution": "4K"}, "invalid_value", "resolution"),
    (PRESS, {"image_size": "auto_2K"}, "invalid_value", "image_size"),
]


@pytest.mark.parametrize(("model", "sent", "code", "param"), BEYOND)
def test_seed_4_what_is_beyond_a_fields_limit_is_refused_there_and_costs_nothing(
    post: Post, desk: Desk, model: str, sent: dict[str, Any], code: str, param: str
) -> None:
    answer = post({"model": model, "prompt": "a stair"} | sent)
    error = read(answer)["error"]
    assert (answer.status_code, error["code"], error["param"]) == (400, code, param), error
    assert (error["type"], set(error)) == ("invalid_request_error", {"message", "type", "code", "param"})
    assert (Run.objects.count(), desk.balance) == (0, (START, 0))


@pytest.mark.parametrize("name", ["model", "prompt"])
def test_seed_4_model_and_prompt_are_required(post: Post, desk: Desk, name: str) -> None:
    body = {"model": SKETCH, "prompt": "a stair"}
    del body[name]
    error = read(post(body))["error"]
    assert (error["code"], error["param"]) == ("missing_required_parameter", name)


IGNORED: list[tuple[str, dict[str, Any]]] = [
    (SKETCH, {"quality": "high"}),
    ("nano-banana-2", {"seed": 7}),
    (PAINT, {"background": "transparent"}),
    (PRESS, {"negative_prompt": "people"}),
    # Trap 5: a size in OpenAI's words is no field here.
    (SKETCH, {"size": "256x256"}),
]


@pytest.mark.parametrize(("model", "sent"), IGNORED)
def test_seed_4_a_field_that_the_model_does_not_know_is_ignored_and_moves_no_price(
    post: Post, desk: Desk, vendor: DeepshiSimulator, model: str, sent: dict[str, Any]
) -> None:
    plain, other = (post({"model": model, "prompt": "a stair"} | fields, **DRY) for fields in ({}, sent))
    assert other.status_code == 200
    assert read(plain) == read(other)
    assert (Run.objects.count(), desk.balance) == (0, (START, 0))


REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    (PAINT, {}, "missing_required_parameter", "image"),
    (PAINT, {"image": []}, "missing_required_parameter", "image"),
    (PAINT, {"image": [part(png(number)) for number in range(15)]}, "invalid_value", "image"),
    ("deepshi-image-1", {"image": [part(png(number)) for number in range(6)]}, "invalid_value", "image"),
    (SKETCH, {"image": part(PICTURE)}, "invalid_value", "image"),
    (PAINT, {"image": part(b"no picture")}, "unsupported_image_type", "image"),
    (PAINT, {"image": part(PICTURE), "mask": part(mask())}, "invalid_value", "mask"),
    (STUDIO, {"image": part(PICTURE), "mask": [part(mask()), part(mask())]}, "duplicate_parameter", "mask"),
    (PAINT, {"image": part(PICTURE), "n": ["1", "2"]}, "duplicate_parameter", "n"),
    (STUDIO, {"image": part(PICTURE), "mask": part(mask(32, 32))}, "invalid_mask", "mask"),
    (STUDIO, {"image": part(PICTURE), "mask": part(PICTURE)}, "invalid_mask", "mask"),
    (PAINT, {"image": part(PICTURE), "n": "5"}, "invalid_value", "n"),
    (PAINT, {"image": part(PICTURE), "n": "x"}, "invalid_value", "n"),
]


@pytest.mark.parametrize(("model", "fields", "code", "param"), REFUSED)
def test_seed_4_an_edit_that_cannot_be_is_refused_at_its_part_and_costs_nothing(
    api: Client, desk: Desk, model: str, fields: dict[str, Any], code: str, param: str
) -> None:
    for files in fields.values():
        for each in files if isinstance(files, list) else [files]:
            if isinstance(each, SimpleUploadedFile):
                each.seek(0)
    assert refusal(sent(api, model, **fields)) == (400, code, param)
    assert (Run.objects.count(), desk.balance) == (0, (START, 0))


def test_seed_4_json_without_a_picture_or_with_one_that_is_not_there_is_refused(
    post: Post, desk: Desk
) -> None:
    body = {"model": PAINT, "prompt": "a stair"}
    assert refusal(post(body, EDITS)) == (400, "missing_required_parameter", "image")
    assert refusal(post(body | {"image": []}, EDITS)) == (400, "missing_required_parameter", "image")
    # It is told by the names that the program knows.
    assert refusal(post(body | {"image": {"url": "x"}}, EDITS)) == (400, "invalid_type", "image")
    assert refusal(post(body | {"image": [None]}, EDITS)) == (400, "invalid_type", "image.0")
    missing = {"image": "img_01jdwm6c2ke0sbt7q2f8v9xyz4"}
    assert refusal(post(body | missing, EDITS)) == (404, "image_not_found", "image")
