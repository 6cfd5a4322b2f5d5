"""What lies over the whole picture: exposure, borrowed light, weather, vignette and style."""

from __future__ import annotations

import numpy as np

from providers.painter import styles, weather
from providers.painter.light import vignette
from providers.painter.maths import Field
from providers.painter.plan import Plan
from providers.painter.references import bilinear

FLAT = ("portrait", "pattern")


def over(plan: Plan, rgb: Field, x: Field, y: Field, px: float) -> Field:
    """``rgb`` as the finished picture shows it, still in linear light."""
    if plan.hints.layout is not None:
        rgb = rgb * bilinear(plan.hints.layout, x * np.float32(1.0 / plan.aspect) + 0.0 * y, y + 0.0 * x)
    for kind in plan.reading.weather:
        rgb = weather.fall(kind, rgb, x, y, px, plan.dice.key("weather"), plan.light == "night")
    rgb = styles.apply(plan.reading.style, rgb, x, y, px, plan.dice.key("style"), plan.rgb("dark"))
    flat = plan.reading.scene in FLAT
    dark = {"dramatic": 1.5, "gloomy": 1.4, "mysterious": 1.3, "joyful": 0.6}
    strength = (0.22 if flat else 0.62) * max((dark.get(m, 1.0) for m in plan.reading.moods), default=1.0)
    return np.asarray(rgb * vignette(x, y, plan.aspect, min(strength, 0.9)), np.float32)


def grain(plan: Plan) -> float:
    """The strength of the grain in levels of 0..1."""
    return {"film": 0.02, "paper": 0.011, "ink": 0.006, "poster": 0.004, "pixel": 0.0}.get(
        plan.reading.style, 0.0085
    )
