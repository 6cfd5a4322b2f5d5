"""The things a still life is made of: fruit, stones, vases, a lamp, a candle, a box, plinths."""

from __future__ import annotations

import numpy as np

from providers.painter import noise
from providers.painter.maths import Field, clip, length, mix, scalar, smooth
from providers.painter.palette import linear
from providers.painter.plan import Plan
from providers.painter.shapes import edge
from providers.painter.solids import Lamp, Thing, matte, pot, profile, rounded, sphere

VASES = (
    ((0.0, 0.20), (0.06, 0.24), (0.35, 0.36), (0.62, 0.24), (0.82, 0.12), (1.0, 0.17)),
    ((0.0, 0.17), (0.05, 0.20), (0.55, 0.30), (0.80, 0.26), (0.93, 0.15), (1.0, 0.18)),
    ((0.0, 0.26), (0.30, 0.34), (0.50, 0.25), (0.75, 0.10), (0.95, 0.10), (1.0, 0.13)),
)
CUP = ((0.0, 0.28), (0.10, 0.30), (0.18, 0.36), (0.5, 0.52), (0.8, 0.56), (1.0, 0.56))
PLINTH = ((0.0, 1.0), (1.0, 1.0))
SHADE = ((0.0, 0.60), (1.0, 0.30))


def drum(
    shape: noise.Line, x0: float, base: float, tall: float, albedo: Field, lamp: Lamp, radius: float
) -> Thing:
    """A solid cylinder with a lit top."""
    tilt = 0.22
    top = base - tall

    def draw(x: Field, y: Field, px: float) -> tuple[Field, Field]:
        side = (x - np.float32(x0)) / np.float32(radius)
        nz = np.sqrt(np.maximum(1.0 - side * side, 0.0))
        bow = nz * np.float32(radius * tilt)
        body = np.maximum(
            np.abs(side) - 1.0,
            np.maximum(y - np.float32(base) - bow, np.float32(top) - y) / np.float32(radius),
        ) * np.float32(radius)
        rgb = matte(side, side * 0.0, nz, albedo, lamp, 0.0) * (
            1.0 - 0.22 * smooth(0.0, tall, y - np.float32(top))
        )
        lid = (length(side, (y - np.float32(top)) / np.float32(radius * tilt)) - 1.0) * np.float32(
            radius * tilt
        )
        bright = albedo * (lamp.key * 0.80 + lamp.air * 0.26) * (1.0 - 0.06 * side)
        return mix(rgb, bright, edge(lid, px)), np.maximum(edge(body, px), edge(lid, px))

    return Thing(
        (x0 - radius, x0 + radius, top - radius * tilt, base + radius * tilt),
        draw,
        x0,
        base + radius * tilt * 0.4,
        radius * 0.95,
        tall,
    )


def fruit(plan: Plan, x: float, base: float, unit: float, lamp: Lamp, place: int) -> list[Thing]:
    """A small pile, or one when it only keeps another thing company."""
    dice = plan.dice
    lightness, chroma, hue = plan.palette.accent
    radius = 0.095 * unit if place == 0 else 0.11 * unit
    spots = (
        ((-1.55, 0.0, 1.0), (1.35, -0.10, 0.96), (-0.1, -1.55, 1.0), (0.1, 0.12, 1.08), (2.9, 0.22, 0.9))
        if place == 0
        else ((0.0, 0.0, 1.0),)
    )
    found = []
    for n, (dx, dy, size) in enumerate(spots):
        skin = linear(
            min(max(lightness + dice.real(f"skin {n}", -0.05, 0.12), 0.3), 0.92),
            max(chroma, 0.03),
            hue + dice.real(f"hue {n}", -16.0, 14.0),
        )
        found.append(
            sphere(
                x + dx * radius,
                base + dy * radius,
                radius * size,
                skin,
                lamp,
                dice.key(f"fruit {n}"),
                0.07,
                0.22,
            )
        )
    return found


def stones(plan: Plan, x: float, base: float, unit: float, lamp: Lamp, place: int) -> list[Thing]:
    dice = plan.dice
    tone = mix(plan.rgb("dark", 0.12), plan.rgb("far", 0.0, 0.4), 0.35)
    if place == 0:
        found, height = [], base
        for n in range(dice.whole("cairn", 3, 5)):
            wide, tall = (0.19 - 0.032 * n) * unit, (0.062 - 0.006 * n) * unit
            found.append(
                _stone(
                    x + dice.real(f"stone {n}", -0.02, 0.02) * unit,
                    height,
                    wide,
                    tall,
                    tone * dice.real(f"tone {n}", 0.8, 1.6),
                    lamp,
                    dice.key(f"s{n}"),
                )
            )
            height -= tall * 1.86
        return found
    return [
        _stone(
            x + 0.06 * unit, base - 0.03 * unit, 0.13 * unit, 0.07 * unit, tone * 1.1, lamp, dice.key("s1")
        ),
        _stone(x - 0.04 * unit, base, 0.15 * unit, 0.075 * unit, tone * 0.9, lamp, dice.key("s2")),
    ]


