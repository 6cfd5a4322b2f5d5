"""The BFL adapter against the simulator: every parameter, and each trap of the vendor's wire by name."""

from __future__ import annotations

import base64
import hashlib
import io
import time
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from providers import errors
from providers.adapters.bfl import BFL
from providers.adapters.bfl import adapter as bfl_adapter
from providers.base import Config, Finished, ImageRequest, InputImage, Ticket, Waiting
from providers.masks import white_where_clear
from tests.providers.calls import finished, silent
from tests.providers.cases import KEY
from tests.providers.simulators import base
from tests.providers.simulators.base import Fault, sha256
from tests.providers.simulators.bfl import BFLSimulator
from tests.providers.simulators.pictures import jpeg, png, png_facts

NAME = "bfl"
ASKED = ImageRequest(model="flux-2-pro", prompt="an otter", width=64, height=64, deadline_seconds=20)
RATIO = replace(ASKED, model="flux-kontext-pro", width=None, height=None, aspect_ratio="16:9")


def sent(adapter: BFL, vendor: BFLSimulator, request: ImageRequest) -> dict[str, Any]:
    """The parameters, pictures aside, that arrived for a request."""
    finished(adapter, request)
    return dict(vendor.bills[-1].fields)


def image(size: int, *, clear: bool = False, role: str = "subject") -> InputImage:
    return InputImage(png(size, size, (size, 0, 0), transparent=clear), "image/png", size, size, role)


def test_a_plain_request_sends_the_least_and_brings_a_picture(adapter: BFL, vendor: BFLSimulator) -> None:
    found = finished(adapter, replace(ASKED, width=None, height=None))
    assert dict(vendor.bills[0].fields) == {"prompt": "an otter", "output_format": "png"}
    assert vendor.bills[0].path == "/v1/flux-2-pro"
    assert vendor.bills[0].key_sha256 == hashlib.sha256(KEY.encode()).hexdigest()
    assert [output.mime for output in found.outputs] == ["image/png"]
    assert (found.outputs[0].seed, found.vendor_ref) == (42, next(iter(vendor.tasks)))


EVERY = {"safety_tolerance": 5, "prompt_upsampling": False}


@pytest.mark.parametrize(
    ("request_", "fields"),
    [
        (replace(ASKED, seed=7, output_format="webp", extra=EVERY), {"width": 64, "height": 64, "seed": 7}),
        (
            replace(ASKED, model="flux-2-flex", extra={"steps": 20, "guidance": 2.5}),
            {"width": 64, "height": 64},
        ),
        (replace(RATIO, extra=EVERY), {"aspect_ratio": "16:9"}),
        (
            replace(RATIO, model="flux-pro-1.1-ultra", strength=0.3, extra={"raw": True}),
            {"aspect_ratio": "16:9", "image_prompt_strength": 0.3},
        ),
        (replace(ASKED, model="flux-dev", width=1440, height=256), {"width": 1440, "height": 256}),
        (
            replace(RATIO, model="flux-3-image", resolution="1K", n=2, extra={"moderation": 4}),
            {"aspect_ratio": "16:9", "resolution": "1k", "images": 2},
        ),
        (
            replace(RATIO, extra={"webhook_url": "https://me.example/", "webhook_secret": "s"}),
            {"aspect_ratio": "16:9"},
        ),
    ],
    ids=lambda value: getattr(value, "model", ""),
)
def test_every_parameter_of_a_model_arrives_as_it_was_asked(
    adapter: BFL, vendor: BFLSimulator, request_: ImageRequest, fields: dict[str, Any]
) -> None:
    assert sent(adapter, vendor, request_) == {
        "prompt": "an otter",
        "output_format": request_.output_format,
        **fields,
        **request_.extra,
    }


def test_eight_references_arrive_in_order(adapter: BFL, vendor: BFLSimulator) -> None:
    references = tuple(image(16 + number) for number in range(8))
    finished(adapter, replace(ASKED, kind="edit", references=references))
    assert vendor.bills[0].images == tuple(sha256(reference.data) for reference in references)
    body = vendor.requests[0].body
    assert all(f'"input_image_{number}"'.encode() in body for number in range(2, 9))


