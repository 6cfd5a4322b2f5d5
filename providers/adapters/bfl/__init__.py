"""Black Forest Labs: one task per picture, asked for by its ticket.

Facts come from the vendor's published pages; ``[?]`` marks what they disagree on or do not prove.
"""

from __future__ import annotations

from providers.adapters.bfl.adapter import BFL

__all__ = ["BFL"]
