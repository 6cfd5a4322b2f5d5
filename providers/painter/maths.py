"""Arithmetic that gives the same bits on every processor.

numpy's float32 exp, sin, log and pow follow the instruction set of the machine they run on. Everything here
is made of + - * / and square root, which IEEE 754 fixes to the last bit.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

type Field = npt.NDArray[np.floating[Any]]
"""Always float32 when it runs; numpy's stubs call a float32 array times a Python float float64."""

PI = 3.14159265
ROOT_HALF_SPAN = 1.41421356


def scalar(value: float) -> Field:
    """``value`` as a field of no dimensions."""
    return np.asarray(value, dtype=np.float32)


def clip(x: Field, low: float = 0.0, high: float = 1.0) -> Field:
    return np.minimum(np.maximum(x, np.float32(low)), np.float32(high))


def smooth(low: Field | float, high: Field | float, x: Field) -> Field:
    """0 below ``low``, 1 above ``high``, an S between them; ``low`` may be above ``high``."""
    if isinstance(low, float) and isinstance(high, float):
        t = clip((x - np.float32(low)) * np.float32(1.0 / (high - low)))
    else:
        t = clip((x - low) / (high - low))
    return t * t * (3.0 - 2.0 * t)


def mix(a: Field, b: Field, t: Field | np.floating[Any] | float) -> Field:
    """``a`` where ``t`` is 0, ``b`` where it is 1."""
    return np.asarray(a + (b - a) * t, dtype=np.float32)


def exp2(x: Field) -> Field:
    x = clip(x, -120.0, 120.0)
    whole = np.floor(x + np.float32(0.5))
    f = x - whole
    poly = f * np.float32(0.0013333558) + np.float32(0.0096181291)
    poly = poly * f + np.float32(0.0555041087)
    poly = poly * f + np.float32(0.2402265070)
    poly = poly * f + np.float32(0.6931471806)
    poly = poly * f + np.float32(1.0)
    scale = ((whole.astype(np.int32) + 127) << 23).view(np.float32)
    return np.asarray(poly * scale, dtype=np.float32)


def exp(x: Field) -> Field:
    return exp2(x * np.float32(1.4426950409))


def log2(x: Field) -> Field:
    """The binary logarithm of ``x`` > 0."""
    bits = np.ascontiguousarray(x, dtype=np.float32).reshape(np.shape(x)).view(np.int32)
    exponent = ((bits >> 23) - 127).astype(np.float32)
    mantissa = ((bits & 0x7FFFFF) | 0x3F800000).view(np.float32)
    t = (mantissa - np.float32(ROOT_HALF_SPAN)) / (mantissa + np.float32(ROOT_HALF_SPAN))
    s = t * t
    series = t * (1.0 + s * (np.float32(1 / 3) + s * (np.float32(0.2) + s * np.float32(1 / 7))))
    return np.asarray(exponent + np.float32(0.5) + np.float32(2.8853900818) * series, dtype=np.float32)


def power(x: Field, exponent: float) -> Field:
    """``x`` to the power ``exponent``; negative ``x`` counts as zero."""
    return exp2(log2(np.maximum(x, np.float32(1e-12))) * np.float32(exponent))


def sin(x: Field) -> Field:
    """Sine of radians, within 0.0011."""
    u = x * np.float32(0.15915494)
    u = u - np.floor(u + np.float32(0.5))
    y = 8.0 * u - 16.0 * u * np.abs(u)
    return np.asarray(y * (np.float32(0.775) + np.float32(0.225) * np.abs(y)), dtype=np.float32)


def cos(x: Field) -> Field:
    """Cosine of radians, within 0.0011."""
    return sin(x + np.float32(1.57079633))


def atan2(y: Field, x: Field) -> Field:
    """The angle of (x, y) in radians, within 0.0015."""
    ax, ay = np.abs(x), np.abs(y)
    high = np.maximum(np.maximum(ax, ay), np.float32(1e-12))
    t = np.minimum(ax, ay) / high
    s = t * t
    angle = t * (
        np.float32(0.99921406)
        + s * (np.float32(-0.32117569) + s * (np.float32(0.14626446) - s * np.float32(0.03898651)))
    )
    angle = np.where(ay > ax, np.float32(1.57079633) - angle, angle)
    angle = np.where(x < 0, np.float32(PI) - angle, angle)
    return np.asarray(np.where(y < 0, -angle, angle), dtype=np.float32)


def length(x: Field, y: Field) -> Field:
    return np.asarray(np.sqrt(x * x + y * y), dtype=np.float32)


def bell(x: Field) -> Field:
    """exp(-x²), the shape of a soft glow."""
    return exp2(x * x * np.float32(-1.4426950409))


def turn(x: Field, y: Field, angle: float) -> tuple[Field, Field]:
    """(x, y) seen from axes rotated by ``angle`` radians."""
    c, s = cos(scalar(angle)), sin(scalar(angle))
    return x * c + y * s, y * c - x * s