@pytest.mark.parametrize(
    ("model", "most"), [("flux-2-klein-4b", 4), ("flux-kontext-pro", 4), ("flux-dev", 0)]
)
def test_a_reference_too_many_is_refused_before_it_costs(
    adapter: BFL, vendor: BFLSimulator, model: str, most: int
) -> None:
    plain = replace(RATIO if "kontext" in model else ASKED, model=model, width=None, height=None)
    finished(adapter, replace(plain, references=tuple(image(16 + n) for n in range(most))))
    with pytest.raises(errors.InvalidRequest):
        adapter.submit(replace(plain, references=tuple(image(16 + n) for n in range(most + 1))), silent)
    assert len(vendor.bills) == 1


@pytest.mark.parametrize("model", ["flux-pro-1.1", "flux-pro-1.1-ultra"])
def test_an_image_prompt_goes_under_its_own_name(adapter: BFL, vendor: BFLSimulator, model: str) -> None:
    plain = replace(ASKED, model=model, width=None, height=None, strength=0.1, references=(image(16),))
    assert sent(adapter, vendor, plain)["image_prompt_strength"] == 0.1
    assert b'"image_prompt":' in vendor.requests[0].body


def test_an_area_is_repainted_where_our_mask_is_clear_and_theirs_is_white(
    adapter: BFL, vendor: BFLSimulator
) -> None:
    mask = Image.new("RGBA", (40, 30), (9, 9, 9, 255))
    mask.paste((0, 0, 0, 0), (10, 10, 20, 20))
    packed = io.BytesIO()
    mask.save(packed, "png")
    request = ImageRequest(
        model="flux-pro-1.0-fill",
        prompt="",
        kind="inpaint",
        references=(image(40),),
        mask=InputImage(packed.getvalue(), "image/png", 40, 30, "mask"),
        extra={"steps": 15, "guidance": 60},
    )
    with pytest.raises(errors.InvalidRequest):
        adapter.submit(request, silent)
    finished(adapter, replace(request, extra={"steps": 15}))
    assert vendor.bills[0].mask == sha256(white_where_clear(packed.getvalue()))
    read = Image.open(io.BytesIO(white_where_clear(packed.getvalue())))
    assert (read.mode, read.size) == ("L", (40, 30))
    assert (read.getpixel((15, 15)), read.getpixel((5, 5)), read.getpixel((20, 20))) == (255, 0, 0)


def test_margins_are_added_to_a_picture(adapter: BFL, vendor: BFLSimulator) -> None:
    request = ImageRequest(
        model="flux-pro-1.0-expand",
        prompt="",
        kind="expand",
        references=(image(16),),
        extra={"top": 0, "bottom": 2048, "left": 5, "right": 6},
    )
    assert sent(adapter, vendor, request) == {"output_format": "png", **request.extra}


CANNOT: list[dict[str, Any]] = [
    {"n": 2},
    {"negative_prompt": "rain"},
    {"quality": "high"},
    {"style": "vivid"},
    {"moderation": "low"},
    {"partials": 1},
    {"background": "transparent"},
    {"output_compression": 50},
    {"strength": 0.5},
    {"resolution": "1K"},
    {"preset": "square"},
    {"aspect_ratio": "1:1"},
    {"width": 65, "height": 64},
    {"width": 4096, "height": 4096},
    {"kind": "inpaint"},
    {"kind": "edit"},
    {"prompt": " "},
    {"mask": image(16, clear=True)},
    {"extra": {"raw": True}},
    {"extra": {"prompt": "another"}},
]


@pytest.mark.parametrize("change", CANNOT, ids=lambda change: next(iter(change)))
def test_what_a_model_cannot_do_is_refused_before_it_costs(
    adapter: BFL, vendor: BFLSimulator, change: dict[str, Any]
) -> None:
    with pytest.raises(errors.InvalidRequest):
        adapter.submit(replace(ASKED, **change), silent)
    assert vendor.requests == []


