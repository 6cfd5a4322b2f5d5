"""Errors in OpenAI's envelope: ``{"error": {"message", "type", "param", "code"}}`` (wire facts: OpenAI's SDK)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studio.api.dialects import Dialect
from studio.api.errors import Kind, Told
from studio.api.limits import Reading

WORDS: Mapping[Kind, tuple[int, str]] = {
    Kind.NO_CREDITS: (429, "insufficient_quota"),
    Kind.CAP_REACHED: (429, "insufficient_quota"),
    Kind.PROMPT_TOO_LONG: (400, "string_above_max_length"),
    Kind.RATE_LIMITED: (429, "rate_limit_exceeded"),
    Kind.BAD_IMAGE: (400, "invalid_image_file"),
}
TYPES: Mapping[int, str] = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    409: "conflict_error",
    429: "rate_limit_error",
}


def envelope(error: Told, status: int, code: str) -> Mapping[str, Any]:
    """The document of an error."""
    kind = TYPES.get(status, "server_error" if status >= 500 else "invalid_request_error")
    return {"error": {"message": error.message, "type": kind, "param": error.param or None, "code": code}}


def limit_headers(reading: Reading) -> Mapping[str, str]:
    """Requests alone are counted; the time is told as a duration, ``12s``."""
    return {
        "x-ratelimit-limit-requests": str(reading.limit),
        "x-ratelimit-remaining-requests": str(reading.left),
        "x-ratelimit-reset-requests": f"{reading.seconds}s",
    }


DIALECT = Dialect("openai", "OpenAI", "d/openai", envelope, WORDS, limit_headers)
