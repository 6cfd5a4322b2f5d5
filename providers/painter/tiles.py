"""Tiles of whole rows, small enough to stay in the processor's cache and to bound memory."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from providers.painter.maths import Field

TILE_PIXELS = 1 << 16


def tiles(width: int, height: int) -> Iterator[tuple[int, int]]:
    """(first row, rows) of each tile from the top down."""
    rows = max(TILE_PIXELS // width, 1)
    for top in range(0, height, rows):
        yield top, min(rows, height - top)


def coordinates(width: int, top: int, rows: int, height: int) -> tuple[Field, Field]:
    """Pixel centres as x of shape (1, width) and y of shape (rows, 1), in picture heights."""
    scale = np.float32(1.0 / height)
    x = (np.arange(width, dtype=np.float32) + np.float32(0.5)) * scale
    y = (np.arange(top, top + rows, dtype=np.float32) + np.float32(0.5)) * scale
    return x[None, :], y[:, None]
