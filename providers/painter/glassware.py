"""Bottles: glass that shows what is behind it, the liquid in it, a neck and a cap."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from providers.painter import noise
from providers.painter.maths import Field, bell, clip, length, mix, power, smooth
from providers.painter.plan import Plan
from providers.painter.shapes import edge
from providers.painter.solids import Lamp, Thing, matte, metal, rounded

type Behind = Callable[[Field, Field, float], Field]


def perfume(
    plan: Plan, x0: float, base: float, tall: float, lamp: Lamp, behind: Behind, body: str, backlit: bool
) -> Thing:
    """A bottle ``tall`` high with its cap; ``body`` is square, tall or round."""
    return _Bottle(plan, x0, base, tall, lamp, behind, body, backlit).made()


class _Bottle:
    def __init__(
        self,
        plan: Plan,
        x0: float,
        base: float,
        tall: float,
        lamp: Lamp,
        behind: Behind,
        body: str,
        backlit: bool,
    ) -> None:
        self.x0 = x0
        self.base = base
        self.tall = tall
        self.lamp = lamp
        self.behind = behind
        self.body = body
        self.backlit = backlit
        dice = plan.dice
        share = {"square": 0.66, "tall": 0.70, "round": 0.70}[body]
        height = tall * share
        self.half_h = height / 2
        self.half_w = {
            "square": self.half_h * dice.real("bottle width", 0.78, 0.96),
            "tall": self.half_h * 0.52,
            "round": self.half_h,
        }[body]
        self.corner = {"square": self.half_w * 0.24, "tall": self.half_w * 0.16, "round": self.half_w}[body]
        liquid = plan.rgb("accent") if not backlit else plan.rgb("low", -0.04, 1.1)
        self.tint = mix(liquid, plan.rgb("light"), 0.12)
        self.cap_round = dice.chance("cap", 0.4)
        self.cap_tone = _cap_tone(plan)
        self.level = dice.real("level", 0.66, 0.84)
        self.cy = base - self.half_h
        self.neck_w, self.neck_h = self.half_w * 0.26 + 0.006, tall * 0.055
        self.cap_h = tall - height - self.neck_h
        self.cap_w = (
            self.cap_h * (0.5 if self.cap_round else 0.56)
            if body != "tall"
            else min(self.half_w * 0.72, self.cap_h * 0.5)
        )
        self.key = dice.key("glass")
        self.reach = max(self.half_w, self.cap_w) + 0.01

    def draw(self, x: Field, y: Field, px: float) -> tuple[Field, Field]:
        dx, dy = x - np.float32(self.x0), y - np.float32(self.cy)
        shell = rounded(dx, dy, self.half_w, self.half_h, self.corner)
        glass = self._glass(x, y, px, dx, dy, shell)
        cover = edge(shell, px)
        neck = np.maximum(
            np.abs(dx) - np.float32(self.neck_w),
            np.abs(dy + np.float32(self.half_h + self.neck_h * 0.4)) - np.float32(self.neck_h * 0.7),
        )
        rgb = mix(metal(dx / np.float32(self.neck_w), dy, self.cap_tone * 0.9, self.lamp), glass, cover)
        cover = np.maximum(cover, edge(neck, px))
        return self._cap(rgb, cover, dx, dy, px)

    def _cap(self, rgb: Field, cover: Field, dx: Field, dy: Field, px: float) -> tuple[Field, Field]:
        up = dy + np.float32(self.half_h + self.neck_h + self.cap_h / 2)
        if self.cap_round:
            radius = np.float32(self.cap_h * 0.5)
            nx, ny = dx / radius, up / radius
            r = length(nx, ny)
            nz = np.sqrt(np.maximum(1.0 - r * r, 0.0))
            ball = (
                matte(nx, ny, nz, self.cap_tone * 0.55, self.lamp, 1.1, 40.0)
                + self.lamp.key * smooth(0.08, 0.0, np.abs(nx - 0.45 + ny * ny * 0.15)) * clip(nz - 0.3) * 0.5
            )
            shape = (r - 1.0) * radius
            return mix(rgb, ball, edge(shape, px)), np.maximum(cover, edge(shape, px))
        shape = rounded(dx, up, self.cap_w, self.cap_h / 2, self.cap_h * 0.07)
        block = metal(dx / np.float32(self.cap_w), -up / np.float32(self.cap_h), self.cap_tone, self.lamp)
        top = smooth(0.05, 0.0, (up + np.float32(self.cap_h / 2)) / np.float32(self.cap_h)) * 0.5
        return mix(rgb, block + self.lamp.key * top * 0.5, edge(shape, px)), np.maximum(
            cover, edge(shape, px)
        )

    def _glass(self, x: Field, y: Field, px: float, dx: Field, dy: Field, shell: Field) -> Field:
        unit = np.float32(1.0 / self.half_w)
        depth = clip(-shell * unit * 2.6)
        lens = 1.0 - 0.55 * (1.0 - depth) * (1.0 - depth)
        seen = self.behind(
            np.float32(self.x0) + dx * (0.35 + 0.4 * lens),
            y + (1.0 - depth) * np.float32(0.10) * clip(dy * np.float32(2.0 / self.half_h), -1.0, 1.0),
            px,
        )
        wall = smooth(0.055, 0.075, -shell * unit)
        surface = np.float32(self.half_h - 2 * self.half_h * self.level) + dx * dx * unit * 0.06
        wet = wall * smooth(-0.004, 0.004, dy - surface)
        swirl = noise.fbm(dx * 9.0 + 2.0 + 0.0 * dy, dy * 9.0 + 0.0 * dx, self.key, 3) - 0.5
        bright = 0.5 + 0.5 * smooth(-1.0, 1.0, dy * np.float32(1.0 / self.half_h)) + swirl * 0.22
        inner = seen * 0.62 + seen * self.tint * 0.9
        liquid_rgb = (
            self.tint * (bright * (1.05 if self.backlit else 0.78)) * (0.62 + 0.5 * depth)
            + seen * self.tint * 0.55
        )
        rgb = mix(mix(seen * 0.55, inner, wall), liquid_rgb, wet)
        line = smooth(0.012, 0.0, np.abs(dy - surface)) * wall * 0.35
        rim = power(clip(1.0 - depth), 2.6)
        rgb = rgb * (1.0 - 0.74 * rim) + self.lamp.key * rim * clip(-dx * unit * 0.9 + 0.1) * np.float32(
            0.55 if not self.backlit else 0.22
        )
        strip = (
            smooth(0.055, 0.03, np.abs(dx * unit + 0.62))
            * smooth(0.86, 0.6, np.abs(dy) / np.float32(self.half_h))
            * wall
        )
        pane = (
            smooth(0.14, 0.11, np.abs(dx * unit - 0.34))
            * smooth(0.13, 0.10, np.abs(dy / np.float32(self.half_h) + 0.45))
            * wall
        )
        return np.asarray(rgb + self.lamp.key * (strip * 0.42 + pane * 0.14 + line), np.float32)

    def made(self) -> Thing:
        return Thing(
            (self.x0 - self.reach, self.x0 + self.reach, self.base - self.tall - 0.01, self.base + 0.004),
            self.draw,
            self.x0,
            self.base,
            self.half_w * (0.5 if self.body == "round" else 0.96),
            self.tall,
        )


def _cap_tone(plan: Plan) -> Field:
    """Polished metal or lacquer: gold, dark or silver by the words."""
    colours = plan.reading.colours
    if "black" in colours or "charcoal" in colours or plan.dice.chance("dark cap", 0.35):
        return mix(plan.rgb("dark"), plan.rgb("far"), 0.25)
    if "gold" in colours or "copper" in colours:
        return np.asarray([0.85, 0.55, 0.2], np.float32).reshape(3, 1, 1)
    return mix(plan.rgb("far", 0.05, 0.4), plan.rgb("light", -0.1, 0.3), 0.4)


def glow_through(dx: Field, dy: Field, wide: float) -> Field:
    """The coloured light a full bottle throws on the table."""
    return bell(dx * np.float32(1.0 / wide)) * bell(dy * np.float32(12.0))
