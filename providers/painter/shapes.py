"""What every small shape shares: its edge, and the form of a stamp."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from providers.painter.maths import Field, clip

type Stamp = Callable[[Field, Field, float], tuple[Field, Field]]
"""Local x and y (the foot at 0, up negative, about 1 high) and a pixel's size, to colour and cover."""


def edge(distance: Field, px: float) -> Field:
    """Cover of a shape from its signed distance, one pixel soft."""
    return clip(0.5 - distance * np.float32(1.0 / px))
