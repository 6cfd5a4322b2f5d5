"""Faces for the portrait: features, what people wear, and the heads of animals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from providers.painter.maths import Field, clip, length, mix, scalar, smooth, turn
from providers.painter.palette import Lch, linear
from providers.painter.plan import Plan
from providers.painter.shapes import edge
from providers.painter.solids import rounded

type Head = Callable[[Field, Field, float, str], tuple[Field, Field]]
"""u, v (the face around 0, 0), a pixel, and the part (back or front), to colour and cover."""


def oval(u: Field, v: Field) -> Field:
    """Distance to a face: a skull above, a chin below."""
    narrow = 1.0 + 0.62 * smooth(0.0, 0.19, v)
    return np.asarray(
        length(u * narrow * 1.04, v * np.where(v > 0, np.float32(0.80), np.float32(0.86)) + 0.004) - 0.127,
        np.float32,
    )


def features(rgb: Field, u: Field, v: Field, p: float, lash: Field, lip: Field, shadow: Field) -> Field:
    """Closed eyes, brows, a nose in one line, two lips."""
    a = np.abs(u)
    eye = np.abs(v - 0.004 - (1.0 - (a - 0.050) * (a - 0.050) * 1400.0) * 0.007) - 0.0026
    rgb = mix(rgb, lash, edge(np.maximum(eye, np.abs(a - 0.050) - 0.027), p))
    brow = np.abs(v + 0.030 + (1.0 - (a - 0.052) * (a - 0.052) * 1000.0) * 0.006) - 0.0034
    rgb = mix(rgb, lash, edge(np.maximum(brow, np.abs(a - 0.054) - 0.030), p) * 0.9)
    bridge = np.maximum(np.abs(u - 0.006 - (v - 0.0) * 0.12) - 0.0022, np.abs(v - 0.022) - 0.030)
    tip = np.maximum(np.abs(v - 0.055 - u * u * -12.0) - 0.0022, np.abs(u - 0.002) - 0.013)
    rgb = mix(rgb, shadow, edge(np.minimum(bridge, tip), p) * 0.75)
    wide = clip(1.0 - np.abs(u) * np.float32(1.0 / 0.034))
    upper = np.maximum(
        np.abs(v - 0.0835) - 0.0065 * wide * (0.75 + 0.6 * np.minimum(np.abs(u) * 60.0, 1.0)),
        np.abs(u) - 0.034,
    )
    lower = np.maximum(np.abs(v - 0.0935) - 0.0075 * wide, np.abs(u) - 0.030)
    rgb = mix(rgb, lip * 0.72, edge(upper, p))
    return mix(rgb, lip, edge(lower, p))


def extras(
    rgb: Field, cover: Field, u: Field, v: Field, p: float, worn: Mapping[str, bool], plan: Plan, hair: Field
) -> tuple[Field, Field]:
    """Glasses, earrings, a hat, a crown, a helmet, headphones, a newspaper."""
    a = np.abs(u)
    dark, accent, light = plan.rgb("dark", 0.04), plan.rgb("accent"), plan.rgb("light")
    layers: list[tuple[Field, Field]] = []
    if worn["glasses"]:
        rim = np.abs(length(a - 0.052, v - 0.006) - 0.036) - 0.0036
        bar = np.maximum(np.abs(v - 0.002) - 0.0028, np.abs(a - 0.09) - 0.035)
        layers.append(
            (
                dark,
                edge(np.minimum(rim, np.maximum(bar, a - 0.122)), p)
                * edge(np.minimum(rim, np.where(a < 0.02, bar * 0 + np.abs(v) - 0.003, bar)), p),
            )
        )
    if worn["earrings"]:
        layers.append(
            (mix(accent, light, 0.25), edge(np.abs(length(a - 0.130, v - 0.068) - 0.020) - 0.0045, p))
        )
    if worn["hat"]:
        layers.append(
            (
                accent,
                edge(
                    np.minimum(
                        rounded(u, v + 0.105, 0.225, 0.018, 0.016), rounded(u, v + 0.175, 0.125, 0.08, 0.06)
                    ),
                    p,
                ),
            )
        )
        layers.append((dark, edge(np.maximum(np.abs(v + 0.132) - 0.013, a - 0.125), p)))
    if worn["crown"]:
        spikes = np.abs(u * 11.0 - np.floor(u * 11.0 + 0.5)) * 2.0
        layers.append(
            (
                linear(0.82, 0.15, 88.0),
                edge(np.maximum(np.maximum(a - 0.125, v + 0.105), -v - 0.15 - 0.055 * (1.0 - spikes)), p),
            )
        )
    if worn["headphones"]:
        layers.append((dark, edge(np.maximum(np.abs(length(u, v + 0.01) - 0.158) - 0.011, v), p)))
        layers.append((accent, edge(rounded(a - 0.140, v - 0.018, 0.026, 0.046, 0.022), p)))
    if worn["helmet"]:
        ring = np.abs(length(u, v - 0.01) - 0.205) - 0.020
        layers.append((mix(light, scalar(0.9), 0.5), edge(ring, p)))
        glass = length(u, v - 0.01) - 0.19
        shine = smooth(0.03, 0.0, np.abs(length(u + 0.015, v + 0.005) - 0.155)) * smooth(
            -0.05, -0.15, u + v * 0.6
        )
        layers.append((mix(light, scalar(1.0), 0.6), edge(glass, p) * (0.10 + 0.5 * shine)))
    if worn["paper"]:
        layers.extend(newspaper(u, v, p, dark))
    for colour, shape in layers:
        rgb, cover = mix(rgb, colour, shape), np.maximum(cover, clip(shape))
    return rgb, cover


def newspaper(u: Field, v: Field, p: float, ink: Field) -> list[tuple[Field, Field]]:
    """An open paper held before the chest, with a headline, columns and a picture."""
    lean = v + np.abs(u) * 0.07
    sheet = rounded(u, lean - 0.37, 0.27, 0.165, 0.006)
    page = mix(scalar(0.86), scalar(0.68), smooth(0.05, 0.0, np.abs(u))) * np.asarray(
        [1.0, 0.97, 0.9], np.float32
    ).reshape(3, 1, 1)
    column = u * 11.0 - np.floor(u * 11.0)
    row = lean * 62.0 - np.floor(lean * 62.0)
    text = (
        smooth(0.10, 0.16, column)
        * smooth(0.90, 0.84, column)
        * smooth(0.45, 0.6, row)
        * (lean > 0.31)
        * (lean < 0.51)
    )
    headline = edge(
        np.minimum(
            rounded(u + 0.135, lean - 0.262, 0.10, 0.018, 0.002),
            rounded(u - 0.12, lean - 0.262, 0.07, 0.018, 0.002),
        ),
        p,
    )
    photo = edge(rounded(u - 0.14, lean - 0.385, 0.075, 0.05, 0.002), p)
    inside = edge(sheet + 0.012, p)
    return [
        (page, edge(sheet, p)),
        (ink, text.astype(np.float32) * inside * 0.55),
        (ink, headline * 0.85),
        (mix(ink, page, 0.35), photo),
    ]


@dataclass(frozen=True, slots=True)
class Beast:
    """How an animal's head is made: coat, second tone, ear shape, muzzle."""

    coat: Lch
    pale: Lch
    ear: str
    muzzle: float
    wide: float = 1.0


