"""The gallery: the workspace's pictures in rows, newest first."""

from __future__ import annotations

from typing import Any, TypedDict
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from studio.accounts.models import Team
from studio.gallery import selectors as gallery
from studio.gallery.selectors import PAGE_SIZE, Shelf
from studio.images import selectors as images
from studio.images.models import Image
from studio.web.http import StudioRequest, is_htmx
from studio.web.numbers import whole
from studio.web.run_words import age

MOST_PAGES = 10
"""How many pages a return to the gallery brings back at once."""

EAGER = 6
"""Pictures of the first row, loaded before anything else."""


class Tile(TypedDict):
    """A picture in the gallery. Everything is a finished text: the template only puts it in place.

    A dict, for a template asks that first, and sixty objects of sixteen attributes would fail a thousand times.
    """

    id: str
    href: str
    src: str
    srcset: str
    width: str
    height: str
    color: str
    placeholder: str
    alt: str
    prompt: str
    caption: str
    initials: str
    tint: str
    liked: str
    eager: bool


@login_required
@require_safe
def gallery_page(request: StudioRequest) -> HttpResponse:
    """A page of pictures; for htmx, the tiles that follow ``after`` alone."""
    shelf = shelf_of(request, request.workspace.team)
    after = uuid_or_none(request.GET.get("after", ""))
    pages = min(MOST_PAGES, whole(request.GET.get("pages", "")) or 1)
    page = gallery.page(request.actor, shelf, after=after, size=PAGE_SIZE * max(1, pages))
    query = query_of(shelf)
    first = after is None
    context: dict[str, Any] = {
        "tiles": tiles(page, query, first=first),
        "more": f"?{urlencode(query | {'after': str(page.after)})}" if page.after else "",
    }
    if is_htmx(request) and not first:
        return render(request, "gallery/page.html#tiles", context)
    return render(request, "gallery/page.html", context | frame(request, shelf))


@login_required
@require_safe
def newer(request: StudioRequest) -> JsonResponse:
    """How many pictures came to the shelf after ``than``, for a page that is open."""
    than = uuid_or_none(request.GET.get("than", ""))
    shelf = shelf_of(request, request.workspace.team)
    return JsonResponse({"count": gallery.count_newer(request.actor, shelf, than) if than else 0})


def frame(request: StudioRequest, shelf: Shelf) -> dict[str, Any]:
    """What stands around the tiles: how many there are, and the ways to other shelves."""

    def way(*, mine: bool = shelf.mine, favourites: bool = shelf.favourites) -> str:
        query = urlencode(query_of(Shelf(shelf.team, mine, favourites)))
        return f"{reverse('gallery')}?{query}" if query else reverse("gallery")

    everything = Shelf(shelf.team, shelf.mine)
    hearts = Shelf(shelf.team, shelf.mine, favourites=True)
    counts = {
        "all": gallery.count(request.actor, everything),
        "favourites": gallery.count(request.actor, hearts),
    }
    return {
        "shelf": shelf,
        "newer": f"{reverse('gallery_newer')}?{urlencode(query_of(shelf))}",
        "counts": counts,
        "total": counts["favourites" if shelf.favourites else "all"],
        "ways": {
            "all": way(favourites=False),
            "favourites": way(favourites=True),
            "toggle": way(favourites=not shelf.favourites),
            "team": way(mine=False),
            "mine": way(mine=True),
        },
    }


def tiles(page: gallery.Page, query: dict[str, str], *, first: bool) -> list[Tile]:
    tail = f"?{urlencode(query)}" if query else ""
    return [
        _tile(image, tail, liked=image.pk in page.favourites, eager=first and index < EAGER)
        for index, image in enumerate(page.images)
    ]


def _tile(image: Image, tail: str, *, liked: bool, eager: bool) -> Tile:
    card = images.card(image)
    return Tile(
        id=str(card.id),
        href=card.href + tail,
        src=card.src,
        srcset=card.srcset,
        width=str(card.width),
        height=str(card.height),
        color=card.color,
        # Behind a transparent picture its stand-in would show through.
        placeholder="" if image.blob.transparent else card.placeholder,
        alt=card.alt,
        prompt=card.prompt,
        caption=" · ".join(
            part for part in (image.owner.get_short_name(), card.model_label, age(image.created_at)) if part
        ),
        initials=image.owner.initials,
        tint=str(image.owner.tint),
        liked="true" if liked else "false",
        eager=eager,
    )


def shelf_of(request: StudioRequest, team: Team | None) -> Shelf:
    """The shelf that the address names: ``scope=mine`` and ``favourites=1``."""
    return Shelf(
        team=team,
        mine=team is not None and request.GET.get("scope") == "mine",
        favourites=request.GET.get("favourites") == "1",
    )


def query_of(shelf: Shelf) -> dict[str, str]:
    """The address's way to say it; nothing for the plain shelf."""
    query = {"scope": "mine"} if shelf.mine else {}
    return query | ({"favourites": "1"} if shelf.favourites else {})


def uuid_or_none(text: str) -> UUID | None:
    """A place in the gallery; what is no id counts as the beginning."""
    try:
        return UUID(text)
    except ValueError:
        return None
