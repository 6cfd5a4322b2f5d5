"""From linear light to pixels: exposure, vignette, filmic shoulder, gamma, grain."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from providers.painter.maths import Field, clip
from providers.painter.noise import grains

LUMA = (0.2126, 0.7152, 0.0722)
SHOULDER = 0.62


def luminance(rgb: Field) -> Field:
    return np.asarray(
        rgb[0] * np.float32(LUMA[0]) + rgb[1] * np.float32(LUMA[1]) + rgb[2] * np.float32(LUMA[2])
    )


def film(rgb: Field) -> Field:
    """Light of any strength into 0..1: straight below the shoulder, bending above it."""
    over = np.maximum(rgb - np.float32(SHOULDER), 0.0)
    room = np.float32(1.0 - SHOULDER)
    return np.asarray(np.minimum(rgb, np.float32(SHOULDER)) + room * over / (over + room), dtype=np.float32)


def encode(rgb: Field) -> Field:
    """Linear light in 0..1 as sRGB levels in 0..1, by square roots alone."""
    first = np.sqrt(np.maximum(rgb, 0.0))
    second = np.sqrt(first)
    third = np.sqrt(second)
    level = (
        np.float32(0.662002687) * first + np.float32(0.684122060) * second - np.float32(0.323583601) * third
    )
    return np.asarray(level - np.float32(0.0225411470) * rgb, dtype=np.float32)


def decode(levels: npt.NDArray[np.uint8]) -> Field:
    """Bytes (rows, columns, 3) as linear light (3, rows, columns)."""
    s = np.arange(256, dtype=np.float32) * np.float32(1.0 / 255.0)
    curve = s * (s * (s * np.float32(0.305306011) + np.float32(0.682171111)) + np.float32(0.012522878))
    return np.ascontiguousarray(np.moveaxis(curve[levels], -1, 0))


def vignette(x: Field, y: Field, aspect: float, strength: float) -> Field:
    """A factor that falls towards the corners."""
    dx = (x * np.float32(1.0 / aspect) - 0.5) * np.float32(1.05)
    dy = y - 0.5
    d = dx * dx + dy * dy
    return np.asarray(1.0 - np.float32(strength) * d * (0.7 + d), dtype=np.float32)


def to_bytes(rgb: Field, top: int, grain: float, seed: int, filmed: bool = False) -> npt.NDArray[np.uint8]:
    """Linear light (3, rows, columns) as bytes (rows, columns, 3) with grain of ``grain`` levels in 0..1.

    ``filmed`` light is within 0..1 already and is not bent again.
    """
    level = encode(clip(rgb) if filmed else film(np.maximum(rgb, 0.0)))
    if grain:
        level = level + grains(level.shape[1], level.shape[2], top, seed) * np.float32(grain)
    return np.ascontiguousarray(np.moveaxis(clip(level * 255.0 + 0.5, 0.0, 255.0).astype(np.uint8), 0, -1))
