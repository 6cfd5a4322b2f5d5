"""What the composer and the rows send: a price, other settings, a run, a cancel, a retry."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from studio.catalog import services as prices
from studio.core.errors import Forbidden, StudioError
from studio.core.micros import credits_text, dollars_text
from studio.credits import selectors as credits
from studio.gallery import selectors as gallery
from studio.jobs import projects, services
from studio.jobs import selectors as jobs
from studio.jobs.models import Job, Project, Run
from studio.jobs.routing import again
from studio.jobs.services import Payer
from studio.web import access, composer, rows, run_curl
from studio.web.composer import Draft
from studio.web.http import StudioRequest
from studio.web.studio import composed, place_of, stream

PAGE = "studio/page.html"


@require_POST
@login_required
def price(request: StudioRequest) -> HttpResponse:
    """What the composer's settings cost now."""
    page = composed(request, composer.read(request.POST), _shown(request))
    return render(request, f"{PAGE}#price_answer", {"page": page})


@require_POST
@login_required
def parameters(request: StudioRequest) -> HttpResponse:
    """The form of another model, with the nearest valid values and a note of what changed."""
    draft = composer.read(request.POST)
    fitted, notes = composer.fitted(composer.offer_for(draft.model), draft)
    taken = replace(draft, parameters=fitted.as_form())
    page = composed(request, taken, _shown(request), note=". ".join(notes))
    return render(request, f"{PAGE}#parameters_answer", {"page": page})


@require_POST
@login_required
def submit(request: StudioRequest) -> HttpResponse:
    """Generate. A refusal keeps what was typed, says what to do at the field, and costs nothing."""
    draft = Draft(model="")
    try:
        draft = composer.read(request.POST)
        run = _submit(request, draft)
    except StudioError as error:
        return _refused(request, draft, error)
    if not request.htmx:
        return _to_row(run)
    page = composed(request, draft, run.project) | stream(request, run.project, limit=1)
    page["composer"]["parent"] = str(run.pk)
    return render(request, f"{PAGE}#submit_answer", {"page": page, "run": _row(request, run.pk)})


def _submit(request: StudioRequest, draft: Draft) -> Run:
    project = _project(request)
    token = request.POST.get("quote", "")
    return services.submit(
        actor=request.actor,
        payer=_payer(request, project),
        project=project,
        specs=[draft.spec],
        key=request.POST.get("idempotency_key") or composer.new_key(),
        quoted_high=prices.read_signed(token).high if token else None,
        parent=_parent(request, project, draft),
    )


def _payer(request: StudioRequest, project: Project) -> Payer:
    """The payer of the project's workspace, which need not be the one that the person stands in."""
    return Payer(place_of(request, project).account_id, project.team)


def _shown(request: StudioRequest) -> Project | None:
    """The project that the form was shown with; None where it is still to come."""
    project_id = request.POST.get("project", "")
    return access.project_for(request, access.id_of(project_id)) if project_id else None


def _project(request: StudioRequest) -> Project:
    """The form's project, or the workspace's latest, or its first."""
    if project_id := request.POST.get("project", ""):
        return access.editable_project_for(request, access.id_of(project_id))
    team = request.workspace.team
    if not request.workspace.can_edit:
        text = _("Your role in %(team)s lets you look, not run. Switch to your own workspace.")
        raise Forbidden(text % {"team": request.workspace.name})
    return projects.latest_project(actor=request.actor, team=team)


def _parent(request: StudioRequest, project: Project, draft: Draft) -> Run | None:
    """The run that the settings came from, if it is one of this project's."""
    if not draft.parent:
        return None
    found = access.run_for(request, access.id_of(draft.parent))
    return found if found.project_id == project.pk else None


