"""Where this server is: addresses of its own, as they are sent out and as they come back."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest

USUAL = {"http": 80, "https": 443}


def address(request: HttpRequest, path: str) -> str:
    """A path of this server as one would send it to somebody: at PUBLIC_URL, else where the asker reached it."""
    return f"{settings.PUBLIC_URL}{path}" if settings.PUBLIC_URL else request.build_absolute_uri(path)


def is_ours(url: str, request: HttpRequest) -> bool:
    """Whether the address leads to this server, at PUBLIC_URL or where the asker reached it."""
    place = _place(url)
    return place is not None and place in (
        _place(settings.PUBLIC_URL),
        _place(request.build_absolute_uri("/")),
    )


def _place(url: str) -> tuple[str, int | None] | None:
    """Host and port of a web address, None for what is none; the usual ports of http and https are one place."""
    try:
        found = urlsplit(url)
        host, port = (found.hostname or "").rstrip("."), found.port
    except ValueError:
        return None
    if found.scheme not in USUAL or not host:
        return None
    return host, None if port in USUAL.values() else port
