"""Errors in this API's envelope: ``{"error": {"code", "message", "details"}}`` (wire facts: its public docs)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, Field

from studio.api.errors import STATUSES, Kind, Told
from studio.api.limits import Reading
from studio.api.multi.fields import SIDES, Edit, Generation
from studio.catalog import sizes
from studio.core.errors import Invalid

PLAIN = "BAD_REQUEST"
CODES: Mapping[Kind, str] = {
    Kind.MISSING: "MISSING_REQUIRED_FIELD",
    Kind.MODERATED: "GUARDRAIL_BLOCKED",
    Kind.KEY_MISSING: "UNAUTHORIZED",
    Kind.NO_KEY: "INVALID_API_KEY",
    Kind.NO_SCOPE: "FORBIDDEN",
    Kind.FORBIDDEN: "FORBIDDEN",
    Kind.MODEL_DENIED: "FORBIDDEN",
    Kind.RATE_LIMITED: "RATE_LIMIT_EXCEEDED",
    Kind.MODEL_DOWN: "MODEL_UNAVAILABLE",
    Kind.UNAVAILABLE: "MODEL_UNAVAILABLE",
}
"""What keeps the house's status; PLAIN is what is left."""

# That of want of credits is a guess [?]: the API's pages name none, and 402 is what a client can tell from a mistake.
BROKE = (402, "INSUFFICIENT_CREDITS")
FAILED = (500, "INTERNAL_ERROR")

WORDS: Mapping[Kind, tuple[int, str]] = {
    **{kind: (STATUSES.get(kind, 400), CODES.get(kind, PLAIN)) for kind in Kind},
    Kind.NO_MODEL: (400, "INVALID_MODEL"),
    Kind.MODEL_OFF: (503, "MODEL_UNAVAILABLE"),
    Kind.KEY_REVOKED: (401, "INVALID_API_KEY"),
    Kind.NO_IMAGE: (400, PLAIN),
    Kind.NO_CREDITS: BROKE,
    Kind.CAP_REACHED: BROKE,
    Kind.UPSTREAM: FAILED,
    Kind.BROKEN: FAILED,
    Kind.UNCONFIRMED: FAILED,
    Kind.STILL_RUNNING: FAILED,
}

FIELDS: Mapping[str, str] = {
    "n": "num_images",
    "resolution": "image_size",
    "preset": "aspect_ratio",
    "shape": "aspect_ratio",
    "references": "image_url",
}
"""What the catalogue calls otherwise than this dialect; for its ``size`` see ``at_own_fields``."""


class Details(BaseModel):
    """What a program can use of it; empty where there is nothing."""

    parameter: Annotated[str | None, Field(description="The field, where there is one. Gesso's own.")] = None
    retryAfter: Annotated[int | None, Field(description="Seconds after which a repeat makes sense.")] = None


class Problem(BaseModel):
    """What is wrong."""

    code: Annotated[str, Field(description="A word for programs.")]
    message: Annotated[str, Field(description="A sentence for people.")]
    details: Details


class Error(BaseModel):
    """Every answer that is no success."""

    error: Problem


def envelope(error: Told, _status: int, code: str) -> Error:
    """The document of an error."""
    known = {"parameter": error.at or None, "retryAfter": error.wait}
    details = Details.model_validate({name: value for name, value in known.items() if value is not None})
    return Error(error=Problem(code=code, message=error.message, details=details))


def at_own_fields(error: Invalid, body: Generation | Edit) -> Invalid:
    """The same error at the side in pixels that was sent: the catalogue checks both as one size, by whatever name the
    model's sizes have."""
    sent = next((side for side in SIDES if getattr(body, side, None) is not None), "")
    fields = {sent if sent and name in sizes.NAMES else name: text for name, text in error.fields.items()}
    return Invalid(error.message, fields=fields, code=error.code)


def limit_headers(reading: Reading) -> Mapping[str, str]:
    """Requests a minute; the reset is in seconds since 1970."""
    return {
        "X-RateLimit-Limit": str(reading.limit),
        "X-RateLimit-Remaining": str(reading.left),
        "X-RateLimit-Reset": str(reading.ends_at),
    }
