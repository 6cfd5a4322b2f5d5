"""What to do after a failed call: try again, give up, or wait because nobody knows what the vendor did.

A paid call is sent again only when the vendor surely did not start, or when it recognises a repeat.
A wait is what the vendor's Retry-After says and up to a tenth more, or else drawn at random up to a doubling bound.
Where it would leave no time for another try, the job ends at once.
"""

from __future__ import annotations

import logging
import random
from datetime import timedelta

from django.utils import timezone

from providers.base import Facts
from providers.errors import ProviderError, RateLimited, UpstreamTimeout
from studio.catalog import providers as vendors
from studio.core import clock
from studio.images.errors import Busy, NotKept
from studio.jobs import outcomes
from studio.jobs.models import Attempt, Job
from studio.jobs.queue import Claim
from studio.jobs.routing import moving

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
MAX_SECONDS = 15 * 60
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
LEAST_SECONDS = 1.0
"""What a try must have left of the job's time to be worth its wait."""
LOST = (Attempt.State.SENDING, Attempt.State.UNKNOWN)


class Unkept(ProviderError):
    """The vendor's pictures came and could not be kept here: asked again, a task hands them over once more."""

    code = "not_kept"
    retryable = True


class Unread(ProviderError):
    """A reference could not be read here in time: nothing was sent, and it is none of the vendor's doing."""

    code = "not_read"
    retryable = True
    safe_to_resend = True


UNSENT = frozenset({RateLimited.code, Unread.code})
"""Error codes of calls that were surely not begun. One that did not reach its vendor has the code of every failure."""


def not_kept(attempt: Attempt, cause: NotKept | Busy, *, billed: int | None) -> Unkept:
    """The end of a call whose pictures could not be kept. What it cost at the vendor, in micros, stays on record."""
    if isinstance(cause, Busy):
        problem = Unkept("Too many pictures were being read.")
    else:
        problem = Unkept(
            "The server's disk is full." if cause.full else "The server's disk could not be written."
        )
    if not Attempt.objects.filter(pk=attempt.pk, state=Attempt.State.TICKET).exists():
        note(attempt, problem)
    Attempt.objects.filter(pk=attempt.pk).update(billed=billed)
    return problem


def note(attempt: Attempt, error: ProviderError) -> None:
    """Keep how the call ended, before anything is decided from it."""
    state = Attempt.State.UNKNOWN if error.unknown else Attempt.State.FAILED
    Attempt.objects.filter(pk=attempt.pk).update(
        state=state,
        error_code=error.code,
        error_detail=error.message[:500],
        vendor_ref=error.vendor_ref[:200],
        finished_at=clock.now(),
    )


def deadline_passed() -> UpstreamTimeout:
    """The vendor took longer than the job may."""
    return UpstreamTimeout("The vendor did not finish in time.")


def answer_lost(job: Job) -> bool:
    """The last paid call may have gone out, its answer is lost, and a second one would be paid for too."""
    return _last_state(job) in LOST and not repeat_is_free(_facts(job))


def repeat_is_free(facts: Facts) -> bool:
    """Whether the same call twice costs no more than once: the vendor knows it again, or bills nobody."""
    return facts.idempotent or facts.free


def surely_free(attempt: Attempt) -> bool:
    """Whether the vendor said that it did not begin: a later call may carry a reference of its own.

    Not where the same call went out before: its first answer was lost, and that one may have been begun.
    """
    return attempt.sent == 1 and attempt.error_code == RateLimited.code


def refused_call(job: Job) -> Attempt | None:
    """The last call, where the vendor said no to it and nobody may send it again, whatever became of its worker."""
    last = job.attempts.order_by("-number").first()
    if last is None or last.state != Attempt.State.FAILED or last.error_code in UNSENT:
        return None
    return None if repeat_is_free(_facts(job)) else last


def perhaps_paid(job: Job) -> bool:
    """Like ``answer_lost``, or the vendor took the work and goes on with it: the bill may come."""
    return _last_state(job) in (*LOST, Attempt.State.TICKET) and not repeat_is_free(_facts(job))


def decide(claim: Claim, job: Job, error: ProviderError) -> None:
    """End the job or put it back; whoever pressed Cancel meanwhile wants no other try."""
    facts = _facts(job)
    if _last_state(job) == Attempt.State.TICKET and (error.unknown or error.retryable):
        _ask_again(claim, job, error)
    elif moving.move_on(claim, job, error):
        log.info("job %s went on to another model after %s", job.pk, error.code)
    elif error.unknown and not repeat_is_free(facts):
        outcomes.park(claim, job, detail=error.message)
    elif _may_resend(error, idempotent=facts.idempotent) and (seconds := _wait(job, error)) is not None:
        if claim.rows().filter(cancel_requested=True).exists():
            outcomes.cancel_running(claim, job)
        else:
            outcomes.put_back(claim, job, seconds=seconds, clean=True)
    else:
        outcomes.fail(claim, job, code=error.code, detail=_last_words(job, error))


def _ask_again(claim: Claim, job: Job, error: ProviderError) -> None:
    """A question about a task costs nothing, so one that got no answer is repeated until the deadline."""
    left = (job.deadline_at - timezone.now()).total_seconds() if job.deadline_at else MAX_SECONDS
    if left > 0:
        outcomes.put_back(claim, job, seconds=min(_drawn(tries=1, error=error), left), clean=True)
    else:
        outcomes.park(claim, job, detail=error.message)


def _last_state(job: Job) -> str | None:
    return job.attempts.order_by("-number").values_list("state", flat=True).first()


def _facts(job: Job) -> Facts:
    return vendors.facts(job.provider)


def _may_resend(error: ProviderError, *, idempotent: bool) -> bool:
    return error.safe_to_resend or (idempotent and (error.retryable or error.unknown))


def _wait(job: Job, error: ProviderError) -> float | None:
    """Seconds until the next try; None when the tries are used up, or the time is before that."""
    tries = sum(job.attempts.values_list("sent", flat=True))
    left = _time_left(job)
    if tries >= MAX_ATTEMPTS or left < (error.retry_after or 0.0):
        return None
    return min(_drawn(tries, error), left)


def _time_left(job: Job) -> float:
    """Seconds within which another try must begin: until the deadline, or a quarter of an hour after the first."""
    ends = [(job.started_at or job.created_at) + timedelta(seconds=MAX_SECONDS)]
    ends += [job.deadline_at - timedelta(seconds=LEAST_SECONDS)] if job.deadline_at else []
    return (min(ends) - timezone.now()).total_seconds()


def _last_words(job: Job, error: ProviderError) -> str:
    """What went wrong, and that the vendor asks for more time than there is, where it does."""
    seconds = error.retry_after or 0.0
    if not error.safe_to_resend or seconds <= max(_time_left(job), 0.0):
        return error.message
    return f"{error.message} It asks to wait {seconds:.0f} s, more than is left for this run.".strip()


def _drawn(tries: int, error: ProviderError) -> float:
    if error.retry_after:
        return error.retry_after * random.uniform(1.0, 1.1)  # noqa: S311 -- jitter, not a secret
    return random.uniform(0, min(LONGEST_WAIT, FIRST_WAIT * 2 ** (tries - 1)))  # noqa: S311
