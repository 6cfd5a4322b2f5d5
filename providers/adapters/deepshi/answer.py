"""What Deepshi answers, in our words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from providers import errors, wire
from providers.base import Output, Usage
from providers.http import Complaint

DOLLAR = 1_000_000
MOST_DOLLARS = 1_000_000
NEAR = 32
"""Sides may differ by so many pixels: makers round to a multiple of their own."""


@dataclass(slots=True)
class Found:
    """What an answer holds; ``broken`` counts the entries that could not be read."""

    outputs: list[Output] = field(default_factory=list)
    broken: int = 0
    usage: Usage | None = None
    billed: int | None = None

    def note(self, usage: object) -> None:
        """Keep tokens and cost. Guess [?]: of a stream's events the last that tells speaks for all."""
        if isinstance(usage, dict):
            self.usage = Usage(
                wire.tokens(usage.get("prompt_tokens")),
                output_image=wire.tokens(usage.get("completion_tokens")),
            )
            cost = usage.get("cost")
            told = micros_of(cost.get("total_cost")) if isinstance(cost, dict) else None
            self.billed = told if told is not None else self.billed


def complaint(document: Any) -> Complaint:
    """``{"error": {message, type, code, param}}``, or a bare sentence."""
    error = wire.error_of(document)
    return Complaint(error.get("message"), error.get("code") or error.get("type"), kind=_kind_of(error))


def _kind_of(error: Mapping[str, Any]) -> type[errors.ProviderError] | None:
    """The class for the vendor's own word. Guess [?]: documented are PROMPT_TOO_LONG and insufficient_quota."""
    words: dict[str, type[errors.ProviderError]] = {
        "prompt_too_long": errors.PromptTooLong,
        "insufficient_quota": errors.BillingError,
        "402": errors.BillingError,
        "model_not_found": errors.ModelUnavailable,
        "content_policy_violation": errors.ModerationInput,
        "moderation_blocked": errors.ModerationInput,
        "output_moderated": errors.ModerationOutput,
    }
    told = (str(error.get(name)).lower() for name in ("code", "type"))
    kind = next((words[word] for word in told if word in words), None)
    if kind is None and error.get("param") == "model":
        return errors.ModelUnavailable
    return kind


def add(found: Found, entry: Any) -> Output | None:
    """One entry of ``data``, or one event, as a picture; counted as broken where it cannot be read."""
    told = entry if isinstance(entry, dict) else {}
    data = picture_of(told)
    if not data:
        found.broken += not isinstance(entry, dict) or bool(told.get("b64_json") or told.get("url"))
        return None
    output = Output(data, mime_of(data), revised_prompt=str(told.get("revised_prompt") or ""))
    found.outputs.append(output)
    return output


def in_order(entries: object) -> list[Any]:
    """The entries of ``data`` by their ``index``; those without one stay where they are."""
    listed = entries if isinstance(entries, list) else []
    places = [
        entry["index"] if isinstance(entry, dict) and isinstance(entry.get("index"), int) else place
        for place, entry in enumerate(listed)
    ]
    return [entry for _place, entry in sorted(zip(places, listed, strict=True), key=lambda pair: pair[0])]


def picture_of(entry: Mapping[str, Any]) -> bytes:
    """The bytes of ``b64_json``, or of a ``url``, which is a data: URI and never an address to fetch."""
    text = entry.get("b64_json")
    if not text and isinstance(entry.get("url"), str) and entry["url"].startswith("data:"):
        head, _, text = entry["url"].partition(",")
        text = text if head.endswith(";base64") else ""
    return wire.decoded(text)


def mime_of(data: bytes) -> str:
    """The media type that the first bytes tell: a format that a model does not know is ignored."""
    return wire.picture_type(data) or "image/png"


def micros_of(dollars: object) -> int | None:
    """``total_cost``, a JSON number of dollars, in micros rounded half up; None where it is no sum."""
    if isinstance(dollars, bool) or not isinstance(dollars, int | float | str | Decimal):
        return None
    try:
        value = Decimal(str(dollars))
    except InvalidOperation:
        return None
    if not value.is_finite() or not 0 <= value < MOST_DOLLARS:
        return None
    return int((value * DOLLAR).to_integral_value(ROUND_HALF_UP))


def refuse_another_size(fields: Mapping[str, Any], told: object) -> None:
    """Raises InvalidRequest where the picture shows that the size was ignored.

    A size in pixels may differ by a few, a shape by a tenth; of a resolution only the longer side is sure.
    """
    size = _sides(told)
    if size is None:
        return
    width, height = size
    asked = (fields["width"], fields["height"]) if "width" in fields else _sides(fields.get("image_size"))
    ratio = _sides(str(fields.get("aspect_ratio", "")).replace(":", "x"))
    least = 768 * int(tier[0]) if (tier := str(fields.get("resolution", ""))) in ("1K", "2K", "4K") else 0
    if (
        (asked is not None and max(abs(width - asked[0]), abs(height - asked[1])) > NEAR)
        or (ratio is not None and not 0.9 < (width / height) / (ratio[0] / ratio[1]) < 1.1)
        or max(width, height) < least
    ):
        raise errors.InvalidRequest(f"The vendor ignored the size and made {width} × {height}.")


def _sides(text: object) -> tuple[float, float] | None:
    width, _, height = text.partition("x") if isinstance(text, str) else ("", "", "")
    try:
        pair = float(width), float(height)
    except ValueError:
        return None
    return pair if all(0 < side < 10**6 for side in pair) else None
