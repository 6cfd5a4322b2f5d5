"""Every failure of the vendor, what the adapter calls it, what it had billed, and how a job ends."""

from __future__ import annotations

import json
import traceback
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from providers import errors
from providers.adapters.bfl import BFL, adapter
from providers.base import Config, Event, ImageRequest, Waiting
from studio.jobs.models import State
from tests.jobs.conftest import START, Desk, busy
from tests.providers.simulators import base
from tests.providers.simulators.base import Fault, Reply, Request
from tests.providers.simulators.bfl import BFLSimulator
from tests.providers.tasks import at_rest

__all__ = ["busy"]

KEY = "canary-key-0123456789"
MODEL = "bfl/flux-2-klein-4b"
ASKED = ImageRequest(model="flux-2-pro", prompt="an otter", width=64, height=64, deadline_seconds=20)


class Saying(BFLSimulator):
    """The simulator, or one answer that the test dictates."""

    dictated: Reply | None = None

    def answer(self, request: Request) -> Reply:
        return self.dictated or super().answer(request)


@pytest.fixture
def vendor(monkeypatch: pytest.MonkeyPatch) -> Iterator[Saying]:
    monkeypatch.setattr(adapter, "NEW_SECONDS", 0.0)
    with Saying() as simulator:
        yield simulator


@pytest.fixture
def bfl(vendor: Saying) -> BFL:
    return BFL(Config(key=KEY, url=vendor.url))


def silent(event: Event) -> None:
    """For a call whose events do not matter."""


def failed(bfl: BFL, request: ImageRequest = ASKED) -> errors.ProviderError:
    """What a task raises, at its submit or later; the key must be nowhere in it."""
    with pytest.raises(errors.ProviderError) as caught:
        bfl.poll(bfl.submit(request, silent))
    assert KEY not in "".join(traceback.format_exception(caught.value)) + caught.value.message
    assert caught.value.message
    return caught.value


FAULTS: list[tuple[Fault, type[errors.ProviderError], int, str]] = [
    (Fault(base.REFUSED), errors.NotSent, 0, "failed"),
    (Fault(base.TIMEOUT), errors.UpstreamTimeout, 1, "unconfirmed"),
    (Fault(base.HANG_UP), errors.AnswerLost, 1, "unconfirmed"),
    (Fault(base.RESET), errors.AnswerLost, 1, "unconfirmed"),
    (Fault(base.DRIP, seconds=0.02), errors.UpstreamTimeout, 1, "unconfirmed"),
    (Fault(base.STATUS, 401), errors.AuthError, 0, "failed"),
    (Fault(base.STATUS, 429, retry_after="3"), errors.RateLimited, 0, "failed"),
    (Fault(base.STATUS, 500), errors.UpstreamError, 0, "failed"),
    (Fault(base.STATUS, 502), errors.UpstreamError, 0, "failed"),
    (Fault(base.STATUS, 503, retry_after="3"), errors.UpstreamError, 0, "failed"),
    (Fault(base.NO_MONEY), errors.BillingError, 0, "failed"),
    (Fault(base.BAD_JSON), errors.AnswerLost, 1, "unconfirmed"),
    (Fault(base.WRONG_TYPE), errors.AnswerLost, 1, "unconfirmed"),
    (Fault(base.NO_IMAGE), errors.EmptyResult, 1, "failed"),
    (Fault(base.MODERATED_INPUT), errors.ModerationInput, 0, "failed"),
    (Fault(base.MODERATED_OUTPUT), errors.ModerationOutput, 0, "failed"),
    (Fault(base.TASK_FAILED), errors.TaskFailed, 0, "failed"),
    (Fault(base.LOST), errors.TaskFailed, 1, "failed"),
    (Fault(base.EXPIRED_URL), errors.ResultExpired, 1, "failed"),
    (Fault(base.UNASKABLE, 503), errors.UpstreamError, 1, "unconfirmed"),
    (Fault(base.UNASKABLE, 429, retry_after="900"), errors.RateLimited, 1, "unconfirmed"),
    (Fault(base.UNASKABLE, 404), errors.TaskFailed, 1, "failed"),
]
names = pytest.mark.parametrize(
    ("fault", "kind", "billed", "state"), FAULTS, ids=lambda value: getattr(value, "kind", None)
)


@names
def test_a_fault_of_the_vendor_has_its_name_and_its_bill(
    bfl: BFL, vendor: Saying, fault: Fault, kind: type[errors.ProviderError], billed: int, state: str
) -> None:
    vendor.fault = fault
    slow = fault.kind in (base.TIMEOUT, base.DRIP)
    problem = failed(bfl, replace(ASKED, deadline_seconds=0.3 if slow else 20))
    assert type(problem) is kind
    assert len(vendor.bills) == billed
    assert problem.retry_after == (float(fault.retry_after) if fault.retry_after else None)
    if fault.kind != base.UNASKABLE:
        assert problem.unknown == (state == "unconfirmed")


@names
def test_no_fault_is_paid_twice_and_every_job_ends(
    busy: Desk,
    vendor: Saying,
    settings: Any,
    fault: Fault,
    kind: type[errors.ProviderError],
    billed: int,
    state: str,
) -> None:
    job = job_with(busy, vendor, settings, fault)
    assert (job.state, len(vendor.bills)) == (state, billed)
    assert busy.balance[1] == (job.quote["high"] if state == "unconfirmed" else 0)
    assert job.charged == 0


def job_with(busy: Desk, vendor: Saying, settings: Any, fault: Fault) -> Any:
    """A job at the vendor's worst, once nothing moves any more."""
    settings.PROVIDER_KEYS, settings.PROVIDER_URLS = {"bfl": KEY}, {"bfl": vendor.url}
    vendor.fault = fault
    return at_rest(busy, MODEL, fault, settings, parameters={"size": "64x64"})


