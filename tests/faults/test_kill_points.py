"""A process of the studio is killed at every place where that could cost somebody something.

K1 before the commit of a submit · K2 after it · K3 message sent, not marked · K4 message received · K5 claimed ·
K6 call noted, not sent · K7 sent, no answer · K8 answered, nothing kept · K9 asking the vendor · K10 picture
decoded · K11 file stored, no row · K12 settled. Afterwards a worker and a sweeper go on until all is at rest.
"""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from studio.catalog import providers
from studio.images.models import Blob
from studio.jobs import execution, sweeping
from studio.jobs.models import Job, Run, State
from studio.worker.looker import Looker
from tests.faults import desk as desks
from tests.faults.conftest import ROUNDS, assert_nothing_is_left_open, until_rest
from tests.faults.processes import Processes, wait_for
from tests.faults.tickets import FiledTickets
from tests.jobs.conftest import PAID, SKETCH, START, Desk
from tests.providers.simulators.openai import OpenAISimulator

KILLED = -signal.SIGKILL
pytestmark = pytest.mark.slow
rounds = pytest.mark.parametrize("number", range(ROUNDS))


@rounds
@pytest.mark.parametrize("point", ["submitting", "committed", "published"], ids=["K1", "K2", "K3"])
def test_a_submit_that_dies_is_there_whole_or_not_at_all_and_may_be_repeated(
    busy: Desk, processes: Processes, settings: Any, point: str, number: int
) -> None:
    press: dict[str, Any] = {"key": "once", "model": SKETCH}
    press |= {"user_id": busy.actor.require_user().pk, "project_id": str(busy.project.pk)}
    assert processes.ended(processes.start("submit", failpoint=point, **press)) == KILLED
    assert Run.objects.count() == (0 if point == "submitting" else 1)
    assert busy.balance == ((START, 0) if point == "submitting" else (START - 3_000, 3_000))
    desks.press(**press)
    assert_nothing_is_left_open(busy, settings)
    job = Job.objects.get()
    assert (job.state, job.run.number, busy.balance) == (State.SUCCEEDED, 1, (START - 3_000, 0))


AT_WORK = {
    "K4": "received",
    "K5": "claimed",
    "K6": "sending",
    "K8": "sent",
    "K10": "prepared",
    "K11": "kept",
    "K11 with the row": "stored",
    "K12": "settled",
}


def killed_at(processes: Processes, point: str, do: str = "work", **args: Any) -> None:
    assert processes.ended(processes.start(do, failpoint=point, **args)) == KILLED


@rounds
@pytest.mark.parametrize("point", AT_WORK.values(), ids=list(AT_WORK))
def test_a_painting_survives_its_worker(
    busy: Desk, processes: Processes, settings: Any, point: str, number: int
) -> None:
    job = busy.job(SKETCH)
    killed_at(processes, point)
    assert_nothing_is_left_open(busy, settings)
    job.refresh_from_db()
    assert (job.state, job.charged, job.outputs.count()) == (State.SUCCEEDED, 3_000, 1)
    assert (job.attempts.count(), busy.balance) == (1, (START - 3_000, 0))


@rounds
@pytest.mark.parametrize(
    ("point", "state", "bills"),
    [
        ("received", State.SUCCEEDED, 1),
        ("claimed", State.SUCCEEDED, 1),
        ("sending", State.UNCONFIRMED, 0),
        ("sent", State.SUCCEEDED, 1),  # its pictures came, and were kept, before the end of the answer
        ("prepared", State.UNCONFIRMED, 1),
        ("kept", State.UNCONFIRMED, 1),
        ("stored", State.SUCCEEDED, 1),
        ("settled", State.SUCCEEDED, 1),
    ],
    ids=list(AT_WORK),
)
def test_a_paid_call_is_made_once_whenever_its_worker_dies(
    busy: Desk,
    vendor: OpenAISimulator,
    processes: Processes,
    settings: Any,
    point: str,
    state: str,
    bills: int,
    number: int,
) -> None:
    job = busy.job(PAID)
    killed_at(processes, point)
    until_rest()
    job.refresh_from_db()
    assert (job.state, len(vendor.bills)) == (state, bills)
    assert_nothing_is_left_open(busy, settings)
    job.refresh_from_db()
    assert bool(job.charged) == (state == State.SUCCEEDED)
    assert (len(vendor.bills), busy.balance) == (bills, (START - job.charged, 0))


