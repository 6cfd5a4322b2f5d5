"""Style words as a last pass: ink, poster, paper, watercolour, sketch, oil, film."""

from __future__ import annotations

import numpy as np

from providers.painter import noise
from providers.painter.light import luminance
from providers.painter.maths import Field, clip, mix, scalar, sin, smooth, turn


def apply(style: str, rgb: Field, x: Field, y: Field, px: float, seed: int, dark: Field) -> Field:
    """``rgb`` in the named style; an unknown or empty name changes nothing."""
    if style in ("ink", "sketch"):
        return _hatched(rgb, x, y, px, seed, dark if style == "ink" else scalar(0.05), style == "sketch")
    if style == "poster":
        return _poster(rgb, 5.0)
    if style == "paper":
        return _paper(rgb, x, y, seed, 0.10)
    if style == "watercolour":
        return _watercolour(rgb, x, y, seed)
    if style == "oil":
        return _oil(rgb, x, y, seed)
    if style == "film":
        return _film(rgb)
    return rgb


def _hatched(rgb: Field, x: Field, y: Field, px: float, seed: int, dark: Field, fine: bool) -> Field:
    """Paper with strokes in three directions, more of them where the picture is darker."""
    tone = np.sqrt(clip(luminance(rgb)))
    wobble = noise.fbm(x * 5.0, y * 5.0, seed, 3) * 0.02
    cover = np.zeros_like(tone)
    pitch = 210.0 if fine else 150.0
    for step, angle in enumerate((0.7, -0.5, 1.5)):
        u, v = turn(x + wobble, y + wobble, angle)
        wave = sin(v * np.float32(pitch * 6.2831853 / 2.0) + 3.0 * noise.value(u * 9.0, v * 60.0, seed + step)) * 0.5 + 0.5
        need = clip((np.float32(0.78 - 0.22 * step) - tone) * 3.0)
        soft = max(0.16, px * pitch * 2.0)
        cover = np.maximum(cover, need * smooth(1.0 - 0.62, 1.0 - 0.62 + soft, wave * (0.45 + 0.75 * need)))
    cover = np.maximum(cover, smooth(0.16, 0.06, tone))
    paper = np.asarray([0.90, 0.87, 0.79], np.float32).reshape(3, 1, 1)
    wash = mix(paper, np.minimum(rgb * 1.15, 1.0), np.float32(0.22 if not fine else 0.06))
    return mix(wash, dark * np.float32(0.6), cover * np.float32(0.92 if not fine else 0.75))


def _poster(rgb: Field, levels: float) -> Field:
    """Few flat tones with short soft steps, hue kept."""
    tone = np.sqrt(clip(luminance(rgb), 1e-5, 1.0))
    scaled = tone * np.float32(levels)
    whole = np.floor(scaled)
    stepped = (whole + smooth(0.40, 0.60, scaled - whole)) * np.float32(1.0 / levels) + np.float32(0.02)
    ratio = (stepped * stepped) / (tone * tone)
    flat = rgb * ratio
    grey = luminance(flat)
    return np.asarray(np.maximum(grey + (flat - grey) * np.float32(1.22), 0.0), np.float32)


def _paper(rgb: Field, x: Field, y: Field, seed: int, depth: float) -> Field:
    fibre = noise.value(x * 420.0, y * 300.0, seed) * 0.5 + noise.value(x * 90.0, y * 160.0, seed + 1) * 0.5
    return np.asarray((rgb * 0.93 + 0.03) * (1.0 + (fibre - 0.5) * np.float32(2.0 * depth)), np.float32)


def _watercolour(rgb: Field, x: Field, y: Field, seed: int) -> Field:
    """Pigment that pools: paler, granulated, with tide lines along a slow noise."""
    pool = noise.fbm(x * 3.0, y * 3.0, seed, 4)
    tide = smooth(0.05, 0.0, np.abs(pool - 0.5)) * 0.16 + smooth(0.03, 0.0, np.abs(pool - 0.62)) * 0.1
    bleach = clip(0.34 + (pool - 0.5) * 0.9, 0.08, 0.7)
    paper = np.asarray([0.94, 0.92, 0.87], np.float32).reshape(3, 1, 1)
    stained = mix(rgb, paper, bleach) * (1.0 - tide)
    edge = np.minimum(np.minimum(x, y), np.minimum(np.max(x) - x, 1.0 - y)) if x.size > 1 else y
    frame = smooth(0.0, 0.05, edge + (pool - 0.5) * 0.05)
    return _paper(mix(paper, stained, 0.25 + 0.75 * frame), x, y, seed, 0.09)


def _oil(rgb: Field, x: Field, y: Field, seed: int) -> Field:
    """Relief of brush strokes that follow a slow field."""
    sway = noise.fbm(x * 1.8, y * 1.8, seed, 2) * 3.0
    strokes = noise.fbm(x * 26.0 + sway * 9.0, y * 90.0 - sway * 14.0, seed + 2, 2)
    body = noise.value(x * 60.0 - sway * 12.0, y * 24.0 + sway * 10.0, seed + 4)
    relief = (strokes - 0.5) * 0.42 + (body - 0.5) * 0.3
    lifted = rgb * (1.0 + relief)
    grey = luminance(lifted)
    return np.asarray(np.maximum(grey + (lifted - grey) * np.float32(1.16), 0.0), np.float32)


def _film(rgb: Field) -> Field:
    """Lifted, slightly green shadows and warm lights."""
    lift = np.asarray([0.008, 0.012, 0.016], np.float32).reshape(3, 1, 1)
    warm = np.asarray([1.05, 1.0, 0.92], np.float32).reshape(3, 1, 1)
    return np.asarray(rgb * warm * np.float32(0.96) + lift, np.float32)
