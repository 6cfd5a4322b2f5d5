"""Curtains of light over dark woods, a hut with a lit window where asked."""

from __future__ import annotations

import numpy as np

from providers.painter import elements, noise
from providers.painter.maths import Field, bell, clip, exp2, mix, smooth
from providers.painter.plan import Paint, Plan, Shader
from providers.painter.scenes import ridges
from providers.painter.scenes import sky as skies


def build(plan: Plan) -> Shader:
    return _Aurora(plan).shade


class _Aurora:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        dice = plan.dice
        self.key = dice.key("aurora")
        x_line = noise.line_x(plan.aspect)
        self.hills = []
        for n in range(3):
            base = 0.70 + 0.085 * n
            height = np.float32(base) - (
                noise.wander(x_line * np.float32(1.6 + n), self.key + 40 + n, 5) - 0.4
            ) * np.float32(0.20 - 0.05 * n)
            if n == 2 and "pines" not in plan.reading.banned:
                height = height + 0.06 - ridges.pines(x_line, self.key + 50, 0.13, 1.0)
            elif n == 1:
                height = height - ridges.pines(x_line, self.key + 51, 0.035, 1.2)
            self.hills.append(noise.line(height, plan.aspect))
        self.bands = [
            (
                dice.real(f"band {n}", 0.30, 0.62) - 0.08 * n,
                dice.real(f"fall {n}", -0.26, 0.26),
                dice.real(f"reach {n}", 0.22, 0.42),
            )
            for n in range(3)
        ]
        self.low, self.light, self.top, self.accent = (
            plan.rgb("low"),
            plan.rgb("light"),
            plan.rgb("mid"),
            plan.rgb("accent"),
        )
        self.props = elements.for_land(plan, None, self.hills[1], self.hills[2])

    def curtain(self, x: Field, y: Field, n: int) -> Field:
        height, fall, reach = self.bands[n]
        fold = noise.fbm(x * 1.5 + np.float32(n * 7.0), x * 0.0, self.key + n, 3) - 0.5
        line = np.float32(height) + (x / np.float32(self.plan.aspect) - 0.5) * np.float32(fall) + fold * 0.34
        above = line - y
        shear = x + fold * 0.5 - above * 0.06
        rays = (
            noise.value(shear * 34.0, y * 0.5 + 0.0 * x, self.key + 11 + n) * 0.55
            + noise.value(shear * 95.0, y * 0.4 + 0.0 * x, self.key + 12 + n) * 0.25
        )
        strength = smooth(-0.035, 0.03, above) * exp2(
            np.maximum(above, 0.0) * np.float32(-1.0 / (reach * 0.42))
        )
        strength = strength * (0.32 + rays) * (0.30 + 1.25 * noise.value(x * 2.3, x * 0.0, self.key + 21 + n))
        t = clip(np.maximum(above, 0.0) * np.float32(1.0 / reach))
        tone = mix(
            mix(self.light, self.low, smooth(0.0, 0.10, t)),
            mix(self.top, self.accent, smooth(0.6, 1.0, t)),
            smooth(0.22, 0.85, t),
        )
        return tone * strength * np.float32((0.95, 0.7, 0.5)[n])

    def shade(self, x: Field, y: Field, px: float) -> Paint:
        rgb = mix(self.plan.rgb("top", -0.10), self.plan.rgb("mid", -0.22), smooth(0.1, 0.75, y)) + 0.0 * x
        if "stars" not in self.plan.reading.banned:
            rgb = rgb + skies.stars(x, y, px, self.key)
        for n in range(3):
            rgb = rgb + self.curtain(x, y, n)
        rgb = elements.paint(self.props, "sky", rgb, x, y, px)
        land = np.zeros(rgb.shape[1:], np.float32)
        for n, hill in enumerate(self.hills):
            line = hill(x)
            depth = y - line
            cover = clip(depth * np.float32(1.0 / px) + 0.5)
            mist = noise.fbm(x * 3.0 + 0.0 * y, y * 7.0 + np.float32(n * 3), self.key + 60 + n, 4)
            ground = mix(
                self.plan.rgb("far", -0.04 * n), self.plan.rgb("near"), smooth(0.0, 0.15, depth)
            ) * np.float32(1.0 - 0.28 * n)
            ground = mix(
                ground,
                self.low * 0.35 + self.plan.rgb("far") * 0.5,
                smooth(0.42, 0.75, mist) * np.float32((0.55, 0.75, 0.0)[n]),
            )
            if n == 2:
                ground = self.plan.rgb("dark") * 0.8
            if "snow" in self.plan.reading.weather:
                ground = mix(ground, self.low * 0.4 + 0.25, 0.55)
            rgb = mix(rgb, ground, cover)
            land = np.maximum(land, cover)
            if n == 1:
                rgb = elements.paint(self.props, "far", rgb, x, y, px)
        rgb = elements.paint(self.props, "near", rgb, x, y, px)
        rgb = rgb + self.low * bell((y - 0.72) * 5.0) * 0.03
        return Paint(rgb, land)
