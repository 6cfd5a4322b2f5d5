"""Errors in FairStack's envelope: ``{"error": {"code", "message", "status"}}`` (wire facts: its public docs)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studio.api.dialects import Dialect
from studio.api.errors import Kind, Told

WORDS: Mapping[Kind, tuple[int, str]] = {
    Kind.NO_KEY: (401, "unauthorized"),
    Kind.NO_CREDITS: (402, "insufficient_credits"),
    Kind.CAP_REACHED: (402, "spending_cap_reached"),
    Kind.NO_MODEL: (400, "unknown_model"),
}


def envelope(error: Told, status: int, code: str) -> Mapping[str, Any]:
    """The document of an error; ``param`` is ours, and says at which field."""
    told = {"code": code, "message": error.message, "status": status}
    return {"error": told | ({"param": error.param} if error.param else {})}


FIELDS = {"size": "image_size", "references": "image"}

DIALECT = Dialect(
    "fairstack", "FairStack", "d/fairstack", envelope, WORDS, fields=FIELDS, prefers="fairstack"
)
