"""Small things that stand in a landscape: birds, a boat, a tree, a hut, a castle, a balloon."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from providers.painter.maths import Field, clip, length, mix, smooth
from providers.painter.noise import Line
from providers.painter.plan import Plan

type Stamp = Callable[[Field, Field, float], tuple[Field, Field]]
"""Local x and y (up is negative, the foot at 0, height about 1) and a pixel's size, to colour and cover."""


@dataclass(frozen=True, slots=True)
class Prop:
    """A stamp at a place: ``layer`` is sky, far, near or water; ``size`` in picture heights."""

    stamp: Stamp
    layer: str
    x: float
    y: float
    size: float


def paint(props: tuple[Prop, ...], layer: str, rgb: Field, x: Field, y: Field, px: float) -> Field:
    """``rgb`` with the props of one layer; tiles that a prop does not touch cost nothing."""
    for prop in props:
        if prop.layer != layer:
            continue
        if float(np.min(y)) > prop.y + 0.6 * prop.size or float(np.max(y)) < prop.y - 1.6 * prop.size:
            continue
        scale = np.float32(1.0 / prop.size)
        colour, cover = prop.stamp((x - np.float32(prop.x)) * scale, (y - np.float32(prop.y)) * scale, px / prop.size)
        rgb = mix(rgb, colour, cover)
    return rgb


def edge(distance: Field, px: float) -> Field:
    """Cover of a shape from its signed distance, one pixel soft."""
    return clip(0.5 - distance * np.float32(1.0 / px))


def for_land(plan: Plan, disc: object, far: Line, near: Line) -> tuple[Prop, ...]:
    """The props the words ask for in a landscape."""
    return tuple(_birds(plan, 0.3))


def for_sea(plan: Plan, disc: object, horizon: float) -> tuple[Prop, ...]:
    """The props the words ask for on open water."""
    return tuple(_birds(plan, horizon * 0.5))


def _birds(plan: Plan, height: float) -> list[Prop]:
    if not plan.may("birds", 0.3):
        return []
    dice = plan.dice
    x, y = dice.real("birds x", 0.2, 0.8) * plan.aspect, dice.real("birds y", 0.6, 1.0) * height
    dark = plan.rgb("dark", 0.05)
    return [
        Prop(bird(dark, dice.real(f"flap {n}", 0.5, 1.1)), "sky", x + dice.real(f"bird x {n}", -0.14, 0.14), y + dice.real(f"bird y {n}", -0.07, 0.07),
             dice.real(f"bird size {n}", 0.016, 0.034))
        for n in range(dice.whole("bird count", 4, 9))
    ]


def bird(colour: Field, flap: float) -> Stamp:
    """Two bowed wings."""
    def stamp(x: Field, y: Field, px: float) -> tuple[Field, Field]:
        ax = np.abs(x)
        wing = -np.float32(flap) * ax * (1.05 - ax) * 1.1
        thick = 0.10 * np.maximum(1.0 - ax, 0.0) + 0.01
        inside = np.maximum(np.abs(y - wing) - thick, ax - 1.0)
        return colour, edge(inside, max(px, 0.02))
    return stamp


def moon(colour: Field, sky: Field) -> Stamp:
    """A thin crescent."""
    def stamp(x: Field, y: Field, px: float) -> tuple[Field, Field]:
        full = length(x, y) - 0.5
        bite = 0.46 - length(x - 0.2, y + 0.08)
        return colour, edge(np.maximum(full, bite), px) * smooth(1.0, 0.0, length(x, y))
    return stamp
