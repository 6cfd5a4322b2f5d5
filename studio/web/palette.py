"""What the command palette finds on the server. Commands are known to the page itself and filtered there."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from studio.catalog import selectors as catalog
from studio.gallery import finding
from studio.gallery import selectors as gallery
from studio.images import selectors as images
from studio.images.models import Image
from studio.web.http import StudioRequest
from studio.web.run_words import age

LONGEST = 200
"""Characters of a question; what is typed beyond them is not asked for."""

MOST_WORDS = 8
MOST_OF_A_KIND = 4
TITLE_LENGTH = 72


@dataclass(frozen=True, slots=True)
class Found:
    """One row: where it leads, what it is called, and a few quiet words at its end.

    ``picture`` and ``thumb`` are of a picture, ``model`` is a model's id, ``icon`` stands where no thumb is.
    """

    href: str
    name: str
    about: str
    icon: str = ""
    thumb: str = ""
    picture: str = ""
    model: str = ""


@require_safe
@login_required
@never_cache
def palette(request: StudioRequest) -> HttpResponse:
    """Pictures, projects, collections and models that have every word of ``q``; without one, the latest."""
    asked = request.GET.get("q", "").replace("\0", "")[:LONGEST]
    words = asked.split()[:MOST_WORDS]
    groups = [
        (_("Images"), "images", _pictures(request, words)),
        (_("Projects and collections"), "places", _places(request, words)),
        (_("Models"), "models", _models(words)),
    ]
    context = {"groups": [group for group in groups if group[2]]}
    return render(request, "components/_palette_found.html", context)


def _pictures(request: StudioRequest, words: list[str]) -> list[Found]:
    rows = finding.pictures(request.actor, request.workspace.team, words, MOST_OF_A_KIND)
    numbers = gallery.run_numbers(row.pk for row in rows) if rows else {}
    return [_picture(request, row, numbers) for row in rows]


def _picture(request: StudioRequest, image: Image, numbers: dict[UUID, int]) -> Found:
    """One's own picture by the number of its run, somebody else's by who and when."""
    card = images.card(image)
    number = numbers.get(image.pk)
    if image.owner_id == request.user.pk and number:
        about = f"#{number}"
    else:
        about = _("%(name)s, %(age)s") % {
            "name": image.owner.get_short_name(),
            "age": age(image.created_at),
        }
    name = images.cut(card.prompt, TITLE_LENGTH) or card.name or _("Untitled")
    return Found(card.href, name, about, thumb=card.thumb, picture=str(card.id))


def _places(request: StudioRequest, words: list[str]) -> list[Found]:
    """Collections, then projects. Without words only the projects: they are where one was last."""
    here = (request.actor, request.workspace.team, words, MOST_OF_A_KIND)
    named = finding.collections(*here) if words else []
    return [
        *(
            Found(
                f"{reverse('gallery')}?{urlencode({'collection': each.pk})}",
                each.name,
                _images_text(each.picture_count),  # type: ignore[attr-defined]  # annotated by the selector
                icon="folder",
            )
            for each in named
        ),
        *(
            Found(reverse("project", args=[each.pk]), each.name, _runs_text(each.last_number), icon="history")
            for each in finding.projects(*here)
        ),
    ]


def _models(words: list[str]) -> list[Found]:
    """Models that can be picked now; none before something is typed."""
    if not words:
        return []
    ready = [offer for offer in catalog.offers() if offer.available]
    wanted = [word.lower() for word in words]
    named = [
        offer for offer in ready if all(word in f"{offer.entry.label} {offer.id}".lower() for word in wanted)
    ]
    return [
        Found(
            f"{reverse('studio')}?{urlencode({'model': offer.id})}",
            offer.entry.label,
            offer.price_label,
            icon="sparkles",
            model=offer.id,
        )
        for offer in named[:MOST_OF_A_KIND]
    ]


def _images_text(count: int) -> str:
    return ngettext("%(count)d image", "%(count)d images", count) % {"count": count}


def _runs_text(count: int) -> str:
    return ngettext("%(count)d run", "%(count)d runs", count) % {"count": count}