def _stone(x0: float, base: float, wide: float, tall: float, albedo: Field, lamp: Lamp, key: int) -> Thing:
    cy = base - tall

    def draw(x: Field, y: Field, px: float) -> tuple[Field, Field]:
        nx, ny = (x - np.float32(x0)) / np.float32(wide), (y - np.float32(cy)) / np.float32(tall)
        lump = (noise.value(nx * 1.4 + 5.0 + 0.0 * ny, ny * 1.2 + 0.0 * nx, key) - 0.5) * 0.22
        r2 = nx * nx * (0.55 + 0.45 * nx * nx) + ny * ny
        r = np.sqrt(r2) + lump
        nz = np.sqrt(np.maximum(1.0 - r * r, 0.0))
        grit = noise.fbm(nx * 8.0 + 0.0 * ny, ny * 5.0 + 0.0 * nx, key + 1, 4) - 0.5
        rgb = matte(nx + grit * 0.3, ny + grit * 0.3, nz, albedo * (1.0 + grit * 0.7), lamp, 0.22, 14.0)
        return rgb * (1.0 - 0.45 * smooth(0.2, 1.0, ny)), edge((r - 1.0) * np.float32(tall), px)

    return Thing(
        (x0 - wide * 1.12, x0 + wide * 1.12, cy - tall * 1.15, base + tall * 0.1),
        draw,
        x0,
        base,
        wide * 0.8,
        tall * 2,
    )


def vase(plan: Plan, x: float, base: float, unit: float, lamp: Lamp, place: int) -> list[Thing]:
    dice = plan.dice
    tall = dice.real("vase", 0.36, 0.44) * unit * (1.0 if place == 0 else 1.2)
    shape = profile(dice.pick("vase shape", VASES), 60)
    body = pot(
        shape,
        x,
        base,
        tall,
        mix(plan.rgb("accent"), plan.rgb("light"), 0.12 if place == 0 else 0.5),
        lamp,
        grain=dice.key("clay"),
        rough=0.30,
    )
    if plan.may("flowers", 0.45 if place == 0 else 0.0):
        return [_stems(plan, x, base - tall, 0.34 * unit, lamp), body]
    return [body]


def _stems(plan: Plan, x0: float, base: float, tall: float, lamp: Lamp) -> Thing:
    """A few bowed stems with round heads."""
    dice = plan.dice
    stalk, head = plan.rgb("near", -0.05), plan.rgb("light", -0.05, 2.0)
    bows = [(dice.real(f"bow {n}", -0.55, 0.55), dice.real(f"stem {n}", 0.55, 1.0)) for n in range(6)]

    def draw(x: Field, y: Field, px: float) -> tuple[Field, Field]:
        up = (np.float32(base) - y) / np.float32(tall)
        dx = (x - np.float32(x0)) / np.float32(tall)
        rgb: Field = stalk
        cover = np.zeros(np.broadcast_shapes(x.shape, y.shape), np.float32)
        for n, (bow, top) in enumerate(bows):
            line = np.abs(dx - np.float32(bow) * up * (0.35 + 0.65 * up)) - 0.008
            stem = edge(np.maximum(line, np.maximum(-0.2 - up, up - np.float32(top))) * np.float32(tall), px)
            rgb = mix(rgb, stalk, stem)
            cover = np.maximum(cover, stem)
            for k in range(3):
                at = top - 0.13 * k
                cx, cy = bow * at * (0.35 + 0.65 * at) + (0.035 if k % 2 else -0.03) * (1 if k else 0), at
                nx, ny = (dx - np.float32(cx)) / 0.055, -(up - np.float32(cy)) / 0.055
                r = length(nx, ny)
                lit = matte(
                    nx, ny, np.sqrt(np.maximum(1.0 - r * r, 0.0)), head * (0.8 + 0.1 * (n % 3)), lamp, 0.05
                )
                ball = edge((r - 1.0) * np.float32(0.055 * tall), px)
                rgb, cover = mix(rgb, lit, ball), np.maximum(cover, ball)
        return rgb, cover

    return Thing(
        (x0 - tall * 0.75, x0 + tall * 0.75, base - tall * 1.1, base + 0.03), draw, x0, base, 0.0001, 0.001
    )


