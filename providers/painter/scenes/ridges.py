"""Ridge lines behind one another in haze, with a lake, trees, a castle or a hut where the words ask."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from providers.painter import elements, noise
from providers.painter.maths import Field, clip, mix, scalar, smooth
from providers.painter.noise import Line
from providers.painter.plan import Paint, Plan, Shader
from providers.painter.scenes import sky as skies


@dataclass(frozen=True, slots=True)
class Ridge:
    """One layer: its line, and how far into the haze it lies (1 is farthest)."""

    line: Line
    haze: float
    wooded: bool


def build(plan: Plan) -> Shader:
    return _Ridges(plan).shade


class _Ridges:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        dice = plan.dice
        self.lake = plan.may("lake", 0.45)
        self.shore = dice.real("shore", 0.68, 0.76) if self.lake else 1.2
        horizon = min(self.shore, 0.72)
        self.sky, disc = skies.build(plan, horizon)
        self.ridges = _ridges(plan, horizon, self.shore)
        self.far, self.near, self.low = (
            plan.rgb("far"),
            plan.rgb("near"),
            mix(plan.rgb("low"), plan.rgb("light"), 0.12),
        )
        self.dark = plan.rgb("dark")
        self.texture = dice.key("rock")
        self.snowy = "snow" in plan.reading.weather
        self.props = elements.for_land(
            plan,
            disc,
            self.ridges[len(self.ridges) // 2].line,
            self.ridges[-2 if len(self.ridges) > 2 else -1].line,
        )

    def world(self, x: Field, y: Field, px: float) -> tuple[Field, Field]:
        rgb = self.sky(x, y, px)
        land = np.zeros(np.broadcast_shapes(x.shape, y.shape), np.float32)
        rgb = elements.paint(self.props, "sky", rgb, x, y, px)
        for place, ridge in enumerate(self.ridges):
            height = ridge.line(x)
            if float(np.max(y)) < float(np.min(height)) - 0.02:
                continue
            cover = clip((y - height) * np.float32(1.0 / px) + 0.5)
            depth = y - height
            base = mix(
                mix(self.near, self.far, smooth(0.0, 0.75, scalar(ridge.haze))),
                self.low,
                max(ridge.haze - 0.4, 0.0) * 0.8,
            )
            base = mix(self.dark, base, min(1.0, 0.16 + ridge.haze * 1.5))
            if ridge.haze < 0.8 and not ridge.wooded:
                rock = noise.ridged(x * 7.0 + depth * 3.0, y * 9.0 - x * 2.0, self.texture + place, 3)
                base = base * (1.0 + (rock - 0.5) * np.float32(0.34 * (1.0 - ridge.haze)))
                if self.snowy:
                    cap = smooth(0.13, 0.02, depth + (rock - 0.5) * 0.14)
                    base = mix(base, mix(scalar(0.9), self.low, ridge.haze * 0.7), cap * 0.85)
            pool = smooth(0.0, 0.26, depth) * np.float32(0.10 + 0.52 * ridge.haze)
            rgb = mix(rgb, mix(base, self.low, pool), cover)
            land = np.maximum(land, cover)
            if place == len(self.ridges) - 3 or place == len(self.ridges) - 1:
                rgb = elements.paint(
                    self.props, "far" if place == len(self.ridges) - 3 else "near", rgb, x, y, px
                )
        return rgb, land

    def shade(self, x: Field, y: Field, px: float) -> Paint:
        if not self.lake or float(np.max(y)) <= self.shore:
            return Paint(*self.world(x, y, px))
        below = np.maximum(y - np.float32(self.shore), 0.0)
        wet = clip((y - np.float32(self.shore)) * np.float32(1.0 / px))
        reach = below * 42.0 / (0.12 + below)
        ripple = noise.value(x * 5.0 + 0.0 * y, reach * 2.6 + 0.0 * x, self.texture + 77) - 0.5
        fine = noise.value(x * 22.0 + 0.0 * y, reach * 7.0 + 0.0 * x, self.texture + 78) - 0.5
        bend = (ripple * 0.05 + fine * 0.014) * (0.25 + below * 3.0)
        mirror = np.float32(self.shore) - below * np.float32(0.92) + bend * wet
        rgb, land = self.world(
            x + bend * 0.35 * wet, np.where(wet > 0, mirror, y + 0.0 * x).astype(np.float32), px
        )
        deep = mix(self.dark, self.plan.rgb("top"), 0.4)
        sheen = 0.80 - 0.42 * smooth(0.0, 0.3, below)
        water = mix(deep, rgb, np.clip(sheen + fine * 0.22, 0.0, 1.0).astype(np.float32))
        edge = smooth(0.012, 0.0, np.abs(y - np.float32(self.shore))) * 0.22
        rgb = mix(rgb, water, wet)
        rgb = mix(rgb, self.low, edge)
        rgb = elements.paint(self.props, "water", rgb, x, y, px)
        return Paint(rgb, np.maximum(land, wet))


def _ridges(plan: Plan, horizon: float, shore: float) -> tuple[Ridge, ...]:
    """Far to near: each line lower, rougher in detail and darker than the one behind."""
    dice = plan.dice
    count = dice.whole("ridge count", 4, 6)
    if "wide" in plan.reading.lenses:
        count += 1
    x = noise.line_x(plan.aspect)
    tall = dice.real("ridge height", 0.24, 0.46) * (
        1.25 if plan.mood("dramatic") else 0.8 if plan.mood("calm") else 1.0
    )
    peaky = dice.real("peaky", 0.0, 1.0)
    floor = min(shore, 1.0)
    ridges = []
    for place in range(count):
        near = place / (count - 1)
        key = dice.key(f"ridge {place}")
        soft = noise.wander(x * np.float32(1.9 + 1.6 * near), key, 7, 0.48)
        sharp = 1.0 - np.abs(noise.wander(x * np.float32(1.7 + 1.2 * near), key + 5, 7, 0.48) * 2.0 - 1.0)
        shape = soft * np.float32(1.0 - 0.75 * peaky) + sharp * np.float32(0.75 * peaky)
        base = horizon - 0.20 + near * (floor - horizon + (0.30 if shore > 1.0 else 0.19))
        height = np.float32(base + 0.07) - (shape - 0.32) * np.float32(tall * (1.0 - 0.42 * near))
        wooded = near > 0.72 and plan.may("pines", 0.55)
        if wooded:
            height = height - pines(x, key, 0.028 + 0.03 * near)
        ridges.append(Ridge(noise.line(height, plan.aspect), 1.0 - near, wooded))
    return tuple(ridges)


def pines(x: Field, key: int, size: float, density: float = 1.0) -> Field:
    """The heights of a row of firs along ``x``: serrated triangles, jittered in place and size."""
    total = np.zeros_like(x)
    for row, spacing in enumerate((1.1, 1.7)):
        u = x * np.float32(density / (size * spacing * 0.55)) + np.float32(row * 0.37)
        cell = np.floor(u)
        tall = noise.cell_values(cell, cell * 0.0, key + row)
        off = (noise.cell_values(cell, cell * 0.0, key + 9 + row) - 0.5) * 0.4
        across = np.abs(u - cell - 0.5 - off)
        step = across * 9.0
        notch = (step - np.floor(step)) * 0.05
        spire = clip(1.0 - (across + notch) * np.float32(2.5))
        total = np.maximum(total, spire * (0.35 + 0.75 * tall) * np.float32(size))
    return total