BEASTS = {
    "fox": Beast((0.66, 0.18, 48.0), (0.95, 0.02, 80.0), "point", 0.062, 1.06),
    "cat": Beast((0.52, 0.02, 260.0), (0.93, 0.015, 80.0), "point", 0.046),
    "dog": Beast((0.66, 0.09, 65.0), (0.93, 0.02, 80.0), "flop", 0.070),
    "bear": Beast((0.44, 0.07, 55.0), (0.72, 0.06, 68.0), "round", 0.066, 1.05),
    "panda": Beast((0.95, 0.008, 90.0), (0.97, 0.005, 90.0), "round", 0.055, 1.08),
    "rabbit": Beast((0.86, 0.025, 70.0), (0.96, 0.01, 80.0), "long", 0.046, 0.94),
    "owl": Beast((0.50, 0.06, 60.0), (0.88, 0.05, 80.0), "tuft", 0.030, 1.08),
    "frog": Beast((0.66, 0.17, 140.0), (0.90, 0.08, 115.0), "bulge", 0.0, 1.16),
    "pig": Beast((0.80, 0.10, 10.0), (0.74, 0.12, 8.0), "flop", 0.055, 1.06),
    "robot": Beast((0.72, 0.03, 235.0), (0.86, 0.015, 235.0), "antenna", 0.0, 1.0),
}


