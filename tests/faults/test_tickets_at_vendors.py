"""A worker is killed with a task at a vendor, a real adapter on a real socket, and the vendor's own bill is read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from studio.jobs.models import Attempt, Job, State
from tests.faults.conftest import ROUNDS, assert_nothing_is_left_open, until_rest
from tests.faults.processes import Processes
from tests.faults.test_kill_points import assert_it_ends_from_its_ticket, killed_at
from tests.jobs.conftest import START, Desk
from tests.providers.cases import KEY, Case, case
from tests.providers.simulators.base import Simulator

VENDORS = ("async_tasks", "bfl", "fal")
pytestmark = pytest.mark.slow
rounds = pytest.mark.parametrize("number", range(ROUNDS))


@pytest.fixture(params=VENDORS)
def at(request: pytest.FixtureRequest, settings: Any) -> Iterator[tuple[Case, Simulator]]:
    """What is asked of the vendor, and the vendor, which works long enough to be asked twice."""
    name: str = request.param
    with case(name).simulator(seconds=0.3) as vendor:
        settings.PROVIDER_KEYS, settings.PROVIDER_URLS = {name: KEY}, {name: vendor.url}
        yield case(name), vendor


def submitted(busy: Desk, what: Case) -> Job:
    return busy.job(what.model, n=what.n, parameters=what.parameters)


@rounds
@pytest.mark.parametrize(
    ("point", "state"),
    [("sent", State.UNCONFIRMED), ("ticket", State.SUCCEEDED), ("polling", State.SUCCEEDED)],
    ids=["K8 before the ticket is kept", "K8 after", "K9"],
)
def test_a_task_whose_worker_is_killed_ends_from_its_ticket_and_is_paid_once(
    busy: Desk,
    processes: Processes,
    settings: Any,
    at: tuple[Case, Simulator],
    point: str,
    state: str,
    number: int,
) -> None:
    what, vendor = at
    job = submitted(busy, what)
    killed_at(processes, point)
    assert len(vendor.bills) == 1
    until_rest()
    job.refresh_from_db()
    assert (job.state, len(vendor.bills), job.attempts.count()) == (state, 1, 1)
    assert job.outputs.count() == (what.n if state == State.SUCCEEDED else 0)
    assert_nothing_is_left_open(busy, settings)
    job.refresh_from_db()
    assert (len(vendor.bills), busy.balance) == (1, (START - job.charged, 0))


@rounds
def test_a_task_that_is_found_past_its_time_is_fetched_late_and_paid_once(
    busy: Desk, processes: Processes, settings: Any, at: tuple[Case, Simulator], number: int
) -> None:
    what, vendor = at
    job = submitted(busy, what)
    killed_at(processes, "ticket")
    Job.objects.update(deadline_at=timezone.now())
    settings.JOB_ASK_AGAIN_SECONDS = 0.1
    until_rest()
    assert_it_ends_from_its_ticket(job)
    assert (len(vendor.bills), job.attempts.get().state) == (1, Attempt.State.DONE)
    assert_nothing_is_left_open(busy, settings)
    job.refresh_from_db()
    assert busy.balance == (START - job.charged, 0)
