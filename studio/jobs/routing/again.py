"""Once more: the pictures that a job did not deliver, with its own model or elsewhere, at today's price."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from studio.accounts.actors import Actor
from studio.catalog.errors import NotOffered
from studio.jobs import quoting
from studio.jobs.errors import ModelNotOffered, NothingToRetry
from studio.jobs.models import FINAL, Job, Run
from studio.jobs.quoting import Priced
from studio.jobs.routing import choosing
from studio.jobs.routing.choosing import Candidate
from studio.jobs.services import Payer, Via, submit
from studio.jobs.specs import JobSpec, missing_pictures, spec_of


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another model for a job that failed, with what the job would cost there."""

    candidate: Candidate
    priced: Priced


def price_retry(*, job: Job, model: str = "") -> Priced:
    """What running the missing pictures again would cost today, with the job's own model or with ``model``.

    Raises NothingToRetry; Invalid where the other model cannot do this very job now.
    """
    spec = _missing(job)
    if model and model != job.model:
        fitting = choosing.candidates(spec, among=[model])
        if not fitting:
            raise choosing.nothing_fits(fitting)
        spec = fitting[0].spec_for(spec)
    return quoting.price(spec=spec, retry_of=job)


def elsewhere(*, job: Job, most: int) -> list[Elsewhere]:
    """The ``most`` best other models for the missing pictures, each with today's price. Raises NothingToRetry."""
    spec = _missing(job)
    found: list[Elsewhere] = []
    for each in choosing.candidates(spec, without=[job.model]):
        if len(found) == most:
            break
        # One that was switched off between two looks is no choice any more.
        with suppress(ModelNotOffered, NotOffered):
            found.append(Elsewhere(each, quoting.price(spec=each.spec_for(spec), retry_of=job)))
    return found


def _missing(job: Job) -> JobSpec:
    """The job's wish for what it did not deliver. Raises NothingToRetry."""
    missing = missing_pictures(job)
    if job.state not in FINAL or not missing:
        raise NothingToRetry
    return spec_of(job, n=missing)


def retry(
    *,
    actor: Actor,
    payer: Payer,
    job: Job,
    key: str,
    quoted_high: int | None = None,
    model: str = "",
    via: Via | None = None,
    wish: str = "",
) -> Run:
    """A new run from the old snapshot at today's price, for the pictures that are missing; with ``model``, elsewhere.

    ``via`` is the API key that a program asks with, whose cap counts, and ``wish`` as in ``submit``. Safe to repeat
    with the same ``key``. Raises NothingToRetry, and what ``submit`` raises.
    """
    repeats = Run.objects.filter(owner=actor.require_user(), key=key, jobs__retry_of=job)
    if repeat := repeats.first():
        return repeat
    try:
        priced = price_retry(job=job, model=model)
        return submit(
            actor=actor,
            payer=payer,
            project=job.run.project,
            specs=[priced.spec],
            key=key,
            quoted_high=quoted_high,
            parent=job.run,
            via=via,
            wish=wish,
            retry_of=job,
        )
    except NothingToRetry:
        # The same press, sent twice at once, may just have become the run that is on its way.
        if repeat := repeats.first():
            return repeat
        raise