def animal(plan: Plan, kind: str) -> Head:
    """The head of an animal (or a robot), coloured as asked or as it usually is."""
    beast = BEASTS[kind]
    coat, pale = linear(*beast.coat), linear(*beast.pale)
    shade = mix(coat * 0.6, plan.rgb("mid") * 0.3, 0.2)
    dark = np.asarray([0.012, 0.010, 0.014], np.float32).reshape(3, 1, 1)
    ear_tone = dark * 2.0 if kind == "panda" else mix(coat, shade, 0.5)
    looks = plan.reading.looks
    worn = {
        name: name in looks
        for name in ("glasses", "earrings", "hat", "crown", "headphones", "helmet", "paper")
    }

    def head(u: Field, v: Field, p: float, part: str) -> tuple[Field, Field]:
        if part == "back":
            shape = _ears(u, v, beast.ear)
            inner = _ears(u * 1.0, v - 0.012, beast.ear) + 0.022
            rgb = mix(
                ear_tone,
                linear(0.70, 0.08, 20.0) if kind != "panda" else dark,
                edge(inner, p) * (beast.ear in ("point", "long", "round")),
            )
            neck = np.maximum(np.abs(u) - 0.10 - 0.05 * smooth(0.1, 0.3, v), np.maximum(-v, v - 0.30))
            return mix(rgb, shade, edge(neck, p)), np.maximum(edge(shape, p), edge(neck, p))
        skull = (
            rounded(u, v, 0.145, 0.135, 0.05)
            if kind == "robot"
            else length(u * np.float32(1.0 / beast.wide) * (1.0 + 0.35 * smooth(0.02, 0.2, v)), v * 0.98)
            - 0.148
        )
        cover = edge(skull, p)
        rgb = mix(coat, shade, smooth(0.0, 0.012, u - 0.055 + v * 0.10) * 0.5) + 0.0 * u
        rgb = _markings(rgb, u, v, p, kind, pale, dark)
        rgb = _face(rgb, u, v, p, kind, beast, pale, dark, plan)
        return extras(rgb, cover, u, v, p, worn, plan, coat)

    return head


def _ears(u: Field, v: Field, kind: str) -> Field:
    a = np.abs(u)
    if kind == "point":
        return np.asarray(
            np.maximum(
                np.abs(a - 0.098 - (v + 0.15) * -0.16) - 0.058 * clip((v + 0.255) * 7.5),
                np.maximum(-0.255 - v, v + 0.02),
            ),
            np.float32,
        )
    if kind == "round":
        return np.asarray(length(a - 0.118, v + 0.115) - 0.056, np.float32)
    if kind == "long":
        return np.asarray(length((a - 0.062) * 3.1 + (v + 0.2) * 0.45, v + 0.21) - 0.13, np.float32)
    if kind == "flop":
        ru, rv = turn(a - 0.145, v - 0.0, -0.25)
        return np.asarray(length(ru * 2.0, rv) - 0.105, np.float32)
    if kind == "tuft":
        return np.asarray(
            np.maximum(np.abs(a - 0.115) - 0.034 * clip((v + 0.21) * 9.0), np.maximum(-0.21 - v, v + 0.04)),
            np.float32,
        )
    if kind == "bulge":
        return np.asarray(length(a - 0.085, v + 0.125) - 0.056, np.float32)
    return np.asarray(
        np.minimum(np.maximum(a - 0.005, np.abs(v + 0.18) - 0.06), length(u, v + 0.25) - 0.020), np.float32
    )


