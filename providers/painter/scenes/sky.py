"""Skies: a gradient, clouds lit from the sun's side, the disc and its glow, stars."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from providers.painter import noise
from providers.painter.maths import Field, bell, length, mix, scalar, smooth
from providers.painter.plan import Plan

type Sky = Callable[[Field, Field, float], Field]


@dataclass(frozen=True, slots=True)
class Disc:
    """The sun or moon of a sky, in picture heights."""

    x: float
    y: float
    radius: float
    moon: bool
    shown: bool


def disc_of(plan: Plan, horizon: float) -> Disc:
    """Where the sun or moon stands for the plan's light; a layout reference pulls it to its brightest side."""
    dice = plan.dice
    across = dice.real("sun x", 0.24, 0.76)
    if plan.hints.layout is not None:
        across = 0.3 * across + 0.7 * plan.hints.bright_x
    high = {"noon": 0.30, "night": 0.34, "dawn": 0.80, "sunset": 0.86, "golden": 0.66, "dusk": 0.62}[
        plan.light
    ]
    height = horizon * (high + dice.real("sun y", -0.08, 0.08))
    wanted = {"moon"} if plan.light == "night" else {"sun", "moon"}
    moon = plan.light == "night" or ("moon" in plan.reading.elements and "sun" not in plan.reading.elements)
    shown = not (wanted & plan.reading.banned) and not any(
        w in plan.reading.weather for w in ("storm", "rain")
    )
    if "cloud" in plan.reading.weather or "fog" in plan.reading.weather:
        shown = shown and plan.has("sun", "moon")
    radius = dice.real("sun size", 0.035, 0.062) * (1.25 if plan.has("sun", "moon") else 1.0)
    return Disc(across * plan.aspect, height, radius * min(1.0, plan.aspect + 0.25), moon, shown)


def build(plan: Plan, horizon: float) -> tuple[Sky, Disc]:
    """The sky above ``horizon`` (in picture heights) and its disc."""
    top, mid, low, light = plan.rgb("top"), plan.rgb("mid"), plan.rgb("low"), plan.rgb("light")
    disc = disc_of(plan, horizon)
    cloud = 0.0 if "clear" in plan.reading.weather else plan.dice.real("clouds", 0.15, 0.75)
    if "cloud" in plan.reading.weather or "storm" in plan.reading.weather:
        cloud = 1.0
    if "cloud" in plan.reading.banned:
        cloud = 0.0
    starry = plan.light == "night" or "stars" in plan.reading.elements
    starry = starry and "stars" not in plan.reading.banned
    key = plan.dice.key("sky")

    def sky(x: Field, y: Field, px: float) -> Field:
        t = np.maximum(y * np.float32(1.0 / horizon), 0.0)
        rgb = mix(mix(top, mid, smooth(0.0, 0.62, t)), low, smooth(0.42, 1.04, t))
        d = length(x - np.float32(disc.x), y - np.float32(disc.y))
        if starry:
            rgb = rgb + stars(x, y, px, key) * (1.0 - smooth(0.55, 1.0, t))
        if cloud > 0.05:
            rgb = _clouds(rgb, x, y, t, d, plan, cloud, key)
        halo = 0.42 if disc.shown else 0.2
        if plan.light == "noon":
            halo *= 0.5
        rgb = rgb + light * (
            bell(d * np.float32(2.2)) * np.float32(halo * 0.7)
            + bell(d * np.float32(6.5)) * np.float32(halo * 0.6)
        )
        if disc.shown:
            rgb = _disc(rgb, x, y, d, px, disc, light)
        return rgb

    return sky, disc


def _disc(rgb: Field, x: Field, y: Field, d: Field, px: float, disc: Disc, light: Field) -> Field:
    edge = max(1.5 * px, 0.0022)
    cover = smooth(disc.radius + edge, disc.radius - edge, d)
    if not disc.moon:
        return mix(rgb, light * 1.18, cover)
    if np.max(cover) > 0.0:
        spots = noise.fbm(x * np.float32(0.32 / disc.radius), y * np.float32(0.32 / disc.radius), 11, 3)
        face = light * (0.72 + 0.5 * smooth(0.35, 0.62, spots))
        return mix(rgb, face, cover)
    return rgb


def _clouds(rgb: Field, x: Field, y: Field, t: Field, d: Field, plan: Plan, amount: float, key: int) -> Field:
    """Banks that flatten towards the horizon, bright towards the disc, shaded beneath."""
    flat = 1.0 / (1.25 - np.minimum(t, 1.05))
    u, v = x * flat * 1.1 + 3.1, flat * 3.2
    body = noise.fbm(u + 0.0 * v, v + 0.0 * u, key, 5)
    shade = noise.fbm(u + 0.05, v + 0.16, key, 3)
    cover = smooth(0.62 - 0.2 * amount, 0.78 - 0.14 * amount, body) * (0.3 + 0.62 * amount)
    cover = cover * smooth(1.02, 0.82, t)
    lit = np.clip((body - shade) * 3.2 + 0.5, 0.0, 1.0).astype(np.float32)
    near = bell(d * np.float32(1.7))
    bright = mix(plan.rgb("low", 0.06), plan.rgb("light"), 0.25 + 0.75 * near)
    dim = mix(plan.rgb("mid", -0.10, 0.8), plan.rgb("top", 0.08), scalar(0.35))
    return mix(rgb, mix(dim, bright, lit), cover)


def stars(x: Field, y: Field, px: float, key: int, cells: float = 62.0) -> Field:
    """Light of hashed stars, few of them bright, each a little warm or cold."""
    total: Field = np.zeros((3, 1, 1), np.float32)
    for layer, (scale, share) in enumerate(((cells, 0.80), (cells * 0.42, 0.90))):
        u, v = x * np.float32(scale) + 0.0 * y, y * np.float32(scale) + 0.0 * x
        cx = 0.2 + 0.6 * noise.cell_values(u, v, key + layer)
        cy = 0.2 + 0.6 * noise.cell_values(u, v, key + layer + 7)
        power = noise.cell_values(u, v, key + layer + 13)
        d = length(u - np.floor(u) - cx, v - np.floor(v) - cy)
        size = max(0.075, 1.1 * px * scale)
        glow = smooth(share, 1.0, power) * smooth(size, 0.0, d)
        warm = (cx - 0.5) * 0.6
        tone = np.stack((1.0 + warm, np.ones_like(warm), 1.0 - warm))
        total = total + tone * glow * np.float32(1.25 + layer)
    return np.asarray(total, np.float32)
