"""The page of models: what there is, what each can do, what it costs, and how it did on this server."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from studio.catalog import labels, traits
from studio.catalog import selectors as catalog
from studio.catalog.entries import TIERS
from studio.catalog.selectors import Offer
from studio.gallery import using
from studio.jobs import usage, weather
from studio.web.http import StudioRequest, is_htmx
from studio.web.model_cards import Known, card, found, ordered, said
from studio.web.models_address import GRID, LIST, NAME, PRICE, SPEED, USED, Address, address_of


@login_required
@require_safe
def models_page(request: StudioRequest) -> HttpResponse:
    """All models that the person may know of; for htmx what a filter found alone. A fixed number of queries."""
    address = address_of(request.GET)
    context = _context(request, address)
    if not is_htmx(request):
        return render(request, "models/page.html", context)
    answer = render(request, "models/page.html#answer", context)
    answer["HX-Push-Url"] = address.link()
    return answer


def _context(request: StudioRequest, address: Address) -> dict[str, Any]:
    staff = request.actor.is_staff
    # What was never set up is for staff alone to know of.
    offers = [offer for offer in catalog.offers() if staff or offer.set_up]
    current = [offer for offer in offers if not offer.retired]
    known = Known(
        weather.of_models(), usage.of_models(), using.samples(request.actor, request.workspace.team)
    )
    matching = ordered(found(current, address), known, address.sort)
    cards = [(offer, card(offer, known, staff=staff)) for offer in matching]
    available = sum(offer.available for offer in current)
    return {
        "address": address,
        "cards": [shown for offer, shown in cards if offer.set_up],
        "waiting": [shown for offer, shown in cards if not offer.set_up],
        "retired": [_retired(offer) for offer in found(offers, address) if offer.retired],
        "count": _count(available, sum(offer.available for offer in matching), address),
        "clear": address.cleared().link(),
        "traits": [(trait.key, trait.label, trait.key in address.can) for trait in traits.TRAITS],
        "tiers": [
            (place, tier, labels.tier(tier), tier in address.tiers) for place, tier in enumerate(TIERS, 1)
        ],
        "sorts": _sorts(address),
        "said": said(),
        "views": [(GRID, _("As a grid"), "layout-grid"), (LIST, _("As a list"), "rows-3")],
    }


def _count(available: int, matching: int, address: Address) -> str:
    if address.filtered:
        text = ngettext("%(found)d of %(all)d model", "%(found)d of %(all)d models", available)
        return text % {"found": matching, "all": available}
    text = ngettext(
        "%(n)d available, measured on this server over %(days)d days",
        "%(n)d available, measured on this server over %(days)d days",
        available,
    )
    return text % {"n": available, "days": weather.DAYS}


def _sorts(address: Address) -> list[tuple[str, str, bool]]:
    names = {USED: _("Most used"), NAME: _("Name"), PRICE: _("Price"), SPEED: _("Speed")}
    return [(value, name, value == address.sort) for value, name in names.items()]


def _retired(offer: Offer) -> dict[str, str]:
    """One line for a model that is known and gone, with what took its place."""
    entry = offer.entry
    instead = catalog.label(entry.successor) if entry.successor else ""
    return {
        "name": entry.label,
        "tile": entry.vendor.tile,
        "provider": entry.vendor.label,
        "when": date_format(entry.retires, "j F Y") if entry.retires else "",
        "instead": _("Use %(name)s instead") % {"name": instead} if instead else "",
    }
