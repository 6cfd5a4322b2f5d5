"""Collections: made, filled, renamed, given up. Their pictures are shown by the gallery."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from studio.gallery import collections
from studio.gallery.models import Collection
from studio.web.access import editable_collection_for
from studio.web.http import StudioRequest
from studio.web.keeping import chosen, done


@login_required
@require_POST
def create(request: StudioRequest) -> HttpResponse:
    """A collection of the workspace called ``name``, with the pictures ``id`` if there are any."""
    made = collections.create(
        actor=request.actor,
        team=request.workspace.team,
        name=request.POST.get("name", ""),
        images=chosen(request) if "id" in request.POST else [],
    )
    return done(request, _facts(made), to=_page(made), status=201)


@login_required
@require_POST
def add(request: StudioRequest, id: UUID) -> HttpResponse:  # noqa: A002 (the URL's own word)
    """``{"added": n}``"""
    collection = editable_collection_for(request, id)
    added = collections.add(collection=collection, images=chosen(request))
    return done(request, {"added": added}, to=_page(collection))


@login_required
@require_POST
def remove(request: StudioRequest, id: UUID) -> HttpResponse:  # noqa: A002
    """``{"removed": n}``"""
    collection = editable_collection_for(request, id)
    removed = collections.remove(collection=collection, ids=[image.pk for image in chosen(request)])
    return done(request, {"removed": removed}, to=_page(collection))


@login_required
@require_POST
def rename(request: StudioRequest, id: UUID) -> HttpResponse:  # noqa: A002
    collection = editable_collection_for(request, id)
    collections.rename(collection=collection, name=request.POST.get("name", ""))
    return done(request, _facts(collection), to=_page(collection))


@login_required
@require_POST
def delete(request: StudioRequest, id: UUID) -> HttpResponse:  # noqa: A002
    """The pictures stay."""
    collection = editable_collection_for(request, id)
    name = collection.name
    collections.delete(collection=collection)
    return done(request, {"deleted": name})


def _facts(collection: Collection) -> dict[str, object]:
    return {"id": str(collection.pk), "name": collection.name, "url": _page(collection)}


def _page(collection: Collection) -> str:
    return f"{reverse('gallery')}?collection={collection.pk}"
