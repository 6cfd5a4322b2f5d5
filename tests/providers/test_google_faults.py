"""Every failure of Google, what the adapter calls it, and what becomes of the job."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from providers import errors
from providers.adapters.google import Google
from providers.base import ImageRequest
from studio.jobs.models import State
from tests.jobs.conftest import Desk
from tests.providers.calls import failed, silent
from tests.providers.cases import KEY
from tests.providers.simulators import base
from tests.providers.simulators.base import Fault, Reply
from tests.providers.simulators.google import TYPE, GoogleSimulator, error_reply

NAME = "google"
ASKED = ImageRequest(model="gemini-3.1-flash-image", prompt="an otter", resolution="512", deadline_seconds=20)
STREAMED = replace(ASKED, resolution="4K")
IMAGEN = ImageRequest(model="imagen-4.0-generate-001", prompt="an otter", deadline_seconds=20)
PICTURE = {"inlineData": {"mimeType": "image/png", "data": "iVBORw0KGgo="}}


@pytest.fixture
def vendor(vendor: GoogleSimulator) -> GoogleSimulator:
    """The vendor before the day that ends Imagen."""
    vendor.imagen_lives = True
    return vendor


FINISHES: list[tuple[str, type[errors.ProviderError]]] = [
    ("SAFETY", errors.ModerationOutput),
    ("PROHIBITED_CONTENT", errors.ModerationOutput),
    ("BLOCKLIST", errors.ModerationOutput),
    ("SPII", errors.ModerationOutput),
    ("RECITATION", errors.ModerationOutput),
    ("IMAGE_SAFETY", errors.ModerationOutput),
    ("IMAGE_PROHIBITED_CONTENT", errors.ModerationOutput),
    ("IMAGE_RECITATION", errors.ModerationOutput),
    ("ESCALATION", errors.ModerationOutput),
    ("MODEL_ARMOR", errors.ModerationOutput),
    ("IMAGE_OTHER", errors.EmptyResult),
    ("NO_IMAGE", errors.EmptyResult),
    ("MAX_TOKENS", errors.EmptyResult),
    ("OTHER", errors.EmptyResult),
    ("LANGUAGE", errors.EmptyResult),
    ("MALFORMED_RESPONSE", errors.EmptyResult),
    ("SOMETHING_NEW", errors.EmptyResult),
    ("PUP_LIMITED_DISABLED", errors.AuthError),
]


@pytest.mark.parametrize(("finish", "kind"), FINISHES, ids=[row[0] for row in FINISHES])
def test_every_end_without_a_picture_has_its_name(
    adapter: Google, vendor: GoogleSimulator, finish: str, kind: type[errors.ProviderError]
) -> None:
    vendor.finish = finish
    for request in (ASKED, STREAMED):
        problem = failed(adapter, request)
        assert (type(problem), problem.vendor_code) == (kind, finish)
        assert problem.message == f"The simulator ended with {finish}."
        assert (problem.retryable, problem.safe_to_resend, problem.unknown) == (False, False, False)
    vendor.dictated = base.json_reply({"candidates": [{"finishReason": finish}]})
    assert type(failed(adapter, ASKED)) is kind


@pytest.mark.parametrize(
    "reason",
    [
        "SAFETY",
        "OTHER",
        "BLOCKLIST",
        "PROHIBITED_CONTENT",
        "IMAGE_SAFETY",
        "MODEL_ARMOR",
        "JAILBREAK",
        "BLOCKED_REASON_UNSPECIFIED",
        "SOMETHING_NEW",
    ],
)
def test_every_reason_to_decline_a_prompt_is_moderation_of_the_input(
    adapter: Google, vendor: GoogleSimulator, reason: str
) -> None:
    vendor.block = reason
    for request in (ASKED, STREAMED):
        problem = failed(adapter, request)
        assert (type(problem), problem.vendor_code) == (errors.ModerationInput, reason)
    assert vendor.bills == []
    feedback = {"blockReason": reason, "blockReasonMessage": f"No, {KEY}."}
    vendor.dictated = base.json_reply({"promptFeedback": feedback})
    assert failed(adapter, ASKED).message == "No, [hidden]."


def test_a_picture_is_delivered_whatever_the_end_is_called(adapter: Google, vendor: GoogleSimulator) -> None:
    candidate = {"content": {"parts": [PICTURE]}, "finishReason": "MAX_TOKENS"}
    vendor.dictated = base.json_reply({"candidates": [candidate]})
    assert adapter.submit(ASKED, silent).outputs


def test_an_answer_of_nothing_is_empty(adapter: Google, vendor: GoogleSimulator) -> None:
    odd: list[Any] = [
        {},
        {"candidates": []},
        {"candidates": [7, {"content": 7}, {"content": {"parts": [7]}}]},
    ]
    for document in odd:
        vendor.dictated = base.json_reply(document)
        assert type(failed(adapter, ASKED)) is errors.EmptyResult
    for predictions in ([], [{}, 7], 7):
        vendor.dictated = base.json_reply({"predictions": predictions})
        assert type(failed(adapter, IMAGEN)) is errors.EmptyResult


def error(status: int, message: str = "told", **detail: Any) -> Reply:
    details = [{"@type": TYPE + detail.pop("type"), **detail}] if detail else None
    return error_reply(status, message, details)


QUOTA = "generativelanguage.googleapis.com/generate_content_free_tier_requests"
MINUTE = {"quotaMetric": QUOTA, "quotaId": "GenerateRequestsPerMinutePerProjectPerModel-FreeTier"}
DAY = {"quotaMetric": QUOTA, "quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}
ERRORS: list[tuple[Reply, type[errors.ProviderError], float | None]] = [
    (error(400), errors.InvalidRequest, None),
    (error(400, "API key not valid. Please pass a valid API key."), errors.AuthError, None),
    (error(400, type="ErrorInfo", reason="API_KEY_INVALID"), errors.AuthError, None),
    (error(400, "The input token count exceeds the maximum number of tokens."), errors.PromptTooLong, None),
    (error(400, "The prompt violates Google's Responsible AI practices."), errors.ModerationInput, None),
    (error(400, "It may violate our policies. Error Code: 58061214"), errors.ModerationInput, None),
    (error(400, "User location is not supported."), errors.InvalidRequest, None),
    (error(401), errors.AuthError, None),
    (error(403), errors.AuthError, None),
    (error(403, type="ErrorInfo", reason="BILLING_DISABLED"), errors.BillingError, None),
    (error(403, type="ErrorInfo", reason="SERVICE_DISABLED"), errors.AuthError, None),
    (error(404), errors.ModelUnavailable, None),
    (error(429), errors.RateLimited, None),
    (error(429, type="RetryInfo", retryDelay="21s"), errors.RateLimited, 21.0),
    (error(429, type="RetryInfo", retryDelay="0.5s"), errors.RateLimited, 0.5),
    (error(429, type="RetryInfo", retryDelay="86400s"), errors.RateLimited, 900.0),
    (error(429, type="RetryInfo", retryDelay="soon"), errors.RateLimited, None),
    (error(429, type="RetryInfo", retryDelay="-1s"), errors.RateLimited, None),
    (error(429, type="RetryInfo", retryDelay=21), errors.RateLimited, None),
    (error(429, type="QuotaFailure", violations=[MINUTE]), errors.RateLimited, None),
    (error(429, type="QuotaFailure", violations=[MINUTE, DAY]), errors.BillingError, None),
    (error(429, type="QuotaFailure", violations=[7, {}]), errors.RateLimited, None),
    (error(429, type="QuotaFailure", violations="PerDay"), errors.RateLimited, None),
    (error(429, "Quota exceeded for metric: x, limit: 0, model: y"), errors.BillingError, None),
    (error(429, "Your prepayment credits are depleted."), errors.BillingError, None),
    (error(500), errors.UpstreamError, None),
    (error(503, type="RetryInfo", retryDelay="3s"), errors.UpstreamError, 3.0),
    (error(504), errors.UpstreamTimeout, None),
    (Reply(429, b"<html>slow down</html>", {"Retry-After": "7"}), errors.RateLimited, 7.0),
    (Reply(400, b'[{"error": {"code": 400, "message": "API key not valid."}}]'), errors.AuthError, None),
    (Reply(500, b"[]"), errors.UpstreamError, None),
    (
        Reply(400, b'{"error": {"message": ["odd"], "details": [7, {"@type": 7}]}}'),
        errors.InvalidRequest,
        None,
    ),
]


@pytest.mark.parametrize(
    ("reply", "kind", "wait"), ERRORS, ids=[f"{row[0].status}-{row[1].__name__}" for row in ERRORS]
)
def test_the_vendors_words_decide_and_its_status_where_they_do_not(
    adapter: Google,
    vendor: GoogleSimulator,
    reply: Reply,
    kind: type[errors.ProviderError],
    wait: float | None,
) -> None:
    vendor.dictated = reply
    problem = failed(adapter, ASKED)
    assert (type(problem), problem.status, problem.retry_after) == (kind, reply.status, wait)


def test_a_quota_of_the_day_is_not_asked_for_again_and_one_of_the_minute_is(
    adapter: Google, vendor: GoogleSimulator
) -> None:
    for violations, again in (([DAY], False), ([MINUTE], True)):
        vendor.dictated = error(429, type="QuotaFailure", violations=violations)
        problem = failed(adapter, ASKED)
        assert (problem.retryable, problem.safe_to_resend) == (again, again)


def streamed(*chunks: object) -> Reply:
    pieces = [b"data: " + json.dumps(chunk).encode() + b"\r\n\r\n" for chunk in chunks]
    return Reply(200, pieces, {"Content-Type": "text/event-stream"})


def test_an_error_that_is_told_after_the_beginning_is_no_leave_to_pay_again(
    adapter: Google, vendor: GoogleSimulator
) -> None:
    told = {"error": {"code": 429, "message": "slow down", "status": "RESOURCE_EXHAUSTED"}}
    for reply, request in ((streamed(told), STREAMED), (base.json_reply(told), ASKED)):
        vendor.dictated = reply
        problem = failed(adapter, request)
        assert (type(problem), problem.safe_to_resend) == (errors.UpstreamError, False)
    vendor.dictated = base.json_reply({"error": {"status": "odd"}})
    problem = failed(adapter, ASKED)
    assert (type(problem), problem.message) == (errors.UpstreamError, "The vendor reported a failure.")


def test_a_stream_that_ends_without_a_word_leaves_the_answer_unknown(
    adapter: Google, vendor: GoogleSimulator
) -> None:
    for reply in (streamed(), streamed(7), streamed({"candidates": [{"content": {"parts": []}}]})):
        vendor.dictated = reply
        assert type(failed(adapter, STREAMED)) is errors.AnswerLost


@pytest.mark.parametrize("kind", [base.RESET, base.HANG_UP, base.BROKEN_PICTURE])
def test_a_stream_that_breaks_before_its_picture_leaves_the_answer_unknown(
    adapter: Google, vendor: GoogleSimulator, kind: str
) -> None:
    vendor.fault = Fault(kind)
    assert type(failed(adapter, STREAMED)) is errors.AnswerLost


def test_imagens_faults_have_the_same_names(adapter: Google, vendor: GoogleSimulator) -> None:
    vendor.fault = Fault(base.FEWER)
    assert len(adapter.submit(replace(IMAGEN, n=3), silent).outputs) == 2
    for kind, name in ((base.HANG_UP, errors.AnswerLost), (base.BAD_JSON, errors.AnswerLost)):
        vendor.fault = Fault(kind)
        assert type(failed(adapter, IMAGEN)) is name
    vendor.dictated = base.json_reply({"predictions": [{"bytesBase64Encoded": "%%%"}]})
    assert type(failed(adapter, IMAGEN)) is errors.AnswerLost


def test_a_vendor_that_quotes_the_key_is_not_repeated(adapter: Google, vendor: GoogleSimulator) -> None:
    told = {"error": {"status": KEY, "message": f"Invalid key {KEY}. See https://x.example/?key={KEY}"}}
    for status in (200, 400):
        vendor.dictated = base.json_reply(told, status)
        failed(adapter, ASKED)
        assert KEY not in adapter.check().message
    parts = [{"text": f"Your key is {KEY}"}]
    vendor.dictated = base.json_reply(
        {"candidates": [{"content": {"parts": parts}, "finishReason": KEY}], "responseId": KEY}
    )
    failed(adapter, ASKED)


def test_a_list_that_cannot_be_read_is_not_well(adapter: Google, vendor: GoogleSimulator) -> None:
    unreadable: list[Any] = [[], {}, {"models": 7}]
    for document in unreadable:
        vendor.dictated = base.json_reply(document)
        assert not adapter.check().ok


def test_a_job_is_charged_for_its_tokens_and_thinking_at_the_price_of_text(
    busy: Desk, vendor: GoogleSimulator
) -> None:
    vendor.thoughts = 2
    job = busy.finished("google/gemini-3.1-flash-image", parameters={"resolution": "512"}, prompt="a stair")
    assert job.state == State.SUCCEEDED
    # 2 tokens of prompt at 0.5, 747 of the picture at 60 and 150 of thinking at 3 micros each.
    assert job.charged == 1 + 44_820 + 450
    assert job.quote["low"] <= job.charged <= job.quote["high"]


def test_a_job_whose_answer_was_declined_is_charged_nothing(busy: Desk, vendor: GoogleSimulator) -> None:
    vendor.finish = "IMAGE_SAFETY"
    job = busy.finished("google/gemini-3.1-flash-image", parameters={"resolution": "512"})
    assert (job.state, job.error_code, job.charged) == (State.FAILED, "moderation_output", 0)
    assert len(vendor.bills) == 1


def test_a_job_keeps_the_jpeg_that_came_though_png_was_all_it_could_ask_for(
    busy: Desk, vendor: GoogleSimulator
) -> None:
    vendor.mime = "image/jpeg"
    job = busy.finished("google/gemini-3.1-flash-image", parameters={"resolution": "512"})
    assert (job.state, job.parameters["output_format"]) == (State.SUCCEEDED, "png")
    kept = job.outputs.get().image
    assert kept is not None
    assert kept.blob.mime == "image/jpeg"
