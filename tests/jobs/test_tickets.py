"""A vendor that hands out tickets is paid once, whatever happens to its worker."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from providers.base import Finished, Output, Waiting
from providers.errors import AnswerLost, ModerationOutput, RateLimited, UpstreamError
from studio.catalog import providers
from studio.celery import app
from studio.jobs import execution, outcomes, sweeping
from studio.jobs.models import Attempt, Job, State
from studio.jobs.queue import Claim
from tests.jobs.conftest import PAID, START, Desk
from tests.jobs.vendors import Crash, TicketVendor


@pytest.fixture
def tickets(monkeypatch: pytest.MonkeyPatch, settings: Any) -> TicketVendor:
    settings.PROVIDER_KEYS = {"openai": "sk-test-canary"}
    vendor = TicketVendor()
    monkeypatch.setattr(providers, "adapter", lambda name: vendor)
    return vendor


def crash() -> Waiting | None:
    raise Crash


def crashed(busy: Desk, tickets: TicketVendor) -> Job:
    """A job whose worker died between two questions, and whose lease has run out."""
    job = busy.job(PAID)
    tickets.asked = crash
    with pytest.raises(Crash):
        execution.work()
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    tickets.asked = lambda: None
    return job


def test_after_a_crash_the_next_worker_goes_on_from_the_ticket(busy: Desk, tickets: TicketVendor) -> None:
    job = crashed(busy, tickets)
    sweeping.sweep()
    execution.work()
    job.refresh_from_db()
    assert (job.state, job.outputs.count(), job.claims) == (State.SUCCEEDED, 1, 2)
    assert tickets.bills == [job.attempts.get().client_ref]
    assert busy.balance == (START - job.charged, 0)


def test_an_answer_lost_while_asking_costs_a_wait_and_no_second_call(
    busy: Desk, tickets: TicketVendor
) -> None:
    for error in (AnswerLost("reset"), UpstreamError("502")):
        tickets.bills.clear()

        def lost(error: Exception = error) -> Waiting | None:
            raise error

        tickets.asked = lost
        job = busy.finished(PAID)
        assert (job.state, job.attempts.get().state) == (State.QUEUED, Attempt.State.TICKET)
        tickets.asked = lambda: None
        Job.objects.update(due_at=timezone.now())
        execution.work()
        job.refresh_from_db()
        assert (job.state, len(tickets.bills)) == (State.SUCCEEDED, 1)


def test_a_worker_that_lost_its_claim_stops_asking_and_cancels_nothing(
    busy: Desk, tickets: TicketVendor
) -> None:
    job = busy.job(PAID)

    def taken_over() -> Waiting | None:
        job.refresh_from_db()
        assert outcomes.put_back(Claim(job.pk, job.fence), job, seconds=60, clean=False)
        tickets.asked = lambda: Waiting(0.0)
        return Waiting(0.0)

    tickets.asked = taken_over
    execution.work()
    job.refresh_from_db()
    assert (job.state, tickets.cancelled, len(tickets.bills)) == (State.QUEUED, [], 1)


def test_cancel_stops_the_task_at_the_vendor_and_returns_the_hold(busy: Desk, tickets: TicketVendor) -> None:
    job = busy.job(PAID)

    def pressed() -> Waiting | None:
        Job.objects.update(cancel_requested=True)
        return Waiting(0.0)

    tickets.asked = pressed
    execution.work()
    job.refresh_from_db()
    assert (job.state, tickets.cancelled, busy.balance) == (State.CANCELLED, ["task-1"], (START, 0))


def test_a_task_that_outlives_its_deadline_is_unconfirmed_also_after_a_crash(
    busy: Desk, tickets: TicketVendor
) -> None:
    job = parked(busy, tickets)
    assert (len(tickets.bills), job.attempts.get().state) == (1, Attempt.State.TICKET)


def parked(busy: Desk, tickets: TicketVendor) -> Job:
    """A job whose task was still under way when its time was over."""
    job = crashed(busy, tickets)
    Job.objects.update(deadline_at=timezone.now())
    tickets.asked = lambda: Waiting(0.0)
    worked(job)
    assert (job.state, busy.balance[1]) == (State.UNCONFIRMED, job.quote["high"])
    return job


def worked(job: Job) -> None:
    """A sweep, and a worker that follows what it says."""
    sweeping.sweep()
    execution.work()
    job.refresh_from_db()


def later(seconds: float) -> None:
    """So much time has gone by for every job."""
    for name in ("due_at", "finished_at", "dispatched_at"):
        Job.objects.update(**{name: F(name) - timedelta(seconds=seconds)})


def test_a_task_that_ends_after_its_deadline_is_still_fetched_by_its_ticket(
    busy: Desk, tickets: TicketVendor
) -> None:
    job = parked(busy, tickets)
    tickets.asked = lambda: None
    later(60)
    worked(job)
    assert (job.state, job.outputs.count(), len(tickets.bills)) == (State.SUCCEEDED, 1, 1)
    assert busy.balance == (START - job.charged, 0)
    assert job.attempts.get().state == Attempt.State.DONE


def test_a_task_that_goes_on_is_asked_once_a_minute_and_its_hold_goes_back_after_a_day(
    busy: Desk, tickets: TicketVendor, settings: Any
) -> None:
    job, asked = parked(busy, tickets), 0

    def still_at_it() -> Waiting | None:
        nonlocal asked
        asked += 1
        return Waiting(0.0)

    tickets.asked = still_at_it
    began = job.finished_at
    for _ in range(3):
        worked(job)
    assert asked == 0
    for _ in range(3):
        later(settings.JOB_ASK_AGAIN_SECONDS)
        worked(job)
        worked(job)
    assert (asked, job.state) == (3, State.UNCONFIRMED)
    assert began is not None
    assert job.finished_at == began - timedelta(seconds=3 * settings.JOB_ASK_AGAIN_SECONDS)
    later(settings.JOB_UNCONFIRMED_SECONDS)
    sweeping.sweep()
    worked(job)
    assert (job.state, job.charged, busy.balance) == (State.FAILED, 0, (START, 0))
    later(settings.JOB_UNCONFIRMED_SECONDS)
    worked(job)
    assert (asked, len(tickets.bills)) == (3, 1)


def test_a_task_that_ends_while_its_hold_is_given_back_is_delivered_and_not_charged(
    busy: Desk, tickets: TicketVendor, settings: Any
) -> None:
    job = parked(busy, tickets)

    def too_late() -> Waiting | None:
        settings.JOB_UNCONFIRMED_SECONDS = 0.0
        sweeping.sweep()
        return None

    tickets.asked = too_late
    later(60)
    worked(job)
    assert (job.state, job.charged, job.outputs.count()) == (State.SUCCEEDED, 0, 1)
    assert busy.balance == (START, 0)


def test_a_late_question_without_an_answer_changes_nothing_and_a_refusal_ends_the_job(
    busy: Desk, tickets: TicketVendor
) -> None:
    job = parked(busy, tickets)
    errors = [AnswerLost("reset"), UpstreamError("502"), RateLimited("busy", retry_after=900.0)]

    def fails() -> Waiting | None:
        raise (errors.pop() if errors else ModerationOutput("no"))

    tickets.asked = fails
    while errors:
        later(60)
        worked(job)
        assert (job.state, job.attempts.get().state) == (State.UNCONFIRMED, Attempt.State.TICKET)
    later(60)
    worked(job)
    assert (job.state, job.error_code, busy.balance) == (State.FAILED, "moderation_output", (START, 0))
    assert len(tickets.bills) == 1


def test_a_vendor_that_is_busy_is_asked_about_a_task_no_later_than_at_the_deadline(
    busy: Desk, tickets: TicketVendor
) -> None:
    def wait() -> Waiting | None:
        raise RateLimited("busy", retry_after=900.0)

    tickets.asked = wait
    job = busy.finished(PAID)
    assert job.state == State.QUEUED
    assert job.deadline_at is not None
    assert abs((job.due_at - job.deadline_at).total_seconds()) < 1


def test_the_sweep_wakes_a_worker_for_a_task_that_outlived_its_deadline(
    busy: Desk, tickets: TicketVendor
) -> None:
    parked(busy, tickets)
    app.control.purge()
    sweeping.sweep()
    assert not app.control.purge()
    later(60)
    sweeping.sweep()
    sweeping.sweep()
    assert app.control.purge() == 1


@pytest.mark.parametrize(
    ("drawing", "state", "charged"),
    [
        ("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 3 2'/>", State.SUCCEEDED, True),
        (
            "<!DOCTYPE svg [<!ENTITY a 'b'>]><svg xmlns='http://www.w3.org/2000/svg'>&a;</svg>",
            State.FAILED,
            False,
        ),
    ],
)
def test_a_drawing_is_delivered_and_one_that_is_not_drawn_costs_nothing(
    busy: Desk, tickets: TicketVendor, drawing: str, state: str, charged: bool
) -> None:
    tickets.asked = lambda: Finished((Output(drawing.encode(), "image/svg+xml"),))
    job = busy.finished(PAID)
    assert (job.state, bool(job.charged)) == (state, charged)
    assert [output.image.blob.mime for output in job.outputs.all() if output.image] == [
        "image/svg+xml"
    ] * charged
    assert busy.balance == (START - job.charged, 0)
