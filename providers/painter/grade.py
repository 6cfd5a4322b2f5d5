"""The changes of colour and light that an edit makes, each on a tile of linear light."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from providers.painter.light import luminance
from providers.painter.maths import Field, bell, clip, length, mix, scalar, smooth
from providers.painter.palette import linear
from providers.painter.plan import Plan
from providers.painter.words import Reading, colour_values

type Change = Callable[[Field, Field, Field], Field]
"""Linear light with x and y, to linear light."""

LIGHTS = {
    "dawn": ((1.12, 0.90, 0.88), 0.95, (0.34, 0.14, 0.16), 0.32),
    "noon": ((1.06, 1.06, 1.02), 1.28, (0.10, 0.14, 0.20), 0.12),
    "golden": ((1.26, 0.92, 0.52), 0.80, (0.50, 0.24, 0.04), 0.30),
    "sunset": ((1.30, 0.66, 0.44), 0.60, (0.62, 0.20, 0.05), 0.34),
    "dusk": ((0.66, 0.70, 1.14), 0.50, (0.22, 0.10, 0.26), 0.34),
    "night": ((0.46, 0.66, 1.20), 0.17, (0.010, 0.022, 0.06), 0.25),
}
TONES = {"muted": 0.5, "pastel": 0.72, "vivid": 1.5, "neon": 1.75, "mono": 0.0}


def changes(reading: Reading, plan: Plan, quiet: bool) -> list[tuple[str, Change]]:
    """The named changes the words ask for; a gentle re-grade when they ask for none and nothing else is done."""
    found: list[tuple[str, Change]] = []
    if reading.light:
        found.append((reading.light, _relight(reading.light, plan)))
    if reading.colours and not quiet:
        found.extend(
            (name, change) for name, change in zip(reading.colours, _recolours(reading), strict=False)
        )
    found.extend((tone, _tone(tone)) for tone in reading.tones)
    found.extend((mood, _mood(mood)) for mood in reading.moods)
    if not found and not quiet and not reading.weather and not reading.style:
        found.append(("gentle grade", _gentle(plan)))
    return found


def _relight(name: str, plan: Plan) -> Change:
    gain, level, glow, reach = LIGHTS[name]
    tint = np.asarray(gain, np.float32).reshape(3, 1, 1) * np.float32(level)
    sky = np.asarray(glow, np.float32).reshape(3, 1, 1)
    cx = plan.aspect * plan.dice.real("relight", 0.3, 0.7)

    def change(rgb: Field, x: Field, y: Field) -> Field:
        tone = luminance(rgb)
        lamps = (
            rgb * np.asarray([1.2, 0.85, 0.45], np.float32).reshape(3, 1, 1) * smooth(0.55, 0.95, tone)
            if name == "night"
            else 0.0 * rgb
        )
        deeper = rgb * (0.55 + 0.45 * tone) if name != "noon" else rgb
        halo = bell(length((x - np.float32(cx)) * 0.9, y - 0.34) * 1.6)
        return np.asarray(
            deeper * tint + lamps * 0.45 + sky * halo * np.float32(reach) * (0.35 + tone), np.float32
        )

    return change


def _recolours(reading: Reading) -> list[Change]:
    """The first colour over everything, the second in the lights."""
    values = colour_values(reading.colours)
    made = [_recolour(values[0], 0.0)]
    if len(values) > 1:
        made.append(_recolour(values[1], 0.45))
    return made


def _recolour(colour: tuple[float, float, float], above: float) -> Change:
    lightness, chroma, hue = colour
    dark = linear(0.16 + 0.25 * (lightness - 0.5), chroma * 0.5, hue)
    middle = linear(min(max(lightness, 0.34), 0.82), chroma, hue)
    pale = linear(0.95, chroma * 0.25, hue)

    def change(rgb: Field, x: Field, y: Field) -> Field:
        tone = np.sqrt(clip(luminance(rgb)))
        ramp = mix(mix(dark, middle, smooth(0.02, 0.55, tone)), pale, smooth(0.58, 1.0, tone))
        amount = smooth(above, above + 0.25, tone) * 0.8 if above else scalar(0.78)
        return mix(rgb, ramp, amount)

    return change


def _tone(name: str) -> Change:
    def change(rgb: Field, x: Field, y: Field) -> Field:
        grey = luminance(rgb)
        if name == "sepia":
            return np.asarray(grey * np.asarray([1.12, 0.88, 0.62], np.float32).reshape(3, 1, 1), np.float32)
        out = np.maximum(mix(grey, rgb, TONES[name]), 0.0)
        return mix(out, scalar(0.9), 0.22) if name == "pastel" else np.asarray(out, np.float32)

    return change


def _mood(name: str) -> Change:
    contrast, level, chroma = {
        "dramatic": (1.5, 0.86, 1.12),
        "gloomy": (1.1, 0.62, 0.6),
        "joyful": (1.05, 1.14, 1.25),
        "mysterious": (1.25, 0.7, 0.9),
        "wild": (1.35, 1.0, 1.3),
    }.get(name, (0.9, 1.04, 0.9))

    def change(rgb: Field, x: Field, y: Field) -> Field:
        grey = luminance(rgb)
        curve = 1.0 + (np.sqrt(clip(grey)) - 0.5) * np.float32((contrast - 1.0) * 1.6)
        return np.asarray(np.maximum(mix(grey, rgb, chroma), 0.0) * curve * np.float32(level), np.float32)

    return change


def _gentle(plan: Plan) -> Change:
    """A split tone that the words' hash chooses: visible, and kind to the picture."""
    hue = plan.dice.real("gentle", 0.0, 360.0) if not plan.reading.spice else plan.reading.spice % 360
    lights, shadows = linear(0.86, 0.09, float(hue)), linear(0.40, 0.08, float(hue) + 180.0)

    def change(rgb: Field, x: Field, y: Field) -> Field:
        tone = np.sqrt(clip(luminance(rgb)))
        split = mix(shadows * 1.6, lights * 1.25, smooth(0.15, 0.85, tone))
        return np.asarray(mix(rgb, rgb * split * 1.5, 0.55) * (0.92 + 0.2 * tone), np.float32)

    return change
