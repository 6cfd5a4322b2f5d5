"""Runs as answers. All that a page of them needs beside its rows is asked once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from uuid import UUID

from studio.api import access, ids
from studio.api.errors import told, without_pictures
from studio.api.http import ApiRequest
from studio.api.own import answers
from studio.api.own.answers import amount
from studio.api.results import signed_url
from studio.images.models import Image
from studio.jobs import billing, listing
from studio.jobs.models import FINAL, OPEN, Job, Run, State

WITHOUT_END = frozenset({State.FAILED, State.UNCONFIRMED})
"""Of a job in these states there is a reason to tell."""


def runs(request: ApiRequest, rows: Sequence[Run]) -> list[answers.Run]:
    """Runs that were read whole and with their states (see ``jobs.listing``); one query more."""
    seen = access.seen(request.actor, {image.pk for run in rows for image in _images(run)})
    return [_run(request, run, seen) for run in rows]


def run(request: ApiRequest, row: Run) -> answers.Run:
    """One of them."""
    return runs(request, [row])[0]


def _images(run: Run) -> Iterator[Image]:
    for job in run.jobs.all():
        yield from (output.image for output in job.outputs.all() if output.image)
        yield from (reference.image for reference in job.references.all())


def _run(request: ApiRequest, run: Run, seen: Collection[UUID]) -> answers.Run:
    jobs = list(run.jobs.all())
    return answers.Run(
        id=ids.shown("run", run.pk),
        number=run.number,
        project=ids.shown("prj", run.project_id),
        project_name=run.project.name,
        state=listing.state_of(run),
        prompt=run.prompt,
        origin=Run.Origin(run.origin),
        mine=run.owner_id == request.actor.require_user().pk,
        parent=ids.shown("run", run.parent_id) if run.parent_id else None,
        cost=_cost(jobs),
        jobs=[_job(request, job, seen) for job in jobs],
        created_at=run.created_at,
    )


def _job(request: ApiRequest, job: Job, seen: Collection[UUID]) -> answers.Job:
    settings = {name: value for name, value in job.parameters.items() if value not in (None, "", {})}
    return answers.Job(
        id=ids.shown("job", job.pk),
        model=job.model,
        model_label=job.model_label,
        kind=job.kind,
        state=State(job.state),
        n=job.n,
        seed=job.seed,
        settings=settings,
        cost=_cost([job]),
        error=_failure(job),
        pictures=[thumb(request, image) for image in _made(job) if image.pk in seen],
        references=[
            answers.Used(
                id=ids.shown("img", each.image_id) if each.image_id in seen else None, role=each.role
            )
            for each in job.references.all()
        ],
        retry_of=ids.shown("job", job.retry_of_id) if job.retry_of_id else None,
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
    )


def _made(job: Job) -> list[Image]:
    return [output.image for output in job.outputs.all() if output.image]


def thumb(request: ApiRequest, image: Image) -> answers.Thumb:
    """A picture, its blob loaded, that the key may see."""
    width, height = image.blob.sides
    return answers.Thumb(
        id=ids.shown("img", image.pk), url=url(request, image), width=width, height=height, seed=image.seed
    )


def url(request: ApiRequest, image: Image) -> str | None:
    """Where its file is; in the bin it is nowhere."""
    return None if image.binned_at else signed_url(image, None, request)


def _cost(jobs: Sequence[Job]) -> answers.Cost:
    """What the jobs were quoted, hold and were charged. Of a job that another took the place of nothing is left."""
    followed = {job.retry_of_id for job in jobs}
    quotes = [(job, billing.quoted(job)) for job in jobs]
    last = [quote for job, quote in quotes if job.pk not in followed]
    return answers.Cost(
        low=amount(sum(quote.low for quote in last)),
        high=amount(sum(quote.high for quote in last)),
        held=amount(sum(quote.high for job, quote in quotes if job.state in OPEN)),
        charged=amount(sum(job.charged for job in jobs)),
    )


def _failure(job: Job) -> answers.Failure | None:
    if job.state not in WITHOUT_END:
        return None
    known = told(without_pictures(job))
    return answers.Failure(code=known.code, message=known.message)


def is_over(row: Run) -> bool:
    """Whether nothing more comes of the run by itself."""
    return all(job.state in FINAL for job in row.jobs.all())
