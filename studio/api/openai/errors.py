"""Errors in OpenAI's envelope: ``{"error": {"message", "type", "param", "code"}}`` (wire facts: OpenAI's SDK)."""

from __future__ import annotations

from collections.abc import Mapping

from studio.api.dialects import Dialect
from studio.api.errors import Kind
from studio.api.limits import Reading
from studio.api.typed import Error, envelope

WORDS: Mapping[Kind, tuple[int, str]] = {
    Kind.NO_CREDITS: (429, "insufficient_quota"),
    Kind.CAP_REACHED: (429, "insufficient_quota"),
    Kind.PROMPT_TOO_LONG: (400, "string_above_max_length"),
    Kind.RATE_LIMITED: (429, "rate_limit_exceeded"),
    Kind.BAD_IMAGE: (400, "invalid_image_file"),
    Kind.BAD_MASK: (400, "invalid_image_file"),
}
TYPES: Mapping[str | int, str] = {
    "insufficient_quota": "insufficient_quota",
    "rate_limit_exceeded": "requests",
    "moderation_blocked": "image_generation_user_error",
}
"""By their code; of others the status tells. That of a request too many is a guess [?]."""

FIELDS: Mapping[str, str] = {
    "aspect_ratio": "size",
    "preset": "size",
    "references": "image",
    "previews": "partial_images",
    "extra.input_fidelity": "input_fidelity",
}


def limit_headers(reading: Reading) -> Mapping[str, str]:
    """Requests alone are counted."""
    return {
        "x-ratelimit-limit-requests": str(reading.limit),
        "x-ratelimit-remaining-requests": str(reading.left),
        "x-ratelimit-reset-requests": duration(reading.seconds),
    }


def duration(seconds: int) -> str:
    """Seconds as this vendor writes them: ``12s``, ``6m0s``. The form is a guess [?] from such answers."""
    minutes, rest = divmod(seconds, 60)
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"


DIALECT = Dialect(
    "openai",
    "OpenAI",
    "d/openai",
    envelope(TYPES),
    WORDS,
    limit_headers=limit_headers,
    error=Error,
    pictures="In base 64, or by an address that holds for 60 minutes.",
    fields=FIELDS,
    timing_header="openai-processing-ms",
)
