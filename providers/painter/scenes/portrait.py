"""A poster-like bust before a disc: flat shapes in two tones each; people, animals, a robot."""

from __future__ import annotations

import numpy as np

from providers.painter import noise
from providers.painter.maths import Field, bell, clip, length, mix, smooth
from providers.painter.palette import linear
from providers.painter.plan import Paint, Plan, Shader
from providers.painter.scenes import faces
from providers.painter.shapes import edge
from providers.painter.solids import rounded
from providers.painter.words import colour_values

SKINS = (
    (0.86, 0.05, 62.0),
    (0.80, 0.07, 60.0),
    (0.70, 0.09, 56.0),
    (0.58, 0.09, 52.0),
    (0.46, 0.075, 48.0),
    (0.36, 0.055, 45.0),
)
HAIRS = (
    (0.22, 0.02, 20.0),
    (0.20, 0.015, 280.0),
    (0.32, 0.06, 45.0),
    (0.55, 0.16, 38.0),
    (0.80, 0.09, 85.0),
    (0.72, 0.01, 90.0),
)
STYLES = ("long", "bun", "afro", "short", "bob")
ANIMALS = ("fox", "cat", "dog", "bear", "panda", "rabbit", "owl", "frog", "pig", "robot")


def build(plan: Plan) -> Shader:
    dice = plan.dice
    animal = next((kind for kind in plan.reading.kinds if kind in ANIMALS), "")
    close = 1.16 if "macro" in plan.reading.lenses else 0.86 if "wide" in plan.reading.lenses else 1.0
    unit = min(1.0, plan.aspect * 1.22) * close
    cx = plan.aspect * 0.5 + dice.real("lean", -0.03, 0.03)
    cy = 0.44 if unit > 0.9 else 0.47
    disc_r = dice.real("disc", 0.27, 0.34)
    disc_dx, disc_dy = dice.real("disc x", -0.05, 0.05), dice.real("disc y", -0.06, 0.0)
    head = faces.animal(plan, animal) if animal else _person(plan)
    cloth, cloth_dark = plan.rgb("far"), plan.rgb("near", -0.02)
    fibre = dice.key("fibre")

    def shade(x: Field, y: Field, px: float) -> Paint:
        u, v = (
            (x - np.float32(cx)) / np.float32(unit) + 0.0 * y,
            (y - np.float32(cy)) / np.float32(unit) + 0.0 * x,
        )
        p = px / unit
        rgb = mix(
            plan.rgb("top"),
            plan.rgb("mid"),
            smooth(0.35, 1.05, y + (x / np.float32(plan.aspect) - 0.5) * -0.4),
        )
        halo = length(u - np.float32(disc_dx), v - np.float32(disc_dy)) - np.float32(disc_r)
        rgb = mix(rgb, plan.rgb("low"), edge(halo, p))
        if plan.reading.spice % 3 == 1 or dice.chance("ring", 0.25):
            rgb = mix(rgb, plan.rgb("light"), edge(np.abs(halo - 0.03) - 0.002, p) * 0.8)
        body_cover, body = _clothes(u, v, p)
        behind = head(u, v, p, "back")
        rgb = mix(rgb, behind[0], behind[1])
        cast = bell((u + 0.02) * 7.0) * smooth(0.16, 0.30, v) * 0.0
        rgb = mix(rgb, body * (1.0 - cast), body_cover)
        front = head(u, v, p, "front")
        rgb = mix(rgb, front[0], front[1])
        paper = noise.value(x * 330.0 + 0.0 * y, y * 330.0 + 0.0 * x, fibre) - 0.5
        return Paint(rgb * (1.0 + paper * 0.05), np.maximum(np.maximum(body_cover, behind[1]), front[1]))

    def _clothes(u: Field, v: Field, p: float) -> tuple[Field, Field]:
        """Shoulders that fall to the lower edge, with a shaded side and a neckline."""
        fall = np.maximum(v - 0.245, 0.0)
        half = 0.075 + 0.215 * smooth(0.0, 0.16, fall) + 0.10 * smooth(0.0, 0.5, fall)
        inside = np.maximum(np.abs(u) - half, 0.245 - v)
        side = smooth(0.05, 0.09, u - 0.05 + (v - 0.3) * 0.22)
        sleeve = (
            smooth(0.006, 0.0, np.abs(np.abs(u) - 0.19 - (v - 0.42) * 0.06)) * smooth(0.40, 0.46, v) * 0.35
        )
        rgb = mix(mix(cloth, cloth_dark, side * 0.75), cloth_dark, sleeve)
        if plan.dice.chance("collar", 0.4):
            rgb = mix(
                rgb, plan.rgb("light"), edge(np.abs(length(u * 1.0, (v - 0.235) * 0.8) - 0.088) - 0.008, p)
            )
        return edge(inside, p), rgb

    return shade


def _person(plan: Plan) -> faces.Head:
    return _Person(plan).head


