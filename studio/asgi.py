"""The ASGI application: live streams on their own path, Django for everything else."""

from __future__ import annotations

import logging
import os
from typing import Any

import django
from django.core.handlers.asgi import ASGIHandler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
django.setup(set_prefix=False)

from studio.api import routes  # noqa: E402 -- models can be imported only once Django is set up
from studio.api.bodies import MAX_BYTES  # noqa: E402
from studio.api.waiting import BrokenOff  # noqa: E402
from studio.web import bodies  # noqa: E402
from studio.web.live import stream  # noqa: E402

log = logging.getLogger(__name__)


class Handler(ASGIHandler):
    """Django's, which hands on bodies of megabytes in larger pieces: each one is a call of the system."""

    chunk_size = 512 * 1024


django_application = Handler()


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Route one connection."""
    if scope["type"] == "http" and scope["path"] == stream.PATH:
        await stream.application(scope, receive, send)
    elif scope["type"] == "http":
        dialect = routes.dialect_at(scope["path"])
        limit = bodies.Limit(MAX_BYTES, dialect.too_large) if dialect else bodies.limit_at(scope["path"])
        try:
            await bodies.guarded(django_application, scope, receive, send, limit)
        except BrokenOff as error:
            # Meant so, and told in the answer: the server ends the connection, and no traceback says what was asked.
            log.warning("an answer was broken off: %s", error)
    else:
        await django_application(scope, receive, send)
