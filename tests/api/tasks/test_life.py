"""Seed 1, from 202 to the end: a task is asked for, worked on by a worker, polled, and its credits add up."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from studio.accounts import keys
from studio.accounts.models import User
from studio.api import ids
from studio.credits import services as credits
from studio.jobs import execution
from studio.jobs.models import Job, Run, State
from tests.api.tasks.conftest import BASE, QUICK, VENDOR, Program, amounts, net_micros
from tests.jobs.conftest import SKETCH, START, Desk
from tests.providers.simulators import base
from tests.providers.simulators.async_tasks import AsyncTasksSimulator
from tests.providers.simulators.base import Fault


def test_seed_1_a_task_is_accepted_at_once_and_nothing_is_painted_in_the_request(
    program: Program, desk: Desk, live_server: Any
) -> None:
    answer = program.post("/images/generations", QUICK | {"n": 2})
    task = answer.json()
    assert answer.status_code == 202
    assert re.fullmatch(r"tsk_[0-9a-z]{26}", task["task_id"])
    assert answer.headers["Location"] == f"{live_server.url}{BASE}/v1/tasks/{task['task_id']}"
    assert (task["status"], task["type"], task["model"]) == ("queued", "text_to_image", SKETCH)
    assert task["billing"] == {"charged_credits": "6.0000"}
    assert (task["output"], task["error"], task["input"]) == (None, None, {"images": []})
    assert Job.objects.get().state == State.QUEUED
    assert desk.balance == (START - 6_000, 6_000)


def test_seed_1_a_task_is_polled_to_its_end_and_its_pictures_are_fetched(
    program: Program, desk: Desk
) -> None:
    begun = program.begun(n=2)
    assert program.seen(begun["task_id"]) == begun
    execution.work()
    task = program.seen(begun["task_id"])
    assert task["status"] == "succeeded"
    assert task["billing"] == {"charged_credits": "6.0000", "refunded_credits": "0.0000"}
    assert [sorted(each) for each in task["output"]["images"]] == [
        ["artifact_id", "height", "url", "width"]
    ] * 2
    for each in task["output"]["images"]:
        # Without the key.
        found = httpx.get(each["url"], trust_env=False)
        assert found.content[:8] == b"\x89PNG\r\n\x1a\n"
        assert (each["width"], each["height"]) == (1024, 1024)
    assert net_micros(task) == START - desk.balance[0] == 6_000


def test_seed_1_the_worked_example_four_in_hd_and_three_come_back(
    program: Program, desk: Desk, vendor: AsyncTasksSimulator
) -> None:
    """Debit 1,200 credits, refund 300, net 900 = $0.90 (the wire page's own figures)."""
    vendor.fault = Fault(base.FEWER)
    wish = {"model": VENDOR, "quality": "hd", "aspect_ratio": "1:1", "n": 4}
    begun = program.begun(**wish)
    assert begun["billing"] == {"charged_credits": "1200.0000"}
    assert desk.balance == (START - 1_200_000, 1_200_000)
    execution.work()
    task = program.seen(begun["task_id"])
    assert task["billing"] == {"charged_credits": "1200.0000", "refunded_credits": "300.0000"}
    assert net_micros(task) == START - desk.balance[0] == 900_000
    assert desk.balance[1] == 0


PRICES = [
    (False, "standard", "50.0000"),
    (False, "hd", "300.0000"),
    (True, "standard", "60.0000"),
    (True, "hd", "320.0000"),
]


@pytest.mark.parametrize(("with_image", "quality", "price"), PRICES)
def test_seed_1_the_table_of_prices_holds_to_the_micro(
    program: Program,
    desk: Desk,
    vendor: AsyncTasksSimulator,
    picture: str,
    with_image: bool,
    quality: str,
    price: str,
) -> None:
    image = {"image": {"type": "artifact", "artifact_id": picture}} if with_image else {}
    task = program.ended(model=VENDOR, quality=quality, aspect_ratio="16:9", **image)
    assert task["status"] == "succeeded"
    assert task["type"] == ("image_to_image" if with_image else "text_to_image")
    assert task["billing"] == {"charged_credits": price, "refunded_credits": "0.0000"}
    assert START - desk.balance[0] == net_micros(task)
    assert vendor.bills[0].fields["quality"] == quality


def test_trap_2_fewer_pictures_than_asked_are_a_success_and_the_difference_is_refunded(
    program: Program, desk: Desk, vendor: AsyncTasksSimulator
) -> None:
    vendor.fault = Fault(base.FEWER)
    task = program.ended(model=VENDOR, n=2)
    assert (task["status"], len(task["output"]["images"]), task["error"]) == ("succeeded", 1, None)
    assert task["billing"] == {"charged_credits": "100.0000", "refunded_credits": "50.0000"}
    assert desk.balance == (START - 50_000, 0)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (base.TASK_FAILED, "server_error"),
        (base.MODERATED_INPUT, "moderation_input"),
        (base.MODERATED_OUTPUT, "moderation_output"),
        (base.NO_IMAGE, "server_error"),
        (base.NO_MONEY, "server_error"),
    ],
)
def test_seed_1_a_failed_task_says_why_and_refunds_in_full(
    program: Program, desk: Desk, vendor: AsyncTasksSimulator, fault: str, code: str
) -> None:
    vendor.fault = Fault(fault)
    task = program.ended(model=VENDOR, n=3)
    assert (task["status"], task["output"], task["error"]["code"]) == ("failed", None, code)
    assert "Nothing was charged." in task["error"]["message"]
    assert "canary" not in str(task)
    assert amounts(task)[0] == amounts(task)[1] == 150
    assert desk.balance == (START, 0)


def test_a_task_whose_answer_was_lost_goes_on_until_somebody_can_tell(
    program: Program, desk: Desk, vendor: AsyncTasksSimulator
) -> None:
    vendor.fault = Fault(base.HANG_UP)
    task = program.ended(model=VENDOR)
    assert Job.objects.get().state == State.UNCONFIRMED
    assert (task["status"], task["error"], task["billing"]) == (
        "running",
        None,
        {"charged_credits": "50.0000"},
    )
    refused = program.post(f"/tasks/{task['task_id']}/cancel")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "task_not_cancelable")
    assert desk.balance == (START - 50_000, 50_000)


def test_what_staff_return_later_is_refunded_in_the_envelope_too(
    program: Program, desk: Desk, vendor: AsyncTasksSimulator, dana: User
) -> None:
    task = program.ended(model=VENDOR)
    key = Job.objects.get().hold_key
    credits.refund(key=key, amount=1_234, refund_key="sorry", actor=dana, reason="It was grey.")
    seen = program.seen(task["task_id"])
    assert seen["billing"] == {"charged_credits": "50.0000", "refunded_credits": "1.2340"}
    assert net_micros(seen) == START - desk.balance[0]


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


def test_a_running_task_is_canceled_by_its_worker(
    program: Program, desk: Desk, vendor: AsyncTasksSimulator
) -> None:
    begun = program.begun(model=VENDOR)
    Job.objects.update(state=State.RUNNING)
    asked = program.post(f"/tasks/{begun['task_id']}/cancel")
    assert (asked.status_code, asked.json()["status"]) == (202, "running")
    assert Job.objects.get().cancel_requested


# Whose task it is ------------------------------------------------------------------------------------------------


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
    assert (answer.status_code, answer.json()["estimated_cost"]["micros"]) == (200, 12_000)
    assert (Run.objects.count(), desk.balance) == (0, (START, 0))


def test_nothing_listens_that_the_seed_does_not_name(program: Program) -> None:
    answer = program.raw.get(f"{BASE}/v1/images")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
