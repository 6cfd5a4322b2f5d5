"""What follows a failed call: how long is waited, how often, and when never again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from providers.base import Facts
from providers.errors import (
    AuthError,
    ModerationInput,
    NotSent,
    ProviderError,
    RateLimited,
    UpstreamError,
    UpstreamTimeout,
)
from studio.jobs import execution, queue, retrying
from studio.jobs.listening import CancelWanted
from studio.jobs.models import Attempt, Job, State
from tests.jobs.conftest import PAID, PAINT, START, Desk
from tests.providers.simulators.openai import OpenAISimulator

pytestmark = pytest.mark.usefixtures("vendor")


def after(desk: Desk, error: ProviderError, *, model: str = PAID, tries: int = 1, **fields: Any) -> Job:
    """The job once ``error`` ended its try number ``tries``."""
    job = desk.job(model)
    claim = queue.claim_next(job.pk)
    assert claim is not None
    if fields:
        Job.objects.filter(pk=job.pk).update(**fields)
    job.refresh_from_db()
    for number in range(1, tries + 1):
        attempt = Attempt.objects.create(job=job, number=number, client_ref=f"{job.pk.hex}-{number}")
    retrying.note(attempt, error)
    retrying.decide(claim, job, error)
    job.refresh_from_db()
    return job


def waits(job: Job) -> float:
    """Seconds from now until the next try."""
    assert job.state == State.QUEUED
    return (job.due_at - timezone.now()).total_seconds()


@pytest.mark.parametrize(("tries", "bound"), [(1, 1), (2, 2), (3, 4), (4, 8)])
def test_each_wait_is_drawn_below_a_bound_that_doubles(desk: Desk, tries: int, bound: float) -> None:
    drawn = [waits(after(desk, RateLimited("busy"), tries=tries)) for _ in range(12)]
    assert max(drawn) <= bound
    assert len(set(drawn)) == 12
    # Twelve draws from the smaller range of the try before would all have to be short: one in 4,096.
    assert tries == 1 or max(drawn) > bound / 4


def test_a_vendor_that_says_when_is_never_asked_earlier_nor_all_at_one_moment(desk: Desk) -> None:
    drawn = [waits(after(desk, RateLimited("busy", retry_after=90.0))) for _ in range(8)]
    assert 89 < min(drawn) < max(drawn) <= 99
    assert len(set(drawn)) == 8


def test_the_fifth_try_is_the_last(desk: Desk) -> None:
    job = after(desk, RateLimited("busy"), tries=5)
    assert (job.state, job.error_code, desk.balance) == (State.FAILED, "rate_limited", (START, 0))


def test_nobody_waits_longer_than_a_quarter_of_an_hour_in_all(desk: Desk) -> None:
    assert after(desk, RateLimited("busy", retry_after=16 * 60.0)).state == State.FAILED
    begun = timezone.now() - timedelta(minutes=14)
    assert after(desk, RateLimited("busy", retry_after=30.0), started_at=begun).state == State.QUEUED
    assert after(desk, RateLimited("busy", retry_after=90.0), started_at=begun).state == State.FAILED


def test_a_try_that_ended_in_order_is_not_counted_as_a_crash(desk: Desk) -> None:
    job = after(desk, NotSent("refused"))
    assert (job.state, job.claims, job.attempts.get().state) == (State.QUEUED, 0, Attempt.State.FAILED)


@pytest.mark.parametrize("error", [AuthError("no"), ModerationInput("no"), UpstreamError("500")])
def test_a_paid_call_that_may_have_begun_is_not_sent_again(desk: Desk, error: ProviderError) -> None:
    job = after(desk, error)
    assert (job.state, job.error_code, desk.balance) == (State.FAILED, error.code, (START, 0))


def test_a_paid_call_whose_answer_is_lost_waits_and_keeps_its_hold(desk: Desk) -> None:
    job = after(desk, UpstreamTimeout("late"))
    assert (job.state, job.attempts.get().state) == (State.UNCONFIRMED, Attempt.State.UNKNOWN)
    assert desk.balance == (START - job.quote["high"], job.quote["high"])


@pytest.mark.parametrize("error", [UpstreamTimeout("late"), UpstreamError("500"), NotSent("refused")])
def test_a_vendor_that_knows_a_repeat_is_asked_again(desk: Desk, error: ProviderError) -> None:
    assert waits(after(desk, error, model=PAINT)) <= 1


def test_a_reference_whose_first_answer_was_lost_is_kept_although_the_vendor_was_busy_later(
    desk: Desk,
) -> None:
    """The busy vendor surely did not begin now, but perhaps did before: under another reference it would again."""
    for sent, number in ((1, 2), (2, 1)):
        job = after(desk, RateLimited("busy"), model=PAINT)
        job.attempts.update(sent=sent)
        Job.objects.filter(pk=job.pk).update(due_at=timezone.now())
        claim = queue.claim_next(job.pk)
        assert claim is not None
        attempt, _ticket = execution._attempt(claim, job, Facts(idempotent=True))
        assert attempt is not None
        assert attempt.number == number


def test_a_free_call_whose_answer_was_lost_is_not_sent_once_more_for_somebody_who_pressed_cancel(
    desk: Desk,
) -> None:
    job = after(desk, UpstreamTimeout("late"), model=PAINT)
    Job.objects.filter(pk=job.pk).update(due_at=timezone.now(), cancel_requested=True)
    claim = queue.claim_next(job.pk)
    assert claim is not None
    with pytest.raises(CancelWanted):
        execution._attempt(claim, job, Facts(free=True))


def test_what_can_never_work_is_not_tried_again_at_any_vendor(desk: Desk, vendor: OpenAISimulator) -> None:
    assert after(desk, ModerationInput("no"), model=PAINT).state == State.FAILED
    assert vendor.bills == []
