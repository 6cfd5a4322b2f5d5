"""Several worker processes at a vendor that fails for a while: it is let go soon, tried by one, and taken up again."""

from __future__ import annotations

import itertools
import os
import threading
from typing import Any

import pytest

from studio.catalog import health
from studio.catalog.models import Breaker
from studio.jobs.models import Attempt, Job, State
from tests.faults.conftest import assert_nothing_is_left_open
from tests.faults.processes import Processes
from tests.jobs.conftest import PAID, START, Desk
from tests.providers.simulators import base
from tests.providers.simulators.base import Fault, Reply, Request
from tests.providers.simulators.openai import OpenAISimulator

WORKERS, THRESHOLD = 4, 8
FAILS, JOBS = 16, 32
ROUNDS = int(os.environ.get("ROUNDS") or (50 if os.environ.get("SOAK") else 1))
pytestmark = pytest.mark.slow
rounds = pytest.mark.parametrize("number", range(ROUNDS))


class CountingVendor(OpenAISimulator):
    """Notes of each call how many were inside when it came, itself too."""

    def __init__(self) -> None:
        super().__init__(seconds=0.03)
        self.calls: list[int] = []
        self._inside = 0
        self._counting = threading.Lock()

    def answer(self, request: Request) -> Reply:
        with self._counting:
            self._inside += 1
            self.calls.append(self._inside)
        try:
            # Also a call that fails takes its time, or there would never be two.
            self.stopping.wait(0.03)
            return super().answer(request)
        finally:
            with self._counting:
                self._inside -= 1


@pytest.fixture
def counting(settings: Any) -> Any:
    with CountingVendor() as vendor:
        settings.PROVIDER_KEYS = {"openai": "sk-test-canary"}
        settings.PROVIDER_URLS = {"openai": vendor.url}
        settings.JOBS_PER_PAYER = 1000
        yield vendor


def worked_on(processes: Processes, workers: int) -> None:
    """So many processes work until no job is queued or running."""
    processes.start("work_on", count=workers, wait=True)
    processes.go()
    assert set(processes.all_ended()) == {0}


@rounds
def test_a_vendor_that_fails_is_let_go_then_tried_by_one_and_taken_up_again(
    busy: Desk, processes: Processes, settings: Any, counting: CountingVendor, number: int
) -> None:
    settings.JOB_LEASE_SECONDS = 20.0
    settings.BREAKER_FAILURES, settings.BREAKER_WAIT_SECONDS = THRESHOLD, 0.05
    settings.BREAKER_LONGEST_SECONDS = 0.2
    counting.fault = Fault(base.STATUS, status=500, times=FAILS)
    for place in range(JOBS):
        busy.job(PAID, prompt=f"door {place}")
    worked_on(processes, WORKERS)
    calls = list(Attempt.objects.order_by("started_at"))
    assert [call.state for call in calls[:FAILS]] == [Attempt.State.FAILED] * FAILS
    # It opens at the threshold, when each other worker may have a call out; from then on one follows the other.
    probes = calls[THRESHOLD + WORKERS - 1 : FAILS + 1]
    for before, after in itertools.pairwise(probes):
        assert before.finished_at is not None
        assert before.finished_at <= after.started_at
    assert (health.open_breakers(), Breaker.objects.get().failures) == ([], 0)
    states = list(Job.objects.values_list("state", flat=True))
    assert (states.count(State.FAILED), states.count(State.SUCCEEDED)) == (FAILS, JOBS - FAILS)
    assert len(counting.bills) == JOBS - FAILS
    assert_nothing_is_left_open(busy, settings)
    assert busy.balance[0] == START - sum(Job.objects.values_list("charged", flat=True))


@rounds
def test_a_vendor_that_does_few_at_once_is_given_no_more_than_the_race_between_processes_allows(
    busy: Desk, processes: Processes, settings: Any, counting: CountingVendor, number: int
) -> None:
    settings.JOB_LEASE_SECONDS = 20.0
    settings.PROVIDER_JOBS = {"openai": 2}
    for place in range(JOBS):
        busy.job(PAID, prompt=f"door {place}")
    worked_on(processes, WORKERS)
    # Each process looks and claims in one step, but two may look before either claims.
    assert max(counting.calls) <= 2 + WORKERS - 1
    assert len(counting.bills) == JOBS
    assert_nothing_is_left_open(busy, settings)
