"""Hints to the workers. The database is the queue of record: a lost message costs a sweep, never a job."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial
from uuid import UUID

from celery import current_app
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from studio.jobs import failpoints
from studio.jobs.models import Job

log = logging.getLogger(__name__)
TASK = "studio.worker.tasks.work"


def wake(job_ids: Sequence[UUID]) -> None:
    """Publish one hint per job once the caller's transaction has committed."""
    transaction.on_commit(partial(publish, list(job_ids)))


def publish(job_ids: Sequence[UUID]) -> None:
    """Say that there is work, then mark the jobs as dispatched. With the broker down the jobs simply wait."""
    failpoints.reach("committed")
    try:
        for job_id in job_ids:
            current_app.send_task(TASK, args=[str(job_id)], ignore_result=True, retry=False)
    except (OperationalError, OSError) as error:
        log.warning("broker unreachable, %d job(s) wait for the sweeper: %s", len(job_ids), error)
        return
    failpoints.reach("published")
    Job.objects.filter(pk__in=job_ids).update(dispatched_at=timezone.now())
