"""The gallery: the workspace's pictures in rows, newest first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from studio.core.errors import Invalid
from studio.gallery import badges, timeline
from studio.gallery import collections as kept
from studio.gallery import selectors as gallery
from studio.gallery.selectors import PAGE_SIZE
from studio.gallery.shelves import Shelf
from studio.images.models import Image
from studio.web import gallery_filters
from studio.web.access import collection_for
from studio.web.gallery_tiles import tiles
from studio.web.http import StudioRequest, is_htmx
from studio.web.shelves import Address, address_of, day_or_none, uuid_or_none

MOST_TILES = 120
"""Tiles of one answer."""


@login_required
@require_safe
def gallery_page(request: StudioRequest) -> HttpResponse:
    """A page of pictures. For htmx the tiles that follow ``after`` alone, or without it what a filter found."""
    address, shelf = wanted(request)
    after = uuid_or_none(request.GET.get("after", ""))
    page = gallery.page(request.actor, shelf, after=after, size=PAGE_SIZE)
    query = address.query()
    context: dict[str, Any] = {
        "tiles": tiles(page, _tail(query), first=after is None),
        "more": f"?{urlencode([*query, ('after', str(page.after))])}" if page.after else "",
    }
    if is_htmx(request) and after is not None:
        return render(request, "gallery/page.html#tiles", context)
    context |= frame(request, address, shelf, page)
    if not is_htmx(request):
        context["collections"] = _collections(request, address)
        context["grid"] = _grid(address) if after is None else None
        return render(request, "gallery/page.html", context)
    context["grid"] = _grid(address)
    answer = render(request, "gallery/page.html#results", context)
    answer["HX-Push-Url"] = address.link()
    return answer


@login_required
@require_safe
def shelf_timeline(request: StudioRequest) -> JsonResponse:
    """Every day of the shelf with its count and sum of ratios: what the scroll bar is made of."""
    _address, shelf = wanted(request)
    found = timeline.timeline(request.actor, shelf)
    return JsonResponse(
        {
            "days": [[day.isoformat(), count, ratios] for day, count, ratios in found.days],
            "total": found.total,
            "newest": found.newest.hex if found.newest else None,
        }
    )


@login_required
@require_safe
def shape(request: StudioRequest) -> JsonResponse:
    """Ids and ratios from day ``first`` back to day ``last`` (UTC), newest first. Raises Invalid."""
    _address, shelf = wanted(request)
    first, last = day_or_none(request.GET.get("first", "")), day_or_none(request.GET.get("last", ""))
    if first is None or last is None or not 1970 <= last.year <= first.year < 9000:
        raise Invalid(_("Name two days as first and last, the newest first."))
    newest = uuid_or_none(request.GET.get("newest", ""))
    found = timeline.shape(request.actor, shelf, first=first, last=last, newest=newest)
    return JsonResponse({"ids": [each.hex for each, _ in found], "ratios": [ratio for _, ratio in found]})


@login_required
@require_safe
def shelf_tiles(request: StudioRequest) -> HttpResponse:
    """The tiles of these pictures (``id`` repeated, at most 120) in this order, as far as they are on the shelf."""
    address, shelf = wanted(request)
    ids = [found for found in map(uuid_or_none, request.GET.getlist("id")[:MOST_TILES]) if found]
    page = gallery.by_ids(request.actor, shelf, ids)
    context = {"tiles": tiles(page, _tail(address.query()), first=False), "more": ""}
    return render(request, "gallery/page.html#tiles", context)


@login_required
@require_safe
def newer(request: StudioRequest) -> JsonResponse:
    """How many pictures came to the shelf after ``than``, for a page that is open."""
    than = uuid_or_none(request.GET.get("than", ""))
    _address, shelf = wanted(request)
    return JsonResponse({"count": gallery.count_newer(request.actor, shelf, than) if than else 0})


def wanted(request: StudioRequest) -> tuple[Address, Shelf]:
    """The shelf that the address names in the workspace. Raises NotFound for another's collection."""
    address = address_of(request.GET)
    if address.collection:
        collection_for(request, address.collection)
    return address, address.shelf(request.workspace.team)


def frame(request: StudioRequest, address: Address, shelf: Shelf, page: gallery.Page) -> dict[str, Any]:
    """What stands around the tiles: how many there are, what narrows them, and the ways to other shelves."""
    nothing = not page.images
    counts = badges.badges(request.actor, Shelf(shelf.team, shelf.mine))
    found = badges.choices(request.actor, shelf.team)
    return {
        "shelf": address,
        "team": shelf.team,
        "newer": address.link("gallery_newer"),
        "counts": counts,
        "total": _total(address, shelf, counts, page),
        "filters": gallery_filters.filters(address, found),
        "choices": gallery_filters.choices(address, found),
        "filtered": address.filtered,
        "no_match": gallery_filters.no_match(address) if address.filtered and nothing else "",
        "kept": address.cleared().query(),
        "ways": _ways(address),
        "collection": _collection(request, address),
    }


def _total(address: Address, shelf: Shelf, counts: badges.Badges, page: gallery.Page) -> int | None:
    """Read from the counts where they say it. A narrowed shelf of more than a page is None: counting it would take
    longer than the page, and the timeline, which the page asks for next, says it."""
    if shelf.plain and shelf.stored == Image.Kind.OUTPUT:
        return counts.all
    if replace(address, bin=False) == Address(mine=address.mine):
        return counts.bin
    if address == Address(favourites=True):
        return counts.favourites
    return None if page.after else len(page.images)


def _ways(address: Address) -> dict[str, str]:
    base = Address(mine=address.mine)
    return {
        "all": base.link(),
        "favourites": base.link(favourites=True),
        "bin": base.link(bin=True),
        "team": address.link(mine=False),
        "mine": address.link(mine=True),
        "toggle": address.link(favourites=not address.favourites),
        "clear": address.cleared().link(),
        "all_time": address.link(days=0, first=None, last=None),
    }


def _grid(address: Address) -> dict[str, str]:
    """Where the script asks for the shelf's shape."""
    return {
        "timeline": address.link("gallery_timeline"),
        "shape": address.link("gallery_shape"),
        "tiles": address.link("gallery_tiles"),
    }


def _collections(request: StudioRequest, address: Address) -> list[dict[str, Any]]:
    return [
        {
            "id": str(each.id),
            "name": each.name,
            "count": each.count,
            "thumb": each.thumb,
            "href": Address(collection=each.id).link(),
            "current": each.id == address.collection,
        }
        for each in kept.collections_of(request.actor, request.workspace.team)
    ]


def _collection(request: StudioRequest, address: Address) -> dict[str, Any] | None:
    if address.collection is None:
        return None
    found = collection_for(request, address.collection)
    return {"id": str(found.pk), "name": found.name, "editable": request.workspace.can_edit}


def _tail(query: list[tuple[str, str]]) -> str:
    return f"?{urlencode(query)}" if query else ""
