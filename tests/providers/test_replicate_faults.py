"""Every failure of the vendor, what the adapter calls it, what it had billed, and how a job ends."""

from __future__ import annotations

import json
from typing import Any

import pytest

from providers import errors
from providers.adapters.replicate import Replicate
from providers.adapters.replicate.answer import code_of, meaning_of
from providers.base import Finished, ImageRequest, Ticket, Waiting
from studio.jobs import execution
from studio.jobs.models import Job, State
from tests.jobs.conftest import START, Desk
from tests.providers.calls import failed, silent
from tests.providers.cases import KEY
from tests.providers.simulators import base
from tests.providers.simulators.base import Fault, Reply
from tests.providers.simulators.replicate import ReplicateSimulator
from tests.providers.tasks import at_rest

NAME = "replicate"
MODEL = "replicate/flux-schnell"
ASKED = ImageRequest(model="black-forest-labs/flux-schnell", prompt="an otter", deadline_seconds=20)


def told(vendor: ReplicateSimulator, **envelope: object) -> None:
    vendor.dictated = Reply(200, json.dumps({"id": "p1", "status": "succeeded", **envelope}).encode())


@pytest.mark.parametrize("slow", [False, True])
def test_cancel_stops_the_prediction_and_returns_the_hold(
    busy: Desk, vendor: ReplicateSimulator, monkeypatch: pytest.MonkeyPatch, slow: bool
) -> None:
    vendor.seconds, vendor.slow_to_stop = 60.0, slow
    job = busy.job(MODEL)
    poll = Replicate.poll

    def pressed(self: Replicate, ticket: Ticket) -> Waiting | Finished:
        Job.objects.update(cancel_requested=True)
        return poll(self, ticket)

    monkeypatch.setattr(Replicate, "poll", pressed)
    execution.work()
    job.refresh_from_db()
    assert (job.state, busy.balance, len(vendor.bills)) == (State.CANCELLED, (START, 0), 1)
    assert [made.stopped for made in vendor.predictions.values()] == ["canceled"]


def test_a_submit_that_broke_off_is_neither_repeated_nor_looked_up(
    busy: Desk, vendor: ReplicateSimulator, settings: Any
) -> None:
    vendor.fault = Fault(base.RESET)
    job = at_rest(busy, MODEL, vendor.fault, settings)
    assert job.state == State.UNCONFIRMED
    assert [request.method for request in vendor.requests] == ["POST"]


def test_a_throttled_submit_waits_and_is_paid_once(
    busy: Desk, vendor: ReplicateSimulator, settings: Any
) -> None:
    vendor.fault = Fault(base.STATUS, 429, times=2)
    job = at_rest(busy, MODEL, vendor.fault, settings, n=4)
    assert (job.state, len(vendor.bills), job.outputs.count()) == (State.SUCCEEDED, 1, 4)
    assert (job.charged, busy.balance) == (12_000, (START - 12_000, 0))


def test_trap_how_long_to_wait_stands_in_the_text_where_there_is_no_header(
    adapter: Replicate, vendor: ReplicateSimulator
) -> None:
    vendor.creates_left = 1
    adapter.submit(ASKED, silent)
    problem = failed(adapter, ASKED)
    assert (type(problem), problem.retry_after, problem.safe_to_resend) == (errors.RateLimited, 30.0, True)
    assert problem.message == "Request was throttled. Your rate limit resets in ~30s."
    assert len(vendor.bills) == 1


@pytest.mark.parametrize(
    ("text", "header", "wait"),
    [
        ("Your rate limit resets in ~30s.", "7", 7.0),
        ("Your rate limit resets in 2m.", "", 120.0),
        ("Your rate limit resets in ~99999s.", "", 900.0),
        ("Your rate limit resets soon.", "", None),
        ("", "", None),
    ],
)
def test_trap_a_header_goes_before_the_text_and_neither_is_made_up(
    adapter: Replicate, vendor: ReplicateSimulator, text: str, header: str, wait: float | None
) -> None:
    headers = {"Retry-After": header} if header else {}
    vendor.dictated = Reply(429, json.dumps({"detail": text}).encode(), headers)
    assert failed(adapter, ASKED).retry_after == wait


