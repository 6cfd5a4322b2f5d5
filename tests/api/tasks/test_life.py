"""Seed 1, from 202 to the end: a task is asked for, worked on by a worker, polled, and its credits add up."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import httpx
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from studio.accounts.actors import actor_for
from studio.accounts.models import User
from studio.api import access, ids
from studio.api.tasks.envelopes import credits_text
from studio.credits import services as credits
from studio.images.models import Image
from studio.jobs import execution
from studio.jobs.models import Job, State
from tests.api.tasks.asking import BASE
from tests.api.tasks.conftest import QUICK, VENDOR, Program, amounts, net_micros
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
    job = Job.objects.get()
    assert job.state == State.QUEUED
    assert job.dispatched_at, "The workers were told of it."
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


def test_a_results_address_lives_as_long_as_its_picture(
    program: Program, vendor: AsyncTasksSimulator
) -> None:
    task = program.ended(model=VENDOR, n=2)
    first, second = (each["url"] for each in task["output"]["images"])
    Image.objects.filter(pk=ids.read("art", task["output"]["images"][0]["artifact_id"])).update(
        discarded=True, binned_at=timezone.now()
    )
    assert [httpx.get(url, trust_env=False).status_code for url in (first, second)] == [404, 200]
    seen = program.seen(task["task_id"])
    assert (seen["status"], [each["url"] for each in seen["output"]["images"]]) == ("succeeded", [second])
    assert seen["billing"] == task["billing"]


@pytest.mark.parametrize(
    ("micros", "credits_told"),
    [(0, "0.0000"), (1, "0.0010"), (999, "0.9990"), (50_000, "50.0000"), (10**15, "1000000000000.0000")],
)
def test_trap_4_a_credit_has_a_thousand_micros_here_and_no_micro_is_lost(
    micros: int, credits_told: str
) -> None:
    assert credits_text(micros) == credits_told
    assert Decimal(credits_told) * 1_000 == micros


def test_what_staff_return_later_is_refunded_in_the_envelope_too(
    program: Program, desk: Desk, vendor: AsyncTasksSimulator, dana: User
) -> None:
    task = program.ended(model=VENDOR)
    key = Job.objects.get().hold_key
    credits.refund(key=key, amount=1_234, refund_key="sorry", actor=dana, reason="It was grey.")
    seen = program.seen(task["task_id"])
    assert seen["billing"] == {"charged_credits": "50.0000", "refunded_credits": "1.2340"}
    assert net_micros(seen) == START - desk.balance[0]


def test_a_task_that_auto_moved_to_another_model_is_one_task_whose_jobs_add_up(
    program: Program, desk: Desk, vendor: AsyncTasksSimulator
) -> None:
    vendor.fault = Fault(base.NO_MONEY)
    begun = program.begun(model="auto")
    assert (begun["model"], begun["billing"]) == (VENDOR, {"charged_credits": "50.0000"})
    execution.work()
    task = program.seen(begun["task_id"])
    jobs = list(Job.objects.order_by("position"))
    assert [job.state for job in jobs] == [State.FAILED] * (len(jobs) - 1) + [State.SUCCEEDED]
    assert (len(jobs) > 1, task["status"], task["model"]) == (True, "succeeded", jobs[-1].model)
    assert amounts(task)[0] * 1000 == sum(job.quote["high"] for job in jobs)
    assert net_micros(task) == jobs[-1].charged == START - desk.balance[0]
    assert desk.balance[1] == 0


def test_a_poll_asks_as_few_questions_however_many_pictures_there_are(
    program: Program, desk: Desk, vendor: AsyncTasksSimulator, alice: User
) -> None:
    task = program.ended(model=VENDOR, n=4)
    run = ids.read("tsk", task["task_id"])
    with CaptureQueriesContext(connection) as asked:
        found = access.task_for(actor_for(alice), run)
        made = [output.image for output in found.jobs.all()[0].outputs.all()]
        assert [image.blob.sides for image in made if image] == [(64, 64)] * 4
    assert len(asked) == 5