def _refused(request: StudioRequest, draft: Draft, error: StudioError) -> HttpResponse:
    """The errors, a fresh key and today's price. Without htmx the whole page, with what was typed."""
    errors = [{"field": name, "message": text} for name, text in error.fields.items()]
    errors = errors or [{"field": "", "message": error.message}]
    shown = _shown(request) or jobs.projects(request.actor, request.workspace.team).first()
    page = composed(request, draft, shown) | {"errors": errors}
    if request.htmx:
        return render(request, f"{PAGE}#refused_answer", {"page": page}, status=error.status)
    return render(request, PAGE, {"page": stream(request, shown) | page}, status=error.status)


@require_GET
@login_required
def run(request: StudioRequest, run_id: UUID) -> HttpResponse:
    """The row as it is now; for a person who follows a link, the project's page at that row."""
    shown = access.whole_run_for(request, run_id)
    if not request.htmx:
        return _to_row(shown)
    return render(request, f"{PAGE}#run", {"run": _row_of(request, shown)})


@require_GET
@login_required
def curl(request: StudioRequest, run_id: UUID) -> HttpResponse:
    """The command that asks for this run from a shell, as plain text."""
    text = run_curl.curl(access.whole_run_for(request, run_id), request)
    return HttpResponse(f"{text}\n", content_type="text/plain; charset=utf-8")


@require_POST
@login_required
def cancel(request: StudioRequest, run_id: UUID) -> HttpResponse:
    """Stop what of the run can still be stopped."""
    shown = access.editable_run_for(request, run_id)
    services.cancel_run(run=shown)
    if not request.htmx:
        return _to_row(shown)
    return render(request, f"{PAGE}#run", {"run": _row(request, shown.pk)})


@require_http_methods(["GET", "POST"])
@login_required
def retry(request: StudioRequest, job_id: UUID) -> HttpResponse:
    """The missing pictures once more at today's price: GET shows it, POST runs it, elsewhere where it names a model."""
    job = access.editable_job_for(request, job_id)
    if request.method == "GET":
        return render(request, f"{PAGE}#retry_dialog", {"retry": _retry_view(request, job)})
    token = request.POST.get("quote", "")
    made = again.retry(
        actor=request.actor,
        payer=_payer(request, job.run.project),
        job=job,
        key=request.POST.get("idempotency_key") or composer.new_key(),
        quoted_high=prices.read_signed(token).high if token else None,
        model=request.POST.get("model", "").replace("\0", ""),
    )
    if not request.htmx:
        return _to_row(made)
    page = stream(request, made.project, limit=1)
    return render(request, "studio/_retry_answer.html", {"page": page, "run": _row(request, made.pk)})


def _retry_view(request: StudioRequest, job: Job) -> dict[str, Any]:
    priced = again.price_retry(job=job)
    available = credits.balance(place_of(request, job.run.project).account_id).available
    count, high = priced.parameters.n, priced.quote.high
    return {
        "job_id": str(job.pk),
        "quote_token": prices.sign(priced.quote, priced.version, priced.entry.id),
        "idempotency_key": composer.new_key(),
        "title": _("Retry %(model)s") % {"model": job.model_label},
        "text": ngettext(
            "Runs %(count)d missing image again, with the same prompt and settings, at today's price.",
            "Runs %(count)d missing images again, with the same prompt and settings, at today's price.",
            count,
        )
        % {"count": count},
        "credits": credits_text(high),
        "dollars": dollars_text(high),
        "balance_after": credits_text(max(0, available - high)),
        "reason": _("Not enough credits") if high > available else "",
        "label": ngettext("Retry %(count)d image", "Retry %(count)d images", count) % {"count": count},
    }


def _to_row(shown: Run) -> HttpResponseRedirect:
    return redirect(f"{reverse('project', args=[shown.project_id])}#run-{shown.pk}")


def _row(request: StudioRequest, run_id: UUID) -> rows.Row:
    """The row of a run that this request has changed."""
    return _row_of(request, jobs.by_ids([run_id])[0])


def _row_of(request: StudioRequest, shown: Run) -> rows.Row:
    pictures = jobs.picture_ids([shown])
    hearts = gallery.favourites_of(request.actor, pictures) if pictures else frozenset()
    return rows.rows([shown], request.actor, hearts)[0]
