"""A skyline in three depths with lit windows, neon and a wet mirror below."""

from __future__ import annotations

import numpy as np

from providers.painter import noise
from providers.painter.maths import Field, bell, clip, mix, scalar, smooth
from providers.painter.plan import Paint, Plan, Shader
from providers.painter.scenes import sky as skies

DEPTHS = 4


def build(plan: Plan) -> Shader:
    return _City(plan).shade


class _City:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        dice = plan.dice
        self.shore = dice.real("shore", 0.70, 0.78)
        self.sky, _ = skies.build(plan, self.shore)
        self.dark_hour = plan.light in ("night", "dusk") or plan.palette.top[0] < 0.30
        self.lit_share = 0.50 if self.dark_hour else 0.12
        self.low, self.far, self.near, self.dark = (
            plan.rgb("low"),
            plan.rgb("far"),
            plan.rgb("near"),
            plan.rgb("dark"),
        )
        self.warm = mix(plan.rgb("light"), np.asarray([1.0, 0.74, 0.36], np.float32).reshape(3, 1, 1), 0.55)
        self.neon = plan.rgb("accent", 0.02, 1.15)
        self.key = dice.key("city")
        self.tall = dice.real("tall", 0.34, 0.5) * (1.15 if plan.mood("dramatic") else 1.0)
        self.glow = dice.real("glow", 0.35, 0.6) if self.dark_hour else 0.25

    def layer(self, rgb: Field, x: Field, y: Field, px: float, depth: int) -> tuple[Field, Field]:
        """One row of buildings; depth 0 is farthest."""
        near_by = depth / (DEPTHS - 1)
        seed = self.key + depth * 17
        u = x * np.float32(13.0 - 4.0 * near_by + 2.0 * (depth % 2)) + np.float32(depth * 0.41)
        cell = np.floor(u)
        zero = cell * 0.0
        rise = noise.cell_values(cell, zero, seed)
        centre = bell((x - np.float32(self.plan.aspect * 0.5)) * np.float32(1.5 / max(self.plan.aspect, 1.0)))
        height = (
            self.tall * (0.30 + 0.85 * rise * rise + 0.35 * centre * (1.0 - near_by)) * (1.0 - 0.45 * near_by)
        )
        gap = noise.cell_values(cell, zero, seed + 1) * 0.16
        local = u - cell
        top = np.float32(self.shore) - height
        step = (
            (noise.cell_values(cell, zero, seed + 2) > 0.55)
            * smooth(0.30, 0.29, np.abs(local - 0.5))
            * np.float32(0.05 * self.tall * 2.0)
        )
        mast = (
            (noise.cell_values(cell, zero, seed + 3) > 0.74)
            * smooth(0.022, 0.012, np.abs(local - 0.5))
            * np.float32(0.09)
        )
        roof = top - np.maximum(step, mast)
        unit = np.float32(1.0 / px)
        cover = (
            clip((y - roof) * unit + 0.5)
            * clip((local - gap) * unit / np.float32(11.0) + 0.5)
            * clip((1.0 - local) * unit / 11.0 + 0.5)
        )
        base = mix(
            mix(self.far, self.low, 0.35),
            self.dark if self.dark_hour else self.near,
            scalar(0.25 + 0.75 * near_by),
        )
        side = mix(base, base * 0.62, smooth(0.55, 0.6, local))
        haze = smooth(0.0, 0.5, y - top) * np.float32(0.55 * (1.0 - near_by))
        body = mix(side, self.low, haze * 0.8)
        return mix(rgb, self._windows(body, u, local, y, top, gap, near_by, seed, px), cover), cover

    def _windows(
        self,
        body: Field,
        u: Field,
        local: Field,
        y: Field,
        top: Field,
        gap: Field,
        near_by: float,
        seed: int,
        px: float,
    ) -> Field:
        columns = np.float32(7.0)
        rows = np.float32(58.0 - 16.0 * near_by)
        wx, wy = local * columns, (y - top) * rows
        fx, fy = wx - np.floor(wx), wy - np.floor(wy)
        soft = min(max(px * 58.0, 0.05), 0.45)
        pane = (
            smooth(0.14, 0.14 + soft, fx)
            * smooth(0.86, 0.86 - soft, fx)
            * smooth(0.22, 0.22 + soft, fy)
            * smooth(0.86, 0.86 - soft, fy)
        )
        ids = np.floor(u) * 7.0 + np.floor(wx)
        chance = noise.cell_values(ids, np.floor(wy), seed + 5)
        floor = noise.cell_values(np.floor(u), np.floor(wy), seed + 6)
        lit = (
            smooth(1.0 - self.lit_share, 1.0 - self.lit_share + 0.02, chance * 0.75 + floor * 0.35)
            * pane
            * (wy > 1.0)
        )
        tone = mix(
            self.warm,
            self.plan.rgb("light"),
            smooth(0.3, 0.7, noise.cell_values(ids, np.floor(wy), seed + 7)),
        )
        pink = noise.cell_values(ids, np.floor(wy), seed + 8) > 0.93
        tone = mix(tone, self.neon * 1.2, pink.astype(np.float32))
        rgb = mix(body, body * 0.55, pane * 0.5)
        rgb = mix(rgb, tone, lit * np.float32(0.42 + 0.5 * near_by) * (1.0 if self.dark_hour else 0.6))
        sign = (noise.cell_values(np.floor(u), np.floor(u) * 0.0 + 3.0, seed + 9) > 0.86) * (near_by > 0.3)
        if self.dark_hour and "neon" not in self.plan.reading.banned:
            along = smooth(0.02, 0.04, y - top) * smooth(0.17, 0.15, y - top)
            tube = bell((local - 0.26) * 26.0) * along + bell((local - 0.26) * 7.0) * along * 0.35
            rgb = rgb + self.neon * (tube * sign * np.float32(1.15))
        return rgb

    def world(self, x: Field, y: Field, px: float) -> tuple[Field, Field]:
        rgb = self.sky(x, y, px)
        rgb = rgb + self.low * bell((y - np.float32(self.shore)) * 3.0) * np.float32(self.glow * 0.55)
        built = np.zeros(np.broadcast_shapes(x.shape, y.shape), np.float32)
        if float(np.max(y)) < self.shore - self.tall * 1.6:
            return rgb, built
        for depth in range(DEPTHS):
            rgb, cover = self.layer(rgb, x, y, px, depth)
            rgb = rgb + self.low * bell((y - np.float32(self.shore)) * 9.0) * np.float32(
                0.10 * self.glow * (DEPTHS - 1 - depth)
            )
            built = np.maximum(built, cover)
        return rgb, built

    def shade(self, x: Field, y: Field, px: float) -> Paint:
        if float(np.max(y)) <= self.shore:
            return Paint(*self.world(x, y + 0.0 * x, px))
        below = np.maximum(y - np.float32(self.shore), 0.0)
        wet = clip((y - np.float32(self.shore)) * np.float32(1.0 / px))
        wave = noise.value(x * 4.0 + 0.0 * y, below * 90.0 / (0.25 + below) + 0.0 * x, self.key + 90) - 0.5
        fine = noise.value(x * 16.0 + 0.0 * y, below * 260.0 / (0.25 + below) + 0.0 * x, self.key + 91) - 0.5
        mirror = (
            np.float32(self.shore)
            - below * 1.25
            - 0.003
            + (wave * 0.035 + fine * 0.025) * (0.3 + below * 2.0)
        )
        rgb, built = self.world(
            x + (wave * 0.014 + fine * 0.012) * wet,
            np.where(wet > 0, mirror, y + 0.0 * x).astype(np.float32),
            px,
        )
        streak = 0.55 + 0.75 * smooth(-0.3, 0.4, fine + wave * 0.5)
        water = mix(self.dark, rgb * streak, clip(0.78 - below * 1.5)) + self.low * 0.015
        quay = smooth(0.012, 0.006, np.abs(y - np.float32(self.shore + 0.004)))
        rgb = mix(mix(rgb, water, wet), self.dark * 0.5, quay * 0.85)
        return Paint(rgb, np.maximum(built, wet))
