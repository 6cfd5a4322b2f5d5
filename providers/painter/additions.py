"""Things an edit adds to a picture: sun, moon, stars, birds, a boat, a tree, a hut."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from providers.painter import elements, stamps
from providers.painter.elements import Prop
from providers.painter.light import luminance
from providers.painter.maths import Field, bell, clip, length, mix, smooth
from providers.painter.palette import linear
from providers.painter.plan import Plan
from providers.painter.scenes.sky import stars as star_field

SKY = ("stars", "rainbow", "sun", "moon")
LAND = ("boat", "tree", "cabin", "castle", "pagoda", "lighthouse", "balloon", "birds")


@dataclass(frozen=True, slots=True)
class Spot:
    """A box in picture heights that the additions should fill."""

    left: float
    right: float
    top: float
    bottom: float


def skies(plan: Plan) -> tuple[str, ...]:
    """The additions that are light rather than things."""
    return tuple(name for name in SKY if name in plan.reading.elements)


def names(plan: Plan) -> tuple[str, ...]:
    return (*skies(plan), *(name for name in LAND if name in plan.reading.elements))


def wanted(plan: Plan) -> bool:
    """Whether the words ask for something this module can add."""
    return bool(names(plan))


def props(plan: Plan, spot: Spot | None) -> tuple[Prop, ...]:
    """The things with their places: within ``spot``, or where such things usually stand."""
    found: list[Prop] = []
    dark, light, red = linear(0.22, 0.02, 260.0), linear(0.95, 0.03, 90.0), linear(0.58, 0.19, 28.0)
    green, leaf = linear(0.36, 0.09, 140.0), linear(0.60, 0.14, 130.0)
    makers = {
        "boat": (stamps.boat(dark, light), 0.60, 0.16),
        "tree": (stamps.tree(dark, green, leaf, plan.dice.key("tree")), 0.80, 0.32),
        "cabin": (stamps.cabin(dark, light, linear(0.62, 0.11, 40.0)), 0.80, 0.14),
        "castle": (stamps.castle(dark * 2.0, light), 0.66, 0.26),
        "pagoda": (stamps.pagoda(dark, red), 0.70, 0.28),
        "lighthouse": (stamps.lighthouse(light, red, dark), 0.66, 0.28),
        "balloon": (stamps.balloon(red, light, dark), 0.40, 0.22),
    }
    for name, (stamp, foot, size) in makers.items():
        if name in plan.reading.elements:
            x, y, tall = _stand(plan, name, spot, foot, size)
            found.append(Prop(stamp, "all", x, y, tall))
    if "birds" in plan.reading.elements:
        x, y, tall = _stand(plan, "birds", spot, 0.30, 0.26)
        for n in range(7):
            place = (
                plan.dice.real(f"bird {n} x", -0.5, 0.5) * tall,
                plan.dice.real(f"bird {n} y", -0.8, -0.1) * tall,
            )
            found.append(
                Prop(
                    stamps.bird(dark, plan.dice.real(f"flap {n}", 0.5, 1.1)),
                    "all",
                    x + place[0],
                    y + place[1],
                    tall * plan.dice.real(f"span {n}", 0.06, 0.12),
                )
            )
    return tuple(found)


def _stand(plan: Plan, name: str, spot: Spot | None, foot: float, size: float) -> tuple[float, float, float]:
    """x, the foot's y and the height."""
    if spot is None:
        return plan.aspect * plan.dice.real("stand " + name, 0.25, 0.75), foot, size
    tall = min(spot.bottom - spot.top, (spot.right - spot.left) * 1.1)
    return (spot.left + spot.right) / 2, (spot.top + spot.bottom) / 2 + tall * 0.42, tall * 0.86


def paint(found: tuple[Prop, ...], plan: Plan, rgb: Field, x: Field, y: Field, px: float) -> Field:
    """``rgb`` with sun, moon, stars and rainbow first, things over them."""
    asked = plan.reading.elements
    if "stars" in asked:
        room = smooth(0.72, 0.30, y) * clip(1.0 - luminance(rgb) * 1.4, 0.15, 1.0)
        rgb = rgb + star_field(x, y, px, plan.dice.key("stars")) * room
    if "rainbow" in asked:
        rgb = _rainbow(rgb, x, y, plan.aspect)
    if "sun" in asked:
        rgb = _disc(rgb, plan, x, y, px, "sun")
    if "moon" in asked:
        rgb = _disc(rgb, plan, x, y, px, "moon")
    return elements.paint(found, "all", rgb, x, y, px)


def _disc(rgb: Field, plan: Plan, x: Field, y: Field, px: float, name: str) -> Field:
    cx, cy = plan.aspect * plan.dice.real("disc x", 0.28, 0.72), plan.dice.real("disc y", 0.18, 0.28)
    tone = linear(0.96, 0.06, 85.0) if name == "sun" else linear(0.94, 0.02, 100.0)
    d = length(x - np.float32(cx), y - np.float32(cy))
    radius = 0.055
    rgb = rgb + tone * (bell(d * 3.2) * 0.26 + bell(d * 8.0) * 0.30) * np.float32(
        1.0 if name == "sun" else 0.7
    )
    return mix(rgb, tone * 1.1, smooth(radius + 1.5 * px, radius - 1.5 * px, d))


def _rainbow(rgb: Field, x: Field, y: Field, aspect: float) -> Field:
    d = length(x - np.float32(aspect * 0.5), (y - 0.95)) - np.float32(min(0.62, aspect * 0.62))
    t = clip(d * 14.0 + 0.5)
    bow = np.stack(
        (
            smooth(0.45, 0.9, t) + 0.25 * smooth(0.2, 0.0, t),
            smooth(0.15, 0.5, t) * smooth(0.95, 0.6, t),
            smooth(0.5, 0.1, t),
        )
    )
    band = smooth(0.0, 0.15, t) * smooth(1.0, 0.85, t) * smooth(0.95, 0.55, y)
    return np.asarray(rgb + bow * band * 0.30, np.float32)
