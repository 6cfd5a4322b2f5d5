"""One job from claim to receipt. Read from top to bottom.

No transaction and no database connection is held while a vendor thinks. Every write says
``fence = mine``; a worker that lost its claim writes nothing. A paid call is sent at most once per
Attempt, and an Attempt is committed as ``sending`` before a byte leaves.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from providers import slots
from providers.base import Facts, Finished, ImageRequest, Provider, Ticket, Waiting
from providers.errors import InvalidRequest, ProviderError
from studio.catalog import health
from studio.catalog import providers as vendors
from studio.core import db
from studio.core.statements import Given, Rows, insert
from studio.images import services as images
from studio.images.errors import BadPicture, Busy
from studio.jobs import failpoints, holding, notices, outcomes, reading, receiving, retrying, sending, witness
from studio.jobs.listening import CancelWanted, ClaimLost, Listener, Preview
from studio.jobs.models import Attempt, Job, State
from studio.jobs.queue import Claim, claim_next, claim_outlived

log = logging.getLogger(__name__)

Tap = Callable[[Preview], None]

_WISH_TO_STOP = Rows(
    lambda: (
        Job.objects.filter(pk=Given("job"), fence=Given("fence"), state=State.RUNNING)
        .select_for_update()
        .values_list("cancel_requested", flat=True)
    )
)


@dataclass(frozen=True, slots=True)
class Waiter:
    """A program that waits for the answer itself, and not for display copies: pictures go on by their header where that
    is sure, and are looked at afterwards (see ``images.unseen``). Of each picture at most ``previews`` are asked of the
    vendor, which may take tokens for them; ``tap`` hears of every one, in the thread in which it comes.
    """

    tap: Tap | None = None
    previews: int = 0


def work() -> int:
    """Run due jobs until none is left for this worker; how many it ran."""
    count = 0
    while claim := claim_next():
        run(claim)
        count += 1
    while claim := claim_outlived():
        ask_again(claim)
    return count


def run_one(job_id: UUID, waiter: Waiter | None = None) -> bool:
    """Run this very job, for a program that waits, if it is due and free, and keep its lease."""
    claim = claim_next(job_id)
    if claim:
        with holding.renewed(claim):
            run(claim, waiter or Waiter())
    return claim is not None


def run(claim: Claim, waiter: Waiter | None = None) -> None:
    """Send or resume the job, store what comes back, settle the bill. Raises nothing that a vendor caused."""
    failpoints.reach("claimed")
    job = reading.claimed(claim.job_id, claim.fence)
    if job is None:
        return
    with holding.held(claim):
        try:
            _run(claim, job, waiter)
        except CancelWanted:
            outcomes.cancel_running(claim, job)
        except ClaimLost:
            log.info("job %s is no longer this worker's", job.pk)
        except ProviderError as error:
            retrying.decide(claim, job, error)
        finally:
            if claim.probe:
                health.end_probe(job.pk)
            images.drop_previews(job.pk)
            db.release()


def ask_again(claim: Claim) -> None:
    """Ask once what became of a task that outlived its job's deadline. While it goes on the job stays unconfirmed."""
    job = reading.claimed(claim.job_id, claim.fence)
    if job is None:
        return
    try:
        attempt = job.attempts.get(state=Attempt.State.TICKET)
        answer = vendors.adapter(job.provider).poll(Ticket(**(attempt.ticket or {})))
        if isinstance(answer, Finished):
            receiving.receive(claim, job, attempt, answer)
    except ProviderError as error:
        retrying.decide(claim, job, error)
    finally:
        db.release()


def _run(claim: Claim, job: Job, waiter: Waiter | None) -> None:
    seconds = _seconds_left(job)
    failpoints.reach("started")
    if seconds <= 0:
        _give_up(claim, job)
        return
    provider = vendors.adapter(job.provider)
    attempt, ticket = _attempt(claim, job, provider.facts)
    if attempt is None:
        outcomes.park(claim, job, detail="The worker stopped while the vendor had the request.")
        return
    tap = waiter.tap if waiter else None
    listener = Listener(claim, job, provider.facts, partial(receiving.take_early, claim, job), tap)
    with witness.of(claim, job), slots.kept():
        answer = ticket or _send(provider, _request(job, attempt, seconds, waiter), attempt, listener)
        if isinstance(answer, Ticket):
            answer = _poll(provider, answer, seconds, listener)
        failpoints.reach("answered")
        receiving.receive(claim, job, attempt, answer, unseen=waiter is not None)


