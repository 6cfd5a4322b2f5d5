"""fal: many makers' models behind one queue, asked for by a ticket.

Facts come from the vendor's published pages; ``[?]`` marks what they disagree on or do not prove.
"""

from __future__ import annotations

from providers.adapters.fal.adapter import Fal

__all__ = ["Fal"]
