"""Addresses of this very studio that somebody pastes: read here and never fetched, so that access is checked."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.urls import Resolver404, ResolverMatch, resolve

from studio.images.models import Image
from studio.web.access import image_for, missing
from studio.web.http import StudioRequest

PICTURES = frozenset({"image", "download", "media"})
"""The views whose ``id`` is a picture's."""
USUAL = {"http": 80, "https": 443}


def picture_at(request: StudioRequest, url: str) -> Image | None:
    """The picture whose page or bytes are at ``url``; None where the address is not one of ours.

    Raises NotFound for whatever else of ours it names: another's picture, none, and no picture at all look the same.
    """
    place = _place(url)
    if place is None or place not in (_place(settings.PUBLIC_URL), _place(request.build_absolute_uri("/"))):
        return None
    match = _view_at(unquote(urlsplit(url).path))
    if match is None or match.view_name not in PICTURES:
        raise missing()
    return image_for(request, match.kwargs["id"])


def _place(url: str) -> tuple[str, int | None] | None:
    """Host and port of a web address, None for what is none; the usual ports of http and https are one place."""
    try:
        address = urlsplit(url)
        host, port = (address.hostname or "").rstrip("."), address.port
    except ValueError:
        return None
    if address.scheme not in USUAL or not host:
        return None
    return host, None if port in USUAL.values() else port


def _view_at(path: str) -> ResolverMatch | None:
    """What the URLconf says of a path, with the slash at its end or without."""
    for each in (path, f"{path}/"):
        try:
            return resolve(each)
        except Resolver404:
            continue
    return None
