"""A liquid, iridescent body of merged drops on a deep ground."""

from __future__ import annotations

import numpy as np

from providers.painter import noise
from providers.painter.maths import Field, bell, clip, length, mix, power, sin, smooth
from providers.painter.plan import Paint, Plan, Shader


def build(plan: Plan) -> Shader:
    return _Glass(plan).shade


class _Glass:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        dice = plan.dice
        self.key = dice.key("drops")
        self.unit = min(1.0, plan.aspect * 1.1) * (1.6 if "macro" in plan.reading.lenses else 1.3)
        count = dice.whole("drops", 5, 8)
        self.drops = [
            (
                dice.real(f"x {n}", -0.22, 0.22),
                dice.real(f"y {n}", -0.22, 0.22),
                dice.real(f"r {n}", 0.09, 0.16),
            )
            for n in range(count)
        ]
        self.cx, self.cy = plan.aspect * dice.real("x", 0.44, 0.56), dice.real("y", 0.44, 0.52)
        self.low, self.light, self.accent, self.near, self.far, self.mid = (
            plan.rgb(r) for r in ("low", "light", "accent", "near", "far", "mid")
        )
        self.twist = dice.real("twist", 2.4, 4.4)

    def field(self, u: Field, v: Field) -> tuple[Field, Field, Field]:
        """Height of the merged drops and its slope."""
        height, sx, sy = np.zeros_like(u), np.zeros_like(u), np.zeros_like(u)
        for dx, dy, r in self.drops:
            a, b = u - np.float32(dx), v - np.float32(dy)
            k = np.float32(1.0 / (r * r))
            hill = 1.0 / (1.0 + (a * a + b * b) * k)
            hill = hill * hill
            height = height + hill
            sx, sy = sx - a * k * hill * 1.6, sy - b * k * hill * 1.6
        return height, sx, sy

    def shade(self, x: Field, y: Field, px: float) -> Paint:
        ground = mix(
            self.plan.rgb("top"),
            self.mid,
            smooth(-0.2, 1.3, y * 0.8 + x / np.float32(self.plan.aspect) * 0.5) * 0.8,
        )
        glow = bell(length(x - np.float32(self.cx), y - np.float32(self.cy)) * 2.1)
        rgb = ground * (0.62 + 0.7 * glow)
        u, v = (
            (x - np.float32(self.cx)) / np.float32(self.unit) + 0.0 * y,
            (y - np.float32(self.cy)) / np.float32(self.unit) + 0.0 * x,
        )
        wob = noise.fbm(u * 3.4, v * 3.4, self.key, 2) - 0.5
        u, v = u + wob * 0.10, v - wob * 0.08
        height, sx, sy = self.field(u, v)
        level = 0.82
        slope = length(sx, sy)
        distance = (np.float32(level) - height) / np.maximum(slope, 0.8)
        cover = smooth(px * 1.2, -px * 1.2, distance * np.float32(self.unit) * 0.5)
        shadow, _, _ = self.field(u - 0.03, v - 0.17)
        rgb = rgb * (1.0 - 0.45 * smooth(0.45, 1.1, shadow))
        over = np.maximum(height - np.float32(level), 0.0)
        z = np.sqrt(over) * 5.5 + 0.05
        norm = 1.0 / np.sqrt(sx * sx + sy * sy + z * z)
        nx, ny, nz = -sx * norm, -sy * norm, z * norm
        body = self._film(nx, ny, nz, over)
        return Paint(mix(rgb, body, cover), cover)

    def _film(self, nx: Field, ny: Field, nz: Field, over: Field) -> Field:
        """Colour by the angle of the surface, with bright slits mirrored in it."""
        ring = (1.0 - nz) * np.float32(self.twist) + over * 0.9
        first, second = 0.5 + 0.5 * sin(ring * 3.1 + nx * 2.0), 0.5 + 0.5 * sin(ring * 4.7 - ny * 3.0 + 2.0)
        deep = mix(self.plan.rgb("dark"), self.near, 0.35 + 0.4 * clip(nz))
        rgb = mix(mix(deep, self.far, first * 0.85), self.low, second * smooth(0.1, 0.9, 1.0 - nz) * 0.75)
        rgb = mix(rgb, self.accent, smooth(0.62, 0.98, sin(ring * 2.2 + nx * 3.0 - ny) * 0.5 + 0.5) * 0.6)
        slit = smooth(0.16, 0.03, np.abs(ny + 0.52 + nx * 0.25)) * smooth(0.85, 0.3, np.abs(nx + 0.1))
        slit = slit + smooth(0.10, 0.02, np.abs(nx - 0.62)) * smooth(0.7, 0.2, np.abs(ny - 0.1)) * 0.7
        spark = power(clip(nx * -0.42 + ny * -0.56 + nz * 0.71), 60.0)
        rim = power(clip(1.0 - nz), 3.5)
        return np.asarray(rgb + self.light * (slit * 0.85 + spark * 1.2 + rim * 0.30), np.float32)
