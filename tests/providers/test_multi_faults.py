"""The multi-provider API's own failures; those of every vendor are tried in ``test_faults.py``."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from providers import errors
from providers.adapters.multi import Multi
from providers.base import ImageRequest
from studio.jobs.models import State
from tests.jobs.conftest import Desk
from tests.providers.calls import failed, silent
from tests.providers.cases import KEY
from tests.providers.simulators import base
from tests.providers.simulators.base import Fault, Reply
from tests.providers.simulators.multi import MultiSimulator
from tests.providers.tasks import at_rest, references_of

NAME = "multi"
ASKED = ImageRequest(model="flux-2-pro", prompt="an otter", width=256, height=256, deadline_seconds=20)
NONE = Fault("none")


ERRORS: list[tuple[int, str, type[errors.ProviderError]]] = [
    (400, "BAD_REQUEST", errors.InvalidRequest),
    (400, "MISSING_REQUIRED_FIELD", errors.InvalidRequest),
    (400, "INVALID_MESSAGE_LENGTH", errors.PromptTooLong),
    (400, "INVALID_MODEL", errors.ModelUnavailable),
    (400, "GUARDRAIL_BLOCKED", errors.ModerationInput),
    (401, "UNAUTHORIZED", errors.AuthError),
    (401, "INVALID_API_KEY", errors.AuthError),
    (403, "FORBIDDEN", errors.AuthError),
    (429, "RATE_LIMIT_EXCEEDED", errors.RateLimited),
    (500, "INTERNAL_ERROR", errors.UpstreamError),
    (503, "MODEL_UNAVAILABLE", errors.ModelUnavailable),
    (503, "SOMETHING_NEW", errors.UpstreamError),
    (402, "SOMETHING_NEW", errors.BillingError),
]


@pytest.mark.parametrize(("status", "code", "kind"), ERRORS)
def test_every_word_of_the_vendor_has_its_meaning(
    adapter: Multi, vendor: MultiSimulator, status: int, code: str, kind: type[errors.ProviderError]
) -> None:
    vendor.dictated = base.json_reply({"error": {"code": code, "message": "It says.", "details": {}}}, status)
    problem = failed(adapter, ASKED)
    assert type(problem) is kind
    assert (problem.message, problem.vendor_code, problem.status) == ("It says.", code, status)


@pytest.mark.parametrize(
    "body", [b"<html>", b"[]", b'{"error": "slow down"}', b'{"error": {"code": []}}', b"null"]
)
def test_where_there_is_no_word_the_status_speaks(
    adapter: Multi, vendor: MultiSimulator, body: bytes
) -> None:
    vendor.dictated = Reply(429, body)
    assert type(failed(adapter, ASKED)) is errors.RateLimited


@pytest.mark.parametrize(
    ("details", "seconds"),
    [
        ({"retryAfter": 7}, 7.0),
        ({"retryAfter": 1.5}, 1.5),
        ({"retryAfter": "30"}, 30.0),
        ({"retryAfter": 10_000}, 900.0),
        ({"retryAfter": -1}, 60.0),
        ({"retryAfter": None}, 60.0),
        ([], 60.0),
        (None, 60.0),
    ],
)
def test_the_seconds_to_wait_stand_in_the_details_or_else_in_the_header(
    adapter: Multi, vendor: MultiSimulator, details: object, seconds: float
) -> None:
    error = {"code": "RATE_LIMIT_EXCEEDED", "message": "Slow down.", "details": details}
    vendor.dictated = Reply(429, json.dumps({"error": error}).encode(), {"Retry-After": "60"})
    assert failed(adapter, ASKED).retry_after == seconds


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("GUARDRAIL_BLOCKED", errors.ModerationInput),
        ("RATE_LIMIT_EXCEEDED", errors.UpstreamError),
        ("NEW", errors.UpstreamError),
    ],
)
def test_an_error_within_a_success_is_no_leave_to_pay_again(
    adapter: Multi, vendor: MultiSimulator, code: str, kind: type[errors.ProviderError]
) -> None:
    vendor.dictated = base.json_reply({"success": False, "error": {"code": code}})
    problem = failed(adapter, ASKED)
    assert (type(problem), problem.safe_to_resend) == (kind, False)


def test_a_page_in_place_of_a_picture_leaves_the_answer_unknown(
    adapter: Multi, vendor: MultiSimulator
) -> None:
    for request in (ASKED, ImageRequest(model="imagen-4", prompt="an otter")):
        vendor.fault = Fault(base.BROKEN_PICTURE)
        assert type(failed(adapter, request)) is errors.AnswerLost


def test_an_answer_that_quotes_the_key_is_not_repeated(adapter: Multi, vendor: MultiSimulator) -> None:
    told: dict[str, Any] = {"code": KEY, "message": f"Wrong key {KEY}. See https://x.example/?key={KEY}"}
    for status in (200, 401):
        vendor.dictated = base.json_reply({"error": told, "request_id": KEY}, status)
        failed(adapter, ASKED)
        assert KEY not in adapter.check().message
    vendor.dictated = base.json_reply({"images": [], "request_id": KEY})
    failed(adapter, ASKED)


def test_fewer_of_imagens_pictures_are_delivered_and_charged(
    busy: Desk, vendor: MultiSimulator, settings: Any
) -> None:
    vendor.fault = Fault(base.FEWER)
    job = at_rest(busy, "multi/imagen-4", NONE, settings, n=3)
    assert (job.state, job.outputs.count(), job.charged) == (State.PARTIAL, 2, 80_000)


def test_trap_5_a_model_that_is_gone_costs_nothing_and_is_asked_once(
    busy: Desk, vendor: MultiSimulator, settings: Any
) -> None:
    vendor.ended, start = {"imagen-4"}, busy.balance
    job = at_rest(busy, "multi/imagen-4", NONE, settings)
    assert (job.state, job.error_code, busy.balance) == (State.FAILED, "model_unavailable", start)
    assert len(vendor.requests) == 1


def test_trap_7_the_upper_end_of_a_range_is_held_and_no_more_is_charged(
    busy: Desk, vendor: MultiSimulator, settings: Any
) -> None:
    vendor.tells_cost = True
    job = at_rest(busy, "multi/flux-2-pro", NONE, settings, parameters={"size": "256x256"})
    assert (job.quote["high"], job.charged, job.attempts.get().billed) == (50_000, 50_000, 35_000)


def test_a_job_that_was_told_to_wait_goes_out_again_and_is_paid_once(
    busy: Desk, vendor: MultiSimulator, settings: Any
) -> None:
    vendor.fault = Fault(base.STATUS, 429, retry_after="1", times=1)
    job = at_rest(busy, "multi/flux-1.1-pro", NONE, settings, parameters={"size": "256x256"})
    assert (job.state, len(vendor.bills), job.attempts.count()) == (State.SUCCEEDED, 1, 2)


@pytest.mark.parametrize("role", ["style", "subject", "source"])
def test_a_model_that_only_edits_takes_a_picture_in_any_part(
    busy: Desk, vendor: MultiSimulator, settings: Any, role: str
) -> None:
    given = (replace(references_of(busy, 1)[0], role=role),)
    job = at_rest(busy, "multi/qwen-image-edit", NONE, settings, references=given)
    assert (job.kind, job.state, vendor.bills[0].path) == ("edit", State.SUCCEEDED, "/api/v1/image/edit")


@pytest.mark.parametrize("model", ["imagen-4", "qwen-image"])
def test_a_deadline_that_is_over_sends_nothing(adapter: Multi, vendor: MultiSimulator, model: str) -> None:
    with pytest.raises(errors.NotSent):
        adapter.submit(replace(ASKED, model=model, width=None, height=None, deadline_seconds=0), silent)
    assert vendor.requests == []
