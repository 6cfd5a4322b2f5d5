"""Deepshi's image API: many makers' models behind one pair of addresses.

Facts come from seed 4; edits as a form, errors and the base address from Deepshi's public documentation.
``[?]`` marks what no source proves.
"""

from __future__ import annotations

from providers.adapters.deepshi.adapter import Deepshi

__all__ = ["Deepshi"]
