"""What the vendor answers, in our words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from providers import errors, wire
from providers.http import Complaint

SUCCEEDED, FAILED = "succeeded", "failed"
STOPPED = ("canceled", "aborted")
"""Stopped while it ran, or before it began."""

LOG_TAIL = 2000
_WAIT = re.compile(r"resets? in ~?\s*([0-9]{1,6})\s*(s|m)", re.IGNORECASE)
_CODE = re.compile(r"\bE[0-9]{3,5}\b")
_PERCENT = re.compile(r"([0-9]{1,3})%\s*\|")


def links_of(output: object) -> list[str]:
    """The addresses of the pictures: one model tells a text, another a list, and some tell null."""
    told = output if isinstance(output, list) else [output]
    return [link for link in told if isinstance(link, str) and link]


def stopped(document: Any) -> bool:
    """Whether a cancel that was answered took effect.

    The vendor may answer before the work has stopped; that it will is a guess [?]. What is over already is not stopped.
    """
    status = document.get("status") if isinstance(document, dict) else None
    return isinstance(status, str) and status not in (SUCCEEDED, FAILED)


def without_picture(document: Mapping[str, Any]) -> errors.ProviderError:
    """Why a prediction that succeeded has no output. Guess [?]: ``data_removed`` tells of files past their hour."""
    if document.get("data_removed"):
        return errors.ResultExpired("The vendor has removed the picture.")
    return errors.EmptyResult("The vendor answered without a picture.")


def meaning_of(words: str) -> type[errors.ProviderError]:
    """What a failed prediction's error means. Guess [?]: its texts are the models' own, and nobody lists them.

    ``NSFW`` is the word of the checkers that look at pictures. What names input and output alike is taken for the
    input, which a person can change.
    """
    text = words.lower()
    if "nsfw" in text:
        return errors.ModerationOutput
    if not re.search(
        r"\be005\b|flagged|sensitive|moderat|content policy|safety (?:filter|system|check)", text
    ):
        return errors.TaskFailed
    of_output = re.search(r"\boutput|generated image", text) and not re.search(r"\binput|\bprompt", text)
    return errors.ModerationOutput if of_output else errors.ModerationInput


def code_of(words: str) -> str:
    """The vendor's own code within a text, such as E005; empty where there is none."""
    found = _CODE.search(words)
    return found[0] if found else ""


def fraction_of(document: Mapping[str, Any]) -> float | None:
    """How far a prediction is, 0.0 to 1.0, from the last bar that its logs drew; None where they drew none."""
    logs = document.get("logs")
    bars = _PERCENT.findall(logs[-LOG_TAIL:]) if isinstance(logs, str) else []
    return min(int(bars[-1]), 100) / 100 if bars else None


def complaint(document: Any) -> Complaint:
    """``{title, detail, status}``."""
    told = document if isinstance(document, dict) else {}
    return Complaint(wire.text(told.get("detail")) or wire.text(told.get("title")))


def wait_in(words: str) -> float | None:
    """Seconds to wait as a throttled answer tells them in its text, at most 900."""
    found = _WAIT.search(words)
    if not found:
        return None
    return min(float(found[1]) * (60 if found[2].lower() == "m" else 1), wire.RETRY_AFTER_CAP)
