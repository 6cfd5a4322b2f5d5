"""``POST /v1/images/edits``: as a form, as JSON and by OpenAI's client."""

from __future__ import annotations

import io
from typing import Any

import openai
import pytest
from django.test import Client
from PIL import Image as Pixels

from providers.base import ImageRequest
from studio.images.models import Image
from studio.jobs.models import Job
from tests.api.deepshi.conftest import (
    EDITS,
    PICTURE,
    STUDIO,
    Post,
    data_uri,
    events,
    mask,
    part,
    png,
    read,
    sent,
)
from tests.jobs.conftest import PAINT, START, Desk
from tests.providers.simulators.deepshi import DeepshiSimulator


@pytest.mark.parametrize(("name", "count"), [("image", 1), ("image[]", 1), ("image[]", 14)])
def test_seed_4_a_form_has_its_pictures_in_order_and_the_first_is_the_one_edited(
    api: Client, asked: list[ImageRequest], desk: Desk, name: str, count: int
) -> None:
    pictures = [png(number) for number in range(count)]
    answer = sent(api, **{name: [part(each) for each in pictures]}, n="2", aspect_ratio="16:9", mood="calm")
    assert answer.status_code == 200, read(answer)
    [request] = asked
    assert (request.kind, request.n, request.aspect_ratio) == ("edit", 2, "16:9")
    reds = [Pixels.open(io.BytesIO(each.data)).convert("RGB").getpixel((0, 0)) for each in request.references]
    assert reds == [(number, 0, 0) for number in range(count)]
    assert [each.role for each in request.references] == ["source"] + ["subject"] * (count - 1)
    job = Job.objects.get()
    assert job.parameters["unused"] == {"mood": "calm"}
    assert desk.balance == (START - 60_000, 0)
    assert read(answer)["usage"]["cost"]["total_cost"] == 0.06


def test_seed_4_a_mask_goes_along_to_a_model_that_takes_one(
    api: Client, asked: list[ImageRequest], desk: Desk
) -> None:
    assert sent(api, STUDIO, image=part(PICTURE), mask=part(mask())).status_code == 200
    assert (asked[0].kind, asked[0].mask is not None, len(asked[0].references)) == ("inpaint", True, 1)


def test_seed_4_json_names_its_pictures_by_data_uri_or_by_id(
    post: Post, asked: list[ImageRequest], desk: Desk
) -> None:
    body: dict[str, Any] = {"model": PAINT, "prompt": "a stair", "image": data_uri(PICTURE)}
    assert post(body, EDITS).status_code == 200
    assert post(body | {"image": [data_uri(PICTURE), data_uri(png(1))]}, EDITS).status_code == 200
    assert [len(each.references) for each in asked] == [1, 2]
    assert Image.objects.filter(kind=Image.Kind.UPLOAD).count() == 2


def test_seed_4_an_edit_streams_by_events_of_its_own_name(
    api: Client, asked: list[ImageRequest], desk: Desk
) -> None:
    found = events(sent(api, image=part(PICTURE), stream="true", response_format="url"))
    assert [found[0]["type"], found[-1]] == ["image_edit.completed", "[DONE]"]
    assert found[0]["url"].startswith("data:image/png;base64,")
    assert found[0]["usage"]["cost"]["total_cost"] == 0.03


def test_seed_4_openais_client_edits_at_the_vendor_with_the_very_pictures(
    client: openai.OpenAI, vendor: DeepshiSimulator, desk: Desk
) -> None:
    pictures = [png(1), png(2)]
    answer = client.images.edit(model="deepshi-image-1", prompt="a stair", image=pictures)
    assert answer.data is not None
    assert answer.data[0].b64_json
    [bill] = vendor.bills
    assert bill.path == "/v1/images/edits"
    assert len(bill.images) == 2
    assert len(set(bill.images)) == 2
    assert desk.balance == (START - 10_000, 0)
