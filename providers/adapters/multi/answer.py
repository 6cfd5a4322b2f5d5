"""What the API answers, in our words. The seed shows no answer to a success, so where pictures stand in it is open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from providers import errors, wire
from providers.base import Output
from providers.http import Complaint

DOLLAR = 1_000_000
WRAPPERS = ("images", "data", "image", "result")
DEPTH = 3

CODES: Mapping[str, type[errors.ProviderError]] = {
    "BAD_REQUEST": errors.InvalidRequest,
    "MISSING_REQUIRED_FIELD": errors.InvalidRequest,
    "INVALID_MESSAGE_LENGTH": errors.PromptTooLong,
    "INVALID_MODEL": errors.ModelUnavailable,
    "MODEL_UNAVAILABLE": errors.ModelUnavailable,
    "GUARDRAIL_BLOCKED": errors.ModerationInput,
    "UNAUTHORIZED": errors.AuthError,
    "INVALID_API_KEY": errors.AuthError,
    "FORBIDDEN": errors.AuthError,
    "RATE_LIMIT_EXCEEDED": errors.RateLimited,
    "INTERNAL_ERROR": errors.UpstreamError,
}


def entries_of(document: Any) -> list[Any]:
    """The pictures as they are told, at the top or under ``data``, as a list or as one object [?]."""
    told = document
    for _depth in range(DEPTH):
        if isinstance(told, list):
            return told
        if not isinstance(told, dict):
            return []
        if told.get("url") or told.get("base64"):
            return [told]
        told = next((told[name] for name in WRAPPERS if told.get(name)), None)
    return []


def picture_of(entry: Mapping[str, Any]) -> Output | None:
    """The picture that an entry holds itself (Google's do); None where it is not base64."""
    data = wire.decoded(entry.get("base64"))
    mime = mime_of(data, wire.text(entry.get("mimeType")))
    return Output(data, mime, wire.seed(entry.get("seed"))) if mime else None


def mime_of(data: bytes, told: str) -> str:
    """The media type by the first bytes, since a model may answer SVG under any name; empty for what is no picture."""
    return wire.picture_type(data) or (told if told.startswith("image/") and data else "")


def billed_of(document: Mapping[str, Any]) -> int | None:
    """What the call took, in micros. Guess [?]: told as the product's search tells it, ``cost_usd`` beside the data."""
    data = document.get("data")
    places = (document, data if isinstance(data, dict) else {})
    return next(
        (cost for place in places if (cost := wire.micros(place.get("cost_usd"), DOLLAR)) is not None), None
    )


def reference_of(document: Mapping[str, Any]) -> str:
    """The vendor's name for the call, told as ``cost_usd`` is [?]; empty where there is none."""
    data = document.get("data")
    places = (document, data if isinstance(data, dict) else {})
    return next((told for place in places if isinstance(told := place.get("request_id"), str)), "")


def complaint(document: Any) -> Complaint:
    """``{"error": {code, message, details}}``, or a bare sentence."""
    told = wire.error_of(document)
    code = told.get("code")
    return Complaint(told.get("message"), code, kind=CODES.get(str(code)), wait=_wait_of(told))


def _wait_of(error: Mapping[str, Any]) -> float | None:
    """``details.retryAfter`` in seconds, 0 to 900; None where it is not told."""
    details = error.get("details")
    seconds = wire.amount(details.get("retryAfter")) if isinstance(details, dict) else None
    return None if seconds is None else min(float(seconds), wire.RETRY_AFTER_CAP)
