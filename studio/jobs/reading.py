"""One job, as it is read by who works on it and by who waits for it: at each step of each job."""

from __future__ import annotations

from uuid import UUID

from studio.core.statements import Given, Rows, prefetched
from studio.jobs.models import Attempt, Job, Output, Reference, Run, State

_CLAIMED = Rows(
    lambda: Job.objects.filter(pk=Given("job"), fence=Given("fence")).select_related(
        "run__owner", "run__team", "price_version"
    )
)
_REFERENCES = Rows(lambda: Reference.objects.filter(job=Given("job")).select_related("image__blob"))
_LAST = Rows(lambda: Job.objects.filter(run=Given("run")).order_by("-position")[:1])
_LAST_STATE = Rows(
    lambda: Job.objects.filter(run=Given("run")).order_by("-position").values_list("pk", "state")[:1]
)
_OUTPUTS = Rows(lambda: Output.objects.filter(job=Given("job")).select_related("image__blob"))
_POSITIONS = Rows(lambda: Output.objects.filter(job=Given("job")).values_list("position", flat=True))
_ATTEMPT = Rows(lambda: Attempt.objects.filter(job=Given("job")).order_by("-number")[:1])
_USAGE = Rows(
    lambda: (
        Attempt.objects.filter(job=Given("job"), usage__isnull=False)
        .order_by("pk")
        .values_list("usage", flat=True)[:1]
    )
)


def claimed(job_id: UUID, fence: int) -> Job | None:
    """The job while its fence is still this one, with all that its work reads, references too: they are asked for
    before the call and after it."""
    job = _CLAIMED.first(job=job_id, fence=fence)
    if job:
        prefetched(job, "references", _REFERENCES.all(job=job_id))
    return job


def last_job(run: Run) -> Job:
    """The job that goes on for the run, with its pictures: ``auto`` may have put one in the place of another."""
    job = _LAST.all(run=run.pk)[0]
    job.run = run
    prefetched(job, "outputs", _OUTPUTS.all(job=job.pk))
    return job


def last_state(run: Run) -> tuple[UUID, State]:
    """Id and state of that job."""
    pk, state = _LAST_STATE.all(run=run.pk)[0]
    return pk, State(state)


def last_attempt(job: Job) -> Attempt | None:
    """The job's latest call."""
    return _ATTEMPT.first(job=job.pk)


def delivered(job: Job) -> list[int]:
    """The places of the pictures that the job delivered, as it is now."""
    return _POSITIONS.all(job=job.pk)


def usage(job: Job) -> dict[str, int]:
    """The tokens that the vendor told of; empty where it told of none."""
    return _USAGE.first(job=job.pk) or {}


def inputs(job: Job) -> list[UUID]:
    """The pictures that were sent along, without the mask, in their order."""
    references = _REFERENCES.all(job=job.pk)
    return [each.image_id for each in references if each.role != Reference.Role.MASK]
