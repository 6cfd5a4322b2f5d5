"""Stability AI: one form in, one picture out, at once or by a ticket.

Facts come from the vendor's reference and from clients of it; ``[?]`` marks what none proves.
"""

from __future__ import annotations

from providers.adapters.stability.adapter import Stability

__all__ = ["Stability"]
