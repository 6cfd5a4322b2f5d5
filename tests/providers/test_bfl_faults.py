"""Every failure of the vendor, what the adapter calls it, what it had billed, and how a job ends."""

from __future__ import annotations

import json
from typing import Any

import pytest

from providers import errors
from providers.adapters.bfl import BFL
from providers.adapters.bfl import adapter as bfl_adapter
from providers.base import ImageRequest, Waiting
from studio.jobs.models import State
from tests.jobs.conftest import START, Desk
from tests.providers.calls import failed, silent
from tests.providers.cases import KEY
from tests.providers.simulators import base
from tests.providers.simulators.base import Fault, Reply
from tests.providers.simulators.bfl import BFLSimulator
from tests.providers.tasks import at_rest

NAME = "bfl"
MODEL = "bfl/flux-2-klein-4b"
ASKED = ImageRequest(model="flux-2-pro", prompt="an otter", width=64, height=64, deadline_seconds=20)


@pytest.fixture
def vendor(vendor: BFLSimulator, monkeypatch: pytest.MonkeyPatch) -> BFLSimulator:
    """The vendor, whose tasks nobody takes for new."""
    monkeypatch.setattr(bfl_adapter, "NEW_SECONDS", 0.0)
    return vendor


def job_with(busy: Desk, vendor: BFLSimulator, settings: Any, fault: Fault) -> Any:
    """A job at the vendor's worst, once nothing moves any more."""
    vendor.fault = fault
    return at_rest(busy, MODEL, fault, settings, parameters={"size": "64x64"})


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("Request Moderated", errors.ModerationInput),
        ("Content Moderated", errors.ModerationOutput),
        ("content_moderated", errors.ModerationOutput),
        ("Error", errors.TaskFailed),
        ("Failed", errors.TaskFailed),
    ],
)
def test_trap_3_a_task_is_declined_or_fails_with_a_status_of_200(
    adapter: BFL, vendor: BFLSimulator, status: str, kind: type[errors.ProviderError]
) -> None:
    ticket = adapter.submit(ASKED, silent)
    vendor.dictated = Reply(200, json.dumps({"id": ticket.id, "status": status, "result": None}).encode())
    with pytest.raises(errors.ProviderError) as caught:
        adapter.poll(ticket)
    assert (type(caught.value), caught.value.vendor_ref) == (kind, ticket.id)
    assert (caught.value.retryable, caught.value.unknown) == (False, False)


def test_trap_6_a_submit_that_broke_off_is_neither_repeated_nor_looked_up(
    busy: Desk, vendor: BFLSimulator, settings: Any
) -> None:
    job = job_with(busy, vendor, settings, Fault(base.RESET))
    assert job.state == State.UNCONFIRMED
    assert [request.method for request in vendor.requests] == ["POST"]


def test_a_submit_at_the_limit_waits_and_is_paid_once(
    busy: Desk, vendor: BFLSimulator, settings: Any
) -> None:
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
    adapter: BFL,
    vendor: BFLSimulator,
    status: int,
    document: object,
    kind: type[errors.ProviderError],
    words: str,
) -> None:
    vendor.dictated = Reply(status, json.dumps(document).encode())
    problem = failed(adapter, ASKED)
    assert (type(problem), problem.status, problem.message) == (kind, status, words)


@pytest.mark.parametrize(
    "body", ["[]", "7", "null", "{}", '{"id": 7}', '{"id": ""}', '{"cost": 1e999999999999}']
)
def test_a_submit_that_names_no_task_leaves_the_answer_unknown(
    adapter: BFL, vendor: BFLSimulator, body: str
) -> None:
    vendor.dictated = Reply(200, body.encode())
    assert type(failed(adapter, ASKED)) is errors.AnswerLost


@pytest.mark.parametrize("cost", ["null", '"free"', "-3", "true", "NaN", "1e30", "[]"])
def test_a_cost_that_is_none_is_not_kept(adapter: BFL, vendor: BFLSimulator, cost: str) -> None:
    vendor.dictated = Reply(200, f'{{"id": "1", "cost": {cost}}}'.encode())
    assert "billed" not in adapter.submit(ASKED, silent).data


def test_a_success_without_a_picture_is_an_empty_result(adapter: BFL, vendor: BFLSimulator) -> None:
    ticket = adapter.submit(ASKED, silent)
    answers: list[object] = [{}, None, [], {"sample": ""}, {"sample": 7}, {"samples": []}]
    for result in answers:
        vendor.dictated = Reply(200, json.dumps({"status": "Ready", "result": result}).encode())
        with pytest.raises(errors.EmptyResult):
            adapter.poll(ticket)


@pytest.mark.parametrize("progress", [None, "half", -1, True, "NaN"])
def test_progress_that_is_none_is_not_shown(adapter: BFL, vendor: BFLSimulator, progress: object) -> None:
    ticket = adapter.submit(ASKED, silent)
    vendor.dictated = Reply(200, json.dumps({"status": "Pending", "progress": progress}).encode())
    answer = adapter.poll(ticket)
    assert isinstance(answer, Waiting)
    assert answer.fraction is None


def test_a_vendor_that_quotes_the_key_is_not_repeated(adapter: BFL, vendor: BFLSimulator) -> None:
    words = f"Incorrect key: {KEY}. See https://x.example/?key={KEY}\n\n<script>"
    vendor.dictated = Reply(401, json.dumps({"error": KEY, "message": words}).encode())
    problem = failed(adapter, ASKED)
    assert KEY not in problem.vendor_code
    assert "\n" not in problem.message
