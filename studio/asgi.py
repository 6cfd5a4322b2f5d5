"""The ASGI application: live streams on their own path, Django for everything else."""

from __future__ import annotations

import os
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
django_application = get_asgi_application()

from studio.web.live import stream  # noqa: E402 -- models can be imported only once Django is set up

MAX_BODY = 64 * 1024 * 1024
"""Bytes of a request beyond which nothing is read: a larger body would be spooled to disk before a view sees it."""


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Route one connection."""
    if scope["type"] == "http" and body_length(scope) > MAX_BODY:
        await send(
            {"type": "http.response.start", "status": 413, "headers": [(b"content-type", b"text/plain")]}
        )
        await send({"type": "http.response.body", "body": b"The request is larger than this server takes."})
    elif scope["type"] == "http" and scope["path"] == stream.PATH:
        await stream.application(scope, receive, send)
    else:
        await django_application(scope, receive, send)


def body_length(scope: Any) -> int:
    """What the request says of its length in bytes; 0 where it says nothing readable."""
    text: bytes = dict(scope["headers"]).get(b"content-length", b"0")
    return int(text) if text.isdigit() else 0
