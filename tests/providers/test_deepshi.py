"""The Deepshi adapter against the simulator: every parameter, and each trap of the vendor's wire by name."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from providers import errors
from providers.adapters.deepshi import Deepshi
from providers.adapters.deepshi.answer import micros_of
from providers.base import Config, Delivered, Event, ImageRequest, InputImage, Partial
from tests.providers.calls import silent
from tests.providers.cases import KEY
from tests.providers.simulators.base import Reply, Request, sha256
from tests.providers.simulators.deepshi import DeepshiSimulator
from tests.providers.simulators.pictures import png, png_facts

NAME = "deepshi"
ASKED = ImageRequest(model="flux-2-pro", prompt="an otter", deadline_seconds=20)
SENT = {"n": 1, "response_format": "b64_json", "output_format": "png", "prompt": "an otter"}


class Changing(DeepshiSimulator):
    """The simulator, whose paid requests arrive with ``change`` or whose JSON answers leave with ``tell``."""

    change: dict[str, Any] | None = None
    tell: dict[str, Any] | None = None

    def answer(self, request: Request) -> Reply:
        if self.change is not None and request.method == "POST":
            request = replace(request, body=json.dumps(json.loads(request.body) | self.change).encode())
        reply = super().answer(request)
        if self.tell is not None and request.method == "POST" and isinstance(reply.body, bytes):
            reply = replace(reply, body=json.dumps(json.loads(reply.body) | self.tell).encode())
        return reply


@pytest.fixture
def simulator() -> type[Changing]:
    return Changing


def image(size: int) -> InputImage:
    return InputImage(png(size, size, (size, 0, 0)), "image/png", size, size)


def test_a_plain_request_brings_a_picture_and_its_cost(adapter: Deepshi, vendor: Changing) -> None:
    finished = adapter.submit(ASKED, silent)
    bill = vendor.bills[0]
    assert (bill.path, bill.key_sha256) == ("/v1/images/generations", sha256(KEY.encode()))
    assert dict(bill.fields) == {"model": "flux-2-pro", **SENT}
    assert png_facts(finished.outputs[0].data) == (1024, 1024, False)
    assert finished.billed_micros == 30_000
    assert finished.usage is not None
    assert finished.usage.input_text == 3


SIZES: list[tuple[str, dict[str, Any], dict[str, Any], tuple[int, int]]] = [
    ("flux-2-pro", {"width": 1280, "height": 768}, {"width": 1280, "height": 768}, (1280, 768)),
    (
        "nano-banana-2",
        {"aspect_ratio": "16:9", "resolution": "2K", "width": 3072, "height": 1728},
        {"aspect_ratio": "16:9", "resolution": "2K"},
        (2048, 1152),
    ),
    ("grok-imagine", {"aspect_ratio": "3:4", "width": 1, "height": 1}, {"aspect_ratio": "3:4"}, (768, 1024)),
    (
        "gpt-image-2",
        {"preset": "1024x1536", "width": 1024, "height": 1536},
        {"image_size": "1024x1536"},
        (1024, 1536),
    ),
    ("seedream-4.5", {"preset": "auto_2K"}, {"image_size": "auto_2K"}, (2048, 2048)),
]


@pytest.mark.parametrize(("model", "asked", "sent", "made"), SIZES, ids=[row[0] for row in SIZES])
def test_each_model_is_asked_for_a_size_in_its_own_style(
    adapter: Deepshi,
    vendor: Changing,
    model: str,
    asked: dict[str, Any],
    sent: dict[str, Any],
    made: tuple[int, int],
) -> None:
    finished = adapter.submit(replace(ASKED, model=model, **asked), silent)
    assert dict(vendor.bills[0].fields) == {"model": model, **SENT, **sent}
    assert png_facts(finished.outputs[0].data) == (*made, False)


def test_quality_seed_count_and_format_arrive(adapter: Deepshi, vendor: Changing) -> None:
    request = replace(ASKED, model="gpt-image-2", n=4, quality="high", output_format="webp")
    finished = adapter.submit(request, silent)
    assert {name: vendor.bills[0].fields[name] for name in ("n", "quality", "output_format")} == {
        "n": 4,
        "quality": "high",
        "output_format": "webp",
    }
    assert [output.mime for output in finished.outputs] == ["image/webp"] * 4
    adapter.submit(replace(ASKED, seed=0, output_format="jpeg"), silent)
    assert (vendor.bills[1].fields["seed"], vendor.bills[1].fields["output_format"]) == (0, "jpeg")


def test_a_quality_that_is_left_to_the_model_is_not_said(adapter: Deepshi, vendor: Changing) -> None:
    adapter.submit(replace(ASKED, model="gpt-image-2", quality="auto"), silent)
    assert "quality" not in vendor.requests[-1].body.decode()


def test_what_only_the_model_knows_is_passed_on(adapter: Deepshi, vendor: Changing) -> None:
    adapter.submit(replace(ASKED, extra={"guidance": 3.5, "safety": {"level": 2}}), silent)
    assert vendor.bills[0].fields["guidance"] == 3.5
    assert vendor.bills[0].fields["safety"] == {"level": 2}


def test_one_reference_goes_as_image_and_several_in_order(adapter: Deepshi, vendor: Changing) -> None:
    adapter.submit(replace(ASKED, kind="edit", references=(image(16),), extra={"guidance": 2}), silent)
    assert vendor.bills[0].path == "/v1/images/edits"
    assert b'name="image"; filename="image-1.png"' in vendor.requests[1].body
    assert vendor.bills[0].fields["guidance"] == "2"
    many = tuple(image(16 + number) for number in range(14))
    adapter.submit(replace(ASKED, model="nano-banana-2", references=many), silent)
    assert vendor.bills[1].images == tuple(sha256(picture.data) for picture in many)
    assert vendor.requests[2].body.count(b'name="image[]"') == 14


def test_pictures_come_in_the_order_of_their_index(adapter: Deepshi, vendor: Changing) -> None:
    first, second = adapter.submit(replace(ASKED, n=2), silent).outputs
    listed = json.loads(vendor.answer(vendor.requests[-1]).body)["data"]  # type: ignore[arg-type]
    vendor.tell = {"data": listed[::-1]}
    assert adapter.submit(replace(ASKED, n=2), silent).outputs == (first, second)


@pytest.mark.parametrize("whole", [False, True])
def test_a_stream_delivers_each_picture_and_its_cost(adapter: Deepshi, vendor: Changing, whole: bool) -> None:
    vendor.whole_events = whole
    events: list[Event] = []
    finished = adapter.submit(replace(ASKED, n=2, partials=2), events.append)
    assert vendor.bills[0].fields["stream"] is True
    assert [event.index for event in events if isinstance(event, Delivered)] == [0, 1]
    assert (len(finished.outputs), finished.billed_micros) == (2, 60_000)


def test_previews_are_shown_where_they_were_asked_for(adapter: Deepshi, vendor: Changing) -> None:
    vendor.previews = 2
    events: list[Event] = []
    adapter.submit(replace(ASKED, n=2, partials=2), events.append)
    shown = [(event.index, event.step, event.steps) for event in events if isinstance(event, Partial)]
    assert shown == [(0, 1, 2), (0, 2, 2), (1, 1, 2), (1, 2, 2)]


def test_a_large_picture_comes_as_a_stream_without_previews(adapter: Deepshi, vendor: Changing) -> None:
    vendor.previews = 1
    events: list[Event] = []
    request = replace(ASKED, model="nano-banana-2", aspect_ratio="16:9", resolution="4K")
    assert len(adapter.submit(request, events.append).outputs) == 1
    assert vendor.bills[0].fields["stream"] is True
    assert [type(event) for event in events] == [Delivered]


@pytest.mark.parametrize("stream", [False, True])
def test_trap_1_a_url_is_a_data_uri_and_is_decoded(adapter: Deepshi, vendor: Changing, stream: bool) -> None:
    vendor.change = {"response_format": "url"}
    finished = adapter.submit(replace(ASKED, output_format="jpeg", partials=int(stream)), silent)
    assert finished.outputs[0].mime == "image/jpeg"
    assert [request.path for request in vendor.requests] == ["/v1/models", "/v1/images/generations"]


@pytest.mark.parametrize(
    "url", ["https://api.deepshi.ai/x.png", "data:image/png,plain", "data:image/png;base64,%%%", "file:///x"]
)
def test_trap_1_any_other_address_is_never_fetched(adapter: Deepshi, vendor: Changing, url: str) -> None:
    vendor.tell = {"data": [{"index": 0, "url": url}]}
    with pytest.raises(errors.AnswerLost):
        adapter.submit(ASKED, silent)
    assert len(vendor.requests) == 2


@pytest.mark.parametrize(
    ("dollars", "micros"),
    [
        (0.01, 10_000),
        (0.1 + 0.2, 300_000),
        (0.0000005, 1),
        (0.0000004, 0),
        (1e-7, 0),
        (2, 2_000_000),
        ("0.0672", 67_200),
        (Decimal("0.0672"), 67_200),
        (-0.01, None),
        (float("nan"), None),
        (float("inf"), None),
        (1e9, None),
        (True, None),
        ("free", None),
        (None, None),
    ],
)
def test_trap_2_the_cost_is_a_float_and_becomes_whole_micros(dollars: object, micros: int | None) -> None:
    assert micros_of(dollars) == micros


WRONG_SIZES: list[dict[str, Any]] = [
    {"model": "nano-banana-2", "width": 1024, "height": 1024},
    {"model": "flux-2-pro", "aspect_ratio": "16:9"},
    {"model": "grok-imagine", "aspect_ratio": "16:9", "resolution": "2K"},
    {"model": "gpt-image-2", "width": 1024, "height": 1024},
    {"model": "gpt-image-2", "preset": "auto_2K"},
    {"model": "flux-2-pro", "width": 8192, "height": 1024},
    {"model": "grok-imagine", "aspect_ratio": "21:9"},
    {"model": "flux-2-pro", "quality": "high"},
    {"model": "gpt-image-2", "seed": 7},
    {"model": "seedream-4.5", "output_format": "jpeg"},
    {"model": "flux-2-pro", "references": tuple(image(8) for _ in range(9))},
]


@pytest.mark.parametrize("change", WRONG_SIZES, ids=lambda change: ",".join(map(str, change)))
def test_trap_3_what_a_model_would_ignore_and_bill_is_refused_before(
    adapter: Deepshi, vendor: Changing, change: dict[str, Any]
) -> None:
    with pytest.raises(errors.InvalidRequest):
        adapter.submit(replace(ASKED, **change), silent)
    assert vendor.bills == []


IGNORED: list[tuple[dict[str, Any], str, bool]] = [
    ({"width": 1536, "height": 1024}, "1024x1024", True),
    ({"width": 1536, "height": 1024}, "1520x1024", False),
    ({"width": 1536, "height": 1024}, "unknown", False),
    ({"model": "grok-imagine", "aspect_ratio": "16:9"}, "1024x1024", True),
    ({"model": "grok-imagine", "aspect_ratio": "16:9"}, "1280x704", False),
    ({"model": "nano-banana-2", "aspect_ratio": "1:1", "resolution": "2K"}, "1024x1024", True),
    ({"model": "nano-banana-2", "aspect_ratio": "16:9", "resolution": "2K"}, "2752x1536", False),
    ({"model": "gpt-image-2", "preset": "1536x1024"}, "1024x1024", True),
    ({"model": "seedream-4.5", "preset": "auto_2K"}, "1664x2496", False),
]


@pytest.mark.parametrize(("change", "size", "ignored"), IGNORED)
def test_trap_3_a_size_that_was_ignored_all_the_same_is_told(
    adapter: Deepshi, vendor: Changing, change: dict[str, Any], size: str, ignored: bool
) -> None:
    vendor.tell = {"size": size}
    if not ignored:
        assert adapter.submit(replace(ASKED, **change), silent).outputs
        return
    with pytest.raises(errors.InvalidRequest, match="ignored the size"):
        adapter.submit(replace(ASKED, **change), silent)


def test_trap_4_the_list_of_models_is_kept_for_each_key(vendor: Changing, adapter: Deepshi) -> None:
    narrow = Deepshi(Config(key="sk-bf-narrow0123456789", url=vendor.url))
    with pytest.raises(errors.ModelUnavailable):
        narrow.submit(ASKED, silent)
    assert vendor.bills == []
    for _call in range(3):
        adapter.submit(ASKED, silent)
    assert narrow.submit(replace(ASKED, model="deepshi-banana-pro"), silent).outputs
    asked = [request.headers["authorization"] for request in vendor.requests if request.method == "GET"]
    assert asked == ["Bearer sk-bf-narrow0123456789", f"Bearer {KEY}"]


def test_trap_5_no_size_is_ever_sent(adapter: Deepshi, vendor: Changing) -> None:
    for model, asked, _sent, _made in SIZES:
        adapter.submit(replace(ASKED, model=model, **asked), silent)
    assert not any("size" in bill.fields for bill in vendor.bills)


@pytest.mark.parametrize("partials", [0, 1])
def test_the_prompt_may_not_be_longer_than_the_list_says(
    adapter: Deepshi, vendor: Changing, partials: int
) -> None:
    request = replace(ASKED, model="deepshi-banana-pro", partials=partials)
    adapter.submit(replace(request, prompt="x" * 8_000), silent)
    with pytest.raises(errors.PromptTooLong, match="8,000"):
        adapter.submit(replace(request, prompt="x" * 8_001), silent)
    assert len(vendor.requests) == 2


def test_a_list_without_details_leaves_the_limits_to_the_vendor(adapter: Deepshi, vendor: Changing) -> None:
    vendor.bare = True
    assert adapter.submit(ASKED, silent).outputs
    with pytest.raises(errors.PromptTooLong) as caught:
        adapter.submit(replace(ASKED, model="deepshi-banana-pro", prompt="x" * 8_001), silent)
    assert (caught.value.status, caught.value.vendor_code) == (400, "PROMPT_TOO_LONG")
    adapter.submit(replace(ASKED, model="nano-banana-2", width=1024, height=1024), silent)
    assert "width" in vendor.bills[1].fields


def test_a_model_that_knows_no_format_is_not_told_one(adapter: Deepshi, vendor: Changing) -> None:
    adapter.submit(replace(ASKED, model="deepshi-image-1"), silent)
    assert "output_format" not in vendor.bills[0].fields
    with pytest.raises(errors.InvalidRequest):
        adapter.submit(replace(ASKED, model="deepshi-image-1", output_format="jpeg"), silent)


REFUSED: list[dict[str, Any]] = [
    {"kind": "upscale"},
    {"kind": "inpaint", "references": (image(8),)},
    {"kind": "edit"},
    {"n": 0},
    {"n": 5},
    {"model": "deepshi-banana-pro", "n": 2},
    {"model": "deepshi-image-1", "n": 2},
    {"references": tuple(image(8) for _ in range(15))},
    {"references": (image(8),), "mask": image(8)},
    {"negative_prompt": "rain"},
    {"width": 1024},
    {"resolution": "2K"},
    {"preset": "auto_2K", "aspect_ratio": "1:1"},
    {"output_format": "avif"},
    {"output_compression": 50},
    {"quality": "max"},
    {"background": "transparent"},
    {"moderation": "low"},
    {"style": "vivid"},
    {"strength": 0.5},
    {"extra": {"width": 64}},
    {"extra": {"stream": True}},
]


@pytest.mark.parametrize("change", REFUSED, ids=lambda change: ",".join(change))
def test_what_no_model_can_do_is_refused_before_anything_is_sent(
    adapter: Deepshi, vendor: Changing, change: dict[str, Any]
) -> None:
    with pytest.raises(errors.InvalidRequest):
        adapter.submit(replace(ASKED, **change), silent)
    assert vendor.requests == []


def test_a_parameter_that_no_form_can_hold_is_refused(adapter: Deepshi, vendor: Changing) -> None:
    with pytest.raises(errors.InvalidRequest):
        adapter.submit(replace(ASKED, references=(image(8),), extra={"nested": {"a": 1}}), silent)
    assert vendor.bills == []


def test_the_check_counts_the_models_of_the_key_or_says_what_is_wrong(vendor: Changing) -> None:
    health = Deepshi(Config(key=KEY, url=vendor.url)).check()
    assert (health.ok, health.message) == (True, "It answers and lists 10 models for this key.")
    wrong = Deepshi(Config(key="sk-wrong-canary", url=vendor.url)).check()
    assert not wrong.ok
    assert "canary" not in wrong.message


def test_without_an_address_it_speaks_to_deepshi_itself() -> None:
    assert "https://api.deepshi.ai/v1" in repr(vars(Deepshi(Config(key=KEY))))
