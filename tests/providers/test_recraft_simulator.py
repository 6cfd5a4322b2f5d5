"""OpenAI's SDK with another address, Recraft's documented client, unmodified against the simulator."""

from __future__ import annotations

import base64
import io
import urllib.request
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from PIL import Image

from tests.providers.simulators import base
from tests.providers.simulators.base import Fault, sha256
from tests.providers.simulators.pictures import png
from tests.providers.simulators.recraft import RecraftSimulator

NAME = "recraft"

PICTURE = png(300, 260, (9, 9, 9))
FORM = {"Content-Type": "multipart/form-data"}


@pytest.fixture
def sdk(vendor: RecraftSimulator) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(api_key="a-key", base_url=vendor.url, max_retries=0) as client:
        yield client


def fetched(url: str | None) -> bytes:
    with urllib.request.urlopen(url or "") as answer:
        return bytes(answer.read())


def opened(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def changed(sdk: openai.OpenAI, path: str, body: dict[str, Any], **files: tuple[str, bytes, str]) -> Any:
    """A call that has no method of its own in the SDK, as Recraft's guide writes it."""
    return sdk.post(path, cast_to=object, options={"headers": FORM}, files=files, body=body)


def test_the_sdk_gets_addresses_of_webp_pictures_unless_it_asks_otherwise(sdk: openai.OpenAI) -> None:
    answer = sdk.images.generate(model="recraftv4", prompt="two race cars", n=2)
    assert answer.data is not None
    pictures = [opened(fetched(item.url)) for item in answer.data]
    assert [(picture.format, picture.size) for picture in pictures] == [("WEBP", (1024, 1024))] * 2
    assert answer.model_extra == {"credits": 80}


def test_the_sdk_gets_pictures_inside_the_answer(sdk: openai.OpenAI, vendor: RecraftSimulator) -> None:
    answer = sdk.images.generate(
        model="recraftv3",
        prompt="a bear",
        size="1536x1024",
        response_format="b64_json",
        extra_body={
            "style": "digital_illustration",
            "substyle": "pop_art",
            "negative_prompt": "rain",
            "image_format": "png",
            "controls": {"colors": [{"rgb": [0, 255, 0]}], "no_text": True},
        },
    )
    assert answer.data is not None
    picture = opened(base64.b64decode(answer.data[0].b64_json or ""))
    assert (picture.format, picture.size) == ("PNG", (1536, 1024))
    assert vendor.bills[0].fields["controls"]["no_text"] is True


def test_the_sdk_gets_a_drawing_from_a_vector_model(sdk: openai.OpenAI) -> None:
    answer = sdk.images.generate(model="recraftv4_vector", prompt="a bear", extra_body={"size": "16:9"})
    assert answer.data is not None
    assert fetched(answer.data[0].url).startswith(b"<svg")


def test_the_sdk_changes_a_picture(sdk: openai.OpenAI, vendor: RecraftSimulator) -> None:
    answer = changed(
        sdk,
        "/images/imageToImage",
        {"prompt": "winter", "model": "recraftv3", "strength": 0.2, "n": 2, "image_format": "png"},
        image=("photo.png", PICTURE, "image/png"),
    )
    assert [opened(fetched(item["url"])).size for item in answer["data"]] == [(300, 260)] * 2
    assert vendor.bills[0].images == (sha256(PICTURE),)
    assert vendor.bills[0].fields["strength"] == 0.2


def test_the_sdk_repaints_an_area(sdk: openai.OpenAI, vendor: RecraftSimulator) -> None:
    grey = io.BytesIO()
    Image.new("L", (300, 260), 255).save(grey, "png")
    body = {"prompt": "a bear", "model": "recraftv3"}
    photo = ("photo.png", PICTURE, "image/png")
    changed(sdk, "/images/inpaint", body, image=photo, mask=("mask.png", grey.getvalue(), "image/png"))
    assert vendor.bills[0].mask == sha256(grey.getvalue())
    with pytest.raises(openai.BadRequestError, match="grayscale"):
        changed(sdk, "/images/inpaint", body, image=photo, mask=photo)


@pytest.mark.parametrize("tool", ["crispUpscale", "creativeUpscale", "removeBackground", "vectorize"])
def test_the_sdk_uses_a_tool(sdk: openai.OpenAI, tool: str) -> None:
    answer = changed(sdk, f"/images/{tool}", {}, image=("photo.png", PICTURE, "image/png"))
    assert fetched(answer["image"]["url"]).startswith(b"<svg" if tool == "vectorize" else b"RIFF")


@pytest.mark.parametrize(
    "wrong",
    [
        {"model": "recraftv4", "style": "icon"},
        {"model": "recraftv4", "negative_prompt": "rain"},
        {"model": "recraftv4", "size": "1365x1024"},
        {"model": "recraftv4_vector", "size": "1024x1024"},
        {"model": "recraftv3", "n": 7},
        {"model": "recraftv3", "style": "icon", "style_id": "1"},
        {"model": "recraftv2", "text_layout": []},
        {"model": "recraftv3", "strength": 0.5},
        {"model": "recraftv9"},
        {"model": "recraftv3", "aspect_ratio": "1:1"},
    ],
    ids=str,
)
def test_the_sdk_is_refused_what_a_model_does_not_take(
    sdk: openai.OpenAI, vendor: RecraftSimulator, wrong: dict[str, Any]
) -> None:
    with pytest.raises(openai.BadRequestError):
        sdk.images.generate(prompt="a bear", extra_body=wrong)
    assert vendor.bills == []


def test_the_sdk_reads_the_vendors_errors(sdk: openai.OpenAI, vendor: RecraftSimulator) -> None:
    with pytest.raises(openai.AuthenticationError):
        sdk.with_options(api_key="wrong").images.generate(prompt="a bear")
    with pytest.raises(openai.NotFoundError):
        sdk.post("/images/edits", cast_to=object)
    vendor.fault = Fault(base.NO_MONEY)
    with pytest.raises(openai.BadRequestError) as caught:
        sdk.images.generate(prompt="a bear")
    assert caught.value.code == "not_enough_credits"
    vendor.fault = Fault(base.STATUS, 429, retry_after="3")
    with pytest.raises(openai.RateLimitError):
        sdk.images.generate(prompt="a bear")
