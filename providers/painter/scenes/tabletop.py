"""Which things a still life shows and where they stand."""

from __future__ import annotations

from providers.painter.glassware import perfume
from providers.painter.maths import mix
from providers.painter.plan import Plan
from providers.painter.scenes.backdrops import Wall
from providers.painter.scenes.crockery import CUP, PLINTH, box, candle, drum, fruit, stones, table_lamp, vase
from providers.painter.solids import Lamp, Thing, pot, profile, sphere


def arrange(
    plan: Plan, centre: float, feet: float, lamp: Lamp, wall: Wall, backlit: bool
) -> tuple[Thing, ...]:
    """Back to front: plinths, the main thing, its companions."""
    dice = plan.dice
    unit = min(1.0, plan.aspect * 1.18) * (
        1.22 if "macro" in plan.reading.lenses else 0.86 if "wide" in plan.reading.lenses else 1.0
    )
    asked = list(plan.reading.objects) or [
        dice.pick("object", ("perfume", "vase", "fruit", "cup", "ball", "box"))
    ]
    things: list[Thing] = []
    base = feet
    if plan.may("plinth", 0.0 if plan.has("water") or backlit else 0.4):
        rise = dice.real("plinth", 0.07, 0.11) * unit
        things.extend(_plinths(plan, centre, feet, unit, rise, lamp))
        base = feet - rise
    main = asked[0]
    side = -1.0 if dice.chance("side", 0.5) else 1.0
    things.extend(_thing(plan, main, centre, base, unit, lamp, wall, backlit, 0))
    for place, name in enumerate(asked[1:3]):
        x = centre + side * (0.32 + 0.05 * place) * unit * (1.0 if place == 0 else -1.0)
        things.extend(
            _thing(plan, name, x, feet + 0.03 + 0.015 * place, unit * 0.62, lamp, wall, backlit, place + 1)
        )
    if (
        len(asked) == 1
        and main not in ("fruit", "stone")
        and "companion" not in plan.reading.banned
        and dice.chance("companion " + main, 0.65)
    ):
        other = dice.pick(
            "other " + main, ("stone", "ball", "fruit", "cup") if main != "cup" else ("ball", "fruit", "vase")
        )
        things.extend(
            _thing(plan, other, centre - side * 0.29 * unit, feet + 0.035, unit * 0.5, lamp, wall, backlit, 1)
        )
    return tuple(things)


def _thing(
    plan: Plan,
    name: str,
    x: float,
    base: float,
    unit: float,
    lamp: Lamp,
    wall: Wall,
    backlit: bool,
    place: int,
) -> list[Thing]:
    dice = plan.dice
    if name in ("perfume", "round_perfume"):
        body = (
            "round" if name == "round_perfume" else dice.pick("bottle", ("square", "tall", "round", "square"))
        )
        return [perfume(plan, x, base, dice.real("bottle", 0.46, 0.54) * unit, lamp, wall, body, backlit)]
    if name == "fruit":
        return fruit(plan, x, base, unit, lamp, place)
    if name == "stone":
        return stones(plan, x, base, unit, lamp, place)
    if name == "vase":
        return vase(plan, x, base, unit, lamp, place)
    if name == "cup":
        return [
            pot(
                profile(CUP, 40),
                x,
                base,
                0.19 * unit,
                plan.rgb("accent", 0.02),
                lamp,
                grain=dice.key("cup"),
                rough=0.12,
                gloss=0.3,
            )
        ]
    if name == "lamp":
        return table_lamp(plan, x, base, unit, lamp)
    if name == "candle":
        return candle(plan, x, base, unit, lamp)
    if name == "box":
        return [box(plan, x, base, unit, lamp)]
    return [sphere(x, base, 0.115 * unit, plan.rgb("accent"), lamp, dice.key("ball"), 0.0, 0.5)]


def _plinths(plan: Plan, x: float, feet: float, unit: float, rise: float, lamp: Lamp) -> list[Thing]:
    stone = mix(plan.rgb("far"), plan.rgb("light"), 0.3)
    wide = 0.26 * unit
    low = profile(tuple((t, wide / rise * r) for t, r in PLINTH), 0)
    tall = 0.20 * unit
    block = profile(tuple((t, 0.13 * unit / tall * r) for t, r in PLINTH), 0)
    side = 1.0 if plan.dice.chance("block", 0.6) else -1.0
    return [
        drum(block, x + side * 0.30 * unit, feet - 0.035, tall, stone * 0.96, lamp, 0.13 * unit),
        drum(low, x, feet + 0.045 * unit, rise + 0.045 * unit, stone, lamp, wide),
    ]
