"""Many pictures at once: to the bin and back, gone for good, hearts.

Every address takes ``id``, repeated, at most 1,000 times. All of the pictures must be the person's to see, and
to change where they are changed, or nothing happens.
"""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from studio.core.errors import Invalid
from studio.gallery import keeping
from studio.images.models import Image
from studio.web.access import editable_images_for, id_of, images_for
from studio.web.http import StudioRequest

MOST_IDS = 1000
BIN = "/gallery/?bin=1"


@login_required
@require_POST
def to_bin(request: StudioRequest) -> HttpResponse:
    """``{"moved": n}``"""
    moved = keeping.move_to_bin(actor=request.actor, ids=_editable(request))
    return done(request, {"moved": moved})


@login_required
@require_POST
def restore(request: StudioRequest) -> HttpResponse:
    """``{"restored": n}``"""
    restored = keeping.restore(actor=request.actor, ids=_editable(request))
    return done(request, {"restored": restored}, to=BIN)


@login_required
@require_POST
def purge(request: StudioRequest) -> HttpResponse:
    """Delete for good what is in the bin: ``{"purged": n}``."""
    purged = keeping.discard(actor=request.actor, ids=_editable(request))
    return done(request, {"purged": purged}, to=BIN)


@login_required
@require_POST
def favourites(request: StudioRequest) -> HttpResponse:
    """Put the person's heart on the pictures (``favourite=1``), or take it off (``favourite=``): ``{"changed": n}``."""
    images = chosen(request)
    on = request.POST.get("favourite", "") == "1"
    ids = [image.pk for image in images]
    return done(request, {"changed": keeping.set_favourites(actor=request.actor, ids=ids, on=on)})


def chosen(request: StudioRequest) -> list[Image]:
    """The pictures that the form names, all of them the person's to see, in that order."""
    return images_for(request, ids_of(request))


def ids_of(request: StudioRequest) -> list[UUID]:
    """The form's ids, each once. Raises Invalid for none and for too many, NotFound for what is no id."""
    ids = list(dict.fromkeys(id_of(text) for text in request.POST.getlist("id")))
    if not ids:
        raise Invalid(_("Choose pictures first."))
    if len(ids) > MOST_IDS:
        raise Invalid(_("That is more than 1,000 pictures. Choose fewer."))
    return ids


def done(
    request: StudioRequest, answer: dict[str, object], *, to: str = "/gallery/", status: int = 200
) -> HttpResponse:
    """A script reads the answer; a plain form goes on to a page."""
    if request.get_preferred_type(["application/json", "text/html"]) == "text/html":
        return redirect(to)
    return JsonResponse(answer, status=status)


def _editable(request: StudioRequest) -> list[UUID]:
    return [image.pk for image in editable_images_for(request, ids_of(request))]
