"""Marble and flow: noise warped by noise, read through the palette."""

from __future__ import annotations

import numpy as np

from providers.painter import noise
from providers.painter.maths import Field, clip, length, mix, sin, smooth
from providers.painter.plan import Paint, Plan, Shader


def build(plan: Plan) -> Shader:
    dice = plan.dice
    key = dice.key("flow")
    scale = dice.real("scale", 1.0, 2.2) * (0.6 if "macro" in plan.reading.lenses else 1.0)
    wild = dice.real("wild", 1.2, 2.6) * (0.55 if plan.mood("calm") else 1.5 if plan.mood("wild") else 1.0)
    single = len(plan.reading.colours) == 1
    roles = ("dark", "near", "mid", "far" if single else "accent", "low", "light")
    stops = [plan.rgb(role) for role in roles]
    silk = dice.chance("silk", 0.45)
    lean = dice.real("lean", -1.0, 1.0)

    def shade(x: Field, y: Field, px: float) -> Paint:
        u, v = x * np.float32(scale) + y * np.float32(0.3 * lean), y * np.float32(scale) + 0.0 * x
        a = noise.fbm(u, v, key, 4) - 0.5
        b = noise.fbm(u + 5.2, v + 1.3, key + 1, 4) - 0.5
        u2, v2 = u + a * np.float32(wild), v + b * np.float32(wild)
        c = noise.fbm(u2 * 1.1, v2 * 1.1, key + 2, 5)
        d = noise.fbm(u2 * 0.7 + 9.0, v2 * 0.7, key + 3, 3)
        height = c * 1.5 - 0.25 + a * 0.5
        if silk:
            height = 0.5 + 0.5 * sin((u2 * 3.0 + v2 * 2.0 + c * 5.0) * 1.35)
        rgb = _ramp(stops, clip(height * 0.86 + (d - 0.5) * 0.8))
        vein = smooth(0.030, 0.0, np.abs(c - 0.5)) * 0.5 + smooth(0.016, 0.0, np.abs(d - 0.46)) * 0.7
        rgb = mix(rgb, mix(plan.rgb("light"), plan.rgb(roles[3]), smooth(0.3, 0.7, d)), clip(vein) * 0.62)
        relief = (c - noise.fbm(u2 * 1.1 + 0.02, v2 * 1.1 + 0.03, key + 2, 3)) * 2.6
        rgb = rgb * (1.0 + clip(relief, -0.4, 0.5))
        middle = length(
            (x - np.float32(plan.aspect / 2)) / np.float32(min(plan.aspect, 1.0)), y - 0.5 + 0.0 * x
        )
        return Paint(rgb, smooth(0.46, 0.40, middle + a * 0.35))

    return shade


def _ramp(stops: list[Field], t: Field) -> Field:
    """``t`` in 0..1 read through evenly spaced colours with soft joints."""
    rgb = stops[0]
    step = 1.0 / (len(stops) - 1)
    for place in range(1, len(stops)):
        rgb = mix(rgb, stops[place], smooth((place - 1) * step + 0.1 * step, place * step - 0.1 * step, t))
    return rgb
