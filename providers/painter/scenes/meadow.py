"""Rolling fields under a wide sky: furrows or flowers, a tree, a house where asked."""

from __future__ import annotations

import numpy as np

from providers.painter import elements, noise
from providers.painter.maths import Field, clip, length, mix, sin, smooth
from providers.painter.palette import linear
from providers.painter.plan import Paint, Plan, Shader
from providers.painter.scenes import sky as skies


def build(plan: Plan) -> Shader:
    return _Meadow(plan).shade


class _Meadow:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        dice = plan.dice
        self.horizon = dice.real("horizon", 0.54, 0.64)
        self.sky, disc = skies.build(plan, self.horizon)
        self.key = dice.key("fields")
        x_line = noise.line_x(plan.aspect)
        self.hills = []
        for n in range(4):
            base = self.horizon + (0.0, 0.045, 0.13, 0.27)[n]
            self.hills.append(
                noise.line(
                    np.float32(base)
                    - (noise.wander(x_line * np.float32(0.8 + 0.25 * n), self.key + n, 3, 0.38) - 0.45)
                    * np.float32(0.11 + 0.05 * n),
                    plan.aspect,
                )
            )
        self.flowers = plan.may("flowers", 0.45)
        self.rows = dice.chance("rows", 0.4)
        self.petal = [plan.rgb("accent"), linear(0.93, 0.03, 90.0), plan.rgb("accent", 0.12, 1.0, 40.0)]
        self.far, self.near, self.low, self.light, self.dark = (
            plan.rgb(r) for r in ("far", "near", "low", "light", "dark")
        )
        self.props = elements.for_land(plan, disc, self.hills[1], self.hills[2])
        if "tree" in plan.reading.elements or dice.chance("a tree", 0.5):
            self.props = (*self.props, elements.tree_on(plan, self.hills[2]))

    def field(self, rgb: Field, x: Field, y: Field, px: float, n: int) -> tuple[Field, Field]:
        depth = y - self.hills[n](x)
        cover = clip(depth * np.float32(1.0 / px) + 0.5)
        shade_of = noise.fbm(x * 1.6 + 0.0 * y, y * 5.0 + np.float32(n), self.key + 10 + n, 3)
        tone = mix(mix(self.far, self.low, 0.25), self.far, n / 3.0) * (0.86 + 0.3 * shade_of)
        tone = mix(tone, self.near, smooth(0.0, 0.34, depth) * np.float32(0.35 + 0.18 * n))
        if self.rows and n in (1, 2):
            furrow = sin(
                (x - np.float32(self.plan.aspect * 0.5)) / (depth + 0.05) * np.float32(4.5)
                + np.float32(n * 2)
            )
            tone = tone * (1.0 + furrow * 0.13 * smooth(0.01, 0.06, depth))
        blades = (
            noise.value(x * np.float32(260.0) + 0.0 * y, y * np.float32(46.0) + x * 30.0, self.key + 20) - 0.5
        )
        tone = tone * (1.0 + blades * np.float32(0.06 + 0.10 * n))
        tone = tone + self.light * smooth(0.02, 0.0, depth) * 0.10
        tone = mix(tone, mix(self.low, self.light, 0.2), np.float32((0.62, 0.30, 0.10, 0.0)[n]))
        return mix(rgb, tone, cover), cover

    def shade(self, x: Field, y: Field, px: float) -> Paint:
        rgb = self.sky(x, y, px) + 0.0 * y
        rgb = elements.paint(self.props, "sky", rgb, x, y, px)
        land = np.zeros(rgb.shape[1:], np.float32)
        for n in range(4):
            rgb, cover = self.field(rgb, x, y, px, n)
            land = np.maximum(land, cover)
            if n in (1, 2):
                rgb = elements.paint(self.props, "far" if n == 1 else "near", rgb, x, y, px)
        if self.flowers and float(np.max(y)) > self.horizon + 0.1:
            rgb = self._flowers(rgb, x, y, px)
        rgb = mix(rgb, self.dark * 0.6 + self.near * 0.4, smooth(0.88, 1.08, y) * 0.5)
        return Paint(rgb, land)

    def _flowers(self, rgb: Field, x: Field, y: Field, px: float) -> Field:
        """Heads that grow towards the viewer, denser in drifts."""
        for n in range(4):
            depth = np.float32(1.0 / (0.55 + 0.75 * n))
            v = (y - np.float32(self.horizon)) * (9.0 * depth) + 5.0
            scale = np.float32(13.0 + 13.0 * (3 - n))
            u, w = x * scale + np.float32(n * 3.3), y * scale * 1.25
            fu, fw = np.floor(u), np.floor(w)
            cx, cy = (
                0.3 + 0.4 * noise.cell_values(fu, fw, self.key + 30 + n),
                0.3 + 0.4 * noise.cell_values(fu, fw, self.key + 40 + n),
            )
            there = noise.cell_values(fu, fw, self.key + 50 + n)
            drift = noise.fbm(x * 2.4 + 0.0 * y, y * 5.0 + np.float32(n), self.key + 60, 2)
            band = smooth(self.horizon + 0.10 + 0.07 * n, self.horizon + 0.20 + 0.08 * n, y) * (
                1.0 if n == 3 else smooth(self.horizon + 0.34 + 0.07 * n, self.horizon + 0.24 + 0.06 * n, y)
            )
            d = length(u - fu - cx, (w - fw - cy) * 1.3)
            head = (
                smooth(0.24, 0.24 - max(px * float(scale) * 1.2, 0.06), d)
                * smooth(0.40, 0.44, there * 0.62 + drift * 0.5)
                * band
            )
            tone = (
                np.where(there > 0.72, self.petal[1], np.where(there > 0.5, self.petal[2], self.petal[0]))
                * (0.75 + 0.5 * smooth(0.3, -0.3, w - fw - cy))
                + 0.0 * v
            )
            rgb = mix(rgb, np.asarray(tone, np.float32), head * 0.95)
            heart = smooth(0.08, 0.03, d) * head
            rgb = mix(rgb, self.light * 0.9, heart * 0.7)
        return rgb
