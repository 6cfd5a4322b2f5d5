"""The adapter for whoever else speaks the Images API: a gateway, LocalAI, stable-diffusion.cpp; each trap by name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import openai
import pytest

from providers import errors
from providers.adapters.openai import OpenAI, OpenAICompatible
from providers.base import Config, ImageRequest, InputImage
from providers.masks import white_where_clear
from providers.prompts import without_server_options
from tests.providers.calls import silent
from tests.providers.simulators.base import (
    EXPIRED_URL,
    STATUS,
    Fault,
    Reply,
    Request,
    Simulator,
    json_reply,
    sha256,
)
from tests.providers.simulators.openai import OpenAISimulator
from tests.providers.simulators.openai_compatible import LOADING, OpenAICompatibleSimulator
from tests.providers.simulators.pictures import png, png_facts

KEY = "sk-gateway-0123456789"
LOCALAI = ImageRequest(model="stablediffusion", prompt="an otter", deadline_seconds=20)
SD_CPP = replace(LOCALAI, model="sd-cpp-local")
GPT = replace(LOCALAI, model="gpt-image-1.5")
BOTH = pytest.mark.parametrize("asked", [LOCALAI, SD_CPP], ids=["localai", "sd_cpp"])


@pytest.fixture
def vendor() -> Iterator[OpenAICompatibleSimulator]:
    with OpenAICompatibleSimulator() as simulator:
        yield simulator


@pytest.fixture
def adapter(vendor: OpenAICompatibleSimulator) -> OpenAICompatible:
    return OpenAICompatible(Config(url=vendor.url))


def image(size: int, *, clear: bool = False) -> InputImage:
    return InputImage(png(size, size, (size, 0, 0), transparent=clear), "image/png", size, size)


GATEWAY = [
    GPT,
    replace(GPT, n=2, width=1536, height=1024, quality="low", background="transparent", output_format="webp"),
    replace(GPT, output_format="jpeg", output_compression=70, moderation="low", user="u-1"),
    replace(GPT, partials=2),
    replace(GPT, kind="inpaint", references=(image(16), image(17)), mask=image(16, clear=True)),
    replace(GPT, model="dall-e-3", quality="hd", style="natural", user="u-1"),
    replace(GPT, model="dall-e-2", n=3, width=256, height=256),
]


@pytest.mark.parametrize("asked", GATEWAY)
def test_a_gateway_gets_every_parameter_of_seed_3_as_openai_does(
    vendor: OpenAICompatibleSimulator, asked: ImageRequest
) -> None:
    vendor.key = KEY
    with OpenAISimulator() as original:
        OpenAI(Config(key=KEY, url=original.url)).submit(asked, silent)
        finished = OpenAICompatible(Config(key=KEY, url=vendor.url)).submit(asked, silent)
        assert vendor.bills == original.bills
    assert len(finished.outputs) == asked.n


def test_a_gateway_is_asked_with_the_key_and_a_server_without_one_with_none(
    vendor: OpenAICompatibleSimulator,
) -> None:
    OpenAICompatible(Config(url=vendor.url)).submit(LOCALAI, silent)
    assert "authorization" not in vendor.requests[0].headers
    vendor.key = KEY
    OpenAICompatible(Config(key=KEY, url=vendor.url)).submit(LOCALAI, silent)
    assert vendor.requests[1].headers["authorization"] == f"Bearer {KEY}"
    with pytest.raises(errors.AuthError):
        OpenAICompatible(Config(url=vendor.url)).submit(LOCALAI, silent)
    assert not OpenAICompatible(Config(url=vendor.url)).check().ok


def test_localai_gets_what_it_takes(adapter: OpenAICompatible, vendor: OpenAICompatibleSimulator) -> None:
    asked = replace(LOCALAI, negative_prompt="rain", seed=7, width=768, height=512, extra={"step": 20})
    finished = adapter.submit(asked, silent)
    assert json.loads(vendor.requests[0].body) == {
        "model": "stablediffusion",
        "prompt": "an otter|rain",
        "n": 1,
        "size": "768x512",
        "response_format": "b64_json",
        "seed": 7,
        "step": 20,
    }
    fields = vendor.bills[0].fields
    assert (fields["prompt"], fields["negative"], fields["seed"]) == ("an otter", "rain", 7)
    assert png_facts(finished.outputs[0].data) == (768, 512, False)


def test_localai_gets_the_picture_to_be_changed_apart_from_the_others(
    adapter: OpenAICompatible, vendor: OpenAICompatibleSimulator
) -> None:
    pictures = image(16), image(17), image(18)
    adapter.submit(replace(LOCALAI, kind="edit", references=pictures), silent)
    adapter.submit(replace(LOCALAI, references=pictures), silent)
    bodies = [json.loads(request.body) for request in vendor.requests]
    assert [("file" in body, len(body["ref_images"])) for body in bodies] == [(True, 2), (False, 3)]
    assert {bill.images for bill in vendor.bills} == {tuple(sha256(picture.data) for picture in pictures)}


def test_localai_repaints_on_a_path_of_its_own_where_the_mask_is_white(
    adapter: OpenAICompatible, vendor: OpenAICompatibleSimulator
) -> None:
    mask = image(16, clear=True)
    asked = replace(LOCALAI, kind="inpaint", references=(image(16),), mask=mask, extra={"step": 30})
    finished = adapter.submit(asked, silent)
    bill = vendor.bills[0]
    assert (bill.path, bill.fields["steps"]) == ("/v1/images/inpainting", 30)
    assert bill.mask == sha256(white_where_clear(mask.data)) != sha256(mask.data)
    assert finished.outputs[0].seed is None
    assert png_facts(finished.outputs[0].data) == (512, 512, False)


def test_stable_diffusion_cpp_gets_the_rest_behind_the_prompt(
    adapter: OpenAICompatible, vendor: OpenAICompatibleSimulator
) -> None:
    asked = replace(SD_CPP, n=2, seed=7, negative_prompt="rain", output_format="webp", output_compression=60)
    finished = adapter.submit(asked, silent)
    fields = vendor.bills[0].fields
    assert fields["options"] == {"seed": 7, "negative_prompt": "rain"}
    assert (fields["prompt"].strip(), fields["output_compression"]) == ("an otter", 60)
    assert [(output.seed, output.mime) for output in finished.outputs] == [
        (7, "image/webp"),
        (8, "image/webp"),
    ]


def test_stable_diffusion_cpp_edits_with_a_grey_mask_and_a_strength(
    adapter: OpenAICompatible, vendor: OpenAICompatibleSimulator
) -> None:
    mask = image(16, clear=True)
    asked = replace(SD_CPP, kind="inpaint", references=(image(16), image(17)), mask=mask, strength=0.4)
    adapter.submit(asked, silent)
    bill = vendor.bills[0]
    assert (bill.path, bill.fields["options"]) == ("/v1/images/edits", {"strength": 0.4})
    assert bill.mask == sha256(white_where_clear(mask.data))
    assert len(bill.images) == 2


TRICKS = [
    '<sd_cpp_extra_args>{"steps":150}</sd_cpp_extra_args>',
    '<SD_CPP_EXTRA_ARGS>{"steps":150}</Sd_Cpp_Extra_Args>',
    '< sd_cpp_extra_args >{"steps":150}< / sd_cpp_extra_args\n>',
    '<sd_cpp_<sd_cpp_extra_args>extra_args>{"steps":150}</sd_cpp_</sd_cpp_extra_args>extra_args>',
    '<sd_cpp_extra_argssd_cpp_extra_args>{"steps":150}<//sd_cpp_extra_args/sd_cpp_extra_args>',
    '<<sd_cpp_extra_args>sd_cpp_extra_args>{"steps":150}<</sd_cpp_extra_args>/sd_cpp_extra_args>',
    '</sd_cpp_extra_args><sd_cpp_extra_args>{"steps":150}',
    '<sd_cpp_extra_args>{"a":1}</sd_cpp_extra_args><sd_cpp_extra_args>{"steps":150}</sd_cpp_extra_args>',
]


@pytest.mark.parametrize("trick", TRICKS)
@pytest.mark.parametrize("model", ["sd-cpp-local", "stablediffusion", "gpt-image-1.5"])
def test_trap_a_prompt_cannot_set_options_of_the_server(
    adapter: OpenAICompatible, vendor: OpenAICompatibleSimulator, trick: str, model: str
) -> None:
    asked = replace(LOCALAI, model=model, prompt=f"an otter {trick} at sea")
    adapter.submit(asked, silent)
    assert b"extra_args" not in vendor.requests[0].body.lower()
    assert "an otter" in vendor.bills[0].fields["prompt"]


@pytest.mark.parametrize("trick", TRICKS)
def test_trap_neither_can_a_negative_prompt_that_travels_among_them(
    adapter: OpenAICompatible, vendor: OpenAICompatibleSimulator, trick: str
) -> None:
    adapter.submit(replace(SD_CPP, seed=7, negative_prompt=f'"}}{trick}'), silent)
    options = vendor.bills[0].fields["options"]
    assert (options["seed"], set(options)) == (7, {"seed", "negative_prompt"})


def test_trap_a_prompt_of_nothing_but_marks_is_refused_before_it_is_sent(
    adapter: OpenAICompatible, vendor: OpenAICompatibleSimulator
) -> None:
    with pytest.raises(errors.InvalidRequest):
        adapter.submit(replace(SD_CPP, prompt="<sd_cpp_extra_args> </sd_cpp_extra_args>"), silent)
    assert vendor.requests == []


def test_words_that_only_look_like_it_stay() -> None:
    words = "a <lora:otter:0.8> & <b>bold</b> sd_cpp extra args < 3"
    assert without_server_options(words) == words


def test_trap_a_bar_in_a_prompt_would_begin_the_negative_one(
    adapter: OpenAICompatible, vendor: OpenAICompatibleSimulator
) -> None:
    for change in ({"prompt": "a cat|a dog"}, {"negative_prompt": "rain|snow"}):
        with pytest.raises(errors.InvalidRequest, match=r"ends a prompt at \|"):
            adapter.submit(replace(LOCALAI, **change), silent)  # type: ignore[arg-type]
    assert vendor.requests == []
    adapter.submit(replace(SD_CPP, prompt="a cat|a dog"), silent)
    assert vendor.bills[0].fields["prompt"] == "a cat|a dog"


def test_trap_a_link_names_the_host_as_the_server_sees_itself(vendor: OpenAICompatibleSimulator) -> None:
    vendor.urls_only = True
    vendor.key = KEY
    adapter = OpenAICompatible(Config(key=KEY, url=vendor.url))
    for own_name in ("http://localai.internal:8080", "http://localhost:1", "https://10.0.0.7", ""):
        vendor.own_name = own_name
        assert png_facts(adapter.submit(LOCALAI, silent).outputs[0].data) == (512, 512, False)
    fetched = [seen for seen in vendor.requests if "/generated-images/" in seen.path]
    assert len(fetched) == 4
    assert all("authorization" not in seen.headers for seen in fetched)


def test_trap_a_link_to_a_host_that_the_owner_allows_is_followed_as_it_stands(
    vendor: OpenAICompatibleSimulator,
) -> None:
    vendor.urls_only = True
    with Shelf() as shelf:
        host = shelf.origin.removeprefix("http://")
        vendor.own_name = shelf.origin
        OpenAICompatible(Config(url=vendor.url, hosts=(host,))).submit(LOCALAI, silent)
        assert len(shelf.requests) == 1
        OpenAICompatible(Config(url=vendor.url)).submit(LOCALAI, silent)
        assert len(shelf.requests) == 1


class Shelf(Simulator):
    """A host beside the vendor that has every picture."""

    def answer(self, request: Request) -> Reply:
        return Reply(200, png(8, 8, (1, 2, 3)), {"Content-Type": "image/png"})


def test_a_link_that_expired_is_named(adapter: OpenAICompatible, vendor: OpenAICompatibleSimulator) -> None:
    vendor.urls_only = True
    vendor.fault = Fault(EXPIRED_URL)
    with pytest.raises(errors.ResultExpired):
        adapter.submit(LOCALAI, silent)


@BOTH
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.InvalidRequest),
        (401, errors.AuthError),
        (404, errors.ModelUnavailable),
        (429, errors.RateLimited),
        (500, errors.UpstreamError),
        (503, errors.UpstreamError),
    ],
)
def test_trap_an_error_may_be_a_text_and_its_code_a_number(
    adapter: OpenAICompatible,
    vendor: OpenAICompatibleSimulator,
    asked: ImageRequest,
    status: int,
    kind: type[errors.ProviderError],
) -> None:
    vendor.fault = Fault(STATUS, status)
    with pytest.raises(errors.ProviderError) as caught:
        adapter.submit(asked, silent)
    assert type(caught.value) is kind
    assert (caught.value.status, caught.value.message) == (status, "The simulator was told to fail.")
    if asked is LOCALAI:
        assert caught.value.vendor_code == str(status)


@pytest.mark.parametrize(
    ("status", "document", "kind", "words"),
    [
        (404, {"message": "no such model", "code": 404}, errors.ModelUnavailable, "no such model"),
        (422, {"detail": "size is odd"}, errors.InvalidRequest, "size is odd"),
        (422, {"detail": [{"loc": ["body"]}]}, errors.InvalidRequest, "status 422"),
        (500, {"error": None, "message": None}, errors.UpstreamError, "status 500"),
        (500, {"error": ["odd"]}, errors.UpstreamError, "status 500"),
        (500, "odd", errors.UpstreamError, "status 500"),
        (200, {"error": "it broke"}, errors.UpstreamError, "it broke"),
        (200, {"error": {"code": 500, "message": "it broke"}}, errors.UpstreamError, "it broke"),
        (400, {"error": {"code": True, "message": "odd"}}, errors.InvalidRequest, "odd"),
    ],
)
def test_every_shape_of_an_error_is_read(
    status: int, document: object, kind: type[errors.ProviderError], words: str
) -> None:
    with Simulator() as server:
        server.dictated = json_reply(document, status)
        with pytest.raises(errors.ProviderError) as caught:
            OpenAICompatible(Config(url=server.url)).submit(LOCALAI, silent)
    assert type(caught.value) is kind
    assert words in caught.value.message


@BOTH
def test_trap_while_a_model_loads_the_call_may_be_sent_again_and_otherwise_not(
    adapter: OpenAICompatible, vendor: OpenAICompatibleSimulator, asked: ImageRequest
) -> None:
    vendor.fault = Fault(LOADING)
    with pytest.raises(errors.NotReady) as loading:
        adapter.submit(asked, silent)
    assert (loading.value.safe_to_resend, loading.value.retry_after) == (True, 10.0)
    vendor.fault = Fault(LOADING, retry_after="3")
    with pytest.raises(errors.NotReady) as told:
        adapter.submit(asked, silent)
    assert told.value.retry_after == 3.0
    vendor.fault = Fault(STATUS, 500)
    with pytest.raises(errors.UpstreamError) as broken:
        adapter.submit(asked, silent)
    assert not broken.value.safe_to_resend
    assert vendor.bills == []


REFUSED: list[dict[str, Any]] = [
    {"kind": "upscale"},
    {"kind": "edit"},
    {"kind": "inpaint", "references": (image(8),)},
    {"mask": image(8, clear=True)},
    {"aspect_ratio": "1:1"},
    {"resolution": "2K"},
    {"preset": "square"},
    {"width": 512},
    {"n": 0},
    {"n": 11},
    {"quality": "high"},
    {"style": "vivid"},
    {"moderation": "low"},
    {"background": "transparent"},
    {"partials": 1},
    {"output_format": "avif"},
    {"references": tuple(image(8) for _ in range(5))},
    {"extra": {"backend": "other"}},
]
BY_LOCALAI: list[dict[str, Any]] = [
    {"output_format": "jpeg"},
    {"output_compression": 50},
    {"strength": 0.5},
    {"n": 2, "seed": 7},
    *[
        {"kind": "inpaint", "references": (image(8),), "mask": image(8, clear=True), **more}
        for more in ({"seed": 7}, {"negative_prompt": "rain"}, {"n": 2}, {"width": 768, "height": 768})
    ],
    {"kind": "inpaint", "references": (image(8), image(9)), "mask": image(8, clear=True)},
]
BY_SD_CPP: list[dict[str, Any]] = [
    {"n": 9},
    {"references": (image(8),), "output_format": "webp"},
    {"extra": {"step": 20}},
]


@pytest.mark.parametrize(
    "asked",
    [replace(server, **change) for server in (LOCALAI, SD_CPP) for change in REFUSED]
    + [replace(LOCALAI, **change) for change in BY_LOCALAI]
    + [replace(SD_CPP, **change) for change in BY_SD_CPP],
)
def test_what_a_server_cannot_do_is_refused_before_anything_is_sent(
    adapter: OpenAICompatible, vendor: OpenAICompatibleSimulator, asked: ImageRequest
) -> None:
    with pytest.raises(errors.InvalidRequest):
        adapter.submit(asked, silent)
    assert vendor.requests == []


def test_an_address_that_is_none_is_said_at_once() -> None:
    with pytest.raises(errors.InvalidRequest):
        OpenAICompatible(Config(url="localhost:8080"))


@pytest.mark.parametrize("model", ["sd-cpp-local", "stablediffusion", "gpt-image-1.5", "dall-e-3"])
def test_openais_own_sdk_generates_at_each_of_the_servers(
    vendor: OpenAICompatibleSimulator, model: str
) -> None:
    with openai.OpenAI(api_key="any", base_url=vendor.url, max_retries=0) as sdk:
        answer = sdk.images.generate(model=model, prompt="an otter", size="1024x1024")
        assert answer.data is not None
        assert answer.data[0].b64_json or answer.data[0].url
        assert {listed.id for listed in sdk.models.list()} == {"sd-cpp-local", "stablediffusion"}


def test_openais_own_sdk_edits_and_reads_their_errors(vendor: OpenAICompatibleSimulator) -> None:
    grey = white_where_clear(png(16, 16, (0, 0, 0), transparent=True))
    with openai.OpenAI(api_key="any", base_url=vendor.url, max_retries=0) as sdk:
        files = [
            ("a.png", png(16, 16, (9, 9, 9)), "image/png"),
            ("b.png", png(16, 16, (8, 8, 8)), "image/png"),
        ]
        sdk.images.edit(model="sd-cpp-local", prompt="join", image=files, mask=("m.png", grey, "image/png"))
        assert len(vendor.bills[0].images) == 2
        for model in ("sd-cpp-local", "stablediffusion"):
            vendor.fault = Fault(STATUS, 500)
            with pytest.raises(openai.InternalServerError):
                sdk.images.generate(model=model, prompt="an otter")
