"""The models that could do a job which failed where it was, each with its price and how it did lately."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from studio.catalog import labels
from studio.catalog import services as prices
from studio.core.micros import credits_text, dollars_text
from studio.credits import selectors as credits
from studio.jobs.routing import again
from studio.jobs.routing.again import Elsewhere
from studio.web import access, composer, run_words
from studio.web.http import StudioRequest
from studio.web.studio import place_of

SHOWN = 8


@dataclass(frozen=True, slots=True)
class Choice:
    """One model to go on with: what its button holds, what differs there, and why it cannot be pressed, if so."""

    model: str
    name: str
    provider: str
    tile: str
    weather: str
    size: str
    notes: str
    credits: str
    dollars: str
    token: str
    key: str
    reason: str


@require_GET
@login_required
def elsewhere(request: StudioRequest, job_id: UUID) -> HttpResponse:
    """The choices, best first, for the dialog that every page of the studio has."""
    job = access.editable_job_for(request, job_id)
    available = credits.balance(place_of(request, job.run.project).account_id).available
    choices = [_choice(each, available) for each in again.elsewhere(job=job, most=SHOWN)]
    page = {"job_id": str(job.pk), "balance": credits_text(available), "choices": choices}
    return render(request, "studio/_elsewhere.html", {"page": page})


def _choice(each: Elsewhere, available: int) -> Choice:
    priced, seen = each.priced, each.candidate.weather
    entry, high = priced.entry, priced.quote.high
    return Choice(
        model=entry.id,
        name=entry.label,
        provider=entry.vendor.label,
        tile=entry.vendor.tile,
        weather=run_words.weather(seen.success, seen.runs, seen.seconds),
        size=labels.pixels(priced.parameters.width, priced.parameters.height),
        notes=". ".join(each.candidate.notes),
        credits=credits_text(high) if high else "",
        dollars=dollars_text(high),
        token=prices.sign(priced.quote, priced.version, entry.id),
        key=composer.new_key(),
        reason=_("Not enough credits") if high > available else "",
    )
