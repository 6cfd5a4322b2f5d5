"""Colours: OKLCH in, linear light out; curated palettes, and how asked colours bend them."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from providers.painter.maths import Field, atan2, cos, power, scalar, sin

type Lch = tuple[float, float, float]

ROLES = ("top", "mid", "low", "light", "far", "near", "dark", "accent")


def linear(lightness: float, chroma: float, hue: float) -> Field:
    """OKLCH (hue in degrees) as linear RGB of shape (3, 1, 1); chroma shrinks until the colour exists."""
    angle = scalar(hue * 0.01745329252)
    c, s = float(cos(angle)), float(sin(angle))
    for _ in range(12):
        rgb = _lab_to_rgb(lightness, chroma * c, chroma * s)
        if min(rgb) >= -0.004 and max(rgb) <= 1.02:
            break
        chroma *= 0.88
    return np.asarray([max(v, 0.0) for v in rgb], dtype=np.float32).reshape(3, 1, 1)


def _lab_to_rgb(lightness: float, a: float, b: float) -> tuple[float, float, float]:
    long = lightness + 0.3963377774 * a + 0.2158037573 * b
    middle = lightness - 0.1055613458 * a - 0.0638541728 * b
    short = lightness - 0.0894841775 * a - 1.2914855480 * b
    long, middle, short = long * long * long, middle * middle * middle, short * short * short
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )


def lch(red: float, green: float, blue: float) -> Lch:
    """Linear RGB in 0..1 as OKLCH."""
    long = _root(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    middle = _root(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = _root(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
    hue = float(atan2(scalar(b), scalar(a))) * 57.29577951
    return lightness, float(np.sqrt(scalar(a * a + b * b))), hue % 360.0


def _root(value: float) -> float:
    return float(power(scalar(max(value, 0.0)), 1.0 / 3.0))


def decode(level: float) -> float:
    """An sRGB level in 0..1 as linear light."""
    return level * (level * (level * 0.305306011 + 0.682171111) + 0.012522878)


def from_hex(text: str) -> Lch:
    """``rrggbb`` as OKLCH."""
    red, green, blue = (decode(int(text[i : i + 2], 16) / 255.0) for i in (0, 2, 4))
    return lch(red, green, blue)


def toward(hue: float, target: float, share: float) -> float:
    """``hue`` moved by ``share`` of the short way round to ``target``, in degrees."""
    gap = (target - hue + 180.0) % 360.0 - 180.0
    return (hue + gap * share) % 360.0


@dataclass(frozen=True, slots=True)
class Palette:
    """Eight roles in OKLCH: three of the sky, the light, far and near ground, the darkest, one accent."""

    top: Lch
    mid: Lch
    low: Lch
    light: Lch
    far: Lch
    near: Lch
    dark: Lch
    accent: Lch

    def rgb(self, role: str, lift: float = 0.0, chroma: float = 1.0, shift: float = 0.0) -> Field:
        """The role's colour in linear light; ``lift`` adds lightness, ``shift`` turns the hue by degrees."""
        lightness, amount, hue = getattr(self, role)
        return linear(min(max(lightness + lift, 0.0), 1.0), amount * chroma, hue + shift)

    def map(self, change: dict[str, Lch]) -> Palette:
        return replace(self, **change)

    def roles(self) -> dict[str, Lch]:
        return {f.name: getattr(self, f.name) for f in fields(self)}


def from_hexes(text: str) -> Palette:
    """A palette from eight hex colours in the order of ROLES."""
    return Palette(*(from_hex(word) for word in text.split()))


def adjust(palette: Palette, *, chroma: float = 1.0, lift: float = 0.0, contrast: float = 1.0) -> Palette:
    """All roles with more or less colour, light and contrast."""

    def one(value: Lch) -> Lch:
        lightness = 0.5 + (value[0] - 0.5) * contrast + lift
        return min(max(lightness, 0.02), 0.99), min(value[1] * chroma, 0.32), value[2]

    return palette.map({role: one(value) for role, value in palette.roles().items()})


def tint(palette: Palette, colours: tuple[Lch, ...]) -> Palette:
    """The palette in the asked colours: the first is its family, the second its light, the last its accent."""
    if not colours:
        return palette
    main, last = colours[0], colours[-1]
    base = palette.mid[2]
    change: dict[str, Lch] = {}
    for role, (lightness, amount, hue) in palette.roles().items():
        drift = ((hue - base + 180.0) % 360.0 - 180.0) * 0.16
        asked = colours[1] if len(colours) > 2 and role in ("light", "low", "far") else main
        if role == "accent":
            asked = last if len(colours) > 1 else (last[0], max(last[1], 0.1), last[2] + 150.0)
        strength = 0.35 if role in ("light", "dark") and asked is main else 0.95
        if asked[1] < 0.035:
            change[role] = lightness + (asked[0] - 0.55) * 0.62, amount * 0.16 + asked[1], hue
            continue
        new = amount * (1.0 - strength) + strength * (0.25 * amount + 0.75 * asked[1] * _room(lightness))
        level = lightness + (asked[0] - 0.6) * 0.28 * strength
        change[role] = min(max(level, 0.03), 0.98), new, (asked[2] + drift * strength) % 360.0
        if strength < 0.9:
            change[role] = change[role][0], new, toward(hue, asked[2] + drift, 0.7)
    return palette.map(change)


def _room(lightness: float) -> float:
    """How much chroma fits at a lightness, 1 in the middle."""
    gap = (lightness - 0.6) / 0.6
    return max(1.0 - gap * gap, 0.25)


def spread(palette: Palette) -> tuple[Lch, ...]:
    """Six clear colours for flat work: the palette's own, evened out in lightness so that they part."""
    picks = (palette.mid, palette.accent, palette.light, palette.near, palette.low, palette.far)
    levels = (0.58, 0.70, 0.90, 0.40, 0.80, 0.66)
    return tuple(
        (0.5 * own[0] + 0.5 * level, max(own[1], 0.05) if own[1] > 0.02 else own[1], own[2])
        for own, level in zip(picks, levels, strict=True)
    )
