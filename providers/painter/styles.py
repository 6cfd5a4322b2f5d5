"""Style words as a last pass: ink, poster, paper, watercolour, sketch, oil, film."""

from __future__ import annotations

import numpy as np

from providers.painter import noise
from providers.painter.light import luminance
from providers.painter.maths import Field, clip, mix, sin, smooth, turn


def apply(style: str, rgb: Field, x: Field, y: Field, px: float, seed: int, dark: Field) -> Field:
    """``rgb`` in the named style; an unknown or empty name changes nothing."""
    if style == "sketch":
        return _hatched(rgb, x, y, px, seed)
    if style == "ink":
        return _ink(rgb, x, y, seed, dark)
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


def _hatched(rgb: Field, x: Field, y: Field, px: float, seed: int) -> Field:
    """Pencil on paper: strokes in four directions, more of them where the picture is darker."""
    tone = np.sqrt(clip(luminance(rgb)))
    wobble = noise.fbm(x * 5.0 + 0.0 * y, y * 5.0 + 0.0 * x, seed, 3) * 0.02
    cover = np.zeros_like(tone)
    pitch = 170.0
    soft = max(0.22, px * pitch * 2.5)
    for step, angle in enumerate((0.75, -0.55, 1.45, 0.1)):
        u, v = turn(x + wobble, y + wobble, angle)
        press = 0.55 + 0.9 * noise.value(u * 7.0, v * 80.0, seed + step)
        wave = (
            sin(v * np.float32(pitch * 3.14159) + 2.5 * noise.value(u * 6.0, v * 30.0, seed + 9 + step)) * 0.5
            + 0.5
        )
        need = clip((np.float32(0.84 - 0.2 * step) - tone) * 2.6)
        cover = (
            cover
            + (1.0 - cover) * smooth(1.0 - 0.75 * need, 1.0 - 0.75 * need + soft, wave * press) * need * 0.75
        )
    cover = np.maximum(cover, smooth(0.22, 0.05, tone) * 0.9)
    paper = np.asarray([0.90, 0.88, 0.82], np.float32).reshape(3, 1, 1)
    return mix(mix(paper, np.minimum(rgb * 1.1, 1.0), 0.10), np.float32(0.035) + paper * 0.0, cover * 0.95)


def _ink(rgb: Field, x: Field, y: Field, seed: int, dark: Field) -> Field:
    """Washes of thinned ink in soft steps on rice paper, a breath of the colour left in."""
    bleed = noise.fbm(x * 9.0 + 0.0 * y, y * 9.0 + 0.0 * x, seed, 4) - 0.5
    grit = noise.value(x * 240.0 + 0.0 * y, y * 200.0 + 0.0 * x, seed + 5) - 0.5
    tone = clip(np.sqrt(clip(luminance(rgb))) * 1.12 + bleed * 0.16 - 0.04)
    scaled = tone * 6.0
    whole = np.floor(scaled)
    stepped = (whole + smooth(0.25, 0.75, scaled - whole)) * np.float32(1.0 / 6.0)
    wash = clip(0.35 * tone + 0.65 * stepped + grit * 0.10 * (1.0 - tone))
    paper = np.asarray([0.88, 0.84, 0.75], np.float32).reshape(3, 1, 1) * (1.0 + grit * 0.04)
    deep = dark * 0.35 + np.float32(0.006)
    painted = mix(deep, paper, wash * wash)
    grey = luminance(rgb)
    return np.asarray(np.maximum(painted + (rgb - grey) * 0.32 * wash, 0.0), np.float32)


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
