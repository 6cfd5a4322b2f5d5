"""Whose task it is, at which address, and that asking again begins no second one."""

from __future__ import annotations

from typing import Any

import httpx

from studio.accounts import keys
from studio.accounts.models import User
from studio.api import ids
from studio.jobs import execution
from studio.jobs.models import Job, Run, State
from tests.api.tasks.asking import BASE
from tests.api.tasks.conftest import QUICK, VENDOR, Program
from tests.jobs.conftest import START, Desk
from tests.providers.simulators.async_tasks import AsyncTasksSimulator


def test_a_foreign_task_and_a_missing_one_are_the_same_404(
    program: Program, live_server: Any, charlie: User, desk: Desk
) -> None:
    begun = program.begun()
    theirs = {"Authorization": f"Bearer {keys.make(owner=charlie, name='Script')[1]}"}
    missing = ids.shown("tsk", Run.objects.get().project_id)
    paths = [f"{BASE}/v1/tasks/{each}" for each in (begun["task_id"], missing, "none", "art_1")]
    answers = [httpx.get(live_server.url + path, headers=theirs, trust_env=False) for path in paths]
    answers += [
        httpx.post(f"{live_server.url}{path}/cancel", headers=theirs, trust_env=False) for path in paths
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert {answer.text for answer in answers} == {answers[0].text}
    assert answers[0].json()["error"]["code"] == "task_not_found"
    assert Job.objects.get().state == State.QUEUED


def test_a_run_of_the_studio_is_no_task(program: Program, desk: Desk) -> None:
    run = desk.submit()
    assert program.raw.get(f"{BASE}/v1/tasks/{ids.shown('tsk', run.pk)}").status_code == 404


def test_a_task_is_asked_for_without_the_dialects_base_too(
    raw: httpx.Client, live_server: Any, alice: User, desk: Desk
) -> None:
    """Where the address is one dialect's alone, and where the key says which one is meant."""
    headers = {"Authorization": f"Bearer {keys.make(owner=alice, name='Tasks', dialect='async')[1]}"}
    answer = raw.post("/v1/images/generations", json=QUICK, headers=headers)
    assert answer.status_code == 202
    assert answer.headers["Location"] == f"{live_server.url}/v1/tasks/{answer.json()['task_id']}"
    assert raw.get(answer.headers["Location"]).json() == answer.json()


# Again -----------------------------------------------------------------------------------------------------------


def test_the_same_idempotency_key_is_the_same_task_and_one_debit(
    program: Program, desk: Desk, vendor: AsyncTasksSimulator
) -> None:
    once, wish = {"Idempotency-Key": "order-7"}, QUICK | {"model": VENDOR}
    first, second = (program.post("/images/generations", wish, headers=once) for _turn in range(2))
    assert (second.status_code, second.json()) == (202, first.json())
    assert (Run.objects.count(), desk.balance) == (1, (START - 50_000, 50_000))
    other = program.post("/images/generations", wish | {"n": 2}, headers=once)
    assert (other.status_code, other.json()["error"]["code"]) == (422, "idempotency_key_reused")
    execution.work()
    third = program.post("/images/generations", wish, headers=once)
    assert (third.status_code, third.json()["status"]) == (202, "succeeded")


def test_a_dry_run_tells_the_price_and_debits_nothing(program: Program, desk: Desk) -> None:
    answer = program.post("/images/generations", QUICK | {"n": 4}, headers={"X-Dry-Run": "1"})
    cost = answer.json()["estimated_cost"]
    # In the credits of the envelopes, of which ten are one of the studio's.
    assert (answer.status_code, cost["micros"], cost["credits"]) == (200, 12_000, "12.0000")
    assert (Run.objects.count(), desk.balance) == (0, (START, 0))


def test_nothing_listens_that_the_seed_does_not_name(program: Program) -> None:
    answer = program.raw.get(f"{BASE}/v1/images")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
