"""A worker that is frozen past its lease and then goes on writes nothing stale and pays nothing twice."""

from __future__ import annotations

import signal
from typing import Any

import pytest

from studio.jobs import sweeping
from studio.jobs.models import Job, State
from tests.faults.conftest import assert_nothing_is_left_open, until_rest
from tests.faults.processes import Processes, wait_for
from tests.jobs.conftest import PAID, SKETCH, START, Desk
from tests.providers.simulators.openai import OpenAISimulator

pytestmark = pytest.mark.slow


def frozen_at(processes: Processes, point: str) -> int:
    """A worker that stopped itself there; its heart does not beat either."""
    worker = processes.start("work", failpoint=f"stop:{point}")
    processes.stopped(worker)
    return worker


def wake(processes: Processes, worker: int) -> None:
    """Let it go on to its end."""
    processes.kill(worker, signal.SIGCONT)
    assert processes.ended(worker) == 0


def swept_as_unconfirmed() -> bool:
    sweeping.sweep()
    return Job.objects.filter(state=State.UNCONFIRMED).exists()


@pytest.mark.parametrize("point", ["claimed", "started", "sending", "sent", "prepared", "kept", "stored"])
def test_a_painting_that_another_worker_finished_is_not_touched_again(
    busy: Desk, processes: Processes, settings: Any, point: str
) -> None:
    job = busy.job(SKETCH)
    worker = frozen_at(processes, point)
    until_rest()
    before = Job.objects.values().get(pk=job.pk), list(job.outputs.values()), list(job.attempts.values())
    wake(processes, worker)
    after = Job.objects.values().get(pk=job.pk), list(job.outputs.values()), list(job.attempts.values())
    assert after == before
    assert (before[0]["state"], before[0]["charged"]) == (State.SUCCEEDED, 3_000)
    assert_nothing_is_left_open(busy, settings)
    assert busy.balance == (START - 3_000, 0)


@pytest.mark.parametrize("point", ["claimed", "started"])
def test_a_paid_call_that_another_worker_made_is_not_made_again(
    busy: Desk, vendor: OpenAISimulator, processes: Processes, settings: Any, point: str
) -> None:
    job = busy.job(PAID)
    worker = frozen_at(processes, point)
    until_rest()
    wake(processes, worker)
    job.refresh_from_db()
    assert (job.state, len(vendor.bills), job.attempts.count()) == (State.SUCCEEDED, 1, 1)
    assert_nothing_is_left_open(busy, settings)
    assert busy.balance == (START - job.charged, 0)


def test_a_worker_frozen_with_a_paid_call_in_its_hands_delivers_late_and_once(
    busy: Desk, vendor: OpenAISimulator, processes: Processes, settings: Any
) -> None:
    job = busy.job(PAID)
    worker = frozen_at(processes, "sending")
    wait_for(swept_as_unconfirmed, "the sweep")
    wake(processes, worker)
    job.refresh_from_db()
    assert (job.state, len(vendor.bills), job.outputs.count()) == (State.SUCCEEDED, 1, 1)
    assert 0 < job.charged <= job.quote["high"]
    assert_nothing_is_left_open(busy, settings)


def test_a_paid_call_that_comes_back_after_its_hold_was_returned_is_a_gift(
    busy: Desk, vendor: OpenAISimulator, processes: Processes, settings: Any
) -> None:
    job = busy.job(PAID)
    worker = frozen_at(processes, "prepared")
    wait_for(swept_as_unconfirmed, "the sweep")
    assert_nothing_is_left_open(busy, settings)
    wake(processes, worker)
    job.refresh_from_db()
    assert (job.state, job.charged, job.outputs.count()) == (State.SUCCEEDED, 0, 1)
    assert busy.balance == (START, 0)
    assert_nothing_is_left_open(busy, settings)
