"""Messages come several times, in any order, too late or not at all; paid calls are made once."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection

from studio.jobs.models import Attempt, Job, State
from studio.worker import tasks
from tests.faults.conftest import assert_nothing_is_left_open, until_rest
from tests.faults.processes import Processes
from tests.jobs.conftest import PAID, START, Desk
from tests.providers.simulators.openai import OpenAISimulator

JOBS = 12


def deliver(job_id: str) -> None:
    """What a thread of a worker does with one message."""
    try:
        tasks.work(job_id)
    finally:
        connection.close()


def test_every_message_up_to_five_times_and_out_of_order_is_one_paid_call_for_each_job(
    busy: Desk, vendor: OpenAISimulator, settings: Any
) -> None:
    settings.JOBS_PER_PAYER = JOBS
    draw = random.Random(7)
    jobs = [busy.job(PAID, prompt=f"door {number}") for number in range(JOBS)]
    messages = [str(job.pk) for job in jobs for _ in range(draw.randint(1, 5))]
    draw.shuffle(messages)
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(deliver, messages))
    assert sorted(bill.fields["prompt"] for bill in vendor.bills) == sorted(job.prompt for job in jobs)
    assert set(Job.objects.values_list("state", "claims", "fence")) == {(State.SUCCEEDED, 1, 1)}
    assert Attempt.objects.count() == JOBS
    assert_nothing_is_left_open(busy, settings)
    assert busy.balance[0] == START - sum(Job.objects.values_list("charged", flat=True))


def test_workers_in_many_processes_share_the_queue_without_a_double(
    busy: Desk, vendor: OpenAISimulator, processes: Processes, settings: Any
) -> None:
    settings.JOB_LEASE_SECONDS = 20.0
    for number in range(JOBS):
        busy.job(PAID, prompt=f"window {number}")
    processes.start("work", count=4, wait=True)
    processes.go()
    assert processes.all_ended() == [0, 0, 0, 0]
    until_rest()
    assert len({bill.fields["prompt"] for bill in vendor.bills}) == len(vendor.bills) == JOBS
    assert set(Job.objects.values_list("state", "claims")) == {(State.SUCCEEDED, 1)}
    assert_nothing_is_left_open(busy, settings)