@pytest.mark.parametrize(
    ("kind", "state"), [(base.NEVER_ENDS, "unconfirmed"), (base.BROKEN_PICTURE, "failed")]
)
def test_a_task_that_never_ends_or_brings_no_picture_is_paid_once(
    busy: Desk, vendor: Saying, settings: Any, kind: str, state: str
) -> None:
    job = job_with(busy, vendor, settings, Fault(kind))
    assert (job.state, len(vendor.bills)) == (state, 1)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (base.MODERATED_INPUT, "moderation_input"),
        (base.MODERATED_OUTPUT, "moderation_output"),
        (base.TASK_FAILED, "upstream"),
    ],
)
def test_trap_3_a_task_fails_with_status_200_and_costs_nothing(
    busy: Desk, vendor: Saying, settings: Any, kind: str, code: str
) -> None:
    job = job_with(busy, vendor, settings, Fault(kind))
    assert (job.state, job.error_code, job.charged, vendor.bills) == (State.FAILED, code, 0, [])


def test_trap_6_a_submit_that_broke_off_is_neither_repeated_nor_looked_up(
    busy: Desk, vendor: Saying, settings: Any
) -> None:
    job = job_with(busy, vendor, settings, Fault(base.RESET))
    assert job.state == State.UNCONFIRMED
    assert [request.method for request in vendor.requests] == ["POST"]


def test_a_submit_at_the_limit_waits_and_is_paid_once(busy: Desk, vendor: Saying, settings: Any) -> None:
    job = job_with(busy, vendor, settings, Fault(base.STATUS, 429, times=2))
    assert (job.state, len(vendor.bills), job.outputs.count()) == (State.SUCCEEDED, 1, 1)
    assert (job.charged, busy.balance) == (14_000, (START - 14_000, 0))
    assert job.attempts.last().billed == 14_000


ERRORS: list[tuple[int, object, type[errors.ProviderError], str]] = [
    (400, {"detail": "bad request"}, errors.InvalidRequest, "bad request"),
    (401, {"detail": "no"}, errors.AuthError, "no"),
    (403, {"detail": "Not authenticated"}, errors.AuthError, "Not authenticated"),
    (402, {"error": "x", "message": "Out of credits", "details": {}}, errors.BillingError, "Out of credits"),
    (404, {"detail": "Not Found"}, errors.ModelUnavailable, "Not Found"),
    (
        422,
        {"detail": [{"loc": ["body", "width"], "msg": "odd", "type": "v"}]},
        errors.InvalidRequest,
        "width: odd",
    ),
    (
        422,
        {"detail": [{"loc": ["body", "prompt"], "msg": "long", "type": "string_too_long"}]},
        errors.PromptTooLong,
        "prompt: long",
    ),
    (422, {"detail": [7]}, errors.InvalidRequest, "The vendor answered with status 422."),
    (429, {"error": "too many", "message": None}, errors.RateLimited, "too many"),
    (504, [], errors.UpstreamTimeout, "The vendor answered with status 504."),
]


@pytest.mark.parametrize(("status", "document", "kind", "words"), ERRORS)
def test_all_three_shapes_of_an_error_are_read(
    bfl: BFL, vendor: Saying, status: int, document: object, kind: type[errors.ProviderError], words: str
) -> None:
    vendor.dictated = Reply(status, json.dumps(document).encode())
    problem = failed(bfl)
    assert (type(problem), problem.status, problem.message) == (kind, status, words)


@pytest.mark.parametrize(
    "body", ["[]", "7", "null", "{}", '{"id": 7}', '{"id": ""}', '{"cost": 1e999999999999}']
)
def test_a_submit_that_names_no_task_leaves_the_answer_unknown(bfl: BFL, vendor: Saying, body: str) -> None:
    vendor.dictated = Reply(200, body.encode())
    assert type(failed(bfl)) is errors.AnswerLost


@pytest.mark.parametrize("cost", ["null", '"free"', "-3", "true", "NaN", "1e30", "[]"])
def test_a_cost_that_is_none_is_not_kept(bfl: BFL, vendor: Saying, cost: str) -> None:
    vendor.dictated = Reply(200, f'{{"id": "1", "cost": {cost}}}'.encode())
    assert "billed" not in bfl.submit(ASKED, silent).data


def test_a_success_without_a_picture_is_an_empty_result(bfl: BFL, vendor: Saying) -> None:
    ticket = bfl.submit(ASKED, silent)
    answers: list[object] = [{}, None, [], {"sample": ""}, {"sample": 7}, {"samples": []}]
    for result in answers:
        vendor.dictated = Reply(200, json.dumps({"status": "Ready", "result": result}).encode())
        with pytest.raises(errors.EmptyResult):
            bfl.poll(ticket)


@pytest.mark.parametrize("progress", [None, "half", -1, True, "NaN"])
def test_progress_that_is_none_is_not_shown(bfl: BFL, vendor: Saying, progress: object) -> None:
    ticket = bfl.submit(ASKED, silent)
    vendor.dictated = Reply(200, json.dumps({"status": "Pending", "progress": progress}).encode())
    answer = bfl.poll(ticket)
    assert isinstance(answer, Waiting)
    assert answer.fraction is None


def test_a_vendor_that_quotes_the_key_is_not_repeated(bfl: BFL, vendor: Saying) -> None:
    words = f"Incorrect key: {KEY}. See https://x.example/?key={KEY}\n\n<script>"
    vendor.dictated = Reply(401, json.dumps({"error": KEY, "message": words}).encode())
    problem = failed(bfl)
    assert KEY not in problem.vendor_code
    assert "\n" not in problem.message