@pytest.mark.parametrize(
    ("words", "kind", "code"),
    [
        (
            "The input was flagged as sensitive. Please try again. (E005)",
            errors.ModerationInput,
            "E005",
        ),
        ("The input or output was flagged as sensitive. (E005)", errors.ModerationInput, "E005"),
        ("E005", errors.ModerationInput, "E005"),
        ("Prompt rejected by the safety system", errors.ModerationInput, ""),
        ("Output image was flagged by moderation", errors.ModerationOutput, ""),
        ("NSFW content detected. Try a different prompt.", errors.ModerationOutput, ""),
        ("All generated images contained NSFW content.", errors.ModerationOutput, ""),
        ("CUDA out of memory", errors.TaskFailed, ""),
        ("E1001: out of memory", errors.TaskFailed, "E1001"),
        ("Prediction failed to start. (E8367)", errors.TaskFailed, "E8367"),
        ("'sample'", errors.TaskFailed, ""),
        ("", errors.TaskFailed, ""),
    ],
)
def test_trap_errors_within_a_prediction_are_told_apart_by_their_words(
    adapter: Replicate, vendor: ReplicateSimulator, words: str, kind: type[errors.ProviderError], code: str
) -> None:
    assert (meaning_of(words), code_of(words)) == (kind, code)
    ticket = adapter.submit(ASKED, silent)
    told(vendor, status="failed", error=words, output=None)
    with pytest.raises(kind) as caught:
        adapter.poll(ticket)
    assert caught.value.message == (words or "The vendor's work on this failed.")
    assert (caught.value.vendor_code, caught.value.vendor_ref) == (code or "failed", ticket.id)
    assert not caught.value.retryable


ERRORS: list[tuple[int, object, type[errors.ProviderError], str]] = [
    (400, {"title": "Bad request", "detail": "odd", "status": 400}, errors.InvalidRequest, "odd"),
    (401, {"title": "Unauthenticated", "detail": None}, errors.AuthError, "Unauthenticated"),
    (402, {"detail": "Add credit"}, errors.BillingError, "Add credit"),
    (403, {"detail": "no"}, errors.AuthError, "no"),
    (404, {"detail": "not found"}, errors.ModelUnavailable, "not found"),
    (422, {"title": "Input validation failed", "detail": "- x\n"}, errors.InvalidRequest, "- x"),
    (422, {"detail": [7]}, errors.InvalidRequest, "The vendor answered with status 422."),
    (429, [], errors.RateLimited, "The vendor answered with status 429."),
    (503, None, errors.UpstreamError, "The vendor answered with status 503."),
    (504, "late", errors.UpstreamTimeout, "The vendor answered with status 504."),
]


@pytest.mark.parametrize(("status", "document", "kind", "words"), ERRORS)
def test_title_and_detail_are_read_and_the_status_decides(
    adapter: Replicate,
    vendor: ReplicateSimulator,
    status: int,
    document: object,
    kind: type[errors.ProviderError],
    words: str,
) -> None:
    vendor.dictated = Reply(status, json.dumps(document).encode())
    problem = failed(adapter, ASKED)
    assert (type(problem), problem.status, problem.message) == (kind, status, words)


@pytest.mark.parametrize(
    "body", ["[]", "7", "null", "{}", '{"id": 7}', '{"id": ""}', '{"id": "%s"}' % ("x" * 201)]
)
def test_a_submit_that_names_no_prediction_leaves_the_answer_unknown(
    adapter: Replicate, vendor: ReplicateSimulator, body: str
) -> None:
    vendor.dictated = Reply(201, body.encode())
    assert type(failed(adapter, ASKED)) is errors.AnswerLost


@pytest.mark.parametrize("output", [None, [], {}, "", [""], [7, None], {"url": "x"}])
def test_a_success_without_a_picture_is_an_empty_result(
    adapter: Replicate, vendor: ReplicateSimulator, output: object
) -> None:
    ticket = adapter.submit(ASKED, silent)
    told(vendor, output=output)
    with pytest.raises(errors.EmptyResult):
        adapter.poll(ticket)


@pytest.mark.parametrize("status", ["starting", "processing", "queued", "Succeeded", None, 7])
def test_a_status_that_nobody_knows_is_one_of_a_prediction_that_goes_on(
    adapter: Replicate, vendor: ReplicateSimulator, status: object
) -> None:
    ticket = adapter.submit(ASKED, silent)
    told(vendor, status=status, output="https://replicate.delivery/x.png")
    assert isinstance(adapter.poll(ticket), Waiting)


@pytest.mark.parametrize("body", ["[]", "7", "null", "<html>", '{"status": "canc'])
def test_a_question_that_got_no_answer_may_be_asked_again(
    adapter: Replicate, vendor: ReplicateSimulator, body: str
) -> None:
    ticket = adapter.submit(ASKED, silent)
    vendor.dictated = Reply(200, body.encode())
    with pytest.raises(errors.AnswerLost):
        adapter.poll(ticket)
    assert adapter.cancel(ticket) is False


def test_a_vendor_that_quotes_the_key_is_not_repeated(adapter: Replicate, vendor: ReplicateSimulator) -> None:
    ticket = adapter.submit(ASKED, silent)
    told(
        vendor, status="failed", error=f"Bad token {KEY} r8_0123456789abcdef at https://x.example/?k={KEY}\n"
    )
    with pytest.raises(errors.TaskFailed) as caught:
        adapter.poll(ticket)
    assert caught.value.message == "Bad token [hidden] [hidden] at https://x.example/"
