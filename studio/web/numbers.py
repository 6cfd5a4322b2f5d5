"""Numbers that come as text from outside."""

from __future__ import annotations

LONGEST = 18
"""Digits that surely fit a database's 64 bits; Python itself refuses texts of thousands."""


def whole(text: str) -> int | None:
    """The number that ``text`` spells in ASCII digits, or None."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST else None
