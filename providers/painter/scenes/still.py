"""Still life: things on a table, a plinth or dark water before a lit backdrop."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from providers.painter import noise
from providers.painter.maths import Field, bell, clip, exp2, length, mix, sin, smooth
from providers.painter.plan import Paint, Plan, Shader
from providers.painter.scenes import backdrops, tabletop
from providers.painter.solids import Draw, Lamp, Thing, place


@dataclass(frozen=True, slots=True)
class Table:
    """Where the table begins (y), whether it is water, and where the things' feet are."""

    edge: float
    water: bool
    feet: float


def build(plan: Plan) -> Shader:
    return _Still(plan).shade


class _Still:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        dice = plan.dice
        self.backlit = plan.has("backlight") or plan.palette.mid[0] < 0.52
        self.water = plan.has("water", "rain") or (
            self.backlit and plan.light in ("golden", "sunset", "night") and dice.chance("water", 0.6)
        )
        self.table = Table(dice.real("table", 0.60, 0.66), self.water, dice.real("feet", 0.765, 0.80))
        self.centre = plan.aspect * (0.5 + dice.real("centre", -0.05, 0.05))
        self.light_x = dice.real("key", 0.45, 0.72) * (-1.0 if dice.chance("left", 0.65) else 1.0)
        self.light = mix(plan.rgb("light"), np.asarray([1.0, 0.93, 0.82], np.float32).reshape(3, 1, 1), 0.5)
        lamp = Lamp(
            self.light_x * 0.9,
            -0.62,
            0.32 if self.backlit else 0.5,
            self.light * np.float32(0.92 if self.backlit else 1.0),
            mix(plan.rgb("mid"), self.light, 0.4),
            plan.rgb("far"),
            0.5 if self.backlit else 0.16,
        )
        self.wall = backdrops.build(plan, self.table.edge, self.centre, self.backlit, self.light_x)
        self.things = tabletop.arrange(plan, self.centre, self.table.feet, lamp, self.wall, self.backlit)
        self.key = dice.key("table")

    def ground(self, x: Field, y: Field, px: float) -> Field:
        rgb = self.wall(x, y, px)
        d = y - np.float32(self.table.edge)
        if self.water:
            return mix(rgb, self._water(x, y, px), smooth(-0.002, 0.002, d))
        near = self.plan.rgb("far" if not self.backlit else "near")
        fall = bell((x - np.float32(self.centre + self.light_x * 0.25)) * 1.5) * bell(
            (y - np.float32(self.table.feet)) * 2.2
        )
        cloth = noise.fbm(x * 2.6 + 0.0 * y, y * 8.0 + x * 1.4, self.key, 3) - 0.5
        top = mix(near, mix(near, self.light, 0.42), 0.25 + 0.7 * fall) * (
            1.0 + cloth * np.float32(0.5 if self.plan.has("drape") else 0.07)
        )
        curve = 0.10 if not self.backlit else 0.012
        return mix(rgb, top, smooth(-curve, curve, d))

    def _water(self, x: Field, y: Field, px: float) -> Field:
        below = np.maximum(y - np.float32(self.table.edge), 0.0)
        wave = self._ripple(x, y)
        mirror = self.wall(x + wave * 0.12, np.float32(self.table.edge) - below * 0.95 + wave * 0.10, px)
        fade = exp2(below * -2.6)
        sheen = 0.13 + 0.55 * fade + wave * 1.6
        return np.asarray(mirror * np.clip(sheen, 0.02, 1.0) + self.plan.rgb("dark") * 0.5, np.float32)

    def _ripple(self, x: Field, y: Field) -> Field:
        d = length((x - np.float32(self.centre)) * 0.36, y - np.float32(self.table.feet))
        rings = sin(d * 150.0 + 0.0 * x) * smooth(0.33, 0.02, d)
        drift = noise.fbm(x * 3.0 + 0.0 * y, y * 22.0 + 0.0 * x, self.key + 3, 3) - 0.5
        return np.asarray(rings * 0.075 + drift * 0.28, np.float32)

    def shade(self, x: Field, y: Field, px: float) -> Paint:
        rgb = np.array(np.broadcast_to(self.ground(x, y, px), (3, y.shape[0], x.shape[1])), np.float32)
        if float(np.max(y)) > self.table.edge - 0.02:
            if self.water:
                for thing in self.things:
                    self._reflect(rgb, thing, x, y, px)
            else:
                rgb = _shadows(rgb, self.things, x, y, self.light_x, self.plan)
        subject = np.zeros((1, y.shape[0], x.shape[1]), np.float32)
        for thing in self.things:
            place(rgb, thing.box, thing.draw, x, y, px)
            place(subject, thing.box, _silhouette(thing), x, y, px)
        return Paint(rgb, subject[0])

    def _reflect(self, rgb: Field, thing: Thing, x: Field, y: Field, px: float) -> None:
        left, right, top, _ = thing.box

        def upside(sx: Field, sy: Field, sp: float) -> tuple[Field, Field]:
            below = np.maximum(sy - np.float32(thing.base), 0.0)
            wave = self._ripple(sx, sy) * clip(below * 12.0)
            bent = np.float32(2.0 * thing.base) - sy + wave * 0.05
            colour, cover = thing.draw(sx + wave * 0.16, bent, sp * 3)
            return colour * (self.plan.rgb("far") * 0.5 + 0.30), cover * (0.92 - 1.3 * below) * smooth(
                -0.002, 0.006, sy - np.float32(thing.base - 0.01)
            )

        place(
            rgb,
            (left - 0.03, right + 0.03, thing.base - 0.01, min(2 * thing.base - top + 0.05, 1.2)),
            upside,
            x,
            y,
            px,
        )


def _silhouette(thing: Thing) -> Draw:
    """The thing in white, for the subject's alpha."""

    def draw(x: Field, y: Field, px: float) -> tuple[Field, Field]:
        _, cover = thing.draw(x, y, px)
        return np.ones((1, 1, 1), np.float32), cover

    return draw


def _shadows(rgb: Field, things: tuple[Thing, ...], x: Field, y: Field, light_x: float, plan: Plan) -> Field:
    """A dark seam under each foot and a long soft shadow away from the light, in the shadow's own hue."""
    veil: Field = np.zeros(rgb.shape[1:], np.float32)
    for thing in things:
        dx, dy = x - np.float32(thing.x), y - np.float32(thing.base)
        contact = bell(dx / np.float32(thing.wide * 1.02)) * bell(
            (dy - 0.006) / np.float32(0.010 + thing.wide * 0.12)
        )
        away = -1.0 if light_x > 0 else 1.0
        along = dx * away
        lean = dy - along * 0.16 - 0.004
        reach = thing.tall * 1.05
        half = np.maximum(np.float32(thing.wide * 0.22) - along * 0.03, 0.012)
        soft = 0.010 + np.maximum(along, 0.0) * 0.10
        cast = (
            clip(0.5 - (np.abs(lean) - half) / (soft * 2.0))
            * smooth(-thing.wide * 0.9, -thing.wide * 0.2, along)
            * smooth(reach, reach * 0.1, along)
        )
        veil = np.maximum(veil, np.maximum(contact * 0.85, cast * 0.62))
    shadow = mix(plan.rgb("near"), plan.rgb("dark"), 0.5)
    return mix(rgb, rgb * (shadow * 0.8 + 0.08), veil)
