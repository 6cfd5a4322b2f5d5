"""What xAI answers, in our words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from providers import errors, wire
from providers.base import Output
from providers.http import Complaint

TICKS = 10_000
"""So many ticks are a micro: a dollar is 10,000,000,000 of them."""

MOST_TICKS = 10**16

WORDS: tuple[tuple[str, type[errors.ProviderError]], ...] = (
    ("api key", errors.AuthError),
    ("spending limit", errors.BillingError),
    ("credits", errors.BillingError),
    ("generated image rejected", errors.ModerationOutput),
    ("content moderation", errors.ModerationInput),
    ("usage guidelines", errors.ModerationInput),
    ("maximum prompt length", errors.PromptTooLong),
    ("model not found", errors.ModelUnavailable),
)
"""Parts of messages that tell failures apart which share a status, the first that is found [?]: a wrong key and a
declined prompt are both a 400, no money is a 403 or a 429."""

CODES: Mapping[str, type[errors.ProviderError]] = {
    "invalid_api_key": errors.AuthError,
    "insufficient_quota": errors.BillingError,
    "model_not_found": errors.ModelUnavailable,
    "content_policy_violation": errors.ModerationInput,
    "moderation_blocked": errors.ModerationInput,
}
"""The codes of OpenAI's error shape."""


@dataclass(frozen=True, slots=True)
class Link:
    """A picture that came as an address, and what the vendor says of it."""

    url: str
    mime: str
    revised_prompt: str


@dataclass(slots=True)
class Found:
    """What an answer holds: pictures and links to them in order, and how many entries gave neither.

    ``declined`` counts the entries that moderation kept back, ``broken`` those that cannot be read.
    """

    pictures: list[Output | Link] = field(default_factory=list)
    declined: int = 0
    broken: int = 0
    billed: int | None = None


def found_in(document: Mapping[str, Any]) -> Found:
    """The pictures of an answer. An empty list is how the vendor says that it declined all."""
    usage, entries = document.get("usage"), document.get("data")
    found = Found(billed=micros_of(usage.get("cost_in_usd_ticks") if isinstance(usage, dict) else None))
    if entries == []:
        found.declined = 1
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, dict):
            _add(found, entry)
        else:
            found.broken += 1
    return found


def _add(found: Found, entry: Mapping[str, Any]) -> None:
    """One entry of ``data``: moderation is told first, since a declined one may hold a picture all the same."""
    revised, mime = str(entry.get("revised_prompt") or ""), entry.get("mime_type")
    mime = mime if isinstance(mime, str) and mime.startswith("image/") else "image/jpeg"
    text, url = entry.get("b64_json"), entry.get("url")
    if entry.get("respect_moderation") is False:
        found.declined += 1
    elif text:
        data = wire.decoded(text)
        found.broken += not data
        if data:
            found.pictures.append(Output(data, wire.picture_type(data) or mime, revised_prompt=revised))
    elif isinstance(url, str) and url:
        found.pictures.append(Link(url, mime, revised))


def without_picture(found: Found) -> errors.ProviderError:
    """Why there is no picture in an answer that names none."""
    if found.broken:
        return errors.AnswerLost("The vendor's picture cannot be read.")
    if found.declined:
        return errors.ModerationOutput("The vendor made a picture and declined to hand it over.")
    return errors.EmptyResult("The vendor answered without a picture.")


def micros_of(ticks: object) -> int | None:
    """``cost_in_usd_ticks`` in micros, rounded up; None where it is no sum."""
    if isinstance(ticks, bool) or not isinstance(ticks, int) or not 0 <= ticks < MOST_TICKS:
        return None
    return -(-ticks // TICKS)


def complaint(document: Any, status: int = 400) -> Complaint:
    """Either shape of an error: ``{"code", "error": "text"}`` or OpenAI's ``{"error": {…}}``.

    One that stands within a success is read as a refusal.
    """
    told = document if isinstance(document, dict) else {}
    error, code, message = told.get("error"), told.get("code"), told.get("error")
    if isinstance(error, dict):
        code, message = wire.text(error.get("code")) or error.get("type"), error.get("message")
    code, message = wire.text(code), wire.text(message)
    return Complaint(message, code, kind=_kind_of(status, code, message))


def _kind_of(status: int, code: str, message: str) -> type[errors.ProviderError] | None:
    """The class that the answer's own words name; None where the status says all. A server's failure needs none."""
    if status >= 500:
        return None
    said = message.lower()
    return CODES.get(code) or next((kind for part, kind in WORDS if part in said), None)
