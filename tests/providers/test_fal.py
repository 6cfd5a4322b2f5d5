"""The fal adapter against the simulator: each trap of the vendor's wire by name, and where its key may go."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from providers import errors
from providers.adapters.fal import Fal
from providers.adapters.fal.models import FAMILIES
from providers.base import Finished, ImageRequest, InputImage, Ticket, Waiting
from tests.providers.calls import finished, silent
from tests.providers.cases import KEY
from tests.providers.simulators import base
from tests.providers.simulators.base import Fault, sha256
from tests.providers.simulators.fal import FalSimulator, Task
from tests.providers.simulators.pictures import jpeg, png

NAME = "fal"
ASKED = ImageRequest(model="fal-ai/flux/schnell", prompt="an otter", width=64, height=64, deadline_seconds=20)
PLAIN = replace(ASKED, width=None, height=None)
KONTEXT = replace(PLAIN, model="fal-ai/flux-pro/kontext", kind="edit")


def sent(adapter: Fal, vendor: FalSimulator, request: ImageRequest) -> dict[str, Any]:
    """The parameters, pictures aside, that arrived for a request."""
    finished(adapter, request)
    return dict(vendor.bills[-1].fields)


def image(size: int, *, clear: bool = False, role: str = "subject") -> InputImage:
    return InputImage(png(size, size, (size, 0, 0), transparent=clear), "image/png", size, size, role)


def test_trap_1_status_and_result_leave_the_sub_path_out(adapter: Fal, vendor: FalSimulator) -> None:
    ticket = adapter.submit(replace(KONTEXT, references=(image(16),)), silent)
    adapter.poll(ticket)
    paths = [request.path for request in vendor.requests]
    task = f"/fal-ai/flux-pro/requests/{ticket.id}"
    assert paths[:3] == ["/fal-ai/flux-pro/kontext", f"{task}/status", task]


def test_trap_1_an_answer_that_names_no_address_is_followed_by_rule(
    adapter: Fal, vendor: FalSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FalSimulator, "accepted", lambda self, number, task: {"request_id": number})
    finished(adapter, replace(KONTEXT, references=(image(16),)))
    assert vendor.requests[1].path.startswith("/fal-ai/flux-pro/requests/")


@pytest.mark.parametrize(
    "address",
    [
        "https://queue.fal.run.evil.example/fal-ai/flux/requests/1",
        "https://evilqueue.fal.run/fal-ai/flux/requests/1",
        "https://fal.run/fal-ai/flux/requests/1",
        "http://queue.fal.run/fal-ai/flux/requests/1",
        "https://key@queue.fal.run/fal-ai/flux/requests/1",
        "https://queue.fal.run:8443/fal-ai/flux/requests/1",
        "https://127.0.0.1/fal-ai/flux/requests/1",
        "file:///etc/passwd",
        7,
    ],
)
@pytest.mark.parametrize("name", ["status_url", "response_url", "cancel_url"])
def test_the_key_goes_to_no_address_outside_the_queue(
    adapter: Fal, vendor: FalSimulator, monkeypatch: pytest.MonkeyPatch, name: str, address: object
) -> None:
    told = FalSimulator.accepted
    monkeypatch.setattr(
        FalSimulator, "accepted", lambda self, number, task: told(self, number, task) | {name: address}
    )
    with pytest.raises(errors.AnswerLost) as caught:
        adapter.submit(ASKED, silent)
    assert (caught.value.unknown, len(vendor.bills)) == (True, 1)
    lost = Ticket("1", dict.fromkeys(("status_url", "response_url", "cancel_url"), str(address)))
    with pytest.raises(errors.AnswerLost):
        adapter.poll(lost)
    assert adapter.cancel(lost) is False
    assert len(vendor.requests) == 1


def test_trap_2_202_says_that_the_task_goes_on(adapter: Fal, vendor: FalSimulator) -> None:
    vendor.queued, vendor.seconds = 60.0, 60.0
    ahead = [adapter.submit(ASKED, silent) for _ in range(4)]
    first, third = (adapter.poll(ticket) for ticket in (ahead[0], ahead[2]))
    assert (first, third) == (Waiting(0.75), Waiting(2.25))
    vendor.queued = 0.0
    assert adapter.poll(adapter.submit(ASKED, silent)) == Waiting(0.75, fraction=0.4)
    assert vendor.requests[-1].query == {"logs": ["1"]}


def test_an_address_with_a_query_of_its_own_keeps_it(
    adapter: Fal, vendor: FalSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = FalSimulator.accepted

    def signed(self: FalSimulator, number: str, task: Task) -> dict[str, Any]:
        ticket = told(self, number, task)
        return ticket | {"status_url": f"{ticket['status_url']}?part=2"}

    monkeypatch.setattr(FalSimulator, "accepted", signed)
    finished(adapter, ASKED)
    assert vendor.requests[1].query == {"part": ["2"], "logs": ["1"]}


def test_trap_3_completed_is_not_success(adapter: Fal, vendor: FalSimulator) -> None:
    vendor.fault = Fault(base.TASK_FAILED)
    with pytest.raises(errors.TaskFailed) as caught:
        finished(adapter, ASKED)
    assert (caught.value.message, caught.value.vendor_code) == ("Runner error", "runner_server_error")
    assert (caught.value.retryable, caught.value.unknown) == (False, False)
    assert caught.value.vendor_ref == next(iter(vendor.tasks))
    assert vendor.bills == []


def test_trap_4_the_result_is_fetched_with_the_question_that_finds_it(
    adapter: Fal, vendor: FalSimulator
) -> None:
    finished(adapter, ASKED)
    assert [request.method for request in vendor.requests] == ["POST", "GET", "GET", "GET"]
    assert vendor.requests[-1].path.startswith("/files/")
    vendor.kept = -1.0
    with pytest.raises(errors.ResultExpired):
        finished(adapter, ASKED)
    assert adapter.facts.result_seconds == 360


@pytest.mark.parametrize("tolerance", [5, "5"])
def test_trap_5_the_safety_tolerance_is_a_text(adapter: Fal, vendor: FalSimulator, tolerance: object) -> None:
    request = replace(KONTEXT, references=(image(16),), extra={"safety_tolerance": tolerance})
    assert sent(adapter, vendor, request)["safety_tolerance"] == "5"
    with pytest.raises(errors.InvalidRequest):
        adapter.submit(replace(request, extra={"safety_tolerance": 7}), silent)


def test_trap_6_pictures_go_along_as_data_uris(adapter: Fal, vendor: FalSimulator) -> None:
    photo = InputImage(jpeg(16, 16, (1, 2, 3)), "image/jpeg", 16, 16)
    finished(adapter, replace(KONTEXT, references=(photo,)))
    told = json.loads(vendor.requests[0].body)["image_url"]
    assert told == f"data:image/jpeg;base64,{base64.b64encode(photo.data).decode()}"
    several = tuple(image(16 + number) for number in range(10))
    finished(adapter, replace(KONTEXT, model="fal-ai/bytedance/seedream/v4/edit", references=several))
    assert vendor.bills[1].images == tuple(sha256(reference.data) for reference in several)
    with pytest.raises(errors.InvalidRequest):
        adapter.submit(
            replace(KONTEXT, model="fal-ai/bytedance/seedream/v4/edit", references=(*several, image(40))),
            silent,
        )


def test_trap_7_what_is_wrong_is_told_with_the_result(
    adapter: Fal, vendor: FalSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(FAMILIES, "fal-ai/flux/schnell", replace(FAMILIES["fal-ai/flux/schnell"], max_n=99))
    ticket = adapter.submit(replace(ASKED, n=50), silent)
    with pytest.raises(errors.InvalidRequest) as caught:
        adapter.poll(ticket)
    assert caught.value.message == "num_images: Input is out of range"
    assert (caught.value.status, caught.value.vendor_code) == (422, "less_than_equal")
    assert len(vendor.bills) == 1


def test_trap_8_the_word_before_the_key_is_key(adapter: Fal, vendor: FalSimulator) -> None:
    finished(adapter, ASKED)
    told = [request.headers.get("authorization") for request in vendor.requests]
    assert told == [f"Key {KEY}"] * 3 + [None]


def test_the_vendor_may_try_again_until_the_jobs_time_is_over(adapter: Fal, vendor: FalSimulator) -> None:
    finished(adapter, replace(ASKED, deadline_seconds=90.5))
    finished(adapter, replace(ASKED, deadline_seconds=1.0))
    submits = [request.headers for request in vendor.requests if request.method == "POST"]
    assert [headers["x-fal-request-timeout"] for headers in submits] == ["91", "2"]
    assert all("x-fal-no-retry" not in headers for headers in submits)
    kept = json.loads(submits[0]["x-fal-object-lifecycle-preference"])
    assert kept == {"expiration_duration_seconds": 86400}


@pytest.mark.parametrize(
    "link", ["https://v3.fal.media.evil.example/x.png", "http://169.254.169.254/", "file:///etc/passwd"]
)
def test_a_picture_is_fetched_from_the_vendors_hosts_alone(
    adapter: Fal, vendor: FalSimulator, monkeypatch: pytest.MonkeyPatch, link: str
) -> None:
    monkeypatch.setattr(FalSimulator, "_image", lambda self, *of: {"url": link})
    with pytest.raises(errors.AnswerLost):
        finished(adapter, ASKED)
    assert not any(request.path.startswith("/files/") for request in vendor.requests)


def test_a_waiting_task_can_be_stopped_and_one_that_is_over_cannot(
    adapter: Fal, vendor: FalSimulator
) -> None:
    vendor.queued = 60.0
    ticket = adapter.submit(ASKED, silent)
    assert adapter.cancel(ticket)
    assert vendor.requests[-1].method == "PUT"
    assert vendor.bills == []
    with pytest.raises(errors.TaskFailed) as caught:
        adapter.poll(ticket)
    assert caught.value.vendor_code == "client_cancelled"
    vendor.queued = 0.0
    over = adapter.submit(ASKED, silent)
    assert not adapter.cancel(over)
    assert isinstance(adapter.poll(over), Finished)
    assert not adapter.cancel(
        replace(over, data=dict(over.data) | {"cancel_url": f"{vendor.url}/fal-ai/flux/requests/x/cancel"})
    )
