"""Puts right what a crash left behind. Safe to run at any time, by any process, any number of times."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import OperationalError
from django.db.models import Q
from django.utils import timezone

from studio.catalog import health
from studio.core.models import Event
from studio.credits import lots
from studio.jobs import dispatch, outcomes, queue, retrying
from studio.jobs.models import Job, State, WorkerBeat
from studio.jobs.queue import Claim
from studio.jobs.routing import moving

log = logging.getLogger(__name__)
BATCH = 200
EVENTS_KEPT = timedelta(hours=1)
BEATS_KEPT = timedelta(days=1)


def sweep() -> None:
    """One round: leases that ran out, messages that were lost, waits that are over, lots that fall due."""
    now = timezone.now()
    _each(_with_lease_over(now), recover)
    _settle_held_up(now)
    dispatch.publish(undispatched(timezone.now()))
    _each(_unconfirmed_too_long(now), outcomes.give_up_unconfirmed)
    Event.objects.filter(at__lt=now - EVENTS_KEPT).delete()
    WorkerBeat.objects.filter(at__lt=now - BEATS_KEPT).delete()
    lots.expire_due(now)


def _each(jobs: Iterable[Job], decide: Callable[[Job], object]) -> None:
    """Decide for every job, whatever is wrong with one: it would hold up all the others in every round."""
    for job in jobs:
        try:
            decide(job)
        except OperationalError:
            raise
        except Exception as error:
            log.exception("job %s could not be put right: %s", job.pk, type(error).__name__)


def recover(job: Job) -> None:
    """Decide for a job whose worker is gone: run it again, wait for the vendor, or give up."""
    claim = Claim(job.pk, job.fence)
    called = job.attempts.exists()
    health.end_probe(job.pk)
    if job.cancel_requested and not called:
        outcomes.cancel_running(claim, job)
    elif retrying.answer_lost(job):
        outcomes.park(claim, job, detail="The worker stopped while the vendor had the request.")
    elif refused := retrying.refused_call(job):
        outcomes.fail(claim, job, code=refused.error_code, detail=refused.error_detail)
    elif job.claims > settings.JOB_MAX_CLAIMS:
        detail = f"The worker stopped {job.claims} times on this job."
        if retrying.perhaps_paid(job):
            outcomes.park(claim, job, detail=detail)
        else:
            outcomes.fail(claim, job, code="crashed", detail=detail)
    else:
        outcomes.put_back(claim, job, seconds=0, clean=False)


def undispatched(now: datetime) -> list[UUID]:
    """Due jobs whose message was never sent or went stale, oldest first; then those that outlived their deadline."""
    stale = now - timedelta(seconds=settings.DISPATCH_STALE_SECONDS)
    lost = Q(dispatched_at=None) | Q(dispatched_at__lt=stale)
    waiting = Job.objects.filter(lost, state=State.QUEUED, due_at__lte=now)
    for paused in (True, False):
        waiting = waiting.exclude(pk__in=queue.held_up(now, paused=paused).values("pk"))
    kinds = (waiting, queue.outlived(now).filter(lost))
    return [pk for kind in kinds for pk in kind.order_by("due_at").values_list("pk", flat=True)[:BATCH]]


def _settle_held_up(now: datetime) -> None:
    """Fail whoever waited too long for a vendor that is paused or down; until then a pause stops the job's clock.

    A job that ``auto`` placed need not wait for any vendor, as long as another can do it.
    """
    patience = {True: settings.JOB_PAUSED_SECONDS, False: settings.JOB_DOWN_SECONDS}
    for paused, seconds in patience.items():
        give_up = outcomes.paused_too_long if paused else outcomes.down_too_long
        waits = queue.held_up(now, paused=paused).filter(route__isnull=False)
        _each(waits.select_related("run", "price_version")[:BATCH], partial(moving.leave, end=give_up))
        over = Q(pk__in=queue.held_up(now, seconds, paused=paused).values("pk"))
        if not paused:
            over |= Q(pk__in=queue.held_up(now, paused=False).values("pk"), deadline_at__lte=now)
        waited = Job.objects.filter(over).select_related("run", "price_version")[:BATCH]
        _each(waited, give_up)
    queue.held_up(now, paused=True).filter(deadline_at__isnull=False).update(
        started_at=None, deadline_at=None
    )


def _with_lease_over(now: datetime) -> list[Job]:
    over = Job.objects.filter(state=State.RUNNING, lease_until__lt=now)
    return list(over.select_related("run", "price_version").order_by("lease_until")[:BATCH])


def _unconfirmed_too_long(now: datetime) -> list[Job]:
    limit = now - timedelta(seconds=settings.JOB_UNCONFIRMED_SECONDS)
    over = Job.objects.filter(state=State.UNCONFIRMED, finished_at__lt=limit)
    return list(over.select_related("run", "price_version")[:BATCH])