@rounds
@pytest.mark.parametrize(
    ("point", "state", "bills"),
    [
        ("claimed", State.SUCCEEDED, 1),
        ("sending", State.UNCONFIRMED, 0),
        ("sent", State.UNCONFIRMED, 1),
        ("kept", State.UNCONFIRMED, 1),
        ("stored", State.UNCONFIRMED, 1),
        ("settled", State.SUCCEEDED, 1),
    ],
    ids=["K5", "K6", "K8", "K11", "K11 before the row", "K12"],
)
def test_a_web_process_that_dies_over_a_programs_picture_leaves_one_call_and_what_is_still_to_be_looked_at(
    busy: Desk,
    vendor: OpenAISimulator,
    processes: Processes,
    settings: Any,
    point: str,
    state: str,
    bills: int,
    number: int,
) -> None:
    job = busy.job(PAID)
    killed_at(processes, point, "answer", job_id=str(job.pk))
    until_rest()
    job.refresh_from_db()
    assert (job.state, len(vendor.bills)) == (state, bills)
    unseen = Blob.objects.filter(state=Blob.State.UNSEEN)
    assert unseen.count() == (point == "settled")
    Looker(None).work_off()
    assert not unseen.exists()
    assert_nothing_is_left_open(busy, settings)
    job.refresh_from_db()
    assert (len(vendor.bills), busy.balance) == (bills, (START - job.charged, 0))


@rounds
def test_k7_a_worker_that_dies_while_the_vendor_works_leaves_it_at_one_call(
    busy: Desk, vendor: OpenAISimulator, processes: Processes, settings: Any, number: int
) -> None:
    vendor.seconds = 60.0
    job = busy.job(PAID)
    worker = processes.start("work")
    wait_for(lambda: vendor.bills, "the paid call")
    processes.kill(worker)
    assert processes.ended(worker) == KILLED
    until_rest()
    job.refresh_from_db()
    assert (job.state, len(vendor.bills)) == (State.UNCONFIRMED, 1)
    assert_nothing_is_left_open(busy, settings)
    assert (len(vendor.bills), busy.balance) == (1, (START, 0))


@rounds
@pytest.mark.parametrize(
    ("point", "state"),
    [("sent", State.UNCONFIRMED), ("ticket", State.SUCCEEDED), ("polling", State.SUCCEEDED)],
    ids=["K8 before the ticket is kept", "K8 after", "K9"],
)
def test_a_task_at_the_vendor_is_taken_up_again_by_its_ticket(
    busy: Desk,
    processes: Processes,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    point: str,
    state: str,
    number: int,
) -> None:
    log = tmp_path / "bills"
    tickets = FiledTickets(str(log))
    tickets.bills.append("by the worker that died")
    settings.PROVIDER_KEYS = {"openai": "sk-test-canary"}
    monkeypatch.setattr(providers, "adapter", lambda name: tickets)
    job = busy.job(PAID)
    killed_at(processes, point, "work_with_tickets", bills=str(log))
    until_rest()
    job.refresh_from_db()
    assert (job.state, log.read_text().split()) == (state, [job.attempts.get().client_ref])
    assert_nothing_is_left_open(busy, settings)
    assert len(log.read_text().split()) == 1


@rounds
def test_a_worker_that_dies_over_a_ticket_and_is_found_past_the_deadline_leaves_one_paid_call(
    busy: Desk,
    processes: Processes,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    number: int,
) -> None:
    log = tmp_path / "bills"
    tickets = FiledTickets(str(log))
    tickets.bills.append("by the worker that died")
    settings.PROVIDER_KEYS = {"openai": "sk-test-canary"}
    monkeypatch.setattr(providers, "adapter", lambda name: tickets)
    job = busy.job(PAID)
    killed_at(processes, "ticket", "work_with_tickets", bills=str(log))
    Job.objects.update(deadline_at=timezone.now())
    settings.JOB_ASK_AGAIN_SECONDS = 0.1
    until_rest()
    assert_it_ends_from_its_ticket(job)
    assert log.read_text().split() == [job.attempts.get().client_ref]
    assert_nothing_is_left_open(busy, settings)
    job.refresh_from_db()
    assert busy.balance == (START - job.charged, 0)


def assert_it_ends_from_its_ticket(job: Job) -> None:
    """Late, by the sweep and a worker that follows it."""

    def succeeded() -> bool:
        sweeping.sweep()
        execution.work()
        job.refresh_from_db()
        return job.state == State.SUCCEEDED

    wait_for(succeeded, "the end of the task")
