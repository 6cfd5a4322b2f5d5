"""Every failure of the vendor, what the adapter calls it, what it had billed, and how a job ends."""

from __future__ import annotations

import json
from typing import Any

import pytest

from providers import errors
from providers.adapters.stability import Stability
from providers.base import Finished, ImageRequest
from studio.jobs.models import State
from tests.jobs.conftest import START, Desk
from tests.providers.calls import failed, silent
from tests.providers.cases import KEY
from tests.providers.simulators import base
from tests.providers.simulators.base import Fault, Reply
from tests.providers.simulators.stability import StabilitySimulator
from tests.providers.tasks import at_rest

NAME = "stability"
MODEL = "stability/core"
ASKED = ImageRequest(model="core", prompt="an otter", deadline_seconds=20)


def job_with(busy: Desk, vendor: StabilitySimulator, settings: Any, fault: Fault) -> Any:
    """A job at the vendor's worst, once nothing moves any more."""
    vendor.fault = fault
    return at_rest(busy, MODEL, fault, settings)


@pytest.mark.parametrize("bytes_only", [False, True], ids=["in JSON", "as bytes"])
def test_trap_a_filtered_picture_comes_with_200_and_is_no_success(
    adapter: Stability, vendor: StabilitySimulator, bytes_only: bool
) -> None:
    vendor.bytes_only, vendor.fault = bytes_only, Fault(base.MODERATED_OUTPUT)
    problem = failed(adapter, ASKED)
    assert (type(problem), problem.vendor_code) == (errors.ModerationOutput, "CONTENT_FILTERED")
    assert (problem.status, problem.retryable, len(vendor.bills)) == (None, False, 1)


def test_trap_a_filtered_picture_is_billed_to_us_and_charged_to_nobody(
    busy: Desk, vendor: StabilitySimulator, settings: Any
) -> None:
    job = job_with(busy, vendor, settings, Fault(base.MODERATED_OUTPUT))
    assert (job.state, job.error_code, len(vendor.bills)) == (State.FAILED, "moderation_output", 1)
    assert (job.charged, job.outputs.count(), busy.balance) == (0, 0, (START, 0))


@pytest.mark.parametrize(
    ("reason", "kind"),
    [("CONTENT_FILTERED", errors.ModerationOutput), ("ERROR", errors.EmptyResult), (7, errors.EmptyResult)],
)
def test_only_success_is_success(
    adapter: Stability, vendor: StabilitySimulator, reason: object, kind: type[errors.ProviderError]
) -> None:
    document = {"image": "iVBORw0KGgo=", "finish_reason": reason, "seed": 1}
    vendor.dictated = Reply(200, json.dumps(document).encode())
    assert type(failed(adapter, ASKED)) is kind
    vendor.dictated = Reply(200, json.dumps({**document, "finish_reason": "SUCCESS"}).encode())
    assert isinstance(adapter.submit(ASKED, silent), Finished)


def test_trap_403_is_about_the_prompt_or_about_the_key_by_its_name(
    adapter: Stability, vendor: StabilitySimulator
) -> None:
    vendor.fault = Fault(base.MODERATED_INPUT)
    problem = failed(adapter, ASKED)
    assert (type(problem), problem.status) == (errors.ModerationInput, 403)
    assert (problem.vendor_code, problem.vendor_ref) == ("content_moderation", "a" * 32)
    assert "you were not charged" in problem.message
    vendor.fault = Fault(base.STATUS, 403)
    assert type(failed(adapter, ASKED)) is errors.AuthError
    assert vendor.bills == []


def test_trap_413_says_that_the_form_is_too_large(adapter: Stability, vendor: StabilitySimulator) -> None:
    vendor.dictated = Reply(413, b'{"name": "payload_too_large", "errors": ["payload is larger than 10MiB"]}')
    problem = failed(adapter, ASKED)
    assert (type(problem), problem.message) == (errors.InvalidRequest, "payload is larger than 10MiB")


def test_trap_over_the_limit_one_waits_a_minute_where_no_header_says_how_long(
    adapter: Stability, vendor: StabilitySimulator
) -> None:
    vendor.calls_left = 1
    adapter.submit(ASKED, silent)
    problem = failed(adapter, ASKED)
    assert (type(problem), problem.retry_after, problem.safe_to_resend) == (errors.RateLimited, 60.0, True)
    vendor.dictated = Reply(429, b'{"name": "rate_limit_exceeded", "errors": []}', {"Retry-After": "7"})
    assert failed(adapter, ASKED).retry_after == 7.0
    assert len(vendor.bills) == 1