def table_lamp(plan: Plan, x: float, base: float, unit: float, lamp: Lamp) -> list[Thing]:
    """A turned foot under a glowing shade."""
    tall = 0.22 * unit
    shade = profile(SHADE, 0)
    foot = pot(profile(VASES[1], 60), x, base, 0.27 * unit, plan.rgb("near"), lamp, gloss=0.3, hollow=False)
    glow = Lamp(
        lamp.x, lamp.y, lamp.z, plan.rgb("light") * 1.1, plan.rgb("light") * 1.6, plan.rgb("light"), 0.0
    )
    return [
        foot,
        pot(
            shade,
            x,
            base - 0.25 * unit,
            tall,
            mix(plan.rgb("light"), plan.rgb("accent"), 0.25),
            glow,
            gloss=0.0,
            hollow=False,
        ),
    ]


def candle(plan: Plan, x: float, base: float, unit: float, lamp: Lamp) -> list[Thing]:
    tall, radius = 0.26 * unit, 0.065 * unit
    wax = profile(((0.0, radius / tall), (1.0, radius / tall)), 0)
    top, flame_h = base - tall, 0.085 * unit
    light = plan.rgb("light")

    def flame(fx: Field, fy: Field, px: float) -> tuple[Field, Field]:
        u, v = (fx - np.float32(x)) / np.float32(flame_h), (np.float32(top - 0.01) - fy) / np.float32(flame_h)
        halo = clip(1.0 - length(u, v - 0.5) * 0.36)
        wide = 0.24 * np.sqrt(np.maximum(v, 0.0)) * clip(1.15 - v) * 1.5
        core = smooth(0.04, -0.06, np.abs(u) - wide) * smooth(0.0, 0.05, v) * smooth(1.16, 1.08, v)
        tone = mix(
            light * 1.1, np.asarray([1.0, 0.42, 0.08], np.float32).reshape(3, 1, 1), smooth(0.2, 1.1, v) * 0.6
        )
        return mix(light, tone * 1.6, core), np.maximum(core, halo * halo * halo * 0.55)

    body = pot(wax, x, base, tall, mix(plan.rgb("light"), plan.rgb("low"), 0.35), lamp, gloss=0.1)
    return [
        body,
        Thing(
            (x - flame_h * 2.8, x + flame_h * 2.8, top - flame_h * 3.4, top + flame_h * 2.3),
            flame,
            x,
            base,
            0.0001,
            0.001,
        ),
    ]


def box(plan: Plan, x0: float, base: float, unit: float, lamp: Lamp) -> Thing:
    """A carton seen a little from the side, its face and its flank in two tones."""
    half_w, tall, depth = 0.15 * unit, 0.30 * unit, 0.075 * unit
    face, flank = plan.rgb("accent"), plan.rgb("accent", -0.13)
    band = plan.rgb("light")

    def draw(x: Field, y: Field, px: float) -> tuple[Field, Field]:
        dx, dy = x - np.float32(x0), y - np.float32(base - tall / 2)
        front = rounded(dx + np.float32(depth / 2), dy, half_w, tall / 2, 0.006)
        skew = dy - (dx - np.float32(half_w - depth / 2)) * -0.42
        side = np.maximum(
            np.abs(dx - np.float32(half_w)) - np.float32(depth / 2), np.abs(skew) - np.float32(tall / 2)
        )
        light = lamp.key * np.float32(0.75 if lamp.x < 0 else 0.5) + lamp.air * 0.3
        rgb = mix(
            flank * (lamp.key * np.float32(0.3 if lamp.x < 0 else 0.75) + lamp.air * 0.3),
            face * light,
            edge(front, px),
        )
        label = rounded(dx + np.float32(depth / 2), dy, half_w * 0.55, tall * 0.16, 0.004)
        rgb = mix(rgb, band * light, edge(label, px) * 0.9)
        shade = scalar(1.0) - 0.25 * smooth(-tall / 2, tall / 2, dy)
        return rgb * shade, np.maximum(edge(front, px), edge(side, px))

    return Thing(
        (x0 - half_w - depth, x0 + half_w + depth, base - tall - 0.04, base + 0.04),
        draw,
        x0,
        base,
        half_w,
        tall,
    )
