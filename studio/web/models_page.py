"""The page of models: what there is, what each can do, what it costs, and how it did on this server."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from studio.catalog import decisions, labels, loader, naming, services, traits
from studio.catalog import selectors as catalog
from studio.catalog.entries import TIERS
from studio.catalog.selectors import Offer
from studio.gallery import using
from studio.jobs import usage
from studio.jobs.routing import weather
from studio.web import access
from studio.web.http import StudioRequest, is_htmx
from studio.web.model_cards import Known, card, found, ordered, said
from studio.web.models_address import GRID, LIST, NAME, PRICE, SPEED, USED, Address, address_of

FRONT, BACK = "front", "back"


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


@login_required
@require_POST
def order(request: StudioRequest) -> HttpResponse:
    """Move a vendor by one place among those at which a name in a script is looked for; for htmx the page's parts."""
    staff = access.staff(request)
    vendor = loader.catalog().vendors.get(request.POST.get("provider", ""))
    if vendor is None or (to := request.POST.get("to")) not in (FRONT, BACK):
        raise access.missing()
    place = services.place_vendor(staff, vendor.name, before=to == FRONT).index(vendor.name) + 1
    text = _("%(name)s is number %(place)d now") % {"name": vendor.label, "place": place}
    if not is_htmx(request):
        messages.success(request, text)
        return redirect(f"{address_of(QueryDict(request.POST.get('back', ''))).link()}#vendor-order")
    # A filter changes the address and leaves this part of the page as it was.
    query = urlsplit(request.headers.get("HX-Current-URL", "")).query
    context = _context(request, address_of(QueryDict(query)))
    return render(request, "models/page.html#ordered", context | {"moved": text})


def _context(request: StudioRequest, address: Address) -> dict[str, Any]:
    staff = request.actor.is_staff
    made = decisions.latest()
    every = catalog.offers(made)
    # What was never set up is for staff alone to know of.
    offers = [offer for offer in every if staff or offer.set_up]
    current = [offer for offer in offers if not offer.retired]
    known = Known(
        weather=weather.of_models(),
        usage=usage.of_models(),
        samples=using.samples(request.actor, request.workspace.team),
        names=naming.reached(every, made),
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
        "order": naming.order(made) if staff else (),
        "back": urlencode(address.query()),
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
