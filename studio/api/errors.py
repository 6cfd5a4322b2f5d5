"""Errors in OpenAI's envelope: ``{"error": {"message", "type", "param", "code"}}`` (wire facts: OpenAI's SDK)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import JsonResponse

from studio.core.context import request_id
from studio.core.errors import StudioError


class Refused(StudioError):
    """A request that cannot be done as it is; ``param`` names the field.

    ``again`` says whether the very same request may work later: the clients that speak this dialect ask.
    """

    code = "invalid_value"
    status = 400

    def __init__(
        self, message: str, *, status: int = 400, code: str = "", param: str = "", again: bool | None = None
    ) -> None:
        super().__init__(message, code=code)
        self.status = status
        self.param = param
        self.again = again


TYPES: Mapping[int, str] = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    409: "conflict_error",
    429: "rate_limit_error",
}
CODES: Mapping[str, tuple[int, str]] = {
    "insufficient_credits": (429, "insufficient_quota"),
    "account_blocked": (429, "insufficient_quota"),
    "idempotency_key_reused": (422, "idempotency_key_reused"),
    "unknown_model": (404, "model_not_found"),
    "model_unavailable": (404, "model_not_found"),
}
"""The status and code of the studio's own errors, where this dialect has words of its own for them."""

JOB_ENDS: Mapping[str, tuple[int, str]] = {
    "moderation_input": (400, "moderation_blocked"),
    "moderation_output": (400, "moderation_blocked"),
    "invalid_request": (400, "invalid_value"),
    "prompt_too_long": (400, "string_above_max_length"),
    "model_unavailable": (404, "model_not_found"),
    "rate_limited": (429, "rate_limit_exceeded"),
}
"""How a job that failed is told; what is not named is the vendor's trouble, and worth another try."""


def rendered(error: StudioError) -> JsonResponse:
    """The one place where an error of this door becomes an answer."""
    status, code = CODES.get(error.code, (error.status, error.code))
    if status == 422 and error.fields:
        status, code = 400, "invalid_value"
    told: dict[str, Any] = {
        "message": " ".join(error.fields.values()) or error.message,
        "type": TYPES.get(status, "server_error" if status >= 500 else "invalid_request_error"),
        "param": getattr(error, "param", "") or next(iter(error.fields), None),
        "code": code,
    }
    response = JsonResponse({"error": told}, status=status)
    response["x-request-id"] = request_id.get()
    response["Cache-Control"] = "no-store"
    again = getattr(error, "again", None)
    if code == "insufficient_quota" or again is not None:
        response["x-should-retry"] = "true" if again else "false"
    return response
