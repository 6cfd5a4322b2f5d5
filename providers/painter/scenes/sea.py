"""Open water under a large sky: swell in perspective, a glitter path, a boat, an island, a lighthouse."""

from __future__ import annotations

import numpy as np

from providers.painter import elements, noise
from providers.painter.maths import Field, bell, clip, mix, smooth
from providers.painter.plan import Paint, Plan, Shader
from providers.painter.scenes import sky as skies


def build(plan: Plan) -> Shader:
    return _Sea(plan).shade


class _Sea:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        dice = plan.dice
        self.horizon = dice.real("horizon", 0.46, 0.64)
        self.sky, self.disc = skies.build(plan, self.horizon)
        self.deep = mix(plan.rgb("dark"), plan.rgb("near"), 0.55)
        self.body, self.light = plan.rgb("near"), plan.rgb("light")
        self.rough = dice.real("swell", 0.5, 1.0) * (
            1.7 if plan.mood("wild") or "storm" in plan.reading.weather else 0.6 if plan.mood("calm") else 1.0
        )
        self.key = dice.key("waves")
        self.beach = dice.real("beach", 0.80, 0.88) if plan.has("beach") else 2.0
        self.sand = mix(plan.rgb("low"), plan.rgb("far"), 0.45)
        self.props = elements.for_sea(plan, self.disc, self.horizon)

    def water(self, x: Field, y: Field, px: float) -> Field:
        below = np.maximum(y - np.float32(self.horizon), 0.0) + np.float32(0.0025)
        depth = 0.16 / below
        across = (x - np.float32(self.disc.x)) * (0.55 + 0.45 * depth)
        swell = noise.fbm(across * 2.1 + 0.0 * depth, depth * 6.5 + 0.0 * across, self.key, 3) - 0.5
        chop = noise.fbm(across * 9.0 + 40.0, depth * 26.0 + 0.0 * across, self.key + 3, 3) - 0.5
        calm = 1.0 / (1.0 + depth * 0.16)
        slope = (swell * 1.05 + chop * 0.75) * np.float32(self.rough) * calm
        mirror = np.float32(self.horizon) - below * 0.9 - np.abs(slope) * 0.16 - 0.01
        rgb = self.sky(x + slope * 0.08, np.maximum(mirror, 0.0).astype(np.float32), 0.01)
        fresnel = clip(0.80 - below * 0.95 + slope * 0.85)
        rgb = mix(mix(self.body, self.deep, smooth(0.05, 0.5, below)), rgb, fresnel)
        width = self.disc.radius * (0.8 + 2.4 * below / (1.0 - self.horizon) + 0.5)
        path = bell((x - np.float32(self.disc.x) + slope * 0.14) / width)
        spark = smooth(0.03, 0.24, chop * np.float32(1.3) + swell * 0.35 + 0.05 * path)
        shine = path * (0.16 + 1.05 * spark) * (1.0 if self.disc.shown else 0.2)
        rgb = rgb + self.light * shine * np.float32(0.78)
        crest = (
            smooth(0.27, 0.42, swell * 0.9 + chop * 0.65)
            * smooth(0.02, 0.2, below)
            * np.float32(min(self.rough * 0.5, 0.8) * 0.5)
        )
        return mix(rgb, mix(self.plan.rgb("low"), self.light, 0.5), crest)

    def shade(self, x: Field, y: Field, px: float) -> Paint:
        wet = clip((y - np.float32(self.horizon)) * np.float32(1.0 / px) + 0.5) + 0.0 * x
        top, bottom = float(np.min(y)), float(np.max(y))
        rgb = self.sky(x, y, px) if top < self.horizon + px else np.zeros((3, *wet.shape), np.float32)
        if bottom > self.horizon - px:
            rgb = mix(rgb, self.water(x, y, px), wet)
        rgb = rgb + self.plan.rgb("low") * bell((y - np.float32(self.horizon)) * np.float32(26.0)) * 0.10
        rgb = elements.paint(self.props, "sky", rgb, x, y, px)
        if self.beach < 1.5 and bottom > self.beach - 0.1:
            rgb = self._beach(rgb, x, y, px)
        rgb = elements.paint(self.props, "near", rgb, x, y, px)
        return Paint(rgb, wet)

    def _beach(self, rgb: Field, x: Field, y: Field, px: float) -> Field:
        line = np.float32(self.beach) + (noise.wander(x * 2.0, self.key + 30, 3) - 0.5) * 0.14 - x * 0.03
        d = y - line
        grain = noise.fbm(x * 40.0 + 0.0 * y, y * 90.0 + 0.0 * x, self.key + 31, 2) - 0.5
        dry = self.sand * (0.94 + grain * 0.16)
        shore = mix(self.sand * 0.62, dry, smooth(0.01, 0.09, d))
        rgb = mix(rgb, shore, smooth(-0.004, 0.004, d))
        foam = smooth(0.018, 0.0, np.abs(d + (noise.wander(x * 14.0, self.key + 33, 3) - 0.5) * 0.03))
        return mix(rgb, mix(self.light, self.plan.rgb("low"), 0.2), foam * 0.85)