class _Person:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        dice, looks = plan.dice, plan.reading.looks
        self.skin = linear(*dice.pick("skin", SKINS))
        tone = dice.pick("hair tone", HAIRS)
        asked = plan.reading.object_colour
        if asked:
            tone = HAIRS[3] if asked in ("red", "vermilion", "orange") else colour_values((asked,))[0]
        elif "vermilion" in plan.reading.colours:
            tone = HAIRS[3]
        self.hair, self.hair_lit = linear(*tone), linear(min(tone[0] + 0.09, 0.95), tone[1] * 1.1, tone[2])
        self.style = next((s for s in STYLES if s in looks), dice.pick("hair", STYLES))
        self.features = {
            name: name in looks
            for name in ("glasses", "beard", "hat", "crown", "helmet", "paper", "headphones")
        }
        self.features["earrings"] = "earrings" in looks or (
            self.style != "short" and dice.chance("earrings", 0.5)
        )
        self.shadow = mix(self.skin * 0.62, plan.rgb("mid") * 0.35, 0.22)
        self.lip = linear(0.50, 0.15, 22.0)
        self.lash = mix(self.hair * 0.3, plan.rgb("dark"), 0.5)

    def head(self, u: Field, v: Field, p: float, part: str) -> tuple[Field, Field]:
        if part == "back":
            return self._hair_back(u, v, p)
        neck = np.maximum(
            np.abs(u) - 0.052 - 0.02 * smooth(0.20, 0.27, v),
            np.maximum(0.05 - v, length(u * 0.9, (v - 0.20)) - 0.088),
        )
        cover = edge(neck, p)
        rgb = mix(self.skin, self.shadow, smooth(0.19, 0.165, v - u * 0.35))
        face = faces.oval(u, v)
        inside = edge(face, p)
        lit = mix(self.skin, self.shadow, smooth(-0.004, 0.010, u - 0.048 + (v + 0.02) * 0.12) * 0.42)
        cheeks = bell((np.abs(u) - 0.068) * 26.0) * bell((v - 0.055) * 26.0) * 0.28
        rgb = mix(rgb, mix(lit, self.lip, cheeks), inside)
        ears = length((np.abs(u) - 0.122) * 1.3, v - 0.015) - 0.026
        rgb = mix(rgb, mix(self.skin, self.shadow, 0.25), edge(ears, p) * (1.0 - inside))
        cover = np.maximum(np.maximum(cover, inside), edge(ears, p))
        rgb = faces.features(rgb, u, v, p, self.lash, self.lip, self.shadow)
        if self.features["beard"]:
            beard = np.maximum(face - 0.006, 0.052 - v - np.abs(u) * 0.3)
            mouth = length(u * 0.9, (v - 0.086) * 2.0) - 0.034
            rgb, cover = _on(rgb, cover, self.hair, edge(np.maximum(beard, -mouth), p))
        fringe = self._fringe(u, v)
        rgb, cover = _on(
            rgb,
            cover,
            mix(self.hair, self.hair_lit, smooth(0.06, -0.08, u + v * 0.3)),
            edge(np.maximum(fringe, faces.oval(u, v + 0.012) - 0.016), p),
        )
        return faces.extras(rgb, cover, u, v, p, self.features, self.plan, self.hair)

    def _fringe(self, u: Field, v: Field) -> Field:
        if self.style == "bob":
            return np.asarray(v + 0.052 + np.abs(u) * 0.05, np.float32)
        if self.style == "afro":
            return np.asarray(v + 0.092 - u * u * 3.0, np.float32)
        part = -0.045 if self.style == "short" else 0.03
        return np.asarray(v + 0.118 - (u - np.float32(part)) * (u - np.float32(part)) * 7.0, np.float32)

    def _hair_back(self, u: Field, v: Field, p: float) -> tuple[Field, Field]:
        cap = length(u * 1.06, (v + 0.04) * 0.93) - 0.158
        if self.style == "afro":
            ripple = noise.value(u * 34.0, v * 34.0, 5) * 0.022
            cap = length(u, v + 0.055) - 0.215 - ripple
        elif self.style == "bun":
            cap = np.minimum(cap, length(u, v + 0.232) - 0.062)
        elif self.style == "long":
            sway = 0.010 * np.abs(np.floor(v * 14.0) - v * 14.0 + 0.5)
            cap = np.minimum(cap, rounded(u, v - 0.10, 0.163, 0.20, 0.09) - sway)
        elif self.style == "bob":
            cap = np.minimum(cap, rounded(u, v - 0.03, 0.160, 0.13, 0.05))
        return mix(self.hair, self.hair_lit, smooth(0.05, -0.16, u + v * 0.25) * 0.8), edge(cap, p)


def _on(rgb: Field, cover: Field, colour: Field, shape: Field) -> tuple[Field, Field]:
    return mix(rgb, colour, shape), np.maximum(cover, clip(shape))
