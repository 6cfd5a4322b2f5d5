"""Which job is next, and who works on it.

Order: priority, then the payer with the fewest jobs running, then age. Left out are jobs of a payer or a vendor
who has enough running, and those whose vendor is paused or down; a job with a ticket goes on all the same. Whoever
wins the conditional update owns the job until the lease runs out; ``fence`` tells a later owner's writes from an
earlier one's.

A look and the claim after it are one step within a process, not between processes. Of P processes each may have
looked before the others claimed, so that a payer or a vendor has at most P - 1 jobs more than the cap, and nobody
is given another before the number is below it. Two looks at a half-open breaker never both win: its probe is a
compare-and-set.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from studio.catalog import health, limits
from studio.catalog.models import Breaker, Pause
from studio.core import clock, db
from studio.core.statements import Change, Given
from studio.jobs.models import Attempt, Job, State

log = logging.getLogger(__name__)
CANDIDATES = 8
"""How many rows one look takes: enough that two workers racing for the first find a second."""

# Every message asks this, so it is one written statement: the ORM takes eight times as long to compose it, and
# would count a payer's running jobs anew for each row that waits. Whom nothing is sent to is worked out once, too.
DUE = """
WITH running AS (
    SELECT payer_id, provider, upstream, COUNT(*) AS jobs FROM jobs_job WHERE state = 'running'
     GROUP BY payer_id, provider, upstream
), busy AS (
    SELECT payer_id, SUM(jobs) AS jobs FROM running GROUP BY payer_id
), cap (provider, upstream, most) AS (
    VALUES {caps}
), barred AS (
    SELECT provider, '' AS upstream FROM catalog_pause
     UNION ALL
    SELECT provider, upstream FROM catalog_breaker
     WHERE opened_at IS NOT NULL AND (probe_at > %(now)s OR probe_until > %(now)s)
     UNION ALL
    SELECT running.provider, ''
      FROM running LEFT JOIN cap ON cap.provider = running.provider AND cap.upstream = ''
     GROUP BY running.provider HAVING SUM(running.jobs) >= COALESCE(MIN(cap.most), %(most_at_once)s)
     UNION ALL
    SELECT running.provider, running.upstream
      FROM running JOIN cap ON cap.provider = running.provider AND cap.upstream = running.upstream
     GROUP BY running.provider, running.upstream HAVING SUM(running.jobs) >= MIN(cap.most)
), next AS (
    SELECT job.id, job.fence, job.model, job.provider, job.upstream, job.priority, job.due_at,
           COALESCE(busy.jobs, 0) AS running
      FROM jobs_job job
      LEFT JOIN busy ON busy.payer_id = job.payer_id
      LEFT JOIN barred ON barred.provider = job.provider AND barred.upstream IN ('', job.upstream)
     WHERE job.state = 'queued' AND job.due_at <= %(now)s
       AND COALESCE(busy.jobs, 0) < %(most)s
       AND (barred.provider IS NULL OR {has_ticket})
       AND (job.id = %(id)s OR %(any_id)s)
     ORDER BY job.priority DESC, COALESCE(busy.jobs, 0), job.due_at, job.id
     LIMIT %(count)s
)
SELECT job.id, job.fence, job.model, job.provider, job.upstream,
       COALESCE(whole.failures, 0) + COALESCE(own.failures, 0) > 0,
       COALESCE(whole.opened_at, own.opened_at) IS NOT NULL AND NOT {has_ticket}
  FROM next job
  LEFT JOIN catalog_breaker whole ON whole.provider = job.provider AND whole.upstream = ''
  LEFT JOIN catalog_breaker own ON own.provider = job.provider AND own.upstream = job.upstream
 ORDER BY job.priority DESC, job.running, job.due_at, job.id
"""
HAS_TICKET = "EXISTS (SELECT 1 FROM jobs_attempt WHERE job_id = job.id AND state = 'ticket')"

TAKE = Change(
    lambda: Job.objects.filter(pk=Given("job"), fence=Given("fence"), state=State.QUEUED),
    state=State.RUNNING,
    fence=F("fence") + 1,
    claims=F("claims") + 1,
    lease_until=Given("lease"),
    started_at=Coalesce(F("started_at"), Given("now")),
    deadline_at=Coalesce(F("deadline_at"), Given("deadline")),
)

_look = threading.Lock()
"""Held from the look to the claim: threads that looked together would all want the same few jobs."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to write to a job, as long as its fence is still this one.

    ``watched`` says that failures of its vendor were being counted when it was taken, ``probe`` that it alone may
    call a vendor that is down, to see whether it is back.
    """

    job_id: UUID
    fence: int
    watched: bool = field(default=False, compare=False)
    probe: bool = field(default=False, compare=False)

    def rows(self) -> QuerySet[Job]:
        """The job while it is ours, else nothing."""
        return Job.objects.filter(pk=self.job_id, fence=self.fence)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A job that may be taken, as DUE tells of it. ``probe`` says that a breaker stops its vendor."""

    pk: UUID
    fence: int
    model: str
    provider: str
    upstream: str
    watched: bool
    probe: bool


