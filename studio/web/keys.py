"""A person's API keys: the list, the form that makes one, the page that shows it this once, and the way to end it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from studio.accounts import keys as services
from studio.accounts import selectors as accounts
from studio.accounts.models import ApiKey, Dialect, Scope
from studio.catalog import automatic
from studio.catalog import selectors as catalog
from studio.catalog.selectors import Offer
from studio.core.errors import Conflict, Invalid
from studio.core.ids import uuid7
from studio.core.micros import credits_text
from studio.core.places import address
from studio.credits import caps
from studio.credits.caps import Reading
from studio.gallery import collections, keys
from studio.gallery.models import Collection
from studio.web import access
from studio.web.forms import blame, describe_errors, status_of
from studio.web.http import StudioRequest
from studio.web.key_forms import KeyForm, blank
from studio.web.key_words import SCOPES, SPOKEN, programs
from studio.web.run_words import age

MOST_SHOWN, MOST_REVOKED = 200, 20
MODELS_NAMED = 3
NEARLY = 0.75
"""The share of a cap from which on its bar is amber (UI.md, 4.6)."""


@login_required
@never_cache
@require_safe
def index(request: StudioRequest) -> HttpResponse:
    """The keys that the person may see, newest first; those that were revoked are named below."""
    visible = accounts.keys_visible_to(request.actor)
    live = list(visible.filter(revoked_at=None)[: MOST_SHOWN + 1])
    shown = live[:MOST_SHOWN]
    readings = caps.read(caps.KEY, [str(key.pk) for key in shown])
    aims = keys.collections_of(request.actor, shown)
    context = {
        "rows": [_row(request, key, readings.get(str(key.pk)), aims) for key in shown],
        "more": len(live) > MOST_SHOWN,
        "revoked": visible.exclude(revoked_at=None).order_by("-revoked_at")[:MOST_REVOKED],
    }
    return render(request, "keys/page.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
@reauthentication_required  # type: ignore[untyped-decorator]
def new(request: StudioRequest) -> HttpResponse:
    """The form, and the key that it made, this once; asks for the password again."""
    aims = collections.editable(request.actor)
    offers = [offer for offer in catalog.offers() if offer.set_up and not offer.retired]
    form = _form(request, aims, offers)
    if form.is_bound and form.is_valid():
        try:
            key, text = _make(request, form, aims)
        except Conflict as error:
            messages.error(request, error.message)
            return redirect("keys")
        except Invalid as error:
            blame(form, error)
        else:
            return _made(request, key, text, offers)
    describe_errors(form)
    context = {
        "form": form,
        "dialects": [
            (dialect, SPOKEN[dialect].about, address(request, SPOKEN[dialect].base)) for dialect in Dialect
        ],
        "scopes": [(scope, SCOPES[scope]) for scope in Scope],
        "models": [(automatic.ID, automatic.ENTRY.label)]
        + [(offer.id, offer.entry.label) for offer in offers],
    }
    return render(request, "keys/new.html", context, status=status_of(form))


@login_required
@require_POST
def revoke(request: StudioRequest, id: UUID) -> HttpResponse:  # noqa: A002 (the URL's own word)
    key = access.key_for(request, id)
    services.revoke(by=request.user, key=key)
    messages.success(
        request, _("%(name)s is revoked. Programs that use it are refused now.") % {"name": key.name}
    )
    return redirect("keys")


def _form(request: StudioRequest, aims: Sequence[Collection], offers: Sequence[Offer]) -> KeyForm:
    here, teams = request.workspace.team, request.workspace.teams
    shelves = [
        (str(team) if team else _("Personal"), [(str(each.pk), each.name) for each in members])
        for team, members in groupby(aims, lambda each: each.team)
    ]
    return KeyForm(
        request.POST if request.method == "POST" else None,
        initial=blank(uuid7(), str(here.pk) if here else ""),
        teams=[("", _("Personal")), *((str(team.pk), team.name) for team in teams)],
        models=[automatic.ID, *(offer.id for offer in offers)],
        collections=[("", _("None")), *shelves],
    )


def _make(request: StudioRequest, form: KeyForm, aims: Sequence[Collection]) -> tuple[ApiKey, str]:
    given = form.cleaned_data
    return keys.make(
        by=request.user,
        owner=request.user,
        id=given["key"],
        name=given["name"],
        dialect=given["dialect"],
        team=next((team for team in request.workspace.teams if str(team.pk) == given["team"]), None),
        scopes=given["scopes"],
        allowed_models=given["models"],
        expires_at=form.expires_at,
        cap=form.cap_micros,
        collection=next((each for each in aims if str(each.pk) == given["collection"]), None),
    )


def _made(request: StudioRequest, key: ApiKey, text: str, offers: Sequence[Offer]) -> HttpResponse:
    ready = [offer.id for offer in offers if offer.available]
    model = next(iter(key.allowed_models or ready), automatic.ID)
    dialect = Dialect(key.dialect)
    base = address(request, SPOKEN[dialect].base)
    context = {
        "key": key,
        "text": text,
        "base": base,
        "programs": programs(dialect, base=base, key=text, model=model),
    }
    return render(request, "keys/made.html", context)


def _row(
    request: StudioRequest, key: ApiKey, reading: Reading | None, aims: dict[UUID, str]
) -> dict[str, Any]:
    return {
        "id": key.pk,
        "name": key.name,
        "prefix": key.prefix,
        "dialect": Dialect(key.dialect).label,
        "base": address(request, SPOKEN[Dialect(key.dialect)].base),
        "owner": "" if key.owner_id == request.user.pk else str(key.owner),
        "workspace": str(key.team) if key.team else _("Personal"),
        "pays": _pays(request, key),
        "scopes": [Scope(scope).label for scope in key.scopes],
        "models": _models(key),
        "cap": _cap(reading) if reading else None,
        "collection": (aims[key.pk] or _("A private collection")) if key.pk in aims else "",
        "expires": _day(key.expires_at) if key.expires_at else "",
        "expired": key.expires_at is not None and key.expires_at <= timezone.now(),
        "used": age(key.last_used_at) if key.last_used_at else "",
        "used_at": key.last_used_at,
        "made": _day(key.created_at),
    }


def _pays(request: StudioRequest, key: ApiKey) -> str:
    """Whose credits it spends."""
    if key.team and key.team.pool_pays:
        return _("Spends the team's pool")
    if key.owner_id == request.user.pk:
        return _("Spends your credits")
    return _("Spends the credits of %(name)s") % {"name": key.owner}


def _models(key: ApiKey) -> dict[str, Any]:
    """A few names, and the rest behind their number."""
    labels = [
        automatic.ENTRY.label if each == automatic.ID else catalog.label(each) for each in key.allowed_models
    ]
    named, rest = labels[:MODELS_NAMED], labels[MODELS_NAMED:]
    more = ngettext("and %(n)d more", "and %(n)d more", len(rest)) % {"n": len(rest)} if rest else ""
    return {"named": ", ".join(named), "more": more, "rest": ", ".join(rest)}


def _cap(reading: Reading) -> dict[str, Any]:
    share = reading.used / reading.limit if reading.limit else 1.0
    facts = {"used": credits_text(reading.used), "limit": credits_text(reading.limit)}
    return {
        "text": _("%(used)s of %(limit)s credits used") % facts
        if reading.limit
        else _("It may spend nothing"),
        "percent": min(100, int(share * 100)),
        "level": "full" if share >= 1 else "nearly" if share >= NEARLY else "",
    }


def _day(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "j M Y")
