"""A job at a vendor, worked on until nothing moves any more, and pictures to send along."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from studio.catalog.models import Breaker
from studio.images import intake
from studio.images import services as images
from studio.images.models import Image
from studio.jobs import execution, sweeping
from studio.jobs.models import Job, State
from studio.jobs.specs import ReferenceSpec
from tests.jobs.conftest import Desk
from tests.providers.simulators import base
from tests.providers.simulators.base import Fault
from tests.providers.simulators.pictures import picture

ROUNDS = 10
SLOW = (base.TIMEOUT, base.DRIP, base.NEVER_ENDS)
"""Faults that a job sits out to its deadline, which is short for them."""


def at_rest(desk: Desk, model: str, fault: Fault, settings: Any, **asked: Any) -> Job:
    """The job when nothing is queued or running. Waits between tries are over at once, and so is the job's time
    when its vendor has been asked about the task twice. Nobody remembers what the vendor did to earlier jobs.
    What a worker brought to its end is not swept: that costs as much as the work, and there is nothing left to do."""
    Breaker.objects.all().delete()
    settings.JOB_DEADLINE_SECONDS = 0.7 if fault.kind in SLOW else 60.0
    job = desk.job(model, **asked)
    for number in range(ROUNDS):
        now = timezone.now()
        if number:
            Job.objects.filter(state=State.QUEUED).update(due_at=now)
            if fault.kind == base.UNASKABLE and number == 2:
                Job.objects.update(deadline_at=now)
            sweeping.sweep()
        execution.work()
        job.refresh_from_db()
        if job.state not in (State.QUEUED, State.RUNNING):
            return job
    raise AssertionError(f"the job does not come to rest: {job.state}")


def references_of(desk: Desk, count: int, *, mask: bool = False) -> tuple[ReferenceSpec, ...]:
    """``count`` different uploads, the first to be changed, and a mask with clear pixels where one is wanted."""
    shades = [picture(64, 64, (10 * number, 80, 200 - number)) for number in range(1, count + 1)]
    found = [_uploaded(desk, data, Image.Kind.UPLOAD) for data in shades]
    roles = ["source", *["subject"] * (count - 1)]
    specs = [ReferenceSpec(image.pk, role) for image, role in zip(found, roles, strict=True)]
    if mask:
        clear = picture(64, 64, (0, 0, 0), transparent=True)
        specs.append(ReferenceSpec(_uploaded(desk, clear, Image.Kind.MASK).pk, "mask"))
    return tuple(specs)


def _uploaded(desk: Desk, data: bytes, kind: str) -> Image:
    stored = images.store(intake.prepare(data, keep_original=False))
    return images.add(stored=stored, kind=kind, owner=desk.actor.require_user(), team=None)
