"""A job at a vendor that hands out tickets, worked on until nothing moves any more."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from studio.jobs import execution, sweeping
from studio.jobs.models import Job, State
from tests.jobs.conftest import Desk
from tests.providers.simulators import base
from tests.providers.simulators.base import Fault

ROUNDS = 10
SLOW = (base.TIMEOUT, base.DRIP, base.NEVER_ENDS)
"""Faults that a job sits out to its deadline, which is short for them."""


def at_rest(desk: Desk, model: str, fault: Fault, settings: Any, **asked: Any) -> Job:
    """The job when nothing is queued or running. Waits between tries are over at once, and so is the job's time
    when its vendor has been asked about the task twice."""
    settings.JOB_DEADLINE_SECONDS = 0.7 if fault.kind in SLOW else 60.0
    job = desk.job(model, **asked)
    for number in range(ROUNDS):
        now = timezone.now()
        Job.objects.filter(state=State.QUEUED).update(due_at=now)
        if fault.kind == base.UNASKABLE and number == 2:
            Job.objects.update(deadline_at=now)
        sweeping.sweep()
        execution.work()
        job.refresh_from_db()
        if job.state not in (State.QUEUED, State.RUNNING):
            return job
    raise AssertionError(f"the job does not come to rest: {job.state}")