def test_trap_1_the_address_to_ask_at_is_used_as_it_was_told(adapter: BFL, vendor: BFLSimulator) -> None:
    finished(adapter, ASKED)
    assert [request.path for request in vendor.requests][:2] == ["/v1/flux-2-pro", "/eu2/v1/get_result"]


@pytest.mark.parametrize(
    "address",
    [
        "https://api.bfl.ai.evil.example/v1/get_result?id=1",
        "https://evilbfl.ai/v1/get_result?id=1",
        "http://api.eu2.bfl.ai/v1/get_result?id=1",
        "https://key@api.eu2.bfl.ai/v1/get_result?id=1",
        "https://api.eu2.bfl.ai:8443/v1/get_result?id=1",
        "https://127.0.0.1/v1/get_result?id=1",
        "file:///etc/passwd",
        "https://[",
        7,
    ],
)
def test_trap_1_the_key_goes_to_no_address_outside_the_vendors_own(
    adapter: BFL, vendor: BFLSimulator, monkeypatch: pytest.MonkeyPatch, address: object
) -> None:
    monkeypatch.setattr(
        BFLSimulator, "_accepted", lambda self, number, task: {"id": number, "polling_url": address}
    )
    with pytest.raises(errors.AnswerLost) as caught:
        adapter.submit(ASKED, silent)
    assert (caught.value.unknown, len(vendor.bills)) == (True, 1)
    with pytest.raises(errors.AnswerLost):
        adapter.poll(Ticket("1", {"polling_url": str(address)}))
    assert len(vendor.requests) == 1


def test_the_vendors_regions_may_be_asked(adapter: BFL) -> None:
    for host in ("api.bfl.ai", "api.eu2.bfl.ai", "api.us1.bfl.ai"):
        assert adapter._client.is_own(f"https://{host}/v1/get_result?id=1")


def test_a_task_with_a_webhook_is_asked_for_the_old_way(adapter: BFL, vendor: BFLSimulator) -> None:
    request = replace(ASKED, extra={"webhook_url": "https://me.example/", "webhook_secret": "s"})
    ticket = adapter.submit(request, silent)
    assert "polling_url" not in ticket.data
    assert isinstance(adapter.poll(ticket), Finished)
    assert vendor.requests[1].path == "/v1/get_result"


def test_the_key_never_goes_where_the_picture_lies(adapter: BFL, vendor: BFLSimulator) -> None:
    ticket = adapter.submit(ASKED, silent)
    adapter.poll(ticket)
    assert vendor.requests[-1].path.startswith("/results/")
    assert KEY not in str(vendor.requests[-1].headers)
    assert KEY not in str(ticket)


def test_trap_2_one_picture_comes_of_one_request_except_from_flux_3(
    adapter: BFL, vendor: BFLSimulator
) -> None:
    found = finished(adapter, replace(RATIO, model="flux-3-image", n=3))
    assert (len(found.outputs), len(vendor.bills), found.billed_micros) == (3, 1, 144_000)
    with pytest.raises(errors.InvalidRequest):
        adapter.submit(replace(ASKED, n=2), silent)


def test_what_the_vendor_billed_is_micros_without_a_rounding_error(
    adapter: BFL, vendor: BFLSimulator
) -> None:
    request = replace(ASKED, model="flux-2-klein-4b", width=2048, height=2048, references=(image(16),))
    assert finished(adapter, request).billed_micros == 14_000 + 3 * 1_000 + 1_000


def test_trap_4_the_format_is_said_since_left_out_it_would_be_jpeg(
    adapter: BFL, vendor: BFLSimulator
) -> None:
    for fmt, start in (("png", b"\x89PNG"), ("jpeg", b"\xff\xd8\xff"), ("webp", b"RIFF")):
        output = finished(adapter, replace(ASKED, output_format=fmt)).outputs[0]
        assert (output.mime, output.data[: len(start)]) == (f"image/{fmt}", start)
        assert vendor.bills[-1].fields["output_format"] == fmt


