"""How a job ends or is put back: every change of state after submit, each in one transaction.

Each function returns False when the job was no longer the caller's: somebody else ended it or took it
over, and nothing was written, no credit moved. A release or settle stands in the same transaction as the state.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from studio.core import clock, db
from studio.core.micros import Micros
from studio.core.statements import Change, Given, Rows, insert
from studio.credits import services as credits
from studio.images import services as images
from studio.images.models import Image
from studio.jobs import billing, notices, reading, signals
from studio.jobs.models import Attempt, Job, Output, Reference, State
from studio.jobs.queue import Claim

UNCONFIRMED = "unconfirmed"
"""The error code of a job that was given up because nobody could tell what the vendor did."""

PAUSED, DOWN = "provider_paused", "provider_down"
"""The error codes of jobs that were given up unsent: nothing was sent to their vendor for too long."""


_FINISH = Change(
    lambda: Job.objects.filter(_not_over(), pk=Given("job"), fence=Given("fence")),
    state=Given("state"),
    finished_at=Given("now"),
    lease_until=None,
    error_code="",
    error_detail="",
)
_ANSWERED = Change(
    lambda: Attempt.objects.filter(pk=Given("attempt")),
    state=Attempt.State.DONE,
    billed=Given("billed"),
    usage=Given("usage"),
    vendor_ref=Given("vendor_ref"),
    finished_at=Given("now"),
)
_CHARGED = Change(lambda: Job.objects.filter(pk=Given("job")), charged=Given("charged"))
_PICTURES = Rows(
    lambda: Output.objects.filter(job=Given("job")).order_by("position").values_list("image_id", flat=True)
)
_COST = Change(lambda: Image.objects.filter(pk=Given("image")), cost=Given("cost"))


@dataclass(frozen=True, slots=True)
class Answer:
    """What the vendor said beside the pictures: its bill in micros, its tokens, its request id."""

    billed: int | None = None
    usage: dict[str, int] | None = None
    vendor_ref: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """One finished picture of a job, its files written; ``position`` counts from 0."""

    position: int
    stored: images.Stored
    seed: int | None = None
    read_as: str = ""


def deliver(claim: Claim, job: Job, picture: Picture) -> bool:
    """Add one finished picture while the job goes on. False if the claim is lost or the place is taken."""
    with db.atomic():
        if not _open(claim).select_for_update().exists():
            return False
        if Output.objects.filter(job=job, position=picture.position).exists():
            return False
        _add_output(job, picture)
        notices.run_changed(job.run)
        return True


def finish(
    claim: Claim,
    job: Job,
    attempt: Attempt,
    *,
    actual: Micros,
    answer: Answer,
    pictures: Sequence[Picture] = (),
) -> bool:
    """Close a job whose pictures are all stored: add ``pictures``, which were not delivered yet and whose places are
    free, charge for all, return the rest.

    A result that comes after the hold was given back is delivered and not charged.
    """
    with db.atomic():
        delivered = len(reading.delivered(job)) + len(pictures)
        state = State.SUCCEEDED if delivered >= job.n else State.PARTIAL
        now = clock.now()
        if not _FINISH.make(job=claim.job_id, fence=claim.fence, state=state, now=now):
            return False
        for picture in pictures:
            _add_output(job, picture)
        _resolve(job, actual)
        _ANSWERED.make(
            attempt=attempt.pk,
            billed=answer.billed,
            usage=answer.usage,
            vendor_ref=answer.vendor_ref[:200],
            now=now,
        )
        notices.run_changed(job.run)
    return True


def fail(claim: Claim, job: Job, *, code: str, detail: str) -> bool:
    """Give up: charge for pictures that were already delivered, return the rest of the hold."""
    return _fail(_open(claim), job, code, detail)


def paused_too_long(job: Job) -> bool:
    """Give up a queued job whose provider staff paused and did not resume in time."""
    return _fail(_waiting(job), job, PAUSED, "")


def down_too_long(job: Job) -> bool:
    """Give up a queued job whose vendor did not come back in time."""
    return _fail(_waiting(job), job, DOWN, "")


def _fail(rows: QuerySet[Job], job: Job, code: str, detail: str) -> bool:
    with db.atomic():
        delivered = len(reading.delivered(job))
        state = State.PARTIAL if delivered else State.FAILED
        if not rows.update(
            state=state,
            finished_at=clock.now(),
            lease_until=None,
            error_code=code[:32],
            error_detail=detail[:500],
        ):
            return False
        _resolve(job, billing.worth(job, delivered=delivered))
        notices.run_changed(job.run)
    return True


def park(claim: Claim, job: Job, *, detail: str) -> bool:
    """Nobody can tell whether the vendor did the work: keep the hold, tell the person, never send again.

    Where every picture had come before the answer was lost, there is nothing to wait for: the job is finished.
    """
    attempt = reading.last_attempt(job)
    delivered = len(reading.delivered(job))
    if attempt and delivered >= job.n:
        answer = Answer(vendor_ref=attempt.vendor_ref)
        return finish(claim, job, attempt, actual=billing.worth(job, delivered=delivered), answer=answer)
    with db.atomic():
        if (
            not claim.rows()
            .filter(state=State.RUNNING)
            .update(
                state=State.UNCONFIRMED,
                finished_at=timezone.now(),
                lease_until=None,
                error_code=UNCONFIRMED,
                error_detail=detail[:500],
            )
        ):
            return False
        notices.run_changed(job.run)
    return True


def give_up_unconfirmed(job: Job) -> bool:
    """The wait is over: failed, and the hold goes back. A later success is still delivered, uncharged."""
    return fail(Claim(job.pk, job.fence), job, code=UNCONFIRMED, detail=job.error_detail)


def put_back(claim: Claim, job: Job, *, seconds: float, clean: bool) -> bool:
    """Queue the job again in ``seconds``. ``clean`` says that its worker lives, so no claim is counted."""
    with db.atomic():
        now = timezone.now()
        if (
            not claim.rows()
            .filter(state=State.RUNNING)
            .update(
                state=State.QUEUED,
                due_at=now + timedelta(seconds=seconds),
                dispatched_at=None,
                lease_until=None,
                fence=F("fence") + 1,
                claims=F("claims") - 1 if clean else F("claims"),
            )
        ):
            return False
        notices.run_changed(job.run)
    return True


def cancel_waiting(job: Job) -> bool:
    """End a job that nobody works on, and return its hold."""
    with db.atomic():
        waiting = Job.objects.filter(pk=job.pk, state__in=[State.QUEUED, State.ASKED])
        if not waiting.update(state=State.CANCELLED, finished_at=timezone.now(), fence=F("fence") + 1):
            return False
        if billing.is_held(job):
            credits.release(key=job.hold_key)
        notices.run_changed(job.run)
    return True


def cancel_running(claim: Claim, job: Job) -> bool:
    """End a job that its worker stopped at the person's wish; pictures that were delivered are charged."""
    with db.atomic():
        delivered = len(reading.delivered(job))
        if (
            not claim.rows()
            .filter(state=State.RUNNING)
            .update(state=State.CANCELLED, finished_at=timezone.now(), lease_until=None)
        ):
            return False
        _resolve(job, billing.worth(job, delivered=delivered))
        notices.run_changed(job.run)
    return True


