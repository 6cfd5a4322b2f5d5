"""Small things that stand in a landscape: birds, a boat, a tree, a hut, a castle, a balloon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from providers.painter import stamps
from providers.painter.maths import Field, mix
from providers.painter.noise import Line
from providers.painter.plan import Plan
from providers.painter.shapes import Stamp, edge

__all__ = ["Prop", "Stamp", "edge", "for_forest", "for_land", "for_sea", "paint", "tree_on"]


class Disc(Protocol):
    """Where a sky's sun or moon stands."""

    @property
    def x(self) -> float: ...


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
        colour, cover = prop.stamp(
            (x - np.float32(prop.x)) * scale, (y - np.float32(prop.y)) * scale, px / prop.size
        )
        rgb = mix(rgb, colour, cover)
    return rgb


def for_land(plan: Plan, disc: Disc | None, far: Line, near: Line) -> tuple[Prop, ...]:
    """The props the words ask for in a landscape, standing on its lines."""
    dice, found = plan.dice, _birds(plan, 0.34)
    found.extend(_balloons(plan))
    dark, light, warm = plan.rgb("dark", 0.03), plan.rgb("light"), plan.rgb("accent", 0.05)
    builders = (
        ("castle", stamps.castle(dark, light), "far", far, 0.26),
        ("pagoda", stamps.pagoda(dark, warm), "far", far, 0.30),
        ("cabin", stamps.cabin(dark, light, plan.rgb("low")), "near", near, 0.10),
        ("lighthouse", stamps.lighthouse(light, warm, dark), "far", far, 0.22),
    )
    for name, stamp, layer, line, size in builders:
        if (
            plan.has(name)
            and name not in plan.reading.banned
            and not (name == "castle" and plan.has("pagoda"))
        ):
            x = dice.real("prop " + name, 0.24, 0.76) * plan.aspect
            found.append(Prop(stamp, layer, x, float(line(np.asarray([x], np.float32))[0]) + 0.012, size))
    return tuple(found)


def for_sea(plan: Plan, disc: Disc, horizon: float) -> tuple[Prop, ...]:
    """The props the words ask for on open water."""
    dice, found = plan.dice, _birds(plan, horizon * 0.55)
    found.extend(_balloons(plan))
    dark = mix(plan.rgb("dark"), plan.rgb("near"), 0.25)
    if plan.may("boat", 0.16):
        x = plan.aspect * dice.real("boat x", 0.2, 0.8)
        if abs(x - disc.x) < 0.12:
            x = disc.x + (0.2 if disc.x < plan.aspect / 2 else -0.2)
        found.append(
            Prop(
                stamps.boat(dark, mix(plan.rgb("light"), plan.rgb("low"), 0.3)),
                "near",
                x,
                horizon + dice.real("boat y", 0.03, 0.10),
                dice.real("boat", 0.11, 0.17),
            )
        )
    if plan.has("lighthouse"):
        x = plan.aspect * (0.16 if disc.x > plan.aspect / 2 else 0.84)
        found.append(Prop(stamps.island(dark), "sky", x, horizon + 0.004, 0.16))
        found.append(
            Prop(
                stamps.lighthouse(plan.rgb("light"), plan.rgb("accent"), dark), "sky", x, horizon - 0.03, 0.24
            )
        )
    elif plan.has("castle", "cabin", "palm") or dice.chance("island", 0.2):
        found.append(
            Prop(
                stamps.island(dark),
                "sky",
                plan.aspect * dice.real("island", 0.1, 0.9),
                horizon + 0.004,
                dice.real("island size", 0.08, 0.16),
            )
        )
    return tuple(found)


def for_forest(plan: Plan, ground: float) -> tuple[Prop, ...]:
    """A hut between the trees where asked."""
    if not plan.has("cabin"):
        return ()
    x = plan.dice.real("hut", 0.3, 0.7) * plan.aspect
    return (
        Prop(
            stamps.cabin(plan.rgb("dark"), plan.rgb("light"), plan.rgb("low")), "near", x, ground + 0.08, 0.15
        ),
    )


def tree_on(plan: Plan, line: Line) -> Prop:
    """One broad tree on a hill."""
    x = plan.dice.real("tree", 0.16, 0.84) * plan.aspect
    crown = mix(plan.rgb("near"), plan.rgb("dark"), 0.35)
    return Prop(
        stamps.tree(plan.rgb("dark"), crown, plan.rgb("far"), plan.dice.key("tree")),
        "near",
        x,
        float(line(np.asarray([x], np.float32))[0]) + 0.01,
        plan.dice.real("tree size", 0.20, 0.32),
    )


def _balloons(plan: Plan) -> list[Prop]:
    if not plan.has("balloon"):
        return []
    dice = plan.dice
    return [
        Prop(
            stamps.balloon(plan.rgb("accent", 0.03 * n, 1.0, 25.0 * n), plan.rgb("light"), plan.rgb("dark")),
            "sky",
            plan.aspect * (0.24 + 0.27 * n + dice.real(f"b{n}", -0.06, 0.06)),
            dice.real(f"by{n}", 0.26, 0.46),
            dice.real(f"bs{n}", 0.09, 0.2),
        )
        for n in range(3)
    ]


def _birds(plan: Plan, height: float) -> list[Prop]:
    if not plan.may("birds", 0.3):
        return []
    dice = plan.dice
    x, y = dice.real("birds x", 0.2, 0.8) * plan.aspect, dice.real("birds y", 0.6, 1.0) * height
    dark = plan.rgb("dark", 0.05)
    return [
        Prop(
            stamps.bird(dark, dice.real(f"flap {n}", 0.5, 1.1)),
            "sky",
            x + dice.real(f"bird x {n}", -0.14, 0.14),
            y + dice.real(f"bird y {n}", -0.07, 0.07),
            dice.real(f"bird size {n}", 0.016, 0.034),
        )
        for n in range(dice.whole("bird count", 4, 9))
    ]
