"""Reading a vendor's own list of models.

Vendors write such a list in four shapes and with these names; what a list does not tell is None.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from providers import errors, wire
from providers.base import Listed

PICTURE_TYPES = ("t2i", "i2i", "edit", "image")


def listed(document: Any, *, key: str = "id", prefix: str = "") -> tuple[Listed, ...]:
    """The models of ``document``, each named by its ``key`` without ``prefix``. Raises AnswerLost for no list."""
    entries = document
    for place in ("data", "models"):
        if isinstance(entries, dict):
            entries = entries.get(place, entries)
    rows = entries if isinstance(entries, list) else []
    named = [row for row in rows if isinstance(row, dict) and isinstance(row.get(key), str) and row[key]]
    # A list of nothing is no word on every model being gone.
    if not named:
        raise errors.AnswerLost("The vendor's list of models cannot be read.")
    return tuple(_model(row[key].removeprefix(prefix), row) for row in named)


def _model(name: str, entry: Mapping[str, Any]) -> Listed:
    return Listed(
        name,
        prompt_limit=wire.count(entry.get("prompt_max_length")),
        max_references=_references(entry.get("edit")),
        price=_price(entry.get("price")),
        ends=_day(entry.get("shutdown_date")),
        pictures=_pictures(entry),
    )


def _references(edit: Any) -> int | None:
    if not isinstance(edit, dict):
        return None
    return 0 if edit.get("supported") is False else wire.count(edit.get("max_images"))


def _price(price: Any) -> int | None:
    """One picture's price. Guess [?]: the word for a picture as its unit."""
    if not isinstance(price, dict) or price.get("unit") not in ("image", "per_image"):
        return None
    return wire.count(price.get("micro"))


def _pictures(entry: Mapping[str, Any]) -> bool | None:
    for name, wanted in (
        ("output_modalities", ("image",)),
        ("type", PICTURE_TYPES),
        ("modality", ("image",)),
    ):
        told = entry.get(name)
        values = [told] if isinstance(told, str) else told
        if isinstance(values, list) and values:
            return any(value in wanted for value in values)
    return None


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None
