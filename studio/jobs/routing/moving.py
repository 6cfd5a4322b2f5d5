"""A job that ``auto`` placed goes on to the next model when its own is out of order.

The job ends and gives its hold back, and a new one of the same run holds at most what was quoted to the person, in one
transaction: each job keeps its snapshot, its price version and its bill to itself.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from django.db.models import Q

from providers.errors import (
    AuthError,
    BillingError,
    ModelUnavailable,
    ProviderError,
    RateLimited,
    UpstreamError,
)
from studio.catalog import automatic
from studio.core import db
from studio.core.errors import StudioError
from studio.credits import selectors as balances
from studio.jobs import billing, dispatch, outcomes, quoting, services
from studio.jobs.models import Attempt, Job, Run
from studio.jobs.queue import Claim
from studio.jobs.quoting import Priced
from studio.jobs.routing import choosing
from studio.jobs.specs import JobSpec, ReferenceSpec

log = logging.getLogger(__name__)

MOST_MODELS = 5
"""How many models a wish is given to before it fails: each is a call that somebody waits for."""

OUT_OF_ORDER = (AuthError, BillingError, ModelUnavailable)
"""What no other try with this model can help, and another model can."""


def move_on(claim: Claim, job: Job, error: ProviderError) -> bool:
    """End the job for ``error`` and put the next model in its place. False where the job has to decide by itself.

    That is: nobody asked for ``auto``, the vendor may have done the work, pictures are there already, somebody
    pressed Cancel, or no other model can do it for what was quoted.
    """
    end = partial(outcomes.fail, claim, job, code=error.code, detail=error.message)
    return _is_outage(error) and _move(job, end)


def leave(job: Job, end: Callable[[Job], bool]) -> bool:
    """The same for a job that waits for a vendor which is paused or down: ``end`` ends it unsent."""
    return _move(job, partial(end, job))


def _move(job: Job, end: Callable[[], bool]) -> bool:
    if job.route is None or _perhaps_done(job) or job.outputs.exists():
        return False
    following = _next(job)
    return following is not None and _moved(job, end, following)


def _is_outage(error: ProviderError) -> bool:
    """What this server could not read or keep is none: the next vendor would be paid for nothing."""
    if error.unknown:
        return False
    fails_now = isinstance(error, (RateLimited, UpstreamError)) and error.retryable
    return fails_now or isinstance(error, OUT_OF_ORDER)


def _perhaps_done(job: Job) -> bool:
    """The vendor took the work, or was sent it twice because the first answer was lost: the bill may come."""
    return job.attempts.filter(Q(state=Attempt.State.TICKET) | Q(sent__gt=1)).exists()


def _next(job: Job) -> Priced | None:
    """The best model that this wish was not given to yet, within what was quoted for it; None without one.

    Of the models that do not only stand in, those of other vendors come first: one that fails fails with most.
    """
    tried = _tried(job)
    if len(tried) >= MOST_MODELS:
        return None
    known = job.route or {}
    asked, within = known["asked"], known["within"]
    references = tuple(ReferenceSpec(ref.image_id, ref.role) for ref in job.references.all())
    spec = JobSpec(automatic.ID, job.prompt, asked, references, among=tuple(known.get("among", ())))
    # What the job holds now comes back as it ends, and is there for the next one.
    payable = balances.balance(job.payer_id).available + billing.quoted(job).high
    try:
        route = choosing.choose(spec, available=min(within, payable), without={each.model for each in tried})
    except StudioError:
        return None
    vendors = {each.provider for each in tried}
    entries = [(option.offer.entry, option) for option in route.options]
    entries.sort(key=lambda pair: (pair[0].stand_in, pair[0].provider in vendors))
    elsewhere = replace(route, options=tuple(option for _entry, option in entries))
    return quoting.first_of(spec, elsewhere, most=within, retry_of=job, within=within)


def _tried(job: Job) -> list[Job]:
    """The jobs that had this wish, each with another model: this one, and those that it followed."""
    tried = [job]
    while (before := tried[-1].retry_of) is not None and before.route is not None:
        tried.append(before)
    return tried


def _moved(job: Job, end: Callable[[], bool], following: Priced) -> bool:
    """``end`` ends the job; it says False where somebody else did, and then nothing takes its place."""
    run = job.run
    images = {ref.image_id: ref.image for ref in job.references.all()}
    payer = services.Payer(job.payer_id, run.team)
    try:
        with db.atomic():
            # Two jobs of a run may move at once, and each takes the next place in it.
            Run.objects.select_for_update(no_key=True).get(pk=run.pk)
            locked = Job.objects.filter(pk=job.pk).select_for_update(no_key=True)
            if locked.values_list("cancel_requested", flat=True).first():
                return False
            if end():
                placed = services.add_job(run, run.jobs.count(), following, payer, images)
                dispatch.wake([placed.pk])
    except StudioError as refused:
        # The account was blocked meanwhile: nothing of this was written, and the job ends by itself.
        log.warning("job %s stays where it is: %s", job.pk, refused.code)
        return False
    return True
