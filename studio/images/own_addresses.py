"""Addresses of this very studio that somebody pastes or a program sends back: read here and never fetched, so that
access is checked."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from django.http import HttpRequest
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils.translation import gettext as _

from studio.accounts.actors import Actor
from studio.core import places
from studio.core.errors import NotFound
from studio.images.models import Image
from studio.images.selectors import seen

PICTURES = frozenset({"image", "download", "media", "result"})
"""The views whose ``id`` is a picture's."""


def picture_at(actor: Actor, url: str, request: HttpRequest) -> Image | None:
    """The picture whose page or bytes are at ``url``; None where the address is not one of ours.

    Raises NotFound for whatever else of ours it names: another's picture, none, and no picture at all look the same.
    The signature of a result's address opens it for reading and is not asked here: who may not see the picture may
    not use it, and who may needs none.
    """
    if not places.is_ours(url, request):
        return None
    match = _view_at(unquote(urlsplit(url).path))
    found = seen(actor, match.kwargs["id"]) if match and match.view_name in PICTURES else None
    if found is None:
        raise NotFound(_("There is no picture at this address, or it is not yours to see."))
    return found


def _view_at(path: str) -> ResolverMatch | None:
    """What the URLconf says of a path, with the slash at its end or without."""
    for each in (path, f"{path}/"):
        try:
            return resolve(each)
        except Resolver404:
            continue
    return None
