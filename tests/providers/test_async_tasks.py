"""The adapter for tasks of seed 1 against the simulator: every parameter, each answer, and each trap by name."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from providers import errors
from providers.adapters.async_tasks import AsyncTasks
from providers.adapters.async_tasks import adapter as tasks_adapter
from providers.base import Config, Finished, ImageRequest, InputImage, Ticket, Waiting
from tests.providers.calls import finished, silent
from tests.providers.cases import KEY
from tests.providers.simulators import base
from tests.providers.simulators.async_tasks import AsyncTasksSimulator, Refused
from tests.providers.simulators.base import Fault, sha256
from tests.providers.simulators.pictures import png

NAME = "async_tasks"
ASKED = ImageRequest(model="gpt-image-2", prompt="an otter", deadline_seconds=20)


def image(size: int) -> InputImage:
    return InputImage(png(size, size, (size, 0, 0)), "image/png", size, size)


def paths(vendor: AsyncTasksSimulator) -> list[str]:
    return [request.path for request in vendor.requests if not request.path.startswith(("/v1/tasks", "/cdn"))]


def test_a_task_is_taken_with_202_and_brings_a_picture(
    adapter: AsyncTasks, vendor: AsyncTasksSimulator
) -> None:
    ticket = adapter.submit(ASKED, silent)
    assert ticket.id in vendor.tasks
    assert dict(vendor.bills[0].fields) == {
        "model": "gpt-image-2",
        "prompt": "an otter",
        "quality": "standard",
        "aspect_ratio": "auto",
        "n": 1,
    }
    assert vendor.bills[0].key_sha256 == hashlib.sha256(KEY.encode()).hexdigest()
    found = adapter.poll(ticket)
    assert isinstance(found, Finished)
    assert [output.mime for output in found.outputs] == ["image/png"]
    assert (found.vendor_ref, found.billed_micros) == (ticket.id, 50_000)


@pytest.mark.parametrize("model", ["auto", "gpt-image-2"])
@pytest.mark.parametrize("ratio", ["1:1", "16:9", "9:16", "4:3", "3:4", "2:1"])
def test_every_parameter_of_the_seed_arrives(
    adapter: AsyncTasks, vendor: AsyncTasksSimulator, model: str, ratio: str
) -> None:
    finished(adapter, replace(ASKED, model=model, n=4, quality="hd", aspect_ratio=ratio, width=64, height=64))
    assert dict(vendor.bills[0].fields) == {
        "model": model,
        "prompt": "an otter",
        "quality": "hd",
        "aspect_ratio": ratio,
        "n": 4,
    }


@pytest.mark.parametrize(
    ("quality", "references", "credits"),
    [("standard", 0, 50), ("hd", 0, 300), ("standard", 1, 60), ("hd", 3, 320)],
)
@pytest.mark.parametrize("numbers", [False, True])
def test_credits_become_micros_whether_they_are_texts_or_numbers(
    adapter: AsyncTasks,
    vendor: AsyncTasksSimulator,
    quality: str,
    references: int,
    credits: int,
    numbers: bool,
) -> None:
    vendor.numbers = numbers
    pictures = tuple(image(16 + number) for number in range(references))
    request = replace(ASKED, quality=quality, aspect_ratio="1:1", n=2, references=pictures)
    assert finished(adapter, request).billed_micros == 2 * credits * 1_000
    assert vendor.wallet == 2 * credits


def test_trap_1_auto_and_hd_are_refused_before_the_debit(
    adapter: AsyncTasks, vendor: AsyncTasksSimulator
) -> None:
    for ratio in ("", "auto"):
        with pytest.raises(errors.InvalidRequest):
            adapter.submit(replace(ASKED, quality="hd", aspect_ratio=ratio), silent)
    assert vendor.requests == []
    finished(adapter, replace(ASKED, quality="standard", aspect_ratio="auto"))


def test_trap_2_fewer_pictures_are_delivered_and_the_refund_is_booked(
    adapter: AsyncTasks, vendor: AsyncTasksSimulator
) -> None:
    vendor.fault = Fault(base.FEWER)
    found = finished(adapter, replace(ASKED, quality="hd", aspect_ratio="1:1", n=4))
    assert (len(found.outputs), found.billed_micros, vendor.wallet) == (3, 900_000, Decimal(1200))


def test_trap_3_the_first_reference_is_the_image_and_fifteen_more_are_extra(
    adapter: AsyncTasks, vendor: AsyncTasksSimulator
) -> None:
    references = tuple(image(16 + number) for number in range(16))
    finished(adapter, replace(ASKED, kind="edit", references=references))
    assert vendor.bills[0].path == "/v1/images/image-to-image"
    assert vendor.bills[0].images == tuple(sha256(reference.data) for reference in references)
    with pytest.raises(errors.InvalidRequest):
        adapter.submit(replace(ASKED, references=(*references, image(99))), silent)
    assert len(vendor.bills) == 1


def test_trap_4_a_credit_is_a_tenth_of_a_cent(adapter: AsyncTasks) -> None:
    assert finished(adapter, ASKED).billed_micros == 50_000


def test_a_quality_that_is_left_to_the_vendor_is_not_said(
    adapter: AsyncTasks, vendor: AsyncTasksSimulator
) -> None:
    finished(adapter, replace(ASKED, quality="auto", aspect_ratio="1:1"))
    assert "quality" not in vendor.bills[0].fields


def test_trap_5_canceled_is_final(adapter: AsyncTasks, vendor: AsyncTasksSimulator) -> None:
    vendor.seconds = 60.0
    ticket = adapter.submit(ASKED, silent)
    vendor.tasks[ticket.id].canceled = True
    with pytest.raises(errors.TaskFailed) as caught:
        adapter.poll(ticket)
    assert (caught.value.retryable, caught.value.vendor_code) == (False, "canceled")


def test_trap_6_quality_is_standard_or_hd(adapter: AsyncTasks, vendor: AsyncTasksSimulator) -> None:
    for quality in ("low", "medium", "high"):
        with pytest.raises(errors.InvalidRequest):
            adapter.submit(replace(ASKED, quality=quality), silent)
    assert vendor.requests == []


def test_a_small_reference_goes_along_and_a_large_one_is_uploaded_once(
    adapter: AsyncTasks, vendor: AsyncTasksSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    small, large = image(16), image(200)
    monkeypatch.setattr(tasks_adapter, "INLINE_BYTES", len(small.data))
    for _ in range(2):
        finished(adapter, replace(ASKED, references=(small, large)))
    assert paths(vendor) == ["/v1/uploads", *["/v1/images/image-to-image"] * 2]
    assert [bill.images for bill in vendor.bills] == [(sha256(small.data), sha256(large.data))] * 2
    assert b'"type":"data_uri"' in vendor.requests[1].body
    assert b'"type":"artifact"' in vendor.requests[1].body


def test_a_result_is_a_reference_of_the_next_task_without_being_sent(
    adapter: AsyncTasks, vendor: AsyncTasksSimulator
) -> None:
    output = finished(adapter, ASKED).outputs[0]
    again = InputImage(output.data, output.mime, 64, 64, "source")
    finished(adapter, replace(ASKED, kind="edit", references=(again,)))
    assert vendor.bills[1].images == (sha256(output.data),)
    assert paths(vendor) == ["/v1/images/generations", "/v1/images/image-to-image"]
    assert b"data:" not in vendor.requests[-3].body


def test_an_artifact_that_is_gone_is_sent_with_the_next_try_and_nothing_was_paid(
    adapter: AsyncTasks, vendor: AsyncTasksSimulator
) -> None:
    output = finished(adapter, ASKED).outputs[0]
    again = replace(ASKED, references=(InputImage(output.data, output.mime, 64, 64),))
    vendor.artifacts.clear()
    with pytest.raises(errors.NotSent) as caught:
        adapter.submit(again, silent)
    assert (caught.value.safe_to_resend, len(vendor.bills)) == (True, 1)
    finished(adapter, again)
    assert vendor.bills[1].images == (sha256(output.data),)


@pytest.mark.parametrize("status", [401, 413, 429, 500])
def test_an_upload_that_fails_costs_nothing(
    adapter: AsyncTasks, vendor: AsyncTasksSimulator, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setattr(tasks_adapter, "INLINE_BYTES", 0)
    monkeypatch.setattr(AsyncTasksSimulator, "_kept", lambda self, content: refuse(status))
    with pytest.raises(errors.ProviderError) as caught:
        adapter.submit(replace(ASKED, references=(image(16),)), silent)
    assert vendor.bills == []
    assert not caught.value.unknown
    assert caught.value.safe_to_resend == (status in (429, 500))


def refuse(status: int) -> str:
    raise Refused(status, "told_to_fail")


def test_pictures_come_as_data_uris_too(adapter: AsyncTasks, vendor: AsyncTasksSimulator) -> None:
    vendor.inline = True
    found = finished(adapter, replace(ASKED, n=2))
    assert [(output.mime, output.data[:4]) for output in found.outputs] == [("image/png", b"\x89PNG")] * 2
    assert not any(request.path.startswith("/cdn") for request in vendor.requests)


def test_the_key_never_goes_where_the_pictures_lie(adapter: AsyncTasks, vendor: AsyncTasksSimulator) -> None:
    finished(adapter, ASKED)
    assert vendor.requests[-1].path.startswith("/cdn/")
    assert KEY not in str(vendor.requests[-1].headers)


def test_pictures_are_fetched_from_the_own_host_and_those_that_the_server_allows(
    vendor: AsyncTasksSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    with AsyncTasksSimulator() as elsewhere:
        number = elsewhere._kept(png(8, 8, (1, 2, 3)))
        link = f"{elsewhere.origin}/cdn/{number}.png?sig=canary-signature"
        monkeypatch.setattr(AsyncTasksSimulator, "_made", lambda self, *of: {"url": link})
        with pytest.raises(errors.AnswerLost):
            finished(AsyncTasks(Config(key=KEY, url=vendor.url)), ASKED)
        assert elsewhere.requests == []
        host = elsewhere.origin.removeprefix("http://")
        assert finished(AsyncTasks(Config(key=KEY, url=vendor.url, hosts=(host,))), ASKED).outputs
        assert KEY not in str(elsewhere.requests[0].headers)


@pytest.mark.parametrize("word", ["accepted", "queued", "running", "cancelling", ""])
def test_whatever_is_not_final_goes_on(adapter: AsyncTasks, vendor: AsyncTasksSimulator, word: str) -> None:
    vendor.seconds, vendor.working = 60.0, word
    assert isinstance(adapter.poll(adapter.submit(ASKED, silent)), Waiting)


def test_a_task_is_stopped_where_the_vendor_can(adapter: AsyncTasks, vendor: AsyncTasksSimulator) -> None:
    vendor.seconds = 60.0
    ticket = adapter.submit(ASKED, silent)
    vendor.cancels = False
    assert adapter.cancel(ticket) is False
    vendor.cancels = True
    assert adapter.cancel(ticket) is True
    assert adapter.cancel(Ticket("../uploads")) is False
    assert vendor.requests[-1].path == "/v1/tasks/..%2Fuploads/cancel"


def test_extra_parameters_pass_and_never_over_a_known_one(
    adapter: AsyncTasks, vendor: AsyncTasksSimulator
) -> None:
    vendor.extra = {"project"}
    finished(adapter, replace(ASKED, extra={"project": "stairs"}))
    assert vendor.bills[0].fields["project"] == "stairs"
    with pytest.raises(errors.InvalidRequest):
        adapter.submit(replace(ASKED, extra={"n": 4}), silent)


CANNOT: list[dict[str, Any]] = [
    {"n": 5},
    {"negative_prompt": "rain"},
    {"seed": 7},
    {"strength": 0.5},
    {"style": "vivid"},
    {"moderation": "low"},
    {"partials": 1},
    {"background": "transparent"},
    {"output_compression": 50},
    {"output_format": "webp"},
    {"resolution": "1K"},
    {"preset": "square"},
    {"aspect_ratio": "3:2"},
    {"width": 64, "height": 64},
    {"kind": "inpaint", "mask": image(16)},
    {"kind": "edit"},
    {"prompt": " "},
]


@pytest.mark.parametrize("change", CANNOT, ids=lambda change: next(iter(change)))
def test_what_the_vendor_cannot_do_is_refused_before_it_costs(
    adapter: AsyncTasks, vendor: AsyncTasksSimulator, change: dict[str, Any]
) -> None:
    with pytest.raises(errors.InvalidRequest):
        adapter.submit(replace(ASKED, **change), silent)
    assert vendor.requests == []


def test_without_an_address_nothing_is_sent_since_the_seed_names_none() -> None:
    tasks = AsyncTasks(Config(key=KEY))
    with pytest.raises(errors.AuthError):
        tasks.submit(ASKED, silent)
    assert tasks.check().message == "No address is set for this vendor."


def test_staff_see_whether_the_key_is_taken(adapter: AsyncTasks, vendor: AsyncTasksSimulator) -> None:
    assert adapter.check().ok
    assert not AsyncTasks(Config(key="wrong", url=vendor.url)).check().ok
    assert vendor.wallet == 0
