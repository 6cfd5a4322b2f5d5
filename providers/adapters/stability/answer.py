"""What the vendor answers, in our words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from providers import errors, wire
from providers.base import Output
from providers.http import Complaint

SUCCESS, FILTERED = "SUCCESS", "CONTENT_FILTERED"
PENALTY_SECONDS = 60.0

NAMES: Mapping[str, type[errors.ProviderError]] = {"content_moderation": errors.ModerationInput}
"""What the vendor's own word means where its status says less."""


def number_of(document: Any) -> str:
    """The number of work that goes on. Raises AnswerLost: it may have begun, and nobody can ask for it."""
    return wire.task_id(document.get("id") if isinstance(document, dict) else None)


def picture_of(document: Any, mime: str) -> Output:
    """The picture of a JSON answer. Where work was deferred it is said to stand under ``result`` too [?]."""
    told = document if isinstance(document, dict) else {}
    refuse_what_was_filtered(told.get("finish_reason"))
    text = told.get("image") or told.get("result")
    if not text:
        raise errors.EmptyResult("The vendor answered without a picture.")
    data = wire.decoded(text)
    if not data:
        raise errors.AnswerLost("The vendor's picture cannot be read.")
    return Output(data, mime, seed_of(told.get("seed")))


def refuse_what_was_filtered(reason: object) -> None:
    """Raises ModerationOutput: the picture is there with a status of 200, and is blurred.

    Any other word that is no success is none either; an answer without a word is taken for one [?].
    """
    if reason == FILTERED:
        raise errors.ModerationOutput("The vendor declined to hand the picture over.", vendor_code=FILTERED)
    if reason not in (SUCCESS, None):
        raise errors.EmptyResult("The vendor did not finish the picture.", vendor_code=str(reason)[:40])


def seed_of(told: object) -> int | None:
    """The seed as JSON's number or a header's text; 0 names none."""
    if isinstance(told, str) and told.isascii() and told.isdigit():
        told = int(told[:12])
    return told if isinstance(told, int) and not isinstance(told, bool) and 0 < told < 2**32 else None


def complaint(document: Any) -> Complaint:
    """``{id, name, errors: [...]}``."""
    told = document if isinstance(document, dict) else {}
    words, name = told.get("errors"), wire.text(told.get("name"))
    texts = [text for text in words if isinstance(text, str)] if isinstance(words, list) else []
    return Complaint(" ".join(texts), name, told.get("id"), NAMES.get(name))


def wait_of(code: str) -> float | None:
    """Seconds to wait where no header says so: over the limit one is shut out for a minute. The word is a guess [?]."""
    return PENALTY_SECONDS if code == "rate_limit_exceeded" else None
