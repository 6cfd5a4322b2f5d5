"""A run with a real worker process behind it, from the request that waits for it to its bill."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from studio.accounts import keys
from studio.accounts.models import User
from studio.celery import app
from studio.jobs import presence
from tests.api.own.conftest import QUICK, Program
from tests.faults.processes import wait_for
from tests.jobs.conftest import SKETCH, START, Desk, busy
from tests.worker.test_worker import Worker

__all__ = ["busy"]


@pytest.fixture
def worker(busy: Desk) -> Iterator[Worker]:
    app.control.purge()
    worker = Worker()
    yield worker
    worker.kill()


def test_a_run_is_worked_on_by_the_workers_while_the_request_waits(
    busy: Desk, worker: Worker, alice: User
) -> None:
    wait_for(presence.anyone_working, "the worker's first beat")
    program = Program(keys.make(owner=alice, name="Nightly")[1])
    answer = program.post("/runs", QUICK | {"n": 2, "wait": 60, "project": "Stairs of Rome"})
    run = answer.json()
    assert (answer.status_code, run["state"], run["project_name"]) == (200, "succeeded", "Stairs of Rome")
    [job] = run["jobs"]
    assert (job["model"], job["cost"]["charged"]["micros"], len(job["pictures"])) == (SKETCH, 6_000, 2)
    assert all(Client().get(each["url"]).status_code == 200 for each in job["pictures"])
    assert busy.balance == (START - 6_000, 0)
    assert [row["type"] for row in program.read("/statement")["data"]] == ["charge", "hold", "grant"]
    assert [row["id"] for row in program.read("/pictures")["data"]] == [
        each["id"] for each in reversed(job["pictures"])
    ]
