"""Every failure of the vendor, what the adapter calls it, and what the vendor had billed by then."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from providers import errors
from providers.adapters.openai import OpenAI
from providers.base import Event, ImageRequest, Partial
from tests.providers.calls import failed, silent
from tests.providers.simulators import base
from tests.providers.simulators.base import Fault, Reply
from tests.providers.simulators.openai import OpenAISimulator, sse

NAME = "openai"
ASKED = ImageRequest(model="gpt-image-1.5", prompt="an otter", deadline_seconds=20)
PICTURE = "iVBORw0KGgo="


def test_fewer_pictures_than_asked_are_delivered(adapter: OpenAI, vendor: OpenAISimulator) -> None:
    vendor.fault = Fault(base.FEWER)
    for partials in (0, 1):
        assert len(adapter.submit(replace(ASKED, n=3, partials=partials), silent).outputs) == 2


@pytest.mark.parametrize("kind", [base.RESET, base.HANG_UP, base.BROKEN_PICTURE])
def test_a_stream_that_breaks_before_its_picture_leaves_the_answer_unknown(
    adapter: OpenAI, vendor: OpenAISimulator, kind: str
) -> None:
    vendor.fault = Fault(kind)
    assert type(failed(adapter, replace(ASKED, partials=1))) is errors.AnswerLost


def test_a_moderated_stream_says_so_after_its_previews(adapter: OpenAI, vendor: OpenAISimulator) -> None:
    vendor.fault = Fault(base.MODERATED_OUTPUT)
    events: list[Event] = []
    with pytest.raises(errors.ModerationOutput):
        adapter.submit(replace(ASKED, partials=2), events.append)
    assert [type(event) for event in events] == [Partial, Partial]


def streamed(*events: bytes) -> Reply:
    return Reply(200, list(events), {"Content-Type": "text/event-stream"})


def test_a_limit_that_is_told_in_the_middle_of_a_stream_is_no_leave_to_pay_again(
    adapter: OpenAI, vendor: OpenAISimulator
) -> None:
    partial = sse("image_generation.partial_image", {"b64_json": PICTURE, "partial_image_index": 0})
    vendor.dictated = streamed(
        partial, sse("error", {"error": {"message": "slow down", "code": "rate_limit_exceeded"}})
    )
    error = failed(adapter, replace(ASKED, partials=1))
    assert (type(error), error.safe_to_resend, error.message) == (errors.UpstreamError, False, "slow down")


def test_a_limit_that_is_told_within_a_success_is_no_leave_to_pay_again(
    adapter: OpenAI, vendor: OpenAISimulator
) -> None:
    body = json.dumps({"error": {"message": "slow down", "code": "rate_limit_exceeded"}}).encode()
    vendor.dictated = Reply(200, body, {"x-request-id": "req_1"})
    error = failed(adapter, ASKED)
    assert (type(error), error.safe_to_resend, error.message) == (errors.UpstreamError, False, "slow down")
    assert (error.vendor_code, error.vendor_ref) == ("rate_limit_exceeded", "req_1")


def completed(**fields: object) -> bytes:
    return sse("image_generation.completed", {"b64_json": PICTURE, **fields})


def test_pictures_that_came_before_a_stream_broke_are_delivered(
    adapter: OpenAI, vendor: OpenAISimulator
) -> None:
    broken = sse("error", {"error": {"message": "it broke", "code": "server_error"}})
    vendor.dictated = streamed(completed(), broken)
    assert len(adapter.submit(replace(ASKED, n=2, partials=1), silent).outputs) == 1


def test_a_stream_may_end_with_done_or_without_its_last_blank_line(
    adapter: OpenAI, vendor: OpenAISimulator
) -> None:
    for tail in (completed() + b"data: [DONE]\n\n", completed().rstrip(b"\n")):
        vendor.dictated = streamed(b": hello\r\n\r\n", tail)
        assert len(adapter.submit(replace(ASKED, partials=1), silent).outputs) == 1


def test_a_stream_without_any_picture_leaves_the_answer_unknown(
    adapter: OpenAI, vendor: OpenAISimulator
) -> None:
    partial = sse("image_generation.partial_image", {"b64_json": PICTURE, "partial_image_index": 0})
    for events in ([b"data: [DONE]\n\n"], [partial], [b"data: 7\n\n"], [b"data: {\n\n"]):
        vendor.dictated = streamed(*events)
        assert type(failed(adapter, replace(ASKED, partials=1))) is errors.AnswerLost


ERRORS: list[tuple[int, object, type[errors.ProviderError]]] = [
    (400, {"code": "invalid_value", "param": "size"}, errors.InvalidRequest),
    (400, {"code": "unknown_parameter"}, errors.InvalidRequest),
    (400, {"code": "invalid_image_file"}, errors.InvalidRequest),
    (400, {"code": "string_above_max_length", "param": "prompt"}, errors.PromptTooLong),
    (400, {"code": "string_above_max_length", "param": "user"}, errors.InvalidRequest),
    (400, {"code": "content_policy_violation"}, errors.ModerationInput),
    (400, {"code": "moderation_blocked"}, errors.ModerationInput),
    (400, {"code": "moderation_blocked", "moderation_details": "odd"}, errors.ModerationInput),
    (400, {"code": "model_not_found"}, errors.ModelUnavailable),
    (404, {"code": "model_not_found"}, errors.ModelUnavailable),
    (401, {"code": "invalid_api_key"}, errors.AuthError),
    (403, {"type": "invalid_request_error", "code": None}, errors.AuthError),
    (408, {}, errors.UpstreamError),
    (409, {}, errors.UpstreamError),
    (413, None, errors.InvalidRequest),
    (429, {"type": "insufficient_quota", "code": None}, errors.BillingError),
    (429, {"code": "billing_hard_limit_reached"}, errors.BillingError),
    (429, "slow down", errors.RateLimited),
    (500, {"code": 7, "message": ["odd"]}, errors.UpstreamError),
    (504, {}, errors.UpstreamTimeout),
    (200, {"code": "insufficient_quota"}, errors.BillingError),
    (200, {"code": "never heard of"}, errors.UpstreamError),
]


@pytest.mark.parametrize(("status", "error", "kind"), ERRORS)
def test_the_vendors_word_decides_and_its_status_where_it_has_none(
    adapter: OpenAI, vendor: OpenAISimulator, status: int, error: object, kind: type[errors.ProviderError]
) -> None:
    body = json.dumps({"error": error}).encode() if error is not None else b"<html>too large</html>"
    vendor.dictated = Reply(status, body, {"x-request-id": "req_1"})
    problem = failed(adapter, ASKED)
    assert type(problem) is kind
    assert problem.vendor_ref == "req_1"
    assert problem.status == (None if status == 200 else status)


@pytest.mark.parametrize("data", ["{}", '{"data": null}', '{"data": {}}', '{"data": [{}, {"b64_json": ""}]}'])
def test_a_success_without_a_picture_is_an_empty_result(
    adapter: OpenAI, vendor: OpenAISimulator, data: str
) -> None:
    vendor.dictated = Reply(200, data.encode())
    assert type(failed(adapter, ASKED)) is errors.EmptyResult


def test_a_picture_that_can_be_read_is_delivered_beside_one_that_cannot(
    adapter: OpenAI, vendor: OpenAISimulator
) -> None:
    entries = [{"b64_json": "%%%"}, {"b64_json": PICTURE}, {"url": "http://169.254.169.254/"}, "odd"]
    vendor.dictated = Reply(200, json.dumps({"data": entries}).encode())
    finished = adapter.submit(replace(ASKED, n=4), silent)
    assert [output.data for output in finished.outputs] == [b"\x89PNG\r\n\x1a\n"]


def test_two_simulators_do_not_share_a_bill(vendor: OpenAISimulator, adapter: OpenAI) -> None:
    with OpenAISimulator() as other:
        adapter.submit(ASKED, silent)
        assert (len(vendor.bills), len(other.bills)) == (1, 0)
