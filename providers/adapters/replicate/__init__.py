"""Replicate: predictions by other people's models, asked for by their ticket.

Facts come from the vendor's documentation, its client and the models' public schemas; ``[?]`` marks what none proves.
"""

from __future__ import annotations

from providers.adapters.replicate.adapter import Replicate

__all__ = ["Replicate"]