def claim_next(job_id: UUID | None = None) -> Claim | None:
    """Take the next due job, or ``job_id`` alone; None when nothing is due, or its payer or vendor has enough."""
    now = clock.now()
    db.connect()
    with _look, db.one_writer():
        probes_lost = True
        while probes_lost:
            probes_lost = False
            for found in _candidates(job_id, now):
                if not found.probe and _take(found.pk, found.fence, found.model, now):
                    return Claim(found.pk, found.fence + 1, found.watched)
                if found.probe and _take_as_probe(found, now):
                    return Claim(found.pk, found.fence + 1, watched=True, probe=True)
                # Whoever probes now bars all others: a new look shows what else there is.
                probes_lost |= found.probe
    return None


def claim_unseen(job: Job) -> Claim:
    """Take a job within the transaction that wrote it. Nobody else can know of it yet, so the queue is not asked:
    whoever waited for the others' look while being the writer would have them wait for each other."""
    if not _take(job.pk, job.fence, job.model, clock.now()):
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


def held_up(now: datetime, patience: float = 0.0, *, paused: bool) -> QuerySet[Job]:
    """Queued jobs without a ticket that have waited ``patience`` seconds because their vendor is paused, or is down."""
    since = now - timedelta(seconds=patience)
    if paused:
        why = Exists(Pause.objects.filter(provider=OuterRef("provider"), since__lte=since))
    else:
        whole_or_own = Q(upstream=health.EVERYTHING) | Q(upstream=OuterRef("upstream"))
        stopped = Breaker.objects.filter(health.refusing(now), whole_or_own, provider=OuterRef("provider"))
        why = Exists(stopped.filter(opened_at__lte=since))
    tasks = Attempt.objects.filter(job=OuterRef("pk"), state=Attempt.State.TICKET)
    return Job.objects.filter(why, ~Exists(tasks), state=State.QUEUED, due_at__lte=since)


def _take_as_probe(found: _Candidate, now: datetime) -> bool:
    """Whether this process got the job, and nobody else tries its vendor. Without an answer the job is taken anyhow."""
    seconds = limits.deadline_seconds(found.model)
    try:
        with transaction.atomic():
            taken = _take(found.pk, found.fence, found.model, now) and health.begin_probe(
                found.provider, found.upstream, found.pk, seconds=seconds
            )
            transaction.set_rollback(not taken)
            return taken
    except DatabaseError as error:
        log.warning("a breaker could not be read, job %s goes on without: %s", found.pk, error)
        return _take(found.pk, found.fence, found.model, now)


def _take(pk: UUID, fence: int, model: str, now: datetime) -> bool:
    """Whether this process got the job. The first claim starts its clock: waiting in the queue costs none of it."""
    deadline = now + timedelta(seconds=limits.deadline_seconds(model))
    lease = now + timedelta(seconds=settings.JOB_LEASE_SECONDS)
    return bool(TAKE.make(job=pk, fence=fence, now=now, lease=lease, deadline=deadline))


def _candidates(job_id: UUID | None, now: datetime) -> list[_Candidate]:
    pk, caps = Job._meta.pk, list(limits.caps())
    facts: dict[str, Any] = {
        "now": connection.ops.adapt_datetimefield_value(now),
        "most": settings.JOBS_PER_PAYER,
        "id": pk.get_db_prep_value(job_id, connection),
        "any_id": job_id is None,
        "count": CANDIDATES,
        "most_at_once": limits.MOST_AT_ONCE,
    }
    for number, cap in enumerate(caps):
        facts |= {f"p{number}": cap.provider, f"u{number}": cap.upstream, f"m{number}": cap.most}
    rows = ", ".join(f"(%(p{number})s, %(u{number})s, %(m{number})s)" for number in range(len(caps)))
    with connection.cursor() as cursor:
        cursor.execute(DUE.format(caps=rows, has_ticket=HAS_TICKET), facts)
        return [
            _Candidate(pk.to_python(id_), fence, model, provider, upstream, bool(watched), bool(probe))
            for id_, fence, model, provider, upstream, watched, probe in cursor.fetchall()
        ]


def renew(claims: Iterable[Claim]) -> None:
    """Keep the leases of jobs that are being worked on, except those past their deadline."""
    now = timezone.now()
    until = now + timedelta(seconds=settings.JOB_LEASE_SECONDS)
    for claim in claims:
        working = claim.rows().filter(state=State.RUNNING)
        working.filter(Q(deadline_at__gt=now) | Q(deadline_at=None)).update(lease_until=until)
