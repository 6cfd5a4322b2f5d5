"""A vendor that hands out tickets is paid once, whatever happens to its worker."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from providers.base import Waiting
from providers.errors import AnswerLost, UpstreamError
from studio.catalog import providers
from studio.jobs import execution, outcomes, sweeping
from studio.jobs.models import Attempt, Job, State
from studio.jobs.queue import Claim
from tests.jobs.conftest import PAID, START, Desk
from tests.jobs.vendors import Crash, TicketVendor


@pytest.fixture
def tickets(monkeypatch: pytest.MonkeyPatch) -> TicketVendor:
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
    job = crashed(busy, tickets)
    Job.objects.update(deadline_at=timezone.now())
    sweeping.sweep()
    execution.work()
    job.refresh_from_db()
    assert (job.state, len(tickets.bills), busy.balance[1]) == (State.UNCONFIRMED, 1, job.quote["high"])