def test_trap_5_kontext_gets_a_ratio_and_never_pixels(adapter: BFL, vendor: BFLSimulator) -> None:
    fields = sent(adapter, vendor, replace(RATIO, width=1536, height=864))
    assert fields["aspect_ratio"] == "16:9"
    assert not {"width", "height"} & set(fields)
    assert "aspect_ratio" not in sent(adapter, vendor, replace(RATIO, aspect_ratio="auto"))
    for refused in (
        {"aspect_ratio": "", "width": 64, "height": 64},
        {"aspect_ratio": "5:2"},
        {"aspect_ratio": "wide"},
    ):
        with pytest.raises(errors.InvalidRequest):
            adapter.submit(replace(RATIO, **refused), silent)


def test_the_prompt_as_it_was_read_is_told_where_it_was_rewritten(adapter: BFL) -> None:
    assert finished(adapter, ASKED).outputs[0].revised_prompt == ""
    found = finished(adapter, replace(ASKED, extra={"prompt_upsampling": True}))
    assert found.outputs[0].revised_prompt == "A detailed picture of: an otter"


@pytest.mark.parametrize("status", ["Pending", "Queued", "Processing", "task_running", "Reviewing"])
def test_a_task_that_is_not_over_is_asked_for_again(adapter: BFL, vendor: BFLSimulator, status: str) -> None:
    vendor.seconds, vendor.status = 60.0, status
    answer = adapter.poll(adapter.submit(ASKED, silent))
    assert isinstance(answer, Waiting)
    assert 0.5 <= answer.seconds <= 1
    assert answer.fraction == 0.25


def test_the_25th_task_at_a_time_is_one_too_many_and_the_7th_of_kontext_max(
    adapter: BFL, vendor: BFLSimulator
) -> None:
    vendor.seconds = 60.0
    for request, most in ((replace(RATIO, model="flux-kontext-max"), 6), (ASKED, 18)):
        for _ in range(most):
            adapter.submit(request, silent)
        with pytest.raises(errors.RateLimited) as caught:
            adapter.submit(request, silent)
        assert caught.value.safe_to_resend
    assert len(vendor.bills) == 24


def test_a_task_is_forgiven_for_being_unknown_in_its_first_moments(
    adapter: BFL, vendor: BFLSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor.fault = Fault(base.LOST)
    ticket = adapter.submit(ASKED, silent)
    assert isinstance(adapter.poll(ticket), Waiting)
    later = time.time() + bfl_adapter.NEW_SECONDS
    monkeypatch.setattr(time, "time", lambda: later)
    with pytest.raises(errors.TaskFailed) as caught:
        adapter.poll(ticket)
    assert (caught.value.retryable, caught.value.unknown, caught.value.vendor_ref) == (
        False,
        False,
        ticket.id,
    )


def test_a_picture_is_fetched_from_the_vendors_hosts_alone(
    adapter: BFL, vendor: BFLSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    for link in (
        "https://delivery-eu1.bfl.ai.evil.example/x.png",
        "http://169.254.169.254/",
        "file:///etc/passwd",
    ):
        monkeypatch.setattr(BFLSimulator, "_link", lambda self, *of, link=link: link)
        with pytest.raises(errors.AnswerLost):
            finished(adapter, ASKED)
    assert not any(request.path.startswith("/results/") for request in vendor.requests)


def test_an_address_past_its_ten_minutes_is_expired(adapter: BFL, vendor: BFLSimulator) -> None:
    vendor.fault = Fault(base.EXPIRED_URL)
    with pytest.raises(errors.ResultExpired):
        finished(adapter, ASKED)
    assert adapter.facts.result_seconds == 600


def test_staff_see_how_many_credits_are_left(adapter: BFL, vendor: BFLSimulator) -> None:
    assert adapter.check().message == "It answers. 1234.5 credits are left."
    assert not BFL(Config(key="wrong", url=vendor.url)).check().ok


def test_a_picture_is_what_was_asked_for(adapter: BFL, vendor: BFLSimulator) -> None:
    found = finished(adapter, replace(ASKED, width=96, height=64))
    assert png_facts(found.outputs[0].data) == (96, 64, False)
    photo = InputImage(jpeg(16, 16, (1, 2, 3)), "image/jpeg", 16, 16)
    finished(adapter, replace(ASKED, references=(photo,)))
    assert base64.b64encode(photo.data) in vendor.requests[-3].body
