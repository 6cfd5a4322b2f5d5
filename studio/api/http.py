"""What a program sends and gets: JSON in, JSON out, and a key in its header."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, JsonResponse, RawPostDataException, StreamingHttpResponse

from studio.accounts.actors import Actor
from studio.accounts.models import ApiKey
from studio.api.errors import Refused


class ApiRequest(HttpRequest):
    """A request whose key was found."""

    actor: Actor
    key: ApiKey


def body_of(request: HttpRequest) -> dict[str, Any]:
    """The body as a JSON object, whatever its Content-Type says: some clients send none. Raises Refused."""
    try:
        document = json.loads(request.body)
    except RequestDataTooBig as error:
        raise Refused("The request is larger than allowed.", status=413, code="request_too_large") from error
    except (ValueError, RawPostDataException, RecursionError) as error:
        raise Refused("The body is not JSON.", code="invalid_json") from error
    if not isinstance(document, dict):
        raise Refused("The body is not a JSON object.", code="invalid_json")
    return document


def answer(document: Mapping[str, Any], status: int = 200) -> JsonResponse:
    response = JsonResponse(document, status=status)
    response["Cache-Control"] = "no-store"
    return response


def streamed(request: HttpRequest, pieces: Iterator[bytes]) -> StreamingHttpResponse:
    """A JSON document that is sent as it is made, so that no more of it than a piece is in memory.

    ``pieces`` may read files and asks no database.
    """
    # Under ASGI a plain iterator would be read whole before the first byte leaves.
    body = _in_threads(pieces) if isinstance(request, ASGIRequest) else pieces
    response = StreamingHttpResponse(body, content_type="application/json")
    response["Cache-Control"] = "no-store"
    return response


async def _in_threads(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
        yield piece
