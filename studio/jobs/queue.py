"""Which job is next, and who works on it.

Order: priority, then the payer with the fewest jobs running, then age. Whoever wins the conditional
update owns the job until the lease runs out; ``fence`` tells a later owner's writes from an earlier one's.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from studio.core import clock, db
from studio.jobs.models import Attempt, Job, State

CANDIDATES = 8
"""How many rows one look takes: enough that two workers racing for the first find a second."""

# Every message asks this, so it is one written statement: the ORM takes eight times as long to compose it, and
# would count a payer's running jobs anew for each row that waits.
DUE = """
WITH busy AS (
    SELECT payer_id, COUNT(*) AS jobs FROM jobs_job WHERE state = 'running' GROUP BY payer_id
)
SELECT job.id, job.fence
  FROM jobs_job job LEFT JOIN busy ON busy.payer_id = job.payer_id
 WHERE job.state = 'queued' AND job.due_at <= %(now)s
   AND COALESCE(busy.jobs, 0) < %(most)s
   AND (job.id = %(id)s OR %(any_id)s)
 ORDER BY job.priority DESC, COALESCE(busy.jobs, 0), job.due_at, job.id
 LIMIT %(count)s
"""

_look = threading.Lock()
"""Held from the look to the claim: threads that looked together would all want the same few jobs."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to write to a job, as long as its fence is still this one."""

    job_id: UUID
    fence: int

    def rows(self) -> QuerySet[Job]:
        """The job while it is ours, else nothing."""
        return Job.objects.filter(pk=self.job_id, fence=self.fence)


def claim_next(job_id: UUID | None = None) -> Claim | None:
    """Take the next due job, or ``job_id`` alone; None when nothing is due or its payer has enough running."""
    now = clock.now()
    with _look, db.one_writer():
        for pk, fence in _candidates(job_id, now):
            if _take(pk, fence, now):
                return Claim(pk, fence + 1)
    return None


def claim_unseen(job: Job) -> Claim:
    """Take a job within the transaction that wrote it. Nobody else can know of it yet, so the queue is not asked:
    whoever waited for the others' look while being the writer would have them wait for each other."""
    if not _take(job.pk, job.fence, clock.now()):
        raise AssertionError("somebody took a job that nobody can see")
    return Claim(job.pk, job.fence + 1)


def outlived(now: datetime) -> QuerySet[Job]:
    """Unconfirmed jobs whose task the vendor still knows by its ticket, and that are due for another question."""
    tasks = Attempt.objects.filter(job=OuterRef("pk"), state=Attempt.State.TICKET)
    return Job.objects.filter(Exists(tasks), state=State.UNCONFIRMED, due_at__lte=now)


def claim_outlived() -> Claim | None:
    """Take a job of ``outlived``, which stays unconfirmed and is not due again for a while; None when there is none."""
    now = clock.now()
    due_again = now + timedelta(seconds=settings.JOB_ASK_AGAIN_SECONDS)
    for pk, fence in outlived(now).order_by("due_at").values_list("pk", "fence")[:CANDIDATES]:
        asked = Job.objects.filter(pk=pk, fence=fence, state=State.UNCONFIRMED)
        if asked.update(fence=F("fence") + 1, due_at=due_again):
            return Claim(pk, fence + 1)
    return None


def _take(pk: UUID, fence: int, now: datetime) -> bool:
    """Whether this process got the job. The first claim starts its clock: waiting in the queue costs none of it."""
    deadline = now + timedelta(seconds=settings.JOB_DEADLINE_SECONDS)
    free = Job.objects.filter(pk=pk, fence=fence, state=State.QUEUED)
    taken = free.update(
        state=State.RUNNING,
        fence=F("fence") + 1,
        claims=F("claims") + 1,
        lease_until=now + timedelta(seconds=settings.JOB_LEASE_SECONDS),
        started_at=Coalesce(F("started_at"), now),
        deadline_at=Coalesce(F("deadline_at"), deadline),
    )
    return bool(taken)


def _candidates(job_id: UUID | None, now: datetime) -> list[tuple[UUID, int]]:
    pk = Job._meta.pk
    facts = {
        "now": connection.ops.adapt_datetimefield_value(now),
        "most": settings.JOBS_PER_PAYER,
        "id": pk.get_db_prep_value(job_id, connection),
        "any_id": job_id is None,
        "count": CANDIDATES,
    }
    with connection.cursor() as cursor:
        cursor.execute(DUE, facts)
        return [(pk.to_python(id_), fence) for id_, fence in cursor.fetchall()]


def renew(claims: Iterable[Claim]) -> None:
    """Keep the leases of jobs that are being worked on, except those past their deadline."""
    now = timezone.now()
    until = now + timedelta(seconds=settings.JOB_LEASE_SECONDS)
    for claim in claims:
        working = claim.rows().filter(state=State.RUNNING)
        working.filter(Q(deadline_at__gt=now) | Q(deadline_at=None)).update(lease_until=until)
