"""What Recraft answers, in our words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from providers import errors, wire
from providers.http import Complaint, parsed

MICROS_PER_UNIT = 1_000
"""A thousand of the vendor's API units are a dollar; an answer calls them credits."""


def entries_of(document: Mapping[str, Any]) -> list[Any]:
    """The pictures: ``data`` for models, ``image`` for tools."""
    data = document.get("data")
    return data if isinstance(data, list) else [document["image"]] if document.get("image") else []


def mime_of(data: bytes, told: str = "") -> str:
    """The media type by the first bytes; what came under another name is taken at its word if that is a picture's."""
    return wire.picture_type(data) or (told if told.startswith("image/") and data else "")


def billed_of(document: Mapping[str, Any]) -> int | None:
    """What was charged, in micros."""
    return wire.micros(document.get("credits"), MICROS_PER_UNIT)


def reference_of(entries: list[Any]) -> str:
    """The first picture's id, which the vendor's support can look up."""
    told = next((entry.get("image_id") for entry in entries if isinstance(entry, dict)), "")
    return told if isinstance(told, str) else ""


def complaint(body: bytes) -> Complaint:
    """What an error says, which is JSON or, as often, a plain line of text."""
    try:
        document = parsed(body)
    except errors.AnswerLost:
        line = body[: wire.MESSAGE_CHARS].decode("utf-8", "replace").strip()
        return Complaint("" if line.startswith(("<", "{", "[")) else line)
    told = document if isinstance(document, dict) else {}
    inner = told.get("error")
    error = inner if isinstance(inner, dict) else told
    code = wire.text(error.get("code"))
    return Complaint(error.get("message"), code, kind=kind_of(code))


def kind_of(code: str) -> type[errors.ProviderError] | None:
    """The class for the vendor's own word. Guess [?]: it publishes none, these are what clients have met."""
    words: dict[str, type[errors.ProviderError]] = {
        "not_enough_credits": errors.BillingError,
        "insufficient_credits": errors.BillingError,
        "moderation_failed": errors.ModerationInput,
        "nsfw_content": errors.ModerationInput,
        "prompt_too_long": errors.PromptTooLong,
        "model_not_found": errors.ModelUnavailable,
    }
    return words.get(code.lower())
