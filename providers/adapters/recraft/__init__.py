"""Recraft: pictures and vector drawings, changes of a picture, and tools that take a picture alone.

Facts come from the vendor's published pages and API description; ``[?]`` marks what they leave open.
"""

from __future__ import annotations

from providers.adapters.recraft.adapter import Recraft

__all__ = ["Recraft"]
