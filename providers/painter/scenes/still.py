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
    dice = plan.dice
    backlit = plan.has("backlight") or plan.palette.mid[0] < 0.52
    water = plan.has("water", "rain") or (
        backlit and plan.light in ("golden", "sunset", "night") and dice.chance("water", 0.6)
    )
    table = Table(dice.real("table", 0.60, 0.66), water, dice.real("feet", 0.765, 0.80))
    centre = plan.aspect * (0.5 + dice.real("centre", -0.05, 0.05))
    light_x = dice.real("key", 0.45, 0.72) * (-1.0 if dice.chance("left", 0.65) else 1.0)
    light = mix(plan.rgb("light"), np.asarray([1.0, 0.93, 0.82], np.float32).reshape(3, 1, 1), 0.5)
    lamp = Lamp(
        light_x * 0.9,
        -0.62,
        0.32 if backlit else 0.5,
        light * np.float32(0.92 if backlit else 1.0),
        mix(plan.rgb("mid"), light, 0.4),
        plan.rgb("far"),
        0.5 if backlit else 0.16,
    )
    wall = backdrops.build(plan, table.edge, centre, backlit, light_x)
    things = tabletop.arrange(plan, centre, table.feet, lamp, wall, backlit)
    key = dice.key("table")

    def ground(x: Field, y: Field, px: float) -> Field:
        rgb = wall(x, y, px)
        d = y - np.float32(table.edge)
        if water:
            return mix(rgb, _water(x, y, px), smooth(-0.002, 0.002, d))
        near = plan.rgb("far" if not backlit else "near")
        fall = bell((x - np.float32(centre + light_x * 0.25)) * 1.5) * bell(
            (y - np.float32(table.feet)) * 2.2
        )
        cloth = noise.fbm(x * 2.6 + 0.0 * y, y * 8.0 + x * 1.4, key, 3) - 0.5
        top = mix(near, mix(near, light, 0.42), 0.25 + 0.7 * fall) * (
            1.0 + cloth * np.float32(0.5 if plan.has("drape") else 0.07)
        )
        curve = 0.10 if not backlit else 0.012
        return mix(rgb, top, smooth(-curve, curve, d))

    def _water(x: Field, y: Field, px: float) -> Field:
        below = np.maximum(y - np.float32(table.edge), 0.0)
        wave = _ripple(x, y)
        mirror = wall(x + wave * 0.12, np.float32(table.edge) - below * 0.95 + wave * 0.10, px)
        fade = exp2(below * -2.6)
        sheen = 0.13 + 0.55 * fade + wave * 1.6
        return np.asarray(mirror * np.clip(sheen, 0.02, 1.0) + plan.rgb("dark") * 0.5, np.float32)

    def _ripple(x: Field, y: Field) -> Field:
        d = length((x - np.float32(centre)) * 0.36, y - np.float32(table.feet))
        rings = sin(d * 150.0 + 0.0 * x) * smooth(0.33, 0.02, d)
        drift = noise.fbm(x * 3.0 + 0.0 * y, y * 22.0 + 0.0 * x, key + 3, 3) - 0.5
        return np.asarray(rings * 0.075 + drift * 0.28, np.float32)

    def shade(x: Field, y: Field, px: float) -> Paint:
        rgb = np.array(np.broadcast_to(ground(x, y, px), (3, y.shape[0], x.shape[1])), np.float32)
        if float(np.max(y)) > table.edge - 0.02:
            if water:
                for thing in things:
                    _reflect(rgb, thing, x, y, px)
            else:
                rgb = _shadows(rgb, things, x, y, light_x, plan)
        subject = np.zeros((1, y.shape[0], x.shape[1]), np.float32)
        for thing in things:
            place(rgb, thing.box, thing.draw, x, y, px)
            place(subject, thing.box, _silhouette(thing), x, y, px)
        return Paint(rgb, subject[0])

    def _reflect(rgb: Field, thing: Thing, x: Field, y: Field, px: float) -> None:
        left, right, top, _ = thing.box

        def upside(sx: Field, sy: Field, sp: float) -> tuple[Field, Field]:
            below = np.maximum(sy - np.float32(thing.base), 0.0)
            wave = _ripple(sx, sy) * clip(below * 12.0)
            bent = np.float32(2.0 * thing.base) - sy + wave * 0.05
            colour, cover = thing.draw(sx + wave * 0.16, bent, sp * 3)
            return colour * (plan.rgb("far") * 0.5 + 0.30), cover * (0.92 - 1.3 * below) * smooth(
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

    return shade


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
