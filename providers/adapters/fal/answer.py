"""What the vendor answers, in our words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from providers import errors, wire

IN_QUEUE, COMPLETED = "IN_QUEUE", "COMPLETED"
CANCELLATION_REQUESTED = "CANCELLATION_REQUESTED"
PROMPT_TOO_LONG = "prompt_too_long"
ASK_AGAIN = (408, 409, 429, 502, 503, 504)
"""Statuses after which a question may be asked once more."""

TYPES: Mapping[str, type[errors.ProviderError]] = {
    "content_policy_violation": errors.ModerationInput,
    "no_media_generated": errors.EmptyResult,
    "bad_request": errors.InvalidRequest,
    **dict.fromkeys(
        (
            "image_too_large",
            "image_too_small",
            "image_load_error",
            "file_download_error",
            "file_too_large",
            "unsupported_image_format",
            "face_detection_error",
            "feature_not_supported",
        ),
        errors.InvalidRequest,
    ),
    **dict.fromkeys(
        (
            "request_timeout",
            "startup_timeout",
            "runner_scheduling_failure",
            "runner_connection_timeout",
            "runner_connection_refused",
            "runner_connection_error",
            "runner_disconnected",
            "runner_incomplete_response",
            "runner_server_error",
            "internal_error",
            "internal_server_error",
            "generation_timeout",
            "downstream_service_error",
            "downstream_service_unavailable",
            "client_disconnected",
            "client_cancelled",
        ),
        errors.TaskFailed,
    ),
}
"""The vendor's words for what went wrong, of models and of its platform; others mean what the status does."""

_SHARE = re.compile(r"(\d{1,3})%\|")


@dataclass(frozen=True, slots=True)
class Problem:
    """An error's words, the vendor's own type, and whether it is the end of a task and not of a question."""

    words: str = ""
    code: str = ""
    final: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One picture: its address or its bytes, its media type where told, and whether it was painted over as unsafe."""

    url: str = ""
    data: bytes = b""
    mime: str = ""
    unsafe: bool = False


def complaint(document: Any, headers: Mapping[str, str], status: int | None = None) -> Problem:
    """What an error says: a list of problems by field, or a text with the platform's type beside it.

    A type, a list or a word on retries comes from the task itself. So does any status but those that ask for patience.
    """
    told = document if isinstance(document, dict) else {}
    detail = told.get("detail")
    code = told.get("error_type") or headers.get("x-fal-error-type", "")
    problems = [row for row in detail if isinstance(row, dict)] if isinstance(detail, list) else []
    final = bool(code or problems or "x-fal-retryable" in headers) or (status or 0) not in ASK_AGAIN
    if problems:
        worst = next((row for row in problems if row.get("type") == "content_policy_violation"), problems[0])
        return Problem(_worded(worst), _code(worst, code), final)
    words = next((text for text in (detail, told.get("error")) if isinstance(text, str)), "")
    return Problem(words, code if isinstance(code, str) else "", final)


def _where(problem: Mapping[str, Any]) -> list[str]:
    loc = problem.get("loc")
    return [str(part) for part in loc if part != "body"] if isinstance(loc, list) else []


def _worded(problem: Mapping[str, Any]) -> str:
    message = problem.get("msg")
    text, where = message if isinstance(message, str) else "", ".".join(_where(problem))
    return f"{where}: {text}" if where and text else text


def _code(problem: Mapping[str, Any], otherwise: Any) -> str:
    """A text that is too long says so of any field; of the prompt it has a name of its own."""
    code = problem.get("type") or otherwise
    text = code if isinstance(code, str) else ""
    return PROMPT_TOO_LONG if text.endswith("_too_long") and _where(problem)[:1] == ["prompt"] else text


def kind_of(code: str, by_status: type[errors.ProviderError]) -> type[errors.ProviderError]:
    """What the vendor's type means, and its status where the type says nothing to us."""
    return errors.PromptTooLong if code == PROMPT_TOO_LONG else TYPES.get(code, by_status)


def broke(status: int | None, words: str) -> bool:
    """Whether the account is locked for want of money, which the vendor tells with 403 and in words alone [?]."""
    return status == 403 and "balance" in words.lower()


def never_begun(headers: Mapping[str, str]) -> bool:
    """Whether our own wish to begin soon was the end of it."""
    return headers.get("x-fal-request-timeout-type", "").lower() == "user"


def hopeless(headers: Mapping[str, str]) -> bool:
    """Whether the vendor says that the same call will not work later either. An older page spells it otherwise."""
    told = headers.get("x-fal-retryable") or headers.get("x-fal-needs-retry") or ""
    return told.lower() in ("false", "0")


def with_logs(address: str) -> str:
    """A status's address, asked for together with what the model wrote while it worked."""
    return f"{address}{'&' if '?' in address else '?'}logs=1"


def share_of(status: Mapping[str, Any]) -> float | None:
    """How far the work is, 0.0 to 1.0, from the last progress bar that the model wrote into its log."""
    logs = status.get("logs")
    for entry in reversed(logs if isinstance(logs, list) else []):
        message = entry.get("message") if isinstance(entry, dict) else None
        if isinstance(message, str) and (found := _SHARE.findall(message)):
            return min(int(found[-1]), 100) / 100
    return None


def place_of(status: Mapping[str, Any]) -> int:
    """How many wait before us."""
    place = status.get("queue_position")
    return place if isinstance(place, int) and not isinstance(place, bool) and place > 0 else 0


def items_of(document: Mapping[str, Any]) -> list[Item]:
    """The pictures of an answer: a list, or a single one. Which are unsafe is told beside them, in their order."""
    several, flags = document.get("images"), document.get("has_nsfw_concepts")
    entries = several if isinstance(several, list) else [document.get("image")]
    unsafe = flags if isinstance(flags, list) else []
    found = [
        _item(entry, number < len(unsafe) and unsafe[number] is True)
        for number, entry in enumerate(entries)
        if isinstance(entry, dict)
    ]
    return [item for item in found if item.url or item.data]


def _item(entry: Mapping[str, Any], unsafe: bool) -> Item:
    url, kind = wire.text(entry.get("url")), wire.text(entry.get("content_type")).lower()
    kind = kind if kind.startswith("image/") else ""
    if (inline := wire.inlined(url)) is None:
        return Item(url, mime=kind, unsafe=unsafe)
    data, told = inline
    return Item(data=data, mime=told or kind, unsafe=unsafe)


def price_of(document: Any, model: str) -> str:
    """What the model's price counts, in the plural; empty where it is not in dollars or not told."""
    rows = document.get("prices") if isinstance(document, dict) else None
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, dict) and row.get("endpoint_id") == model and row.get("currency") == "USD":
            unit = row.get("unit")
            return f"{unit.lower().rstrip('s')}s" if isinstance(unit, str) and unit else ""
    return ""


def total_of(document: Any) -> int | None:
    """An estimate in micros, rounded up; None where it is not in dollars or not told."""
    told = document if isinstance(document, dict) else {}
    return wire.micros(told.get("total_cost"), 1_000_000) if told.get("currency") == "USD" else None
