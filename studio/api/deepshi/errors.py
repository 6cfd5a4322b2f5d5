"""Errors in Deepshi's envelope: ``{"error": {"message", "type", "code", "param"}}``.

Statuses are those of Deepshi's public documentation; of the codes it names two, PROMPT_TOO_LONG and
insufficient_quota, and the others are OpenAI's, whose client is used with it [?].
"""

from __future__ import annotations

from collections.abc import Mapping

from studio.api.deepshi.fields import Generation
from studio.api.deepshi.fitting import SIDES
from studio.api.errors import Kind
from studio.catalog.extras import PREFIX
from studio.core.errors import Invalid

WORDS: Mapping[Kind, tuple[int, str]] = {
    Kind.NO_CREDITS: (402, "insufficient_quota"),
    Kind.CAP_REACHED: (402, "insufficient_quota"),
    Kind.KEY_REVOKED: (403, "key_revoked"),
    Kind.NO_MODEL: (400, "model_not_found"),
    Kind.PROMPT_TOO_LONG: (400, "PROMPT_TOO_LONG"),
    Kind.RATE_LIMITED: (429, "rate_limit_exceeded"),
}
TYPES: Mapping[str | int, str] = {
    401: "authentication_error",
    402: "insufficient_quota",
    403: "permission_error",
    404: "not_found_error",
    409: "conflict_error",
    429: "rate_limit_error",
}


def at_own_fields(error: Invalid, body: Generation) -> Invalid:
    """The same error at the fields of the body: the studio's forms call some of them otherwise."""
    pixels = next((side for side in SIDES if getattr(body, side) is not None), "image_size")
    names = {"size": pixels, "preset": "image_size", "references": "image"}
    fields = {names.get(name, name.removeprefix(PREFIX)): text for name, text in error.fields.items()}
    return Invalid(error.message, fields=fields, code=error.code)
