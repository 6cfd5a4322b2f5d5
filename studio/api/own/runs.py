"""Runs: asked for, listed, looked at, stopped, and asked for once more."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from studio.api import access, ids, quotes, repeats, running
from studio.api import wishes as hashes
from studio.api.errors import Kind, Refused
from studio.api.http import ApiRequest, answer
from studio.api.own import answers, cursors, quoting, telling, wishes
from studio.api.own.errors import at_own_fields, named_by
from studio.api.own.fields import Again, NewRun, RunsQuery
from studio.core.errors import StudioError
from studio.core.micros import Micros
from studio.core.places import address
from studio.jobs import listing, services
from studio.jobs.errors import NotCancellable, NothingToRetry, QuoteChanged
from studio.jobs.listing import Narrowed
from studio.jobs.models import FINAL, Job, Run
from studio.jobs.routing import again
from studio.jobs.specs import missing_pictures

LIST = "runs"
DEARER = "max_micros"


def create_run(request: ApiRequest, body: NewRun) -> HttpResponseBase:
    """A run of a job for each model. The same ``Idempotency-Key`` gives the same run, and costs nothing more."""
    if quotes.is_dry(request):
        return answer(quoting.quoted(request, body).model_dump())
    try:
        with at_own_fields(body):
            run = running.ordered(request, lambda: wishes.order(request, body, body.max_micros), workers=True)
    except QuoteChanged as error:
        raise _dearer(error) from error
    if body.wait:
        running.settled(run, body.wait)
    return _shown(request, run)


def list_runs(request: ApiRequest, query: RunsQuery) -> HttpResponseBase:
    """Newest first."""
    with named_by("project"):
        project = access.project_for(request.actor, ids.read("prj", query.project)) if query.project else None
    narrowed = Narrowed(
        team=request.key.team,
        project=project,
        state=query.state or "",
        model=query.model,
        mine=query.mine,
        since=query.since,
    )
    after = cursors.row(LIST, query.cursor)
    rows, last = listing.page(request.actor, narrowed, after=after, size=query.limit)
    page = answers.Page[answers.Run](
        data=telling.runs(request, rows), next_cursor=cursors.written(LIST, last)
    )
    return answer(page.model_dump(mode="json"))


def read_run(request: ApiRequest, run_id: str) -> HttpResponseBase:
    """How far it is, and what came of it."""
    row = access.run_for(request.actor, ids.read("run", run_id))
    return answer(telling.run(request, row).model_dump(mode="json"))


def cancel_run(request: ApiRequest, run_id: str) -> HttpResponseBase:
    """Stop what of it is not over; what was held for that is returned. 202 while a worker has still to see it."""
    row = access.changeable_run_for(request.actor, ids.read("run", run_id))
    try:
        services.cancel_run(run=row)
    except NotCancellable as error:
        raise Refused(Kind.CONFLICT, error.message, code=error.code) from error
    return _shown(request, row)


def retry_run(request: ApiRequest, run_id: str, body: Again) -> HttpResponseBase:
    """The pictures that one of its jobs misses, as a new run at today's price."""
    row = access.changeable_run_for(request.actor, ids.read("run", run_id))
    # What is sent again with other words is so for this run: the address is a part of what was asked.
    request.wish = hashes.of_document(run_id, {"retry": request.wish})
    if repeated := repeats.known(request):
        return _shown(request, repeated)
    job = _job(row, body)
    model = body.model or job.model
    if not running.may_use(request.key, model):
        text = _("This key is not for %(model)s.") % {"model": model}
        raise Refused(Kind.MODEL_DENIED, text, param="model")
    if quotes.is_dry(request):
        return answer(quoting.document([again.price_retry(job=job, model=body.model)]).model_dump())
    try:
        made = again.retry(
            actor=request.actor,
            payer=running.payer_of(request, row.project),
            job=job,
            key=repeats.name_of(request),
            quoted_high=None if body.max_micros is None else Micros(body.max_micros),
            model=body.model,
            via=services.Via(request.key),
            wish=request.wish,
        )
    except QuoteChanged as error:
        raise _dearer(error) from error
    except NothingToRetry as error:
        raise _nothing(error) from error
    return _shown(request, made)


def _job(row: Run, body: Again) -> Job:
    """The job that is meant: the one that is named, or the only one that misses pictures. Raises Refused."""
    jobs = list(row.jobs.all())
    if body.job is not None:
        with named_by("job"):
            wanted = ids.read("job", body.job)
        found = next((job for job in jobs if job.pk == wanted), None)
        if found is None:
            raise Refused(Kind.NOT_FOUND, ids.missing("job").message, param="job")
        return found
    short = [job for job in jobs if job.state in FINAL and missing_pictures(job)]
    if not short:
        raise _nothing(NothingToRetry())
    if len(short) > 1:
        names = ", ".join(ids.shown("job", job.pk) for job in short)
        text = _("Several jobs miss pictures: name one as job, of %(jobs)s.") % {"jobs": names}
        raise Refused(Kind.MISSING, text, param="job")
    return short[0]


def _shown(request: ApiRequest, run: Run) -> HttpResponseBase:
    """The run as it is now, and in ``Location`` where to ask for it; 202 while something of it is still to come."""
    row = access.run_for(request.actor, run.pk)
    told = telling.run(request, row)
    response = answer(told.model_dump(mode="json"), 200 if telling.is_over(row) else 202)
    response["Location"] = address(request, reverse("gesso_read_run", args=[told.id]))
    return response


def _nothing(error: StudioError) -> Refused:
    return Refused(Kind.CONFLICT, error.message, code=error.code)


def _dearer(error: QuoteChanged) -> Refused:
    text = _("This may cost %(micros)s micros now, more than was agreed to. Nothing was run.")
    return Refused(Kind.CONFLICT, text % {"micros": error.high}, code=error.code, param=DEARER)
