"""Which job is next, and who works on it.

Order: priority, then the payer with the fewest jobs running, then age. Whoever wins the conditional
update owns the job until the lease runs out; ``fence`` tells a later owner's writes from an earlier one's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from studio.jobs.models import Job, State

CANDIDATES = 8
"""How many rows one look takes: enough that two workers racing for the first find a second."""


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
    now = timezone.now()
    for pk, fence in _candidates(job_id):
        taken = Job.objects.filter(pk=pk, fence=fence, state=State.QUEUED).update(
            state=State.RUNNING,
            fence=F("fence") + 1,
            claims=F("claims") + 1,
            lease_until=now + timedelta(seconds=settings.JOB_LEASE_SECONDS),
            started_at=Coalesce(F("started_at"), now),
        )
        if taken:
            return Claim(pk, fence + 1)
    return None


def _candidates(job_id: UUID | None) -> Iterable[tuple[UUID, int]]:
    due = Job.objects.filter(state=State.QUEUED, due_at__lte=timezone.now())
    if job_id:
        due = due.filter(pk=job_id)
    same_payer = Job.objects.filter(state=State.RUNNING, payer=OuterRef("payer")).order_by()
    running = same_payer.values("payer").annotate(count=Count("*")).values("count")
    ready = due.annotate(running=Coalesce(Subquery(running), 0)).filter(running__lt=settings.JOBS_PER_PAYER)
    return list(
        ready.order_by("-priority", "running", "due_at", "id").values_list("pk", "fence")[:CANDIDATES]
    )


def renew(claims: Iterable[Claim]) -> None:
    """Keep the leases of jobs that are being worked on, except those past their deadline."""
    now = timezone.now()
    until = now + timedelta(seconds=settings.JOB_LEASE_SECONDS)
    for claim in claims:
        working = claim.rows().filter(state=State.RUNNING)
        working.filter(Q(deadline_at__gt=now) | Q(deadline_at=None)).update(lease_until=until)
