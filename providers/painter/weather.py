"""Snow, rain, fog and storm as a layer over any picture."""

from __future__ import annotations

import numpy as np

from providers.painter import noise
from providers.painter.light import luminance
from providers.painter.maths import Field, clip, mix, scalar, smooth, turn


def fall(kind: str, rgb: Field, x: Field, y: Field, px: float, seed: int, night: bool) -> Field:
    """``rgb`` with the weather ``kind`` in front of it; kinds that the sky shows alone change nothing here."""
    if kind == "snow":
        return _snow(rgb, x, y, px, seed)
    if kind in ("rain", "storm"):
        return _rain(rgb, x, y, px, seed, 0.5 if night else 0.7)
    if kind == "fog":
        return _fog(rgb, x, y, seed, 0.42 if night else 0.85)
    return rgb


def settle(kind: str, rgb: Field, x: Field, y: Field, seed: int) -> Field:
    """What the weather does to a picture that was taken without it: snow lies, rain dims and cools."""
    tone = luminance(rgb)
    if kind == "snow":
        lie = noise.fbm(x * 6.0 + 0.0 * y, y * 10.0 + 0.0 * x, seed, 4)
        cold = mix(rgb, tone * np.asarray([0.92, 1.0, 1.10], np.float32).reshape(3, 1, 1) * 1.1, 0.6)
        return mix(
            cold, scalar(0.86), smooth(0.42, 0.70, lie * 0.8 + tone * 0.3) * smooth(0.25, 0.85, y) * 0.8
        )
    if kind in ("rain", "storm"):
        return mix(
            rgb, tone * np.asarray([0.78, 0.86, 0.98], np.float32).reshape(3, 1, 1), 0.55
        ) * np.float32(0.7)
    if kind == "cloud":
        return mix(
            rgb, tone * np.asarray([0.94, 0.98, 1.02], np.float32).reshape(3, 1, 1), 0.45
        ) * np.float32(0.9)
    if kind == "clear":
        return mix(tone, rgb, 1.2) * np.float32(1.08)
    return rgb


def _snow(rgb: Field, x: Field, y: Field, px: float, seed: int) -> Field:
    """Three depths of flakes, the nearest soft and large."""
    for depth, (cells, size, strength) in enumerate(
        ((46.0, 0.12, 0.75), (24.0, 0.15, 0.8), (9.0, 0.17, 0.42))
    ):
        u, v = turn(x * np.float32(cells), y * np.float32(cells), 0.45 + 0.4 * depth)
        row_shift = noise.cell_values(v, v * 0.0, seed + depth * 3 + 20)
        u = u + row_shift * 7.0
        inside_x, inside_y = u - np.floor(u), v - np.floor(v)
        cx = 0.2 + 0.6 * noise.cell_values(u, v, seed + depth * 3)
        cy = 0.2 + 0.6 * noise.cell_values(u, v, seed + depth * 3 + 1)
        there = noise.cell_values(u, v, seed + depth * 3 + 2)
        d = np.sqrt((inside_x - cx) * (inside_x - cx) + (inside_y - cy) * (inside_y - cy))
        radius = size * (0.45 + 0.75 * cx)
        edge = max(size * (0.3, 0.45, 0.8)[depth], px * cells)
        flake = clip((radius - d) * np.float32(1.0 / edge)) * smooth(0.50, 0.62, there) * np.float32(strength)
        rgb = mix(rgb, scalar(0.95), flake)
    return rgb


def _rain(rgb: Field, x: Field, y: Field, px: float, seed: int, strength: float) -> Field:
    """Slanted streaks in two depths over a slightly dimmed picture."""
    rgb = rgb * np.float32(0.86)
    for depth, (columns, rows) in enumerate(((150.0, 5.0), (64.0, 3.0))):
        u = (x + y * np.float32(0.14)) * columns
        v = y * rows + noise.cell_values(u, u * 0.0, seed + depth) * 9.0
        across = np.abs(u - np.floor(u) - 0.5)
        along = v - np.floor(v)
        there = noise.cell_values(u, v, seed + depth + 5)
        streak = smooth(0.32, 0.05, across) * along * along * smooth(0.62, 0.7, there)
        rgb = rgb + streak * np.float32(strength * (0.16, 0.24)[depth]) * (0.35 + luminance(rgb))
    return np.asarray(rgb, np.float32)


def _fog(rgb: Field, x: Field, y: Field, seed: int, strength: float) -> Field:
    """Banks that lie low and drift."""
    banks = noise.fbm(x * 1.3 + 3.0, y * 3.4, seed, 4)
    amount = clip((banks * 1.5 - 0.18) * (0.5 + 0.9 * y)) * np.float32(strength)
    pale = 0.25 + 0.75 * luminance(rgb)
    veil = np.asarray([0.80, 0.84, 0.88], np.float32).reshape(3, 1, 1) * (0.55 + 0.45 * pale)
    return mix(rgb, veil * np.float32(0.9), amount)
