"""Edits as OpenAI's client sends them, as a form, and as its document has them, as JSON (seed 3's vendor)."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import openai
import pytest

from studio.images.models import Image
from studio.jobs.models import Job, Reference, Run
from tests.api.openai.conftest import EDITS, Easel, Script, refusal
from tests.images.samples import file_of, scene
from tests.jobs.conftest import PAINT, START, Desk
from tests.providers.simulators.pictures import picture
from tests.providers.web import Website

PNG, OTHER = file_of(scene(), "PNG"), picture(96, 64, (9, 9, 200))
HOLE = picture(96, 64, (0, 0, 0), transparent=True)
STUDIO = "gesso/studio"
FORM: dict[str, Any] = {"model": PAINT, "prompt": "a tower"}


def data_uri(data: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(data).decode()


def roles() -> list[str]:
    return [each.role for each in Reference.objects.order_by("position")]


def test_a_picture_as_bytes_is_edited(sdk: openai.OpenAI, easel: Easel, desk: Desk) -> None:
    answer = sdk.images.edit(model=PAINT, prompt="a tower", image=PNG, n=2)
    assert answer.data is not None
    assert len(answer.data) == 2
    (asked,) = easel.asked
    assert (asked.kind, asked.n, asked.prompt) == ("edit", 2, "a tower")
    assert [(each.role, each.width, each.height) for each in asked.references] == [("source", 96, 64)]
    assert desk.balance == (START - 60_000, 0)


def test_several_pictures_come_in_order_and_the_first_is_changed(sdk: openai.OpenAI, easel: Easel) -> None:
    sdk.images.edit(model=PAINT, prompt="a tower", image=[PNG, ("b.png", OTHER, "image/png"), PNG])
    assert [each.role for each in easel.asked[0].references] == ["source", "subject", "subject"]
    assert easel.asked[0].references[1].data != easel.asked[0].references[0].data
    assert Image.objects.filter(kind=Image.Kind.UPLOAD).count() == 2


def test_a_mask_marks_what_is_repainted(sdk: openai.OpenAI, easel: Easel) -> None:
    sdk.images.edit(model=STUDIO, prompt="a tower", image=PNG, mask=HOLE)
    assert (easel.asked[0].kind, roles()) == ("inpaint", ["source", "mask"])
    assert easel.asked[0].mask is not None


def test_without_a_model_a_gpt_image_model_is_meant(sdk: openai.OpenAI, easel: Easel, desk: Desk) -> None:
    answer = sdk.images.edit(prompt="a tower", image=PNG)
    assert answer.data is not None
    assert answer.data[0].b64_json
    assert (answer.model_extra or {})["model"] == PAINT
    assert START - desk.balance[0] == 30_000


def test_every_field_arrives_from_a_form(raw: httpx.Client, easel: Easel) -> None:
    texts = FORM | {
        "model": STUDIO,
        "n": "2",
        "size": "1:1",
        "quality": "high",
        "background": "transparent",
        "output_format": "webp",
        "output_compression": "100",
        "moderation": "auto",
        "partial_images": "0",
        "stream": "false",
        "input_fidelity": "low",
        "response_format": "url",
        "user": "eve",
    }
    answer = raw.post(EDITS, data=texts, files={"image": PNG})
    assert answer.status_code == 200, answer.text
    asked = easel.asked[0]
    assert (asked.n, asked.quality, asked.background, asked.output_format) == (
        2,
        "high",
        "transparent",
        "webp",
    )
    assert len([each["url"] for each in answer.json()["data"]]) == 2
    assert Run.objects.get().end_user


def test_pictures_come_as_json_by_address_as_data_and_by_the_id_of_one_that_is_here(
    raw: httpx.Client, easel: Easel, site: Website
) -> None:
    first = raw.post(EDITS, json=FORM | {"images": [{"image_url": data_uri(OTHER)}]}).json()
    made, brought = first["data"][0]["artifact_id"], first["inputs"][0]["artifact_id"]
    sources = [{"image_url": "http://pictures.example/a.png"}, {"file_id": made}, {"file_id": brought}]
    answer = raw.post(EDITS, json=FORM | {"images": sources})
    assert answer.status_code == 200, answer.text
    sent = easel.asked[1].references
    assert [(each.width, each.height) for each in sent] == [(96, 64), (64, 48), (96, 64)]
    assert [each["artifact_id"] for each in answer.json()["inputs"]][1:] == [made, brought]


def test_an_address_of_a_result_is_resolved_inside(raw: httpx.Client, easel: Easel) -> None:
    made = raw.post("/v1/images/generations", json={"prompt": "a stair"}).json()["data"][0]["url"]
    answer = raw.post(EDITS, json=FORM | {"images": [{"image_url": made}]})
    assert answer.status_code == 200, answer.text
    assert not Image.objects.filter(kind=Image.Kind.UPLOAD).exists()


def test_json_has_a_mask_too(raw: httpx.Client, easel: Easel) -> None:
    images, mask = [{"image_url": data_uri(PNG)}], {"image_url": data_uri(HOLE)}
    answer = raw.post(EDITS, json=FORM | {"model": STUDIO, "images": images, "mask": mask})
    assert answer.status_code == 200, answer.text
    assert roles() == ["source", "mask"]
    assert len(answer.json()["inputs"]) == 1


def test_sixteen_pictures_are_taken_and_seventeen_are_not(
    raw: httpx.Client, easel: Easel, desk: Desk
) -> None:
    sixteen = [("image[]", PNG)] * 16
    assert raw.post(EDITS, data=FORM, files=sixteen).status_code == 200
    assert len(easel.asked[0].references) == 16
    before = desk.balance
    many = raw.post(EDITS, data=FORM, files=[*sixteen, ("image[]", PNG)])
    assert refusal(many) == (400, "invalid_value", "image")
    as_json = raw.post(EDITS, json=FORM | {"images": [{"image_url": data_uri(PNG)}] * 17})
    assert refusal(as_json) == (400, "invalid_value", "images")
    assert desk.balance == before


FILES: list[tuple[list[tuple[str, bytes]], str, str]] = [
    ([], "missing_required_parameter", "image"),
    ([("image", PNG), ("image", PNG)], "duplicate_parameter", "image"),
    ([("image", PNG), ("mask", HOLE), ("mask", HOLE)], "duplicate_parameter", "mask"),
    ([("image", PNG), ("picture", PNG)], "unknown_parameter", "picture"),
    ([("image", b"no picture")], "invalid_image_file", "image"),
    ([("image", b"")], "invalid_image_file", "image"),
    ([("image", PNG), ("mask", PNG)], "invalid_image_file", "mask"),
    ([("image", PNG), ("mask", picture(64, 64, (0, 0, 0), transparent=True))], "invalid_image_file", "mask"),
    ([("image", PNG), ("mask", b"no picture")], "invalid_image_file", "mask"),
]


@pytest.mark.parametrize(("files", "code", "param"), FILES, ids=range(len(FILES)))
def test_files_that_do_not_make_an_edit_are_refused_and_cost_nothing(
    script: Script, files: list[tuple[str, bytes]], code: str, param: str
) -> None:
    answer = script.form(FORM | {"model": STUDIO}, files)
    assert refusal(answer) == (400, code, param), answer.content
    assert (Run.objects.count(), script.desk.balance) == (0, (START, 0))


def test_a_picture_called_image_twice_is_told_how_it_is_done(script: Script) -> None:
    message = script.form(FORM, [("image", PNG), ("image", PNG)]).json()["error"]["message"]
    assert message.startswith("Duplicate parameter: 'image'.")
    assert "image[]" in message


BODIES: list[tuple[dict[str, Any], int, str, str]] = [
    ({}, 400, "missing_required_parameter", "images"),
    ({"images": []}, 400, "invalid_value", "images"),
    ({"images": [{}]}, 400, "invalid_value", "images.0"),
    ({"images": [{"image_url": data_uri(PNG), "file_id": "art_1"}]}, 400, "invalid_value", "images.0"),
    ({"images": [{"url": data_uri(PNG)}]}, 400, "unknown_parameter", "images.0.url"),
    ({"images": [{"file_id": "file_abc"}]}, 404, "image_not_found", "images.0"),
    ({"images": [{"image_url": "data:image/png;base64,AAAA"}]}, 400, "invalid_image_file", "images.0"),
    ({"images": [{"image_url": data_uri(PNG)}, {"image_url": ""}]}, 400, "invalid_value", "images.1"),
    ({"image": data_uri(PNG)}, 400, "missing_required_parameter", "images"),
]


@pytest.mark.parametrize(("more", "status", "code", "param"), BODIES, ids=range(len(BODIES)))
def test_json_that_makes_no_edit_is_refused_at_its_place(
    script: Script, more: dict[str, Any], status: int, code: str, param: str
) -> None:
    assert refusal(script.post(FORM | more, EDITS)) == (status, code, param)
    assert not Run.objects.exists()


FIELDS: list[tuple[dict[str, Any], str, str]] = [
    ({"model": [PAINT, PAINT]}, "duplicate_parameter", "model"),
    ({"size": ""}, "invalid_value", "size"),
    ({"n": "0"}, "invalid_value", "n"),
    ({"n": "11"}, "invalid_value", "n"),
    ({"n": "two"}, "invalid_value", "n"),
    ({"stream": "perhaps"}, "invalid_value", "stream"),
    ({"partial_images": "4", "stream": "true"}, "invalid_value", "partial_images"),
    ({"partial_images": "1"}, "invalid_value", "partial_images"),
    ({"input_fidelity": "best"}, "invalid_value", "input_fidelity"),
    ({"input_fidelity": "high"}, "invalid_value", "input_fidelity"),
    ({"input_fidelity": "high", "model": "gpt-image-1.5"}, "invalid_value", "input_fidelity"),
    ({"style": "vivid"}, "unknown_parameter", "style"),
    ({"model": "gpt-image-2", "response_format": "url"}, "unknown_parameter", "response_format"),
    ({"model": "dall-e-2", "input_fidelity": "low"}, "unknown_parameter", "input_fidelity"),
    ({"model": "gesso/sketch"}, "invalid_value", "image"),
]


@pytest.mark.parametrize(("more", "code", "param"), FIELDS, ids=str)
def test_a_form_is_checked_like_json(script: Script, more: dict[str, Any], code: str, param: str) -> None:
    answer = script.form(FORM | more, [("image", PNG)])
    assert refusal(answer) == (400, code, param), answer.content
    assert not Run.objects.exists()


def test_another_persons_picture_is_not_there(raw: httpx.Client, easel: Easel, bob: Any) -> None:
    made = raw.post(EDITS, data=FORM, files={"image": PNG}).json()["data"][0]["artifact_id"]
    Image.objects.update(owner=bob)
    answer = raw.post(EDITS, json=FORM | {"images": [{"file_id": made}]})
    assert refusal(answer) == (404, "image_not_found", "images.0")
    assert Job.objects.count() == 1


def test_the_same_edit_under_one_idempotency_key_is_one_edit(
    raw: httpx.Client, easel: Easel, desk: Desk
) -> None:
    once = {"Idempotency-Key": "edit-1"}
    first, second = (raw.post(EDITS, data=FORM, files={"image": PNG}, headers=once) for _ in range(2))
    assert first.json() == second.json()
    other = raw.post(EDITS, data=FORM, files={"image": OTHER}, headers=once)
    assert (other.status_code, other.json()["error"]["code"]) == (422, "idempotency_key_reused")
    assert (len(easel.asked), desk.balance) == (1, (START - 30_000, 0))


def test_the_price_of_an_edit_is_told_and_nothing_is_made(raw: httpx.Client, desk: Desk) -> None:
    answer = raw.post(EDITS, data=FORM, files={"image": PNG}, headers={"X-Dry-Run": "true"})
    assert answer.json()["estimated_cost"]["micros"] == 30_000
    assert (Run.objects.count(), desk.balance) == (0, (START, 0))
