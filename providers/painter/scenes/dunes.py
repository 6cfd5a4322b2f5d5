"""Dunes behind one another: a lit and a shaded flank each, ripples along the slope."""

from __future__ import annotations

import numpy as np

from providers.painter import elements, noise
from providers.painter.maths import Field, bell, clip, mix, scalar, sin, smooth
from providers.painter.plan import Paint, Plan, Shader
from providers.painter.scenes import sky as skies


def build(plan: Plan) -> Shader:
    return _Dunes(plan).shade


class _Dunes:
    def __init__(self, plan: Plan) -> None:
        dice = plan.dice
        horizon = dice.real("horizon", 0.50, 0.62)
        self.sky, disc = skies.build(plan, horizon)
        self.key = dice.key("dunes")
        self.count = dice.whole("dunes", 4, 5)
        x_line = noise.line_x(plan.aspect)
        self.crests, self.breaks = [], []
        for n in range(self.count):
            near = n / (self.count - 1)
            swell = noise.wander(x_line * np.float32(0.9 + 0.35 * n), self.key + n, 3, 0.35)
            peak = 1.0 - np.abs(noise.wander(x_line * np.float32(0.7), self.key + 20 + n, 2, 0.3) * 2.0 - 1.0)
            base = horizon + (0.94 - horizon) * near * (0.55 + 0.45 * near)
            height = np.float32(base + 0.03) - (swell * 0.6 + peak * 0.4 - 0.42) * np.float32(
                0.16 + 0.22 * near
            )
            self.crests.append(noise.line(height, plan.aspect))
            self.breaks.append(
                noise.line(
                    (noise.wander(x_line * np.float32(0.8), self.key + 40 + n, 2, 0.4) - 0.5), plan.aspect
                )
            )
        self.from_left = disc.x < plan.aspect / 2
        self.light, self.low, self.far, self.near_tone, self.dark = (
            plan.rgb(r) for r in ("light", "low", "far", "near", "dark")
        )
        self.props = elements.for_land(plan, disc, self.crests[1], self.crests[-2])

    def dune(self, rgb: Field, x: Field, y: Field, px: float, n: int) -> tuple[Field, Field]:
        near = n / (self.count - 1)
        line = self.crests[n](x)
        depth = y - line
        cover = clip(depth * np.float32(1.0 / px) + 0.5)
        slope = (self.crests[n](x + 0.02) - self.crests[n](x - 0.02)) * 25.0
        facing = slope if self.from_left else -slope
        curl = (
            noise.value(depth * 6.0 + np.float32(n * 3), depth * 0.0, self.key + 80)
            * 0.16
            * smooth(0.0, 0.2, depth)
        )
        spine = (
            self.breaks[n](x + (depth * 1.9 + curl) * np.float32(1.0 if self.from_left else -1.0)) * 1.3
            + facing * 0.6
        )
        side = smooth(-0.05, 0.07 + 0.10 * near, spine + depth * 0.15 - 0.06)
        ripple = sin(
            depth * np.float32(120.0 / (0.4 + near))
            + x * 9.0
            + noise.fbm(x * 4.0 + 0.0 * y, y * 9.0 + 0.0 * x, self.key + 60 + n, 3) * 9.0
        )
        ripple = ripple * smooth(0.02, 0.16, depth) * np.float32(0.02 + 0.07 * near)
        lit = mix(self.far, mix(self.low, self.light, 0.25), 0.30 * smooth(0.14, 0.0, depth)) * (1.0 + ripple)
        shaded = mix(self.near_tone, self.far, 0.10) * (1.0 + ripple * 0.6)
        body = mix(shaded, lit, side)
        body = mix(
            body, mix(self.dark, self.near_tone, 0.6), smooth(0.06, 0.6, depth) * np.float32(0.45 * near)
        )
        rim = bell(depth * np.float32(90.0)) * side * 0.18
        body = mix(
            body, mix(self.low, self.light, 0.3), clip(scalar(0.62 * (1.0 - near) * (1.0 - near))) + rim
        )
        return mix(rgb, body, cover), cover

    def shade(self, x: Field, y: Field, px: float) -> Paint:
        rgb = self.sky(x, y, px) + 0.0 * y
        rgb = elements.paint(self.props, "sky", rgb, x, y, px)
        land = np.zeros(rgb.shape[1:], np.float32)
        for n in range(self.count):
            rgb, cover = self.dune(rgb, x, y, px, n)
            land = np.maximum(land, cover)
            if n == 1:
                rgb = elements.paint(self.props, "far", rgb, x, y, px)
            if n == self.count - 2:
                rgb = elements.paint(self.props, "near", rgb, x, y, px)
        return Paint(rgb, land)
