"""What a program sends and gets: JSON in, JSON out, and a key in its header."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, JsonResponse, RawPostDataException

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