def _seconds_left(job: Job) -> float:
    """Until the deadline, which the first claim set."""
    if job.deadline_at is None:
        raise AssertionError("a claimed job has a deadline")
    return (job.deadline_at - timezone.now()).total_seconds()


def _give_up(claim: Claim, job: Job) -> None:
    """The time is over before anything was sent by this worker."""
    detail = "The deadline passed before the vendor answered."
    if retrying.perhaps_paid(job):
        outcomes.park(claim, job, detail=detail)
    else:
        outcomes.fail(claim, job, code="timeout", detail=detail)


@db.atomic()
def _attempt(claim: Claim, job: Job, facts: Facts) -> tuple[Attempt | None, Ticket | None]:
    """The call to make, or the ticket of one that was made.

    (None, None) when an earlier worker may have sent the paid call and nobody can tell: never send twice.
    Raises ClaimLost where a worker that was frozen for longer than its lease comes back, and CancelWanted where
    somebody pressed Cancel before this call or between two.
    """
    cancelled = _WISH_TO_STOP.first(job=claim.job_id, fence=claim.fence)
    if cancelled is None:
        raise ClaimLost
    # The page was told of a queued job at most, and the vendor need not give a sign of life until it is done.
    notices.run_changed(job.run)
    last = reading.last_attempt(job)
    if last and last.state == Attempt.State.TICKET and last.ticket:
        return last, Ticket(**last.ticket)
    if last and not retrying.repeat_is_free(facts) and last.state in retrying.LOST:
        return None, None
    if cancelled and not (last and facts.idempotent and last.state in retrying.LOST):
        raise CancelWanted
    if last and facts.idempotent and not retrying.surely_free(last):
        # The vendor knows the reference and does the work once, so the very same call may be repeated.
        again = Attempt.objects.filter(pk=last.pk)
        again.update(state=Attempt.State.SENDING, sent=F("sent") + 1, error_code="", error_detail="")
        return last, None
    number = (last.number if last else 0) + 1
    attempt = Attempt(job=job, number=number, client_ref=f"{job.pk.hex}-{number}")
    insert([attempt])
    return attempt, None


def _request(job: Job, attempt: Attempt, seconds: float, waiter: Waiter | None) -> ImageRequest:
    """What is sent. Where it cannot be made the attempt has failed, and surely nothing was paid."""
    try:
        previews = waiter.previews if waiter else None
        return sending.image_request(job, attempt, seconds=seconds, previews=previews)
    except Busy as error:
        problem: ProviderError = retrying.Unread("A reference could not be read in time.")
        retrying.note(attempt, problem)
        raise problem from error
    except (FileNotFoundError, BadPicture) as error:
        problem = InvalidRequest("A reference can no longer be read.")
        retrying.note(attempt, problem)
        raise problem from error


def _send(
    provider: Provider, request: ImageRequest, attempt: Attempt, listener: Listener
) -> Finished | Ticket:
    failpoints.reach("sending")
    db.release()  # Not held while the vendor thinks: a pool of four served four jobs instead of 32.
    try:
        answer = provider.submit(request, listener)
    except ProviderError as error:
        retrying.note(attempt, error)
        raise
    failpoints.reach("sent")
    if isinstance(answer, Ticket):
        Attempt.objects.filter(pk=attempt.pk).update(
            state=Attempt.State.TICKET,
            ticket={"id": answer.id, "data": dict(answer.data)},
            vendor_ref=answer.id,
        )
        failpoints.reach("ticket")
    return answer


def _poll(provider: Provider, ticket: Ticket, seconds: float, listener: Listener) -> Finished:
    """Ask until the vendor is done. Raises CancelWanted once the vendor has stopped the task."""
    until = time.monotonic() + seconds
    while isinstance(answer := provider.poll(ticket), Waiting):
        failpoints.reach("polling")
        if listener.cancel_wanted() and provider.cancel(ticket):
            raise CancelWanted
        listener.progress(answer.fraction)
        db.release()
        time.sleep(min(answer.seconds, max(0.0, until - time.monotonic())))
        if time.monotonic() >= until:
            raise retrying.deadline_passed()
    return answer
