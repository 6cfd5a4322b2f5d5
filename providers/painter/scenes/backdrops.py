"""Walls behind a still life: a great glowing disc, a palm's shadow, a window's light, a plain sweep."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from providers.painter import noise
from providers.painter.maths import Field, atan2, bell, length, mix, sin, smooth, turn
from providers.painter.plan import Plan

type Wall = Callable[[Field, Field, float], Field]


def build(plan: Plan, edge: float, centre: float, backlit: bool, light_x: float) -> Wall:
    """The wall as a function of place."""
    dice = plan.dice
    if plan.has("palm"):
        return _palm(plan, light_x)
    if plan.has("window"):
        return _window(plan, light_x)
    if plan.has("backlight"):
        return _disc(plan, edge, centre)
    if backlit and plan.light in ("golden", "sunset", "night", "dusk") and dice.chance("disc", 0.75):
        return _disc(plan, edge, centre)
    if backlit:
        return _sweep(plan, light_x)
    return dice.pick("wall", (_palm, _window, _sweep))(plan, light_x)


def _base(plan: Plan, x: Field, y: Field, light_x: float) -> Field:
    """A plain wall, brighter on the light's side."""
    side = x * np.float32((-1.0 if light_x > 0 else 1.0) / plan.aspect)
    t = smooth(-1.2, 1.2, side * 0.9 + y * 0.7 - 0.35)
    plaster = noise.fbm(x * 3.0 + 0.0 * y, y * 3.0 + 0.0 * x, plan.dice.key("plaster"), 4) - 0.5
    return mix(plan.rgb("mid", 0.03), plan.rgb("top"), t) * (1.0 + plaster * 0.10)


def _sweep(plan: Plan, light_x: float) -> Wall:
    def wall(x: Field, y: Field, px: float) -> Field:
        pool = bell(length(x - np.float32(plan.aspect * (0.5 + 0.25 * light_x)), (y - 0.38)) * 2.0)
        return np.asarray(
            _base(plan, x, y, light_x)
            + plan.rgb("light") * pool * np.float32(0.16 if plan.palette.mid[0] > 0.5 else 0.10),
            np.float32,
        )

    return wall


def _disc(plan: Plan, edge: float, centre: float) -> Wall:
    """One large low sun against a dark wall, its rim soft."""
    radius = plan.dice.real("glow radius", 0.30, 0.40) * min(1.0, plan.aspect + 0.2)
    cx, cy = (
        centre + plan.dice.real("glow x", -0.06, 0.12),
        edge - radius * plan.dice.real("glow y", 0.75, 1.05),
    )
    top, mid, low, light = plan.rgb("top"), plan.rgb("mid"), plan.rgb("low"), plan.rgb("light")
    key = plan.dice.key("glow")

    def wall(x: Field, y: Field, px: float) -> Field:
        d = length(x - np.float32(cx), y - np.float32(cy)) * np.float32(1.0 / radius)
        mottle = noise.fbm(x * 5.0 + 0.0 * y, y * 5.0 + 0.0 * x, key, 3) - 0.5
        rgb = mix(top, mid, bell(d * 0.60)) * (1.0 + mottle * 0.16)
        core = mix(mix(mid, low, 0.75), mix(low, light, 0.55), smooth(1.0, 0.1, d))
        rgb = mix(rgb, core, smooth(1.12, 0.86, d))
        return np.asarray(rgb + low * bell(d - 1.0) * 0.10, np.float32)

    return wall


def _window(plan: Plan, light_x: float) -> Wall:
    """The light of a window with its bars, slanting over the wall."""
    dice = plan.dice
    cx = plan.aspect * (0.5 - 0.16 * (1.0 if light_x > 0 else -1.0)) + dice.real("window x", -0.04, 0.06)
    cy, half = dice.real("window y", 0.28, 0.36), dice.real("window size", 0.15, 0.20)
    bars = dice.whole("bars", 2, 3)

    def wall(x: Field, y: Field, px: float) -> Field:
        u, v = turn(x - np.float32(cx), y - np.float32(cy), -0.10)
        u = u + v * 0.10
        inside = smooth(half, half - 0.02, np.abs(u)) * smooth(half * 1.25, half * 1.25 - 0.022, np.abs(v))
        cell = (u / np.float32(half) + 1.0) * np.float32(bars / 2.0)
        gap = np.minimum(
            np.abs(cell - np.floor(cell + 0.5)),
            np.abs(v * np.float32(1.2 / half) - np.floor(v * np.float32(1.2 / half) + 0.5)),
        )
        light = inside * smooth(0.02, 0.075, gap)
        return np.asarray(_base(plan, x, y, light_x) * 0.90 + plan.rgb("light") * light * 0.34, np.float32)

    return wall


def _palm(plan: Plan, light_x: float) -> Wall:
    """Fans of leaves as soft shadows on a bright wall."""
    dice = plan.dice
    fans = [
        (
            plan.aspect * dice.real(f"fan x {n}", *((0.0, 0.25), (0.72, 1.0), (0.3, 0.7))[n]),
            dice.real(f"fan y {n}", 0.50, 0.78),
            dice.real(f"fan size {n}", 0.34, 0.52),
            dice.real(f"fan turn {n}", -0.5, 0.5),
        )
        for n in range(2 if plan.aspect < 1.1 else 3)
    ]

    def wall(x: Field, y: Field, px: float) -> Field:
        shade = np.zeros(np.broadcast_shapes(x.shape, y.shape), np.float32)
        for cx, cy, size, angle in fans:
            dx, dy = x - np.float32(cx), y - np.float32(cy)
            r = length(dx, dy) * np.float32(1.0 / size)
            theta = atan2(-dy + 0.0 * dx, dx + 0.0 * dy) - np.float32(1.5708 + angle)
            finger = np.abs(sin(theta * 6.5))
            reach = (0.55 + 0.45 * (1.0 - np.abs(theta) * 0.42)) * (1.0 - 0.1 * np.abs(theta))
            blade = smooth(0.15, 0.62, finger - smooth(0.5, 1.0, r / np.maximum(reach, 0.05)) * 0.62 + 0.12)
            inside = (
                smooth(1.06, 0.90, r / np.maximum(reach, 0.05))
                * smooth(1.9, 1.5, np.abs(theta))
                * smooth(0.10, 0.2, r)
            )
            shade = np.maximum(shade, inside * blade)
        lit = _base(plan, x, y, light_x) * 1.03
        return mix(lit, lit * (plan.rgb("far") * 0.55 + 0.30), shade * 0.62)

    return wall
