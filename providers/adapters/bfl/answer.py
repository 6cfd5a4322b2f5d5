"""What the vendor answers, in our words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from providers import errors, wire
from providers.http import Complaint

MICROS_PER_CREDIT = 10_000

ENDS: Mapping[str, tuple[type[errors.ProviderError], str]] = {
    "request moderated": (errors.ModerationInput, "The vendor declined the prompt or a reference."),
    "content moderated": (errors.ModerationOutput, "The vendor declined to hand the picture over."),
    "error": (errors.TaskFailed, "The vendor's work on this failed."),
    "failed": (errors.TaskFailed, "The vendor's work on this failed."),
}
READY, NOT_FOUND = "ready", "task not found"


def status_of(document: Any) -> str:
    """The status in lower case with single spaces; the vendor writes capitals and spaces, clients underscores."""
    told = document.get("status") if isinstance(document, dict) else None
    return " ".join(str(told or "").replace("_", " ").replace("-", " ").lower().split())


def ended(status: str) -> errors.ProviderError | None:
    """The failure that a final status tells of; a status that nobody knows is one of a task that goes on."""
    if status not in ENDS:
        return None
    kind, sentence = ENDS[status]
    return kind(sentence, vendor_code=status)


def result_of(document: Mapping[str, Any]) -> Mapping[str, Any]:
    result = document.get("result")
    return result if isinstance(result, dict) else {}


def links_of(result: Mapping[str, Any]) -> list[str]:
    """The addresses of the pictures. How several are told (FLUX.3) is a guess [?]: a list under ``samples``."""
    several = result.get("samples")
    links = several if isinstance(several, list) else [result.get("sample")]
    return [link for link in links if isinstance(link, str) and link]


def fraction_of(document: Mapping[str, Any]) -> float | None:
    """How far the task is, 0.0 to 1.0. Whether the vendor counts to 1 or to 100 is not said [?]: above 1 is percent."""
    share = wire.amount(document.get("progress"))
    if share is None:
        return None
    return min(float(share / 100 if share > 1 else share), 1.0)


def complaint(document: Any) -> Complaint:
    """Each of the three shapes of an error."""
    told = document if isinstance(document, dict) else {}
    detail = told.get("detail")
    if isinstance(detail, list) and detail and isinstance(detail[0], dict):
        first = detail[0]
        where = [str(part) for part in first["loc"]] if isinstance(first.get("loc"), list) else []
        long = "prompt" in where and "too_long" in str(first.get("type"))
        words = f"{'.'.join(where[1:])}: {first.get('msg')}" if where[1:] else str(first.get("msg") or "")
        return Complaint(words, str(first.get("type") or ""), kind=errors.PromptTooLong if long else None)
    places = (detail, told.get("message"), told.get("error"))
    return Complaint(next((text for text in places if isinstance(text, str) and text), ""), told.get("error"))
