"""One large flower, its petals in rings around a seeded heart, before soft leaves."""

from __future__ import annotations

import numpy as np

from providers.painter import noise
from providers.painter.maths import Field, atan2, bell, clip, cos, length, mix, power, scalar, sin, smooth
from providers.painter.plan import Paint, Plan, Shader


def build(plan: Plan) -> Shader:
    return _Bloom(plan).shade


class _Bloom:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.dice = plan.dice
        self.key = self.dice.key("bloom")
        unit = min(1.0, plan.aspect * 1.1) * (
            1.45 if "macro" in plan.reading.lenses else 0.8 if "wide" in plan.reading.lenses else 1.0
        )
        self.cx, self.cy = plan.aspect * self.dice.real("x", 0.42, 0.58), self.dice.real("y", 0.44, 0.54)
        self.petals = self.dice.whole("petals", 5, 13)
        self.rings = self.dice.whole("rings", 3, 6)
        self.pointed = self.dice.real("pointed", 0.35, 1.1)
        self.size = 0.40 * unit
        self.low, self.near, self.far, self.accent = (plan.rgb(r) for r in ("low", "near", "far", "accent"))

    def ground(self, x: Field, y: Field, px: float) -> Field:
        rgb = mix(self.plan.rgb("top"), self.plan.rgb("mid"), smooth(0.15, 1.1, y + x * 0.25))
        for n in range(7):
            lx, ly = (
                self.dice.real(f"leaf x {n}", -0.1, 1.1) * self.plan.aspect,
                self.dice.real(f"leaf y {n}", -0.05, 1.05),
            )
            angle = self.dice.real(f"leaf turn {n}", -3.1, 3.1)
            c, s = float(cos(scalar(angle))), float(sin(scalar(angle)))
            dx, dy = x - np.float32(lx), y - np.float32(ly)
            a, b = (dx * c + dy * s) / 0.34, (dy * c - dx * s) / 0.34
            along = clip(a * 0.5 + 0.5, 0.0, 1.0)
            belly = np.sqrt(along * (1.0 - along)) * 0.62
            leaf = smooth(0.10, -0.10, np.maximum(np.abs(b) - belly, np.abs(a) - 1.0))
            tone = mix(
                self.plan.rgb("mid", -0.04),
                self.plan.rgb("mid", 0.10),
                smooth(-0.02, 0.02, b) * 0.8 + 0.2 * along,
            )
            rgb = mix(rgb, tone * (0.6 + 0.4 * n / 6.0), leaf * 0.75)
        return rgb

    def shade(self, x: Field, y: Field, px: float) -> Paint:
        rgb = self.ground(x, y, px)
        dx, dy = (
            (x - np.float32(self.cx)) / np.float32(self.size) + 0.0 * y,
            (y - np.float32(self.cy)) / np.float32(self.size) + 0.0 * x,
        )
        r, theta = length(dx, dy), atan2(dy, dx)
        rgb = rgb * (1.0 - 0.55 * bell((length(dx - 0.08, dy - 0.14)) * 0.85))
        cover = np.zeros_like(r)
        for ring in range(self.rings):
            inner = ring / self.rings
            reach = 1.0 - 0.74 * inner
            rgb, cover = self._ring(rgb, cover, r, theta, ring, reach, px)
        heart = r / np.float32(0.145)
        seeds = noise.value(dx * 62.0, dy * 62.0, self.key + 60)
        dome = np.sqrt(np.maximum(1.0 - heart * heart, 0.0))
        core = mix(self.accent * 0.45, self.accent * 1.15, clip(seeds * 0.9 + 0.25 * dome - dy * 1.2))
        rgb = mix(
            rgb * (1.0 - 0.35 * bell(heart * 0.72)), core, smooth(1.02, 0.94, heart + (seeds - 0.5) * 0.1)
        )
        return Paint(rgb, cover)

    def _ring(
        self, rgb: Field, cover: Field, r: Field, theta: Field, ring: int, reach: float, px: float
    ) -> tuple[Field, Field]:
        """One ring of overlapping petals, even ones over odd ones."""
        for over in range(2):
            count = self.petals if self.petals % 2 == 0 else self.petals + 1
            phase = theta * np.float32(count / 6.28318) + np.float32(ring * 0.5 + ring * 0.13)
            local = phase - np.float32(over) - 2.0 * np.floor((phase - np.float32(over)) * 0.5) - 1.0
            turns = np.floor((phase - np.float32(over)) * 0.5)
            cell = turns - np.floor(turns * np.float32(2.0 / count)) * np.float32(count / 2)
            jitter = noise.cell_values(cell, cell * 0.0 + np.float32(ring), self.key + over) - 0.5
            across = np.abs(local) * np.float32(0.86)
            tip = (
                np.float32(reach)
                * (1.0 + jitter * 0.14)
                * power(clip(1.0 - power(across, 2.4)), 0.5 * self.pointed)
            )
            inside = smooth(0.0, -max(0.012, px / self.size * 1.5), r - tip)
            t = clip(r / np.float32(reach))
            streak = noise.value(local * 15.0 + cell * 5.0, r * 3.0, self.key + 7) - 0.5
            tone = mix(
                mix(self.near, self.far, smooth(0.05, 0.55, t)),
                mix(self.low, self.far, 0.35),
                smooth(0.62, 1.06, t),
            )
            bend = 1.0 - 0.30 * across * across + 0.16 * local * np.float32(1.0 if over else -0.6)
            lit = tone * (0.60 + 0.44 * t) * bend * (1.0 + streak * 0.18) * (1.0 + jitter * 0.18)
            shadow = smooth(0.11, 0.0, r - tip) * 0.42
            rgb = mix(rgb * (1.0 - shadow * (1.0 - inside)), lit, inside)
            cover = np.maximum(cover, inside)
        return rgb, cover
