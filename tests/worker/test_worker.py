"""A message goes through the broker to a real worker process, and a broker that forgets costs nothing.

The broker is the one that BROKER_URL names: the file system's, or Redis.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from django.conf import settings as now

from studio.celery import app
from studio.jobs import presence
from studio.jobs.models import Job, State, WorkerBeat
from tests.faults.conftest import assert_nothing_is_left_open
from tests.faults.processes import environment, wait_for
from tests.jobs.conftest import SKETCH, START, Desk, busy

__all__ = ["busy"]
COMMAND = "-m celery --quiet --app studio.celery worker --pool threads --loglevel ERROR"


class Worker:
    """One worker process as the supervisor starts it, with a sweep that comes round soon."""

    def __init__(self, **more: str) -> None:
        quick = {"SWEEP_SECONDS": "0.3", "DISPATCH_STALE_SECONDS": "0.5", "JOB_LEASE_SECONDS": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", *COMMAND.split()],
            cwd=now.BASE_DIR,
            env=environment(**quick, **more),
            start_new_session=True,
        )

    def stop(self) -> int:
        """SIGTERM, as the supervisor sends it; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(20)
        finally:
            self.kill()

    def kill(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def worker(busy: Desk) -> Iterator[Worker]:
    app.control.purge()
    worker = Worker()
    yield worker
    worker.kill()


def succeeded(*jobs: Job) -> None:
    """Wait until all of them are done."""
    ids = [job.pk for job in jobs]
    wait_for(
        lambda: Job.objects.filter(pk__in=ids, state=State.SUCCEEDED).count() == len(ids), "the pictures"
    )


def test_a_message_reaches_a_worker_and_its_job_is_done(busy: Desk, worker: Worker, settings: Any) -> None:
    wait_for(presence.anyone_working, "the worker's first beat")
    jobs = [busy.job(SKETCH, prompt=f"door {number}") for number in range(3)]
    assert not Job.objects.filter(dispatched_at=None).exists()
    succeeded(*jobs)
    assert_nothing_is_left_open(busy, settings)
    assert busy.balance == (START - 9_000, 0)
    # A worker that is asked to stop says good-bye, so that nobody waits for it.
    assert worker.stop() == 0
    assert not WorkerBeat.objects.exists()


def test_messages_that_the_broker_lost_are_sent_again_by_the_sweeper(
    busy: Desk, worker: Worker, settings: Any
) -> None:
    job = busy.job(SKETCH)
    app.control.purge()
    succeeded(job)
    assert_nothing_is_left_open(busy, settings)


def test_a_job_whose_worker_was_killed_is_finished_by_the_next(busy: Desk, settings: Any) -> None:
    app.control.purge()
    job = busy.job(SKETCH)
    first = Worker(GESSO_FAILPOINT="kept")
    try:
        assert first.process.wait(60) == -signal.SIGKILL
    finally:
        first.kill()
    second = Worker()
    try:
        succeeded(job)
    finally:
        second.kill()
    job.refresh_from_db()
    assert (job.claims, job.outputs.count(), job.charged) == (2, 1, 3_000)
    assert_nothing_is_left_open(busy, settings)


@pytest.mark.redis
def test_a_redis_that_forgets_everything_costs_a_sweep_and_no_job(
    busy: Desk, worker: Worker, settings: Any
) -> None:
    jobs = [busy.job(SKETCH, prompt=f"window {number}") for number in range(4)]
    with redis.from_url(now.BROKER_URL) as broker:
        broker.flushall()
        broker.client_kill_filter(_type="normal", skipme=True)
    succeeded(*jobs)
    assert_nothing_is_left_open(busy, settings)
    assert busy.balance == (START - 12_000, 0)