def _markings(rgb: Field, u: Field, v: Field, p: float, kind: str, pale: Field, dark: Field) -> Field:
    a = np.abs(u)
    if kind in ("fox", "dog", "cat"):
        return mix(
            rgb,
            pale,
            edge(np.maximum(0.030 - v - (a - 0.02) * 0.55, -a), p * 1.5)
            if kind == "fox"
            else edge(length(u * 1.2, v - 0.10) - 0.072, p),
        )
    if kind == "panda":
        ru, rv = turn(a - 0.062, v + 0.002, 0.6)
        return mix(rgb, dark * 2.0, edge(length(ru * 1.4, rv) - 0.046, p))
    if kind == "owl":
        return mix(rgb, pale, edge(length(a - 0.062, v + 0.012) - 0.064, p))
    if kind == "robot":
        return mix(rgb, dark * 3.0, edge(rounded(u, v + 0.012, 0.115, 0.062, 0.03), p))
    return (
        mix(rgb, pale, edge(length(u, (v - 0.092) * 1.15) - 0.066, p)) if kind in ("bear", "rabbit") else rgb
    )


def _face(
    rgb: Field, u: Field, v: Field, p: float, kind: str, beast: Beast, pale: Field, dark: Field, plan: Plan
) -> Field:
    """Eyes with a glint, a nose and a mouth."""
    a = np.abs(u)
    eye_y, eye_x, size = (
        (-0.125, 0.085, 0.034) if kind == "frog" else (-0.012, 0.062, 0.034 if kind == "owl" else 0.0165)
    )
    if kind in ("owl", "frog"):
        rgb = mix(
            rgb,
            linear(0.82, 0.16, 85.0),
            edge(length(a - np.float32(eye_x), v - np.float32(eye_y)) - size, p),
        )
        size *= 0.6
    iris = plan.rgb("accent", 0.15) if kind == "robot" else dark
    rgb = mix(rgb, iris, edge(length(a - np.float32(eye_x), v - np.float32(eye_y)) - size, p))
    rgb = mix(
        rgb,
        scalar(0.95),
        edge(
            length(u - np.float32(eye_x) * np.sign(u) + 0.005, v - np.float32(eye_y) + 0.006) - size * 0.30, p
        ),
    )
    if kind == "robot":
        grill = np.abs(u * 60.0 - np.floor(u * 60.0) - 0.5)
        return mix(
            rgb, dark * 4.0, edge(rounded(u, v - 0.092, 0.06, 0.014, 0.01), p) * smooth(0.1, 0.2, grill)
        )
    if kind == "owl":
        return mix(
            rgb,
            linear(0.72, 0.15, 70.0),
            edge(
                np.maximum(np.abs(u) - 0.020 * clip((0.075 - v) * 18.0), np.maximum(0.020 - v, v - 0.075)), p
            ),
        )
    if kind == "frog":
        return mix(rgb, dark, edge(np.maximum(np.abs(v - 0.055 + u * u * 2.6) - 0.0035, a - 0.11), p))
    nose_y = 0.122 if kind == "fox" else 0.07
    if kind == "pig":
        rgb = mix(rgb, pale, edge(length(u * 0.8, v - 0.075) - 0.046, p))
        return mix(rgb, dark * 6.0, edge(length(a - 0.02, (v - 0.075) * 0.7) - 0.010, p))
    rgb = mix(rgb, dark, edge(length(u * 0.8, (v - np.float32(nose_y)) * 1.2) - 0.0185, p))
    stem = np.maximum(np.abs(u) - 0.0022, np.abs(v - np.float32(nose_y + 0.024)) - 0.014)
    smile = np.maximum(
        np.abs(length(a - 0.020, v - np.float32(nose_y + 0.030)) - 0.020) - 0.0024,
        np.float32(nose_y + 0.034) - v,
    )
    if kind == "fox":
        return rgb
    return mix(rgb, dark, edge(np.minimum(stem, smile), p) * 0.85)
