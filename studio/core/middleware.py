"""Gives every request an id."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from studio.core.context import request_id
from studio.core.ids import uuid7


class RequestId:
    """Sets the id that logs, audit rows and error pages show, and answers it as ``X-Request-Id``."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Ours, never the client's: a foreign id in logs and audit rows could be forged.
        # It stays set: Django logs a refusal after the middleware is done, and the next request brings its own.
        request_id.set(uuid7().hex)
        response = self.get_response(request)
        response["X-Request-Id"] = request_id.get()
        return response
