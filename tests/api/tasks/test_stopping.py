"""Seed 1's third end, canceled: how a task is stopped, and what comes back."""

from __future__ import annotations

from typing import Any

import pytest

from providers.base import Output
from studio.accounts import keys
from studio.accounts.models import Role, User
from studio.api.tasks import views
from studio.jobs import execution, outcomes, queue, receiving
from studio.jobs.models import Job, State
from tests.api.tasks.asking import BASE
from tests.api.tasks.conftest import QUICK, VENDOR, Program, waiting_for, working
from tests.factories import make_team
from tests.jobs.conftest import START, Desk
from tests.providers.simulators.async_tasks import AsyncTasksSimulator
from tests.providers.simulators.pictures import png


def test_trap_5_canceled_is_terminal_and_refunds_in_full(program: Program, desk: Desk) -> None:
    begun = program.begun(n=4)
    canceled = program.post(f"/tasks/{begun['task_id']}/cancel")
    assert (canceled.status_code, canceled.json()["status"]) == (200, "canceled")
    assert canceled.json()["billing"] == {"charged_credits": "12.0000", "refunded_credits": "12.0000"}
    assert execution.work() == 0
    assert program.seen(begun["task_id"]) == canceled.json()
    assert desk.balance == (START, 0)


def test_a_task_can_be_canceled_twice_and_not_once_it_is_over(
    program: Program, desk: Desk, vendor: AsyncTasksSimulator
) -> None:
    begun = program.begun()
    answers = [program.post(f"/tasks/{begun['task_id']}/cancel") for _turn in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    task = program.ended(model=VENDOR)
    refused = program.post(f"/tasks/{task['task_id']}/cancel")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "task_not_cancelable")
    assert desk.balance == (START - 50_000, 0)


def test_a_running_task_is_canceled_as_soon_as_its_worker_sees_the_wish(
    program: Program, desk: Desk, vendor: AsyncTasksSimulator
) -> None:
    vendor.seconds = 60
    begun = program.begun(model=VENDOR, n=4)
    with working(), waiting_for(lambda: program.seen(begun["task_id"])["status"] == "running"):
        canceled = program.post(f"/tasks/{begun['task_id']}/cancel")
    assert (canceled.status_code, canceled.json()["status"]) == (200, "canceled")
    assert canceled.json()["billing"] == {"charged_credits": "200.0000", "refunded_credits": "200.0000"}
    assert desk.balance == (START, 0)


def test_a_cancel_that_no_worker_sees_in_time_says_that_the_task_goes_on(
    program: Program, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "STOP_SECONDS", 0.0)
    begun = program.begun()
    Job.objects.update(state=State.RUNNING)
    asked = program.post(f"/tasks/{begun['task_id']}/cancel")
    assert (asked.status_code, asked.json()["status"]) == (202, "running")
    assert Job.objects.get().cancel_requested


def test_a_task_that_is_canceled_too_late_shows_and_charges_what_had_come(
    program: Program, desk: Desk
) -> None:
    begun = program.begun(n=2)
    claim = queue.claim_next()
    assert claim
    job = Job.objects.select_related("run__owner", "run__team", "price_version").get()
    receiving.take_early(claim, job, 0, Output(png(64, 64, (1, 2, 3)), "image/png"))
    assert outcomes.cancel_running(claim, job)
    task = program.seen(begun["task_id"])
    assert (task["status"], len(task["output"]["images"]), task["error"]) == ("canceled", 1, None)
    assert task["billing"] == {"charged_credits": "6.0000", "refunded_credits": "3.0000"}
    assert desk.balance == (START - 3_000, 0)


def test_who_may_only_look_at_a_teams_task_does_not_stop_it(
    program: Program, live_server: Any, desk: Desk, alice: User, bob: User
) -> None:
    team = make_team("Northwind", {alice: Role.OWNER, bob: Role.VIEWER})
    mine, theirs = (
        {"Authorization": f"Bearer {keys.make(owner=user, name='Script', team=team)[1]}"}
        for user in (alice, bob)
    )
    begun = program.post("/images/generations", QUICK, headers=mine).json()
    path = f"/tasks/{begun['task_id']}"
    assert program.raw.get(f"{BASE}/v1{path}", headers=theirs).json() == begun
    refused = program.post(f"{path}/cancel", headers=theirs)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "forbidden")
    assert program.post(f"{path}/cancel", headers=mine).json()["status"] == "canceled"
