"""OpenAI's own SDK, unmodified, against the simulator: proof that it speaks the vendor's wire."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from typing import Literal

import openai
import pytest
from PIL import Image

from tests.providers.simulators.base import (
    HANG_UP,
    MODERATED_INPUT,
    MODERATED_OUTPUT,
    NO_MONEY,
    REFUSED,
    STATUS,
    TIMEOUT,
    Fault,
    sha256,
)
from tests.providers.simulators.openai import OpenAISimulator
from tests.providers.simulators.pictures import png

NAME = "openai"

MODEL = "gpt-image-1.5"


@pytest.fixture
def sdk(vendor: OpenAISimulator) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(api_key="sk-test", base_url=vendor.url, max_retries=0) as client:
        yield client


def opened(b64: str | None) -> Image.Image:
    image = Image.open(io.BytesIO(base64.b64decode(b64 or "")))
    image.load()
    return image


@pytest.mark.parametrize("fmt", ["png", "jpeg", "webp"])
def test_the_sdk_generates_pictures_of_the_size_and_format_asked(
    sdk: openai.OpenAI, fmt: Literal["png", "jpeg", "webp"]
) -> None:
    answer = sdk.images.generate(
        model=MODEL, prompt="an otter", n=2, size="1536x1024", quality="low", output_format=fmt
    )
    assert answer.data is not None
    images = [opened(item.b64_json) for item in answer.data]
    assert [(image.format, image.size) for image in images] == [(fmt.upper(), (1536, 1024))] * 2
    assert answer.size == "1536x1024"
    assert answer.usage is not None
    assert answer.usage.output_tokens == 2 * 400


def test_the_sdk_gets_transparency_when_it_asks(sdk: openai.OpenAI) -> None:
    answer = sdk.images.generate(model=MODEL, prompt="an otter", background="transparent")
    assert answer.data is not None
    assert opened(answer.data[0].b64_json).mode == "RGBA"


def test_the_sdk_follows_an_address_of_dall_e_3_and_reads_the_revised_prompt(
    sdk: openai.OpenAI, vendor: OpenAISimulator
) -> None:
    answer = sdk.images.generate(model="dall-e-3", prompt="an otter", style="vivid")
    assert answer.data is not None
    assert answer.data[0].url is not None
    assert answer.data[0].url.startswith(vendor.origin)
    assert answer.data[0].revised_prompt == "A detailed picture of: an otter"


def test_the_default_model_is_dall_e_2_unless_a_gpt_field_is_used(
    sdk: openai.OpenAI, vendor: OpenAISimulator
) -> None:
    sdk.images.generate(prompt="an otter")
    sdk.images.generate(prompt="an otter", output_format="webp")
    assert [bill.fields["model"] for bill in vendor.bills] == ["dall-e-2", "gpt-image-1.5"]


def test_the_sdk_edits_with_two_images_and_a_mask(sdk: openai.OpenAI, vendor: OpenAISimulator) -> None:
    first, second = png(64, 64, (9, 9, 9)), png(32, 32, (1, 2, 3))
    mask = png(64, 64, (0, 0, 0), transparent=True)
    answer = sdk.images.edit(
        model=MODEL,
        prompt="join them",
        image=[("a.png", first, "image/png"), ("b.png", second, "image/png")],
        mask=("m.png", mask, "image/png"),
        input_fidelity="high",
        n=1,
    )
    assert answer.data is not None
    assert opened(answer.data[0].b64_json).size == (1024, 1024)
    assert vendor.bills[0].images == (sha256(first), sha256(second))
    assert vendor.bills[0].mask == sha256(mask)
    assert vendor.bills[0].fields["input_fidelity"] == "high"


def test_a_mask_of_another_size_is_refused(sdk: openai.OpenAI, vendor: OpenAISimulator) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        sdk.images.edit(
            model=MODEL,
            prompt="x",
            image=("a.png", png(64, 64, (9, 9, 9)), "image/png"),
            mask=("m.png", png(32, 32, (0, 0, 0), transparent=True), "image/png"),
        )
    assert caught.value.code == "invalid_image_file"
    assert vendor.bills == []


def test_the_sdk_streams_previews_and_then_the_picture(sdk: openai.OpenAI) -> None:
    with sdk.images.generate(model=MODEL, prompt="an otter", stream=True, partial_images=2) as stream:
        events = list(stream)
    assert [event.type for event in events] == [
        "image_generation.partial_image",
        "image_generation.partial_image",
        "image_generation.completed",
    ]
    assert opened(events[-1].b64_json).size == (1024, 1024)


def test_the_sdk_streams_an_edit(sdk: openai.OpenAI) -> None:
    with sdk.images.edit(
        model=MODEL, prompt="x", image=("a.png", png(8, 8, (9, 9, 9)), "image/png"), stream=True
    ) as stream:
        assert [event.type for event in stream] == ["image_edit.completed"]


def test_an_error_inside_the_stream_reaches_the_sdk(sdk: openai.OpenAI, vendor: OpenAISimulator) -> None:
    vendor.fault = Fault(MODERATED_OUTPUT)
    with (
        pytest.raises(openai.APIError),
        sdk.images.generate(model=MODEL, prompt="an otter", stream=True, partial_images=1) as stream,
    ):
        list(stream)


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        (Fault(STATUS, 429, retry_after="1"), openai.RateLimitError, "rate_limit_exceeded"),
        (Fault(NO_MONEY), openai.RateLimitError, "insufficient_quota"),
        (Fault(STATUS, 500), openai.InternalServerError, "server_error"),
        (Fault(STATUS, 503), openai.InternalServerError, "server_error"),
        (Fault(MODERATED_INPUT), openai.BadRequestError, "moderation_blocked"),
        (Fault(REFUSED), openai.APIConnectionError, None),
        (Fault(HANG_UP), openai.APIConnectionError, None),
    ],
)
def test_a_failure_reaches_the_sdk_as_its_own_class(
    sdk: openai.OpenAI, vendor: OpenAISimulator, fault: Fault, kind: type[openai.APIError], code: str | None
) -> None:
    vendor.fault = fault
    with pytest.raises(kind) as caught:
        sdk.images.generate(model=MODEL, prompt="an otter")
    assert caught.value.code == code


def test_silence_reaches_the_sdk_as_a_timeout(sdk: openai.OpenAI, vendor: OpenAISimulator) -> None:
    vendor.fault = Fault(TIMEOUT)
    with pytest.raises(openai.APITimeoutError):
        sdk.images.generate(model=MODEL, prompt="an otter", timeout=0.2)


def test_a_wrong_key_and_a_wrong_model_reach_the_sdk_as_their_classes(vendor: OpenAISimulator) -> None:
    for key, model, kind in (
        ("sk-wrong-1", MODEL, openai.AuthenticationError),
        ("sk-test", "gpt-image-99", openai.NotFoundError),
    ):
        with openai.OpenAI(api_key=key, base_url=vendor.url) as client, pytest.raises(kind):
            client.images.generate(model=model, prompt="an otter")
    assert vendor.bills == []


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"model": MODEL, "response_format": "url"}, "response_format"),
        ({"model": MODEL, "size": "1x1"}, "size"),
        ({"model": MODEL, "n": 11}, "n"),
        ({"model": "dall-e-3", "n": 2}, "n"),
        ({"model": "dall-e-3", "background": "opaque"}, "background"),
        ({"model": MODEL, "background": "transparent", "output_format": "jpeg"}, "background"),
        ({"model": MODEL, "output_compression": 50}, "output_compression"),
        ({"model": MODEL, "partial_images": 2}, "partial_images"),
        ({"model": MODEL, "style": "vivid"}, "style"),
        ({"model": "gpt-image-2", "size": "1000x1000"}, "size"),
        ({"model": "dall-e-2", "prompt": "x" * 1001}, "prompt"),
    ],
)
def test_what_seed_3_does_not_allow_is_refused_by_name(
    sdk: openai.OpenAI, vendor: OpenAISimulator, fields: dict[str, object], param: str
) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        sdk.images.generate(**{"prompt": "an otter", **fields})  # type: ignore[call-overload]
    assert caught.value.param == param
    assert vendor.bills == []


def test_the_sdks_own_retry_after_a_lost_answer_pays_twice(vendor: OpenAISimulator) -> None:
    vendor.fault = Fault(HANG_UP, times=1)
    with openai.OpenAI(api_key="sk-test", base_url=vendor.url, max_retries=1) as client:
        client.images.generate(model=MODEL, prompt="an otter")
    assert len(vendor.bills) == 2
    assert vendor.requests[1].headers["x-stainless-retry-count"] == "1"


def test_the_sdk_lists_the_models_of_seed_3(sdk: openai.OpenAI) -> None:
    listed = {model.id for model in sdk.models.list()}
    assert listed >= {"dall-e-2", "dall-e-3", "gpt-image-1", "gpt-image-1-mini", "gpt-image-1.5"}
