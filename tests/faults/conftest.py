"""Processes to kill, a desk to submit from, and what must be true once everything is at rest."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Any

import pytest

from studio.credits import checks
from studio.credits.models import Hold
from studio.jobs import execution, sweeping
from studio.jobs.models import FINAL, Job, State
from tests.faults.processes import PATIENCE, Processes
from tests.jobs.conftest import Desk, busy, vendor

__all__ = ["busy", "vendor"]

ROUNDS = int(os.environ.get("ROUNDS") or (50 if os.environ.get("SOAK") else 1))
"""How often each kill is tried."""


@pytest.fixture(scope="module")
def host(django_db_setup: None, django_db_blocker: Any) -> Iterator[Processes]:
    with django_db_blocker.unblock():
        processes = Processes()
    yield processes
    processes.close()


@pytest.fixture
def processes(host: Processes, transactional_db: None, settings: Any) -> Iterator[Processes]:
    """Real processes over this test's database, with leases that run out soon."""
    settings.JOB_LEASE_SECONDS = 0.5
    settings.DISPATCH_STALE_SECONDS = 0.2
    yield host
    host.end_all()


def until_rest() -> None:
    """A worker and a sweeper go on until no job is queued or running."""
    ends = time.monotonic() + PATIENCE
    while Job.objects.filter(state__in=[State.QUEUED, State.RUNNING]).exists():
        assert time.monotonic() < ends, list(Job.objects.values("state", "claims", "due_at", "lease_until"))
        sweeping.sweep()
        execution.work()
        time.sleep(0.01)


def assert_nothing_is_left_open(desk: Desk, settings: Any) -> None:
    """The books are right now, and once everybody has stopped waiting for the vendor."""
    until_rest()
    waiting = {job.hold_key for job in Job.objects.filter(state=State.UNCONFIRMED)}
    assert set(Hold.objects.filter(state=Hold.State.OPEN).values_list("key", flat=True)) == waiting
    assert_the_books_are_right()
    settings.JOB_UNCONFIRMED_SECONDS = 0.0
    sweeping.sweep()
    assert set(Job.objects.values_list("state", flat=True)) <= FINAL
    assert desk.balance[1] == 0
    assert_the_books_are_right()


def assert_the_books_are_right() -> None:
    assert [problem for _account, problems in checks.check_all() for problem in problems] == []
