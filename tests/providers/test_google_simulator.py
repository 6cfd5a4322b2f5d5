"""Google's own SDK, unmodified, against the simulator: proof that it speaks the vendor's wire."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator

import pytest
from google import genai
from google.genai import errors, types
from PIL import Image

from tests.providers.simulators.base import (
    MODERATED_INPUT,
    MODERATED_OUTPUT,
    NO_MONEY,
    STATUS,
    Fault,
    sha256,
)
from tests.providers.simulators.google import GoogleSimulator
from tests.providers.simulators.pictures import png

NAME = "google"

MODEL = "gemini-3.1-flash-image"
PICTURES = ["IMAGE"]


def client(vendor: GoogleSimulator, *, key: str = "a-key", version: str = "v1beta") -> genai.Client:
    options = types.HttpOptions(base_url=vendor.origin, api_version=version)
    return genai.Client(api_key=key, http_options=options)


@pytest.fixture
def sdk(vendor: GoogleSimulator) -> Iterator[genai.Client]:
    with client(vendor) as found:
        yield found


def pictures(answer: types.GenerateContentResponse) -> list[types.Blob]:
    return [part.inline_data for part in answer.parts or [] if part.inline_data and not part.thought]


def opened(data: bytes | None) -> Image.Image:
    image = Image.open(io.BytesIO(data or b""))
    image.load()
    return image


def test_the_sdk_generates_a_picture_of_the_shape_and_size_asked(
    sdk: genai.Client, vendor: GoogleSimulator
) -> None:
    vendor.thoughts = 1
    answer = sdk.models.generate_content(
        model=MODEL,
        contents="an otter",
        config=types.GenerateContentConfig(
            response_modalities=PICTURES,
            image_config=types.ImageConfig(aspect_ratio="16:9", image_size="2K"),
            seed=7,
        ),
    )
    found = pictures(answer)
    assert [(blob.mime_type, opened(blob.data).size) for blob in found] == [("image/png", (2752, 1536))]
    assert answer.usage_metadata is not None
    assert answer.usage_metadata.candidates_token_count == 1680
    assert answer.usage_metadata.thoughts_token_count == 75
    assert vendor.requests[0].headers["x-goog-api-key"] == "a-key"
    assert vendor.requests[0].query == {}
    assert vendor.bills[0].fields["generationConfig"]["seed"] == 7


def test_the_sdk_sends_references_in_the_url_safe_alphabet(
    sdk: genai.Client, vendor: GoogleSimulator
) -> None:
    odd = png(8, 8, (9, 9, 9)) + b"\xff" * 6
    parts = [types.Part.from_bytes(data=data, mime_type="image/png") for data in (odd, png(8, 8, (1, 2, 3)))]
    answer = sdk.models.generate_content(
        model=MODEL, contents=types.Content(role="user", parts=[types.Part(text="join them"), *parts])
    )
    assert base64.b64encode(odd) not in vendor.requests[0].body
    assert base64.urlsafe_b64encode(odd) in vendor.requests[0].body
    assert vendor.bills[0].images == (sha256(odd), sha256(png(8, 8, (1, 2, 3))))
    assert len(pictures(answer)) == 1


def test_the_sdk_gets_words_beside_the_picture_and_words_alone_for_a_question(sdk: genai.Client) -> None:
    answer = sdk.models.generate_content(model=MODEL, contents="an otter")
    assert (answer.text, len(pictures(answer))) == ("Here it is.", 1)
    asked = sdk.models.generate_content(model=MODEL, contents="what does an otter look like?")
    assert (asked.text, pictures(asked)) == ("That depends.", [])
    config = types.GenerateContentConfig(response_modalities=PICTURES)
    assert pictures(sdk.models.generate_content(model=MODEL, contents="an otter?", config=config))


def test_the_sdk_streams_the_picture_in_one_chunk(sdk: genai.Client, vendor: GoogleSimulator) -> None:
    chunks = list(sdk.models.generate_content_stream(model=MODEL, contents="an otter"))
    assert [len(pictures(chunk)) for chunk in chunks] == [0, 1, 0]
    assert chunks[-1].usage_metadata is not None
    assert chunks[-1].usage_metadata.candidates_token_count == 1120
    assert vendor.requests[0].query == {"alt": ["sse"]}


@pytest.mark.parametrize("version", ["v1", "v1beta"])
def test_the_sdk_calls_either_version_by_its_own_setting(vendor: GoogleSimulator, version: str) -> None:
    with client(vendor, version=version) as sdk:
        assert pictures(sdk.models.generate_content(model=MODEL, contents="an otter"))
    assert vendor.requests[0].path == f"/{version}/models/{MODEL}:generateContent"


def test_the_sdk_reads_why_there_is_no_picture(sdk: genai.Client, vendor: GoogleSimulator) -> None:
    vendor.fault = Fault(MODERATED_INPUT)
    answer = sdk.models.generate_content(model=MODEL, contents="an otter")
    assert answer.prompt_feedback is not None
    assert answer.prompt_feedback.block_reason == types.BlockedReason.SAFETY
    assert (answer.candidates, vendor.bills) == (None, [])
    vendor.fault = Fault(MODERATED_OUTPUT)
    candidates = sdk.models.generate_content(model=MODEL, contents="an otter").candidates
    assert candidates is not None
    assert candidates[0].finish_reason == types.FinishReason.IMAGE_SAFETY
    assert len(vendor.bills) == 1


@pytest.mark.parametrize(
    ("fault", "kind", "code", "status"),
    [
        (Fault(STATUS, 400), errors.ClientError, 400, "INVALID_ARGUMENT"),
        (Fault(STATUS, 429, retry_after="21"), errors.ClientError, 429, "RESOURCE_EXHAUSTED"),
        (Fault(NO_MONEY), errors.ClientError, 429, "RESOURCE_EXHAUSTED"),
        (Fault(STATUS, 503), errors.ServerError, 503, "UNAVAILABLE"),
    ],
)
def test_a_failure_reaches_the_sdk_as_its_own_class(
    sdk: genai.Client,
    vendor: GoogleSimulator,
    fault: Fault,
    kind: type[errors.APIError],
    code: int,
    status: str,
) -> None:
    vendor.fault = fault
    with pytest.raises(kind) as caught:
        sdk.models.generate_content(model=MODEL, contents="an otter")
    assert (caught.value.code, caught.value.status) == (code, status)
    assert vendor.bills == []


def test_a_wrong_key_is_a_400_and_a_retired_model_a_404(sdk: genai.Client, vendor: GoogleSimulator) -> None:
    with client(vendor, key="wrong-key") as other, pytest.raises(errors.ClientError) as caught:
        other.models.generate_content(model=MODEL, contents="an otter")
    assert (caught.value.code, "API_KEY_INVALID" in str(caught.value)) == (400, True)
    with pytest.raises(errors.ClientError) as caught:
        sdk.models.generate_content(model="gemini-2.0-flash-image", contents="an otter")
    assert (caught.value.code, caught.value.status) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("model", "config"),
    [
        (MODEL, types.GenerateContentConfig(image_config=types.ImageConfig(image_size="2k"))),
        (MODEL, types.GenerateContentConfig(image_config=types.ImageConfig(aspect_ratio="7:5"))),
        (MODEL, types.GenerateContentConfig(candidate_count=2)),
        (MODEL, types.GenerateContentConfig(seed=2**31)),
        ("gemini-3-pro-image", types.GenerateContentConfig(image_config=types.ImageConfig(image_size="512"))),
    ],
)
def test_what_the_vendor_does_not_take_is_refused_and_not_billed(
    sdk: genai.Client, vendor: GoogleSimulator, model: str, config: types.GenerateContentConfig
) -> None:
    with pytest.raises(errors.ClientError):
        sdk.models.generate_content(model=model, contents="an otter", config=config)
    assert vendor.bills == []


@pytest.mark.filterwarnings("ignore:The generate_images method is deprecated")
def test_the_sdk_asks_for_imagen_as_vertex_does_and_names_the_size_otherwise(vendor: GoogleSimulator) -> None:
    vendor.imagen_lives, vendor.filtered = True, 1
    options = types.HttpOptions(base_url=vendor.origin, api_version="v1beta1")
    with genai.Client(enterprise=True, api_key="a-key", http_options=options) as sdk:
        answer = sdk.models.generate_images(
            model="imagen-4.0-generate-001",
            prompt="an otter",
            config=types.GenerateImagesConfig(
                number_of_images=3,
                aspect_ratio="16:9",
                image_size="2K",
                output_mime_type="image/jpeg",
                person_generation=types.PersonGeneration.ALLOW_ADULT,
                seed=7,
                add_watermark=False,
            ),
        )
    assert vendor.bills[0].fields["parameters"]["sampleImageSize"] == "2K"
    found = answer.generated_images or []
    made = [one.image for one in found if one.image and one.image.image_bytes]
    assert [(opened(one.image_bytes).size, one.mime_type) for one in made] == [
        ((2816, 1536), "image/jpeg")
    ] * 2
    assert [one.rai_filtered_reason for one in found if one.rai_filtered_reason] == [
        "It was filtered. Support codes: 58061214"
    ]


def test_the_sdk_lists_the_models(sdk: genai.Client) -> None:
    assert f"models/{MODEL}" in {model.name for model in sdk.models.list()}
