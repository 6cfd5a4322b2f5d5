"""The studio page: a project's composer and its stream of runs."""

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
from django.views.decorators.http import require_GET, require_POST

from studio.catalog import selectors as catalog
from studio.core.micros import credits_text
from studio.credits import selectors as credits
from studio.gallery import selectors as gallery
from studio.jobs import presence
from studio.jobs import projects as threads
from studio.jobs import selectors as jobs
from studio.jobs.models import Project, Run
from studio.jobs.specs import ReferenceSpec
from studio.web import access, composer, picker, rows, run_words
from studio.web.composer import Draft
from studio.web.cost import cost
from studio.web.http import StudioRequest
from studio.web.numbers import whole
from studio.web.workspace import Workspace, of_team

PROJECTS_SHOWN = 12


@require_GET
@login_required
def studio(request: StudioRequest) -> HttpResponse:
    """The workspace's latest project, or an empty one that comes to be with its first run."""
    project = jobs.projects(request.actor, request.workspace.team).first()
    return _page(request, project)


@require_GET
@login_required
def project(request: StudioRequest, project_id: UUID) -> HttpResponse:
    """One project; with ``before`` only the rows below that number, for the endless stream."""
    shown = access.project_for(request, project_id)
    before = whole(request.GET.get("before", ""))
    if before is not None and request.htmx:
        return render(request, "studio/_older.html", {"page": stream(request, shown, before=before)})
    return _page(request, shown)


@require_POST
@login_required
def projects(request: StudioRequest) -> HttpResponseRedirect:
    """A new, empty project in this workspace."""
    made = threads.new_project(
        actor=request.actor, team=request.workspace.team, name=request.POST.get("name", "")
    )
    return redirect("project", made.pk)


def _page(request: StudioRequest, shown: Project | None) -> HttpResponse:
    page = stream(request, shown) | {"projects": _projects(request)}
    draft = _asked_for(request) or _last_draft(page["loaded"])
    if model := request.GET.get("model", ""):
        draft = replace(draft, model=model)
    page |= composed(request, draft, shown)
    page["picker"] = picker.picker(catalog.offers(), request.actor, request.workspace.team)
    page["welcome"] = _welcome(place_of(request, shown)) if not page["runs"] else ""
    return render(request, "studio/page.html", {"page": page})


def stream(
    request: StudioRequest, shown: Project | None, *, before: int | None = None, limit: int = jobs.PAGE
) -> dict[str, Any]:
    """The project's head and a page of its rows, newest first."""
    runs = jobs.page(shown, before=before, limit=limit + 1) if shown else []
    loaded = runs[:limit]
    pictures = jobs.picture_ids(loaded)
    hearts = gallery.favourites_of(request.actor, pictures) if pictures else frozenset()
    more = shown is not None and len(runs) > limit
    older = f"{reverse('project', args=[shown.pk])}?before={loaded[-1].number}" if shown and more else ""
    return {
        "project": project_view(shown),
        "runs": rows.rows(loaded, request.actor, hearts),
        "loaded": loaded,
        "older_url": older,
        "worker_alive": presence.anyone_working(),
        "worker_command": presence.COMMAND,
    }


def project_view(shown: Project | None) -> dict[str, Any]:
    """Name, address and number of runs; a project that does not exist yet stands at the studio's own address."""
    known = shown or Project(name=_("Untitled project"))
    return {
        "id": str(shown.pk) if shown else "",
        "name": known.name,
        "url": reverse("project", args=[shown.pk]) if shown else reverse("studio"),
        "run_count": known.last_number,
        "count_label": run_words.count(known.last_number),
    }


def composed(
    request: StudioRequest, draft: Draft, shown: Project | None, *, note: str = ""
) -> dict[str, Any]:
    """The composer with its price, for the page and for every answer that renews a part of it.

    The price stands against the balance of whoever pays for runs of ``shown``.
    """
    offer = composer.offer_for(draft.model)
    parameters, _notes = composer.fitted(offer, draft)
    draft = composer.measured(draft, offer, request.actor)
    price = cost(offer, draft, parameters, place_of(request, shown).account_id)
    return {
        "composer": composer.view(draft, offer, parameters, request.actor, price.token),
        "model": composer.model_view(offer, parameters),
        "cost": price,
        "params_note": note,
    }


def place_of(request: StudioRequest, shown: Project | None) -> Workspace:
    """Where runs of the project are made and paid: its own workspace, also while the person stands in another."""
    return request.workspace if shown is None else of_team(request.actor, shown.team)


def _projects(request: StudioRequest) -> list[dict[str, Any]]:
    found = jobs.projects(request.actor, request.workspace.team)[:PROJECTS_SHOWN]
    return [project_view(each) for each in found]


def _last_draft(loaded: list[Run]) -> Draft:
    """The composer goes on where the project's last run left it, with another seed."""
    if not loaded:
        return Draft(model="")
    last = loaded[0]
    settings = run_words.reuse(last, next(iter(last.jobs.all())))
    return composer.draft_from(settings | {"seed": ""})


def _asked_for(request: StudioRequest) -> Draft | None:
    """What a picture's page or the gallery sends here: a picture to edit, vary, refer to, or whose settings to take."""
    for wish in ("edit", "vary", "reference", "reuse"):
        image_id = composer.as_uuid(request.GET.get(wish, ""))
        if image_id is not None:
            image = access.image_for(request, image_id)
            made_by = jobs.run_of(image)
            return _draft_for(wish, image.pk, run_words.reuse(*made_by) if made_by else None)
    return None


def _draft_for(wish: str, image_id: UUID, settings: dict[str, Any] | None) -> Draft:
    role = "source" if wish == "edit" else "subject"
    picture = (ReferenceSpec(image_id, role),)
    if settings is None or wish == "reference":
        return Draft(model="", references=picture, mode="edit" if wish == "edit" else "create", explicit=True)
    if wish == "edit":
        taken = settings | {"seed": "", "prompt": "", "n": 1}
        return composer.draft_from(taken, references=picture, mode="edit", explicit=True)
    seed = "" if wish == "vary" else settings["seed"]
    return composer.draft_from(settings | {"seed": seed}, explicit=True)


def _welcome(here: Workspace) -> str:
    available = credits.balance(here.account_id).available
    if not available:
        return _("Your balance is empty. Whoever runs this server can add credits.")
    cheapest = catalog.cheapest_label(catalog.offers())
    text = ngettext(
        "Your first %(credits)s credit is here.", "Your first %(credits)s credits are here.", available
    )
    return (
        f"{text % {'credits': credits_text(available)}} {_('A draft costs %(price)s.') % {'price': cheapest}}"
    )