def _waiting(job: Job) -> QuerySet[Job]:
    """The job while it is queued as it was found, and nobody's."""
    return Job.objects.filter(pk=job.pk, fence=job.fence, state=State.QUEUED)


def _open(claim: Claim) -> QuerySet[Job]:
    """Ours and not over."""
    return claim.rows().filter(_not_over())


def _not_over() -> Q:
    """A job given up as unconfirmed still takes a late success."""
    working = Q(state__in=[State.RUNNING, State.UNCONFIRMED])
    return working | Q(state__in=[State.FAILED, State.PARTIAL], error_code=UNCONFIRMED)


def _add_output(job: Job, picture: Picture) -> None:
    run = job.run
    image = images.add(
        stored=picture.stored,
        kind=Image.Kind.OUTPUT,
        owner=run.owner,
        team=run.team,
        visibility=run.visibility,
        prompt=job.prompt,
        model=job.model,
        model_label=job.model_label,
        operation=job.kind,
        seed=picture.seed,
        revised_prompt=picture.read_as,
    )
    insert([Output(job=job, position=picture.position, image=image)])
    for reference in job.references.all():
        if reference.role != Reference.Role.MASK:
            images.link(reference.image, image, _operation(job, reference))
    signals.delivered.send(sender=Job, job=job, image=image)


def _operation(job: Job, reference: Reference) -> str:
    return "edit" if reference.role == Reference.Role.SOURCE else "reference"


def _resolve(job: Job, actual: Micros) -> None:
    """Close the hold once; who comes second moves nothing. A free job has none."""
    if not billing.is_held(job):
        return
    charged = credits.settle(key=job.hold_key, actual=actual)
    _CHARGED.make(job=job.pk, charged=charged)
    _spread_cost(job, charged)


def _spread_cost(job: Job, charged: Micros) -> None:
    """Note each picture's share; the remainder of the division stays with the first."""
    ids = _PICTURES.all(job=job.pk)
    share, rest = divmod(charged, len(ids) or 1)
    for image_id in ids:
        if image_id:
            _COST.make(image=image_id, cost=share + rest if image_id == ids[0] else share)
