"""Trunks in depths of mist, light falling between them."""

from __future__ import annotations

import numpy as np

from providers.painter import elements, noise
from providers.painter.maths import Field, bell, clip, mix, scalar, smooth
from providers.painter.plan import Paint, Plan, Shader

DEPTHS = 6


def build(plan: Plan) -> Shader:
    return _Forest(plan).shade


class _Forest:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        dice = plan.dice
        self.key = dice.key("forest")
        self.sun = plan.aspect * (
            0.3 * dice.real("sun", 0.25, 0.75)
            + 0.7 * (plan.hints.bright_x if plan.hints.layout is not None else dice.real("sun", 0.25, 0.75))
        )
        self.ground = dice.real("ground", 0.70, 0.78)
        self.crowded = dice.real("crowd", 0.8, 1.25)
        self.firs = plan.has("pines", "snow") or dice.chance("firs", 0.35)
        self.low, self.light, self.far, self.near, self.dark, self.accent = (
            plan.rgb(r) for r in ("low", "light", "far", "near", "dark", "accent")
        )
        self.props = elements.for_forest(plan, self.ground)

    def shade(self, x: Field, y: Field, px: float) -> Paint:
        glow = bell((x - np.float32(self.sun)) * 1.5) * bell((y - 0.36) * 1.5)
        rgb = (
            mix(
                mix(self.plan.rgb("top", 0.06), self.plan.rgb("mid"), smooth(0.0, 0.5, y)),
                mix(self.low, self.light, 0.5),
                clip(glow * 0.9 + 0.08),
            )
            + 0.0 * x
        )
        wood = np.zeros(rgb.shape[1:], np.float32)
        for n in range(DEPTHS):
            rgb, cover = self._row(rgb, x, y, px, n)
            wood = np.maximum(wood, cover)
            if n == DEPTHS - 2:
                rgb = elements.paint(self.props, "near", rgb, x, y, px)
            if n == DEPTHS - 3:
                rgb = self._shafts(rgb, x, y)
        return Paint(rgb, wood)

    def _row(self, rgb: Field, x: Field, y: Field, px: float, n: int) -> tuple[Field, Field]:
        near_by = n / (DEPTHS - 1)
        seed = self.key + 31 * n
        tone = mix(
            mix(self.low, self.far, 0.35 + 0.5 * near_by),
            mix(self.dark, self.near, 0.28),
            scalar(near_by * near_by),
        )
        floor = (
            np.float32(self.ground - 0.10 + 0.20 * near_by)
            - (noise.wander(x * 2.4 + np.float32(n), seed + 3, 3) - 0.5) * 0.06
        )
        soil_depth = y - floor
        soil, soil_cover = self._soil(x, y, px, near_by, seed, tone, soil_depth)
        trunk, leaf = (
            self._firs(x, y, near_by, seed, floor)
            if self.firs
            else self._trunks(x, y, px, near_by, seed, floor)
        )
        lit = smooth(0.5, -0.5, trunk[1]) if self.sun < self.plan.aspect / 2 else smooth(-0.5, 0.5, trunk[1])
        bark = tone * (0.72 + 0.5 * lit * (1.0 - 0.5 * near_by))
        rgb = mix(rgb, soil, soil_cover)
        rgb = mix(rgb, bark, trunk[0])
        if leaf is not None:
            rgb = mix(rgb, tone * 0.9, leaf)
        haze = bell((y - np.float32(self.ground)) * 4.0) * np.float32(0.34 * (1.0 - near_by))
        rgb = mix(rgb, mix(self.low, self.light, 0.25), haze)
        return rgb, np.maximum(np.maximum(trunk[0], soil_cover), leaf if leaf is not None else soil_cover)

    def _soil(
        self, x: Field, y: Field, px: float, near_by: float, seed: int, tone: Field, soil_depth: Field
    ) -> tuple[Field, Field]:
        """Moss and blades; a tile that lies wholly above them costs nothing."""
        if float(np.max(soil_depth)) < -0.06:
            return tone, np.zeros(soil_depth.shape, np.float32)
        moss = noise.fbm(x * np.float32(7.0) + 0.0 * y, y * 16.0 + 0.0 * x, seed + 4, 3)
        blades = noise.value(x * 190.0 + 0.0 * y, y * 22.0 + 0.0 * x, seed + 5) * np.float32(
            0.012 + 0.03 * near_by
        )
        soil = mix(tone, mix(self.accent, self.near, 0.7), smooth(0.45, 0.75, moss) * 0.35) * (
            0.8 + 0.4 * moss
        )
        if "snow" in self.plan.reading.weather:
            soil = mix(soil, self.light * 0.8, 0.7)
        soil_cover = clip((soil_depth + blades) * np.float32(1.0 / px) + 0.5)
        return soil, soil_cover

    def _trunks(
        self, x: Field, y: Field, px: float, near_by: float, seed: int, floor: Field
    ) -> tuple[tuple[Field, Field], Field | None]:
        """Bare stems with a few branches, and a canopy of noise at the top."""
        scale = np.float32((17.0 - 13.2 * near_by) * self.crowded)
        sway = (noise.value(y * 2.0, y * 0.0 + 0.5, seed) - 0.5) * 0.018
        u = (x + sway) * scale + np.float32(seed % 7)
        cell = np.floor(u)
        off = 0.3 + 0.4 * noise.cell_values(cell, cell * 0.0, seed + 1)
        wide = (0.05 + 0.09 * noise.cell_values(cell, cell * 0.0, seed + 2)) * (
            0.9 + 0.5 * smooth(0.3, 0.9, y)
        )
        across = (u - cell - off) / wide
        there = noise.cell_values(cell, cell * 0.0, seed + 7) > 0.18
        stem = (
            smooth(1.0 + 1.2 * px * float(scale) / 0.09, 1.0 - 1.2 * px * float(scale) / 0.09, np.abs(across))
            * there
            * smooth(0.006, -0.004, y - floor - 0.012)
        )
        if float(np.min(y)) > 0.75:
            return (stem.astype(np.float32), clip(across, -1.0, 1.0)), None
        crown = noise.fbm(
            x * np.float32(6.0 + 6.0 * near_by) + 0.0 * y,
            y * np.float32(6.0 + 6.0 * near_by) + 0.0 * x,
            seed + 8,
            4,
        )
        leaf = smooth(0.0, 0.06, crown - 0.30 - y * np.float32(1.2 - 0.25 * near_by)) * np.float32(
            0.35 + 0.6 * near_by
        )
        return (stem.astype(np.float32), clip(across, -1.0, 1.0)), leaf

    def _firs(
        self, x: Field, y: Field, near_by: float, seed: int, floor: Field
    ) -> tuple[tuple[Field, Field], Field | None]:
        """Conifers: tiers that widen downwards, each with a ragged hem."""
        scale = np.float32((8.5 - 5.4 * near_by) * self.crowded)
        u = x * scale + np.float32(seed % 5)
        cell = np.floor(u)
        tall = (0.24 + 0.62 * near_by) * (0.62 + 0.5 * noise.cell_values(cell, cell * 0.0, seed + 1))
        top = floor - tall
        t = (y - top) / tall
        off = 0.35 + 0.3 * noise.cell_values(cell, cell * 0.0, seed + 2)
        across = u - cell - off
        tier = t * 8.0 - np.floor(t * 8.0)
        ragged = noise.value(u * 22.0 + 0.0 * y, y * 90.0 + 0.0 * x, seed + 3) * 0.06
        half = np.maximum(t, 0.0) * 0.30 + tier * 0.07 * t - ragged
        cover = smooth(0.02, -0.02, np.abs(across) - half) * (t > 0.0) * (t < 1.02)
        return (cover.astype(np.float32), clip(across * 4.0, -1.0, 1.0)), None

    def _shafts(self, rgb: Field, x: Field, y: Field) -> Field:
        """Beams that spread from the light."""
        if self.plan.light == "night":
            return rgb
        fan = (x - np.float32(self.sun)) / (y + 0.42)
        beam = smooth(0.45, 0.8, noise.wander(fan * 7.0 + 3.0, self.key + 90, 3))
        strength = beam * bell((x - np.float32(self.sun)) * 1.3) * smooth(1.0, 0.2, y) * 0.30
        return rgb + mix(self.light, self.low, 0.3) * strength
