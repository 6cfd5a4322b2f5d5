"""The Replicate adapter against the simulator: every parameter, and each trap of the vendor's wire by name."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from dataclasses import replace
from typing import Any

import pytest
from replicate.prediction import Prediction

from providers import errors
from providers.adapters.replicate import Replicate
from providers.adapters.replicate.answer import fraction_of
from providers.adapters.replicate.models import MODELS
from providers.adapters.replicate.request import cancel_after
from providers.base import Config, Finished, ImageRequest, InputImage, Ticket, Waiting
from tests.providers.calls import finished, silent
from tests.providers.cases import KEY
from tests.providers.simulators import base
from tests.providers.simulators.base import Fault, sha256
from tests.providers.simulators.pictures import jpeg, png
from tests.providers.simulators.replicate import ReplicateSimulator

NAME = "replicate"
ASKED = ImageRequest(model="black-forest-labs/flux-schnell", prompt="an otter", deadline_seconds=20)
FLUX_2 = replace(ASKED, model="black-forest-labs/flux-2-pro")
KONTEXT = replace(ASKED, model="black-forest-labs/flux-kontext-pro", kind="edit")


def sent(adapter: Replicate, vendor: ReplicateSimulator, request: ImageRequest) -> dict[str, Any]:
    """The input as it arrived for a request, with its pictures."""
    finished(adapter, request)
    posted = [request for request in vendor.requests if request.method == "POST"]
    found: dict[str, Any] = json.loads(posted[-1].body)["input"]
    return found


def image(size: int = 16) -> InputImage:
    return InputImage(png(size, size, (size, 0, 0)), "image/png", size, size)


def test_a_plain_request_sends_the_least_and_brings_a_picture(
    adapter: Replicate, vendor: ReplicateSimulator
) -> None:
    found = finished(adapter, ASKED)
    posted = vendor.requests[0]
    assert json.loads(posted.body) == {
        "input": {"prompt": "an otter", "output_format": "png", "num_outputs": 1}
    }
    assert posted.path == "/v1/models/black-forest-labs/flux-schnell/predictions"
    assert vendor.bills[0].key_sha256 == hashlib.sha256(KEY.encode()).hexdigest()
    assert [output.mime for output in found.outputs] == ["image/png"]
    assert (found.vendor_ref, found.billed_micros) == (next(iter(vendor.predictions)), None)


EVERY = {"output_quality": 70, "disable_safety_checker": False, "go_fast": True, "num_inference_steps": 4}


@pytest.mark.parametrize(
    ("request_", "fields"),
    [
        (
            replace(ASKED, n=4, seed=7, aspect_ratio="21:9", output_format="jpeg", extra=EVERY),
            {"num_outputs": 4, "seed": 7, "aspect_ratio": "21:9", "output_format": "jpg", **EVERY},
        ),
        (
            replace(ASKED, model="black-forest-labs/flux-dev", seed=0, extra={"guidance": 3.5}),
            {"num_outputs": 1, "seed": 0, "output_format": "png", "guidance": 3.5},
        ),
        (
            replace(FLUX_2, resolution="4 MP", aspect_ratio="4:5", width=1792, height=2240),
            {"resolution": "4 MP", "aspect_ratio": "4:5", "output_format": "png"},
        ),
        (
            replace(FLUX_2, output_format="webp", extra={"safety_tolerance": 5}),
            {"output_format": "webp", "safety_tolerance": 5},
        ),
    ],
    ids=lambda value: getattr(value, "model", ""),
)
def test_every_parameter_of_a_model_arrives_as_it_was_asked(
    adapter: Replicate, vendor: ReplicateSimulator, request_: ImageRequest, fields: dict[str, Any]
) -> None:
    assert sent(adapter, vendor, request_) == {"prompt": "an otter", **fields}


def test_eight_references_arrive_in_order_as_data_uris(
    adapter: Replicate, vendor: ReplicateSimulator
) -> None:
    references = tuple(image(16 + number) for number in range(8))
    fields = sent(adapter, vendor, replace(FLUX_2, kind="edit", references=references))
    assert vendor.bills[0].images == tuple(sha256(reference.data) for reference in references)
    names = ["input_image", *(f"input_image_{number}" for number in range(2, 9))]
    assert [name for name in fields if name.startswith("input_image")] == names
    assert all(fields[name].startswith("data:image/png;base64,") for name in names)


def test_a_reference_goes_along_byte_for_byte_whatever_its_kind(
    adapter: Replicate, vendor: ReplicateSimulator
) -> None:
    photo = InputImage(jpeg(16, 16, (1, 2, 3)), "image/jpeg", 16, 16)
    fields = sent(adapter, vendor, replace(KONTEXT, references=(photo,)))
    assert fields["input_image"] == f"data:image/jpeg;base64,{base64.b64encode(photo.data).decode()}"


def test_an_edit_keeps_the_shape_of_its_picture_unless_another_is_chosen(
    adapter: Replicate, vendor: ReplicateSimulator
) -> None:
    edit = replace(KONTEXT, references=(image(),))
    for chosen, arrives in (("", "match_input_image"), ("auto", "match_input_image"), ("16:9", "16:9")):
        assert sent(adapter, vendor, replace(edit, aspect_ratio=chosen))["aspect_ratio"] == arrives
    assert "aspect_ratio" not in sent(adapter, vendor, replace(FLUX_2, aspect_ratio="auto"))


CANNOT: list[dict[str, Any]] = [
    {"n": 5},
    {"n": 0},
    {"negative_prompt": "rain"},
    {"quality": "high"},
    {"style": "vivid"},
    {"moderation": "low"},
    {"partials": 1},
    {"background": "transparent"},
    {"output_compression": 50},
    {"output_format": "avif"},
    {"strength": 0.5},
    {"resolution": "1 MP"},
    {"preset": "square"},
    {"aspect_ratio": "5:2"},
    {"width": 64, "height": 64},
    {"width": 64},
    {"kind": "inpaint"},
    {"kind": "edit"},
    {"prompt": " "},
    {"mask": image()},
    {"references": (image(),)},
    {"extra": {"guidance": 3}},
    {"extra": {"prompt": "another"}},
]


@pytest.mark.parametrize("change", CANNOT, ids=lambda change: next(iter(change)))
def test_what_a_model_cannot_do_is_refused_before_it_costs(
    adapter: Replicate, vendor: ReplicateSimulator, change: dict[str, Any]
) -> None:
    with pytest.raises(errors.InvalidRequest):
        adapter.submit(replace(ASKED, **change), silent)
    assert vendor.requests == []


def test_a_name_that_is_no_model_becomes_no_address(adapter: Replicate, vendor: ReplicateSimulator) -> None:
    for name in ("", "../../account", "me/mine", "black-forest-labs/flux-dev?x="):
        with pytest.raises(errors.ModelUnavailable):
            adapter.submit(replace(ASKED, model=name), silent)
    assert vendor.requests == []


@pytest.mark.parametrize(
    ("request_", "count"),
    [(replace(ASKED, n=3), 3), (FLUX_2, 1), (replace(KONTEXT, references=(image(),)), 1)],
)
def test_trap_the_output_is_a_list_or_a_text_by_model(
    adapter: Replicate, vendor: ReplicateSimulator, request_: ImageRequest, count: int
) -> None:
    found = finished(adapter, request_)
    assert len(found.outputs) == count
    assert len({output.data for output in found.outputs}) == count
    told = vendor._envelope(*next(iter(vendor.predictions.items())))["output"]
    assert isinstance(told, str if request_ is not ASKED and count == 1 else list)


def test_trap_the_output_may_be_null(adapter: Replicate, vendor: ReplicateSimulator) -> None:
    vendor.fault = Fault(base.NO_IMAGE)
    with pytest.raises(errors.EmptyResult):
        finished(adapter, ASKED)


def test_trap_files_live_for_an_hour_and_are_expired_then(
    adapter: Replicate, vendor: ReplicateSimulator
) -> None:
    assert adapter.facts.result_seconds == 3600
    vendor.fault = Fault(base.EXPIRED_URL, times=1)
    with pytest.raises(errors.ResultExpired):
        finished(adapter, ASKED)
    vendor.forgetful = True
    with pytest.raises(errors.ResultExpired):
        finished(adapter, ASKED)


def test_pictures_that_the_checker_took_away_leave_the_others(
    adapter: Replicate, vendor: ReplicateSimulator
) -> None:
    vendor.fault = Fault(base.FEWER)
    assert len(finished(adapter, replace(ASKED, n=4)).outputs) == 3


@pytest.mark.parametrize(("prefer", "status"), [("", 201), ("wait=0.01", 202)])
def test_trap_a_ticket_comes_with_201_and_with_202(
    adapter: Replicate, vendor: ReplicateSimulator, monkeypatch: pytest.MonkeyPatch, prefer: str, status: int
) -> None:
    vendor.seconds, waited, statuses = 60.0, ReplicateSimulator._waited, []

    def held(self: ReplicateSimulator, made: Any, asked: str) -> int:
        assert asked == ""
        statuses.append(waited(self, made, prefer))
        return statuses[-1]

    monkeypatch.setattr(ReplicateSimulator, "_waited", held)
    ticket = adapter.submit(ASKED, silent)
    assert (ticket.id, statuses) == (next(iter(vendor.predictions)), [status])


def test_a_prediction_waits_starts_and_is_asked_for_again_until_it_is_over(
    adapter: Replicate, vendor: ReplicateSimulator
) -> None:
    vendor.queue, vendor.seconds = 60.0, 60.0
    ticket = adapter.submit(ASKED, silent)
    made = vendor.predictions[ticket.id]
    for status in ("starting", "processing"):
        assert made.status == status
        assert adapter.poll(ticket) == Waiting(1.0)
        made.begins_at = 0.0
    made.ready_at = 0.0
    assert isinstance(adapter.poll(ticket), Finished)


@pytest.mark.parametrize(("queue", "status"), [(0.0, "canceled"), (60.0, "aborted")])
def test_trap_canceled_and_aborted_are_final(
    adapter: Replicate, vendor: ReplicateSimulator, queue: float, status: str
) -> None:
    vendor.queue, vendor.seconds = queue, 60.0
    ticket = adapter.submit(ASKED, silent)
    assert isinstance(adapter.poll(ticket), Waiting)
    vendor.predictions[ticket.id].until = time.monotonic()
    with pytest.raises(errors.TaskFailed) as caught:
        adapter.poll(ticket)
    assert (caught.value.vendor_code, caught.value.retryable) == (status, False)


@pytest.mark.parametrize(
    ("seconds", "told"), [(0.3, "5s"), (20, "20s"), (599.2, "600s"), (10_000, "1800s"), (-1, "5s")]
)
def test_trap_our_deadline_is_the_vendors_too(
    adapter: Replicate, vendor: ReplicateSimulator, seconds: float, told: str
) -> None:
    assert cancel_after(seconds) == told
    if seconds == 20:
        adapter.submit(ASKED, silent)
        assert vendor.requests[0].headers["cancel-after"] == told
        assert next(iter(vendor.predictions.values())).until <= time.monotonic() + 20


@pytest.mark.parametrize("slow", [False, True])
def test_cancel_stops_a_prediction_even_where_the_answer_comes_before_the_end(
    adapter: Replicate, vendor: ReplicateSimulator, slow: bool
) -> None:
    vendor.seconds, vendor.slow_to_stop = 60.0, slow
    ticket = adapter.submit(ASKED, silent)
    assert adapter.cancel(ticket) is True
    assert vendor.predictions[ticket.id].status == "canceled"
    with pytest.raises(errors.TaskFailed):
        adapter.poll(ticket)


def test_cancel_leaves_what_is_over_and_says_so(adapter: Replicate, vendor: ReplicateSimulator) -> None:
    ticket = adapter.submit(ASKED, silent)
    assert adapter.cancel(ticket) is False
    assert isinstance(adapter.poll(ticket), Finished)
    assert adapter.cancel(Ticket("unknown")) is False
    assert Replicate(Config(url=vendor.url)).cancel(ticket) is False


def test_a_tickets_id_cannot_leave_its_place_in_the_address(
    adapter: Replicate, vendor: ReplicateSimulator
) -> None:
    with pytest.raises(errors.TaskFailed):
        adapter.poll(Ticket("../account"))
    assert vendor.requests[0].path == "/v1/predictions/..%2Faccount"


def test_the_key_never_goes_where_the_picture_lies(adapter: Replicate, vendor: ReplicateSimulator) -> None:
    finished(adapter, ASKED)
    assert vendor.requests[-1].path.startswith("/delivery/")
    assert KEY not in str(vendor.requests[-1].headers)


@pytest.mark.parametrize(
    "link",
    [
        "https://replicate.delivery.evil.example/x.png",
        "https://evilreplicate.delivery/x.png",
        "http://replicate.delivery/x.png",
        "http://169.254.169.254/",
        "file:///etc/passwd",
        "data:image/png;base64,iVBORw0KGgo=",
    ],
)
def test_a_picture_is_fetched_from_the_vendors_hosts_alone(
    adapter: Replicate, vendor: ReplicateSimulator, monkeypatch: pytest.MonkeyPatch, link: str
) -> None:
    monkeypatch.setattr(ReplicateSimulator, "_link", lambda self, *of: link)
    with pytest.raises(errors.AnswerLost):
        finished(adapter, ASKED)
    assert not any(request.path.startswith("/delivery/") for request in vendor.requests)


@pytest.mark.parametrize(
    ("logs", "fraction"),
    [
        ("", None),
        ("Using seed: 7", None),
        (" 25%|##5       | 1/4 [00:00<00:00]\n 50%|#####     | 2/4 [00:01<00:00]", 0.5),
        ("100%|##########| 4/4 [00:02<00:00]\ndone", 1.0),
        ("200%|x| 2/1", 1.0),
    ],
)
def test_how_far_a_prediction_is_stands_in_its_logs_as_the_sdk_reads_them(
    adapter: Replicate, vendor: ReplicateSimulator, logs: str, fraction: float | None
) -> None:
    vendor.seconds, vendor.logs = 60.0, logs
    assert adapter.poll(adapter.submit(ASKED, silent)) == Waiting(1.0, fraction)
    read = Prediction.Progress.parse(logs)
    assert read is None or min(read.percentage, 1.0) == fraction
    for other in (None, 7, [logs]):
        assert fraction_of({"logs": other}) is None


def test_staff_see_whose_key_it_is(adapter: Replicate, vendor: ReplicateSimulator) -> None:
    assert adapter.check().message == "It answers for the account acme."
    assert not Replicate(Config(key="wrong", url=vendor.url)).check().ok


def test_every_shape_and_format_of_the_adapter_is_one_of_the_vendors(
    adapter: Replicate, vendor: ReplicateSimulator
) -> None:
    for name, model in MODELS.items():
        edit = replace(ASKED, model=name, kind=model.works[-1], references=(image(),) * model.references)
        for ratio in ("", *model.ratios):
            adapter.submit(replace(edit, aspect_ratio=ratio), silent)
        for fmt in model.formats:
            assert finished(adapter, replace(edit, output_format=fmt)).outputs[0].mime == f"image/{fmt}"
        for resolution in model.resolutions:
            adapter.submit(replace(edit, resolution=resolution), silent)
