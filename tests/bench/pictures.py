"""Test pictures with detail at every scale, like photographs; white noise would average away when scaled down."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

FALL = 1.5
"""How fast detail grows fainter as it grows finer: at this, a PNG of 1024² has 1.5 MB, like a vendor's."""


def noise(width: int, height: int) -> bytes:
    """A PNG, the same bytes every time."""
    chance = np.random.default_rng(1)
    down, across = np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None]
    distance = np.sqrt(down * down + across * across)
    distance[0, 0] = 1.0
    pixels = np.zeros((height, width, 3), np.uint8)
    for channel in range(3):
        waves = np.fft.rfft2(chance.standard_normal((height, width))) / distance**FALL
        plane = np.fft.irfft2(waves, (height, width))
        pixels[..., channel] = np.clip(128 + 45 * (plane - plane.mean()) / plane.std(), 0, 255)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()
