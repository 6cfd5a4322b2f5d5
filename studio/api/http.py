"""A request whose key was found, and the plain answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponseBase, JsonResponse

from studio.accounts.actors import Actor
from studio.accounts.models import ApiKey
from studio.api.dialects import Dialect
from studio.api.limits import Reading


class ApiRequest(HttpRequest):
    """What a view gets: who asks, with which key, in which dialect, and where its limit stands."""

    actor: Actor
    key: ApiKey
    found: tuple[str, ApiKey]
    """A good key's text that came along, and the key."""
    dialect: Dialect
    reading: Reading
    keeps: bool
    """Whether what comes along is kept: a dry run leaves nothing behind."""
    wish: str
    """A hash of what was sent and where: equal for a repeat, whatever became of the names and addresses in it."""


def answer(document: Mapping[str, Any], status: int = 200) -> HttpResponseBase:
    """A small document in one piece."""
    return JsonResponse(document, status=status)


def with_limits(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """The answer with what the key that came along is told of its limit; without a good key, as it is."""
    reading: Reading | None = getattr(request, "reading", None)
    dialect: Dialect | None = getattr(request, "dialect", None)
    if reading and dialect:
        for name, value in dialect.limit_headers(reading).items():
            response[name] = value
    return response
