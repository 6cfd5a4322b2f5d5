"""What is taken in, and which copies are made of it."""

from __future__ import annotations

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_SIDE = 16_383
DRAWING_BYTES = 5 * 1024 * 1024
DRAWING_SIDE = 1280
"""The longer side in pixels of what is drawn from an SVG: as much as pages show."""

RENDITIONS = (320, 640, 1280)
"""Widths in pixels of the WebP copies that pages show. A picture has every one that is narrower than itself,
and the next one, which then has the picture's own width."""

PREVIEW_SIDE = 640
PLACEHOLDER_SIDE = 24


def rendition_widths(width: int) -> list[int]:
    """Every rendition narrower than the picture, and the next one, which then has the picture's own size."""
    narrower = [step for step in RENDITIONS if step < width]
    return narrower + [step for step in RENDITIONS if step >= width][:1]