def test_a_call_at_the_limit_waits_and_is_paid_once(
    busy: Desk, vendor: StabilitySimulator, settings: Any
) -> None:
    job = job_with(busy, vendor, settings, Fault(base.STATUS, 429, times=2))
    assert (job.state, len(vendor.bills), job.charged) == (State.SUCCEEDED, 1, 30_000)


ERRORS: list[tuple[int, object, type[errors.ProviderError], str]] = [
    (
        400,
        {"name": "bad_request", "errors": ["seed: odd", "image: required"]},
        errors.InvalidRequest,
        "seed: odd image: required",
    ),
    (401, {"name": "unauthorized", "errors": ["no"]}, errors.AuthError, "no"),
    (402, {"name": "payment_required", "errors": ["empty"]}, errors.BillingError, "empty"),
    (404, {"name": "not_found", "errors": ["gone"]}, errors.ModelUnavailable, "gone"),
    (422, {"name": "invalid_language", "errors": ["English only"]}, errors.InvalidRequest, "English only"),
    (422, {"errors": "odd"}, errors.InvalidRequest, "The vendor answered with status 422."),
    (429, {"errors": [7, None]}, errors.RateLimited, "The vendor answered with status 429."),
    (500, [], errors.UpstreamError, "The vendor answered with status 500."),
    (504, None, errors.UpstreamTimeout, "The vendor answered with status 504."),
]


@pytest.mark.parametrize(("status", "document", "kind", "words"), ERRORS)
def test_trap_errors_are_a_list_of_words(
    adapter: Stability,
    vendor: StabilitySimulator,
    status: int,
    document: object,
    kind: type[errors.ProviderError],
    words: str,
) -> None:
    vendor.dictated = Reply(status, json.dumps(document).encode())
    problem = failed(adapter, ASKED)
    assert (type(problem), problem.status, problem.message) == (kind, status, words)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("{}", errors.EmptyResult),
        ("[]", errors.EmptyResult),
        ("null", errors.EmptyResult),
        ('{"image": ""}', errors.EmptyResult),
        ('{"image": "%%%"}', errors.AnswerLost),
        ('{"image": 7}', errors.AnswerLost),
        ('{"image": ["iVBORw0KGgo="]}', errors.AnswerLost),
        ('{"image": "iVB', errors.AnswerLost),
        ("<html>", errors.AnswerLost),
    ],
)
def test_a_success_without_a_picture_that_can_be_read_is_none(
    adapter: Stability, vendor: StabilitySimulator, body: str, kind: type[errors.ProviderError]
) -> None:
    vendor.dictated = Reply(200, body.encode())
    assert type(failed(adapter, ASKED)) is kind


@pytest.mark.parametrize(
    ("seed", "read"),
    [
        ("7", 7),
        ('"7"', 7),
        *((none, None) for none in ("0", "-1", "true", "1.5", "4294967296", '"x"', "null", "[]")),
    ],
)
def test_a_seed_that_is_none_is_not_kept(
    adapter: Stability, vendor: StabilitySimulator, seed: str, read: int | None
) -> None:
    facts = f'"finish_reason": "SUCCESS", "seed": {seed}'
    vendor.dictated = Reply(200, f'{{"image": "iVBORw0KGgo=", {facts}}}'.encode())
    found = adapter.submit(ASKED, silent)
    assert isinstance(found, Finished)
    assert found.outputs[0].seed == read


def test_a_vendor_that_quotes_the_key_is_not_repeated(adapter: Stability, vendor: StabilitySimulator) -> None:
    told = {"id": KEY, "name": KEY, "errors": [f"Incorrect key: {KEY}. See https://x.example/?key={KEY}\n"]}
    vendor.dictated = Reply(401, json.dumps(told).encode())
    assert failed(adapter, ASKED).message == "Incorrect key: [hidden]. See https://x.example/"


@pytest.mark.parametrize("credits", ["null", '"many"', "-3", "true", "[]"])
def test_a_balance_that_is_none_is_not_told(
    adapter: Stability, vendor: StabilitySimulator, credits: str
) -> None:
    vendor.dictated = Reply(200, b'{"credits": %s}' % credits.encode())
    assert adapter.check().message == "It answers."
