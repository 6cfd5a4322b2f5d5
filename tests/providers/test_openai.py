"""The OpenAI adapter against the simulator: every parameter, and each trap of the vendor's wire by name."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import pytest

from providers import errors
from providers.adapters.openai import OpenAI
from providers.base import Config, Delivered, Event, ImageRequest, InputImage, Partial, Usage
from providers.http import transport
from tests.providers.calls import silent
from tests.providers.cases import KEY
from tests.providers.simulators.base import EXPIRED_URL, NO_MONEY, STATUS, Fault, sha256
from tests.providers.simulators.openai import OpenAISimulator
from tests.providers.simulators.openai_rules import output_tokens
from tests.providers.simulators.pictures import png, png_facts

NAME = "openai"
ASKED = ImageRequest(model="gpt-image-1.5", prompt="an otter", deadline_seconds=20)
PLAIN = {"model": "gpt-image-1.5", "prompt": "an otter", "n": 1, "size": "auto", "quality": "auto"}


def image(size: int, *, mime: str = "image/png", role: str = "subject", clear: bool = False) -> InputImage:
    return InputImage(png(size, size, (size, 0, 0), transparent=clear), mime, size, size, role)


def test_a_plain_request_sends_the_least_and_brings_a_picture(
    adapter: OpenAI, vendor: OpenAISimulator
) -> None:
    finished = adapter.submit(ASKED, silent)
    assert dict(vendor.bills[0].fields) == PLAIN | {"output_format": "png"}
    assert vendor.bills[0].path == "/v1/images/generations"
    assert vendor.bills[0].key_sha256 == hashlib.sha256(KEY.encode()).hexdigest()
    assert [output.mime for output in finished.outputs] == ["image/png"]
    assert png_facts(finished.outputs[0].data) == (1024, 1024, False)
    assert finished.vendor_ref.startswith("req_")


def test_every_parameter_of_a_gpt_model_arrives_as_it_was_asked(
    adapter: OpenAI, vendor: OpenAISimulator
) -> None:
    request = replace(
        ASKED,
        n=2,
        width=1536,
        height=1024,
        quality="low",
        background="opaque",
        output_format="webp",
        output_compression=70,
        moderation="low",
        user="u-1",
        client_ref="attempt-7",
    )
    finished = adapter.submit(request, silent)
    assert dict(vendor.bills[0].fields) == {
        "model": "gpt-image-1.5",
        "prompt": "an otter",
        "n": 2,
        "size": "1536x1024",
        "quality": "low",
        "background": "opaque",
        "output_format": "webp",
        "output_compression": 70,
        "moderation": "low",
        "user": "u-1",
    }
    assert vendor.bills[0].client_ref == "attempt-7"
    assert [output.mime for output in finished.outputs] == ["image/webp"] * 2


def test_dall_e_3_takes_a_style_and_tells_the_prompt_it_used(
    adapter: OpenAI, vendor: OpenAISimulator
) -> None:
    request = replace(ASKED, model="dall-e-3", width=1792, height=1024, quality="hd", style="natural")
    finished = adapter.submit(request, silent)
    assert vendor.bills[0].fields["style"] == "natural"
    assert finished.outputs[0].revised_prompt == "A detailed picture of: an otter"
    assert finished.usage is None


def test_usage_is_reported_by_kind_of_token(adapter: OpenAI) -> None:
    request = replace(ASKED, n=2, width=1024, height=1024, quality="low", references=(image(64),))
    expected = Usage(input_text=3, input_image=323, output_image=2 * 272, output_text=0)
    assert adapter.submit(request, silent).usage == expected


def test_one_reference_goes_as_image(adapter: OpenAI, vendor: OpenAISimulator) -> None:
    adapter.submit(replace(ASKED, references=(image(64),)), silent)
    assert vendor.bills[0].path == "/v1/images/edits"
    assert b'name="image"; filename="image-1.png"' in vendor.requests[0].body


def test_sixteen_references_arrive_in_order_with_the_mask(adapter: OpenAI, vendor: OpenAISimulator) -> None:
    references, mask = tuple(image(16 + n) for n in range(16)), image(16, clear=True, role="mask")
    request = replace(ASKED, kind="inpaint", references=references, mask=mask)
    adapter.submit(replace(request, extra={"input_fidelity": "high"}), silent)
    bill = vendor.bills[0]
    assert bill.images == tuple(sha256(reference.data) for reference in references)
    assert bill.mask == sha256(mask.data)
    assert bill.fields["input_fidelity"] == "high"
    assert vendor.requests[0].body.count(b'name="image[]"') == 16


def test_a_stream_emits_previews_and_each_picture_as_it_comes(
    adapter: OpenAI, vendor: OpenAISimulator
) -> None:
    events: list[Event] = []
    finished = adapter.submit(replace(ASKED, partials=2, n=2), events.append)
    previews = [(e.index, e.step, e.steps, e.mime) for e in events if isinstance(e, Partial)]
    assert previews == [(i, s, 2, "image/png") for i in (0, 1) for s in (1, 2)]
    assert [e.index for e in events if isinstance(e, Delivered)] == [0, 1]
    assert len(finished.outputs) == 2
    assert finished.usage is not None
    assert finished.usage.output_image == 2 * output_tokens("gpt-image-1.5", "auto", 1024, 1024)
    assert len(vendor.bills) == 1


def test_an_edit_streams_too(adapter: OpenAI, vendor: OpenAISimulator) -> None:
    events: list[Event] = []
    adapter.submit(replace(ASKED, partials=1, references=(image(64), image(65))), events.append)
    assert [type(event) for event in events] == [Partial, Delivered]
    assert (vendor.bills[0].fields["stream"], vendor.bills[0].fields["partial_images"]) == (True, 1)


def test_the_final_picture_may_come_before_all_previews(adapter: OpenAI, vendor: OpenAISimulator) -> None:
    vendor.early = 1
    events: list[Event] = []
    finished = adapter.submit(replace(ASKED, partials=3), events.append)
    assert [type(event) for event in events] == [Partial, Delivered]
    assert len(finished.outputs) == 1


def test_a_gateway_that_ignores_the_stream_is_read_all_the_same(
    adapter: OpenAI, vendor: OpenAISimulator
) -> None:
    vendor.ignores_stream = True
    assert len(adapter.submit(replace(ASKED, partials=3), silent).outputs) == 1


def test_what_a_listener_raises_ends_the_call_as_it_is(adapter: OpenAI) -> None:
    def stop(event: Event) -> None:
        raise LookupError("cancelled")

    with pytest.raises(LookupError, match="cancelled"):
        adapter.submit(replace(ASKED, partials=1), stop)


def test_an_address_is_fetched_and_one_that_expired_is_named(
    adapter: OpenAI, vendor: OpenAISimulator
) -> None:
    vendor.urls_only = True
    request = replace(ASKED, model="dall-e-2", n=2, width=256, height=256)
    finished = adapter.submit(request, silent)
    assert [png_facts(output.data) for output in finished.outputs] == [(256, 256, False)] * 2
    assert all("authorization" not in seen.headers for seen in vendor.requests if "/results/" in seen.path)
    vendor.fault = Fault(EXPIRED_URL)
    with pytest.raises(errors.ResultExpired):
        adapter.submit(request, silent)


def test_trap_1_response_format_goes_to_dall_e_alone(adapter: OpenAI, vendor: OpenAISimulator) -> None:
    for model in ("gpt-image-1", "gpt-image-2", "dall-e-2"):
        adapter.submit(replace(ASKED, model=model), silent)
    assert [bill.fields.get("response_format") for bill in vendor.bills] == [None, None, "b64_json"]


def test_trap_2_the_usage_of_an_automatic_size_and_quality_is_known_from_the_answer(
    adapter: OpenAI, vendor: OpenAISimulator
) -> None:
    finished = adapter.submit(ASKED, silent)
    assert (vendor.bills[0].fields["size"], vendor.bills[0].fields["quality"]) == ("auto", "auto")
    assert finished.usage is not None
    assert finished.usage.output_image == 1056
    assert adapter.estimate(ASKED) is None


def test_trap_3_a_transparent_jpeg_is_refused_and_a_compressed_png_goes_without(
    adapter: OpenAI, vendor: OpenAISimulator
) -> None:
    with pytest.raises(errors.InvalidRequest):
        adapter.submit(replace(ASKED, background="transparent", output_format="jpeg"), silent)
    assert vendor.requests == []
    adapter.submit(replace(ASKED, output_compression=50), silent)
    adapter.submit(replace(ASKED, output_compression=50, output_format="jpeg"), silent)
    assert [bill.fields.get("output_compression") for bill in vendor.bills] == [None, 50]


def test_trap_4_the_model_is_always_sent(adapter: OpenAI, vendor: OpenAISimulator) -> None:
    adapter.submit(replace(ASKED, model="dall-e-2"), silent)
    adapter.submit(replace(ASKED, model="dall-e-2", references=(image(64),)), silent)
    assert b'"model":"dall-e-2"' in vendor.requests[0].body
    assert b'name="model"' in vendor.requests[1].body


def test_trap_5_a_call_may_be_silent_for_minutes_within_its_deadline() -> None:
    assert transport.READ_SECONDS >= 180
    assert ImageRequest(model="m", prompt="p").deadline_seconds >= 180


def test_trap_6_the_same_429_is_wait_or_no_money(adapter: OpenAI, vendor: OpenAISimulator) -> None:
    vendor.fault = Fault(STATUS, 429, retry_after="20")
    with pytest.raises(errors.RateLimited) as wait:
        adapter.submit(ASKED, silent)
    assert (wait.value.retry_after, wait.value.vendor_code) == (20.0, "rate_limit_exceeded")
    vendor.fault = Fault(NO_MONEY)
    with pytest.raises(errors.BillingError) as broke:
        adapter.submit(ASKED, silent)
    assert not broke.value.retryable
    assert vendor.bills == []


def test_trap_7_neither_created_nor_created_at_is_needed(adapter: OpenAI, vendor: OpenAISimulator) -> None:
    for partials in (0, 1):
        assert adapter.submit(replace(ASKED, partials=partials), silent).outputs


REFUSED: list[dict[str, Any]] = [
    {"kind": "upscale"},
    {"kind": "edit"},
    {"negative_prompt": "rain"},
    {"seed": 7},
    {"strength": 0.5},
    {"aspect_ratio": "16:9"},
    {"resolution": "2K"},
    {"preset": "square"},
    {"width": 1024},
    {"n": 0},
    {"n": 11},
    {"partials": 4},
    {"style": "vivid"},
    {"kind": "inpaint", "references": (image(8),)},
    {"mask": image(8)},
    {"references": tuple(image(8) for _ in range(17))},
    {"references": (image(8),), "moderation": "low"},
    {"references": (image(8),), "extra": {"nested": {"a": 1}}},
    {"extra": {"model": "gpt-image-2"}},
    {"extra": {"response_format": "url"}},
    {"extra": {"thing": object()}},
    {"model": "dall-e-3", "n": 2},
    {"model": "dall-e-3", "references": (image(8),)},
    {"model": "dall-e-2", "partials": 1},
    {"model": "dall-e-2", "output_format": "webp"},
    {"model": "dall-e-2", "background": "opaque"},
    {"model": "dall-e-2", "moderation": "low"},
    {"model": "dall-e-2", "style": "vivid"},
]


@pytest.mark.parametrize("change", REFUSED, ids=lambda change: ",".join(change))
def test_what_no_model_can_do_is_refused_before_anything_is_sent(
    adapter: OpenAI, vendor: OpenAISimulator, change: dict[str, Any]
) -> None:
    with pytest.raises(errors.InvalidRequest):
        adapter.submit(replace(ASKED, **change), silent)
    assert vendor.requests == []


def test_the_check_counts_the_models_or_says_what_is_wrong(vendor: OpenAISimulator) -> None:
    assert OpenAI(Config(key=KEY, url=vendor.url)).check().ok
    wrong = OpenAI(Config(key="sk-wrong-9876543210", url=vendor.url)).check()
    assert not wrong.ok
    assert "sk-wrong" not in wrong.message
    assert not OpenAI(Config(key="", url=vendor.url)).check().ok
    assert vendor.bills == []


def test_without_an_address_it_speaks_to_openai_itself() -> None:
    assert "https://api.openai.com/v1" in repr(vars(OpenAI(Config(key=KEY))))
