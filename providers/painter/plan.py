"""What a picture will be: the reading, its palette and its throws of dice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from providers.painter import palette as colours
from providers.painter.maths import Field
from providers.painter.noise import Dice, number
from providers.painter.palette import Lch, Palette
from providers.painter.palettes import BY_LIGHT, BY_NAME, FAVOURITES
from providers.painter.words import Reading, colour_values


class Paint(NamedTuple):
    """Linear light of shape (3, rows, columns), and how much of each pixel the subject covers."""

    rgb: Field
    subject: Field


type Shader = Callable[[Field, Field, float], Paint]
"""x (0 to the aspect ratio), y (0 at the top to 1) and one pixel's size in the same unit, to paint."""


@dataclass(frozen=True, slots=True)
class Hints:
    """What the references lend: colours by weight, and where light falls (16 x 16, around 1)."""

    colours: tuple[Lch, ...] = ()
    share: float = 0.0
    layout: Field | None = None
    bright_x: float = 0.5
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """One picture before it is painted."""

    reading: Reading
    palette: Palette
    dice: Dice
    aspect: float
    light: str
    hints: Hints = field(default_factory=Hints)

    def has(self, *names: str) -> bool:
        """Whether the words ask for one of these elements, kinds of weather or objects."""
        reading = self.reading
        return any(n in reading.elements or n in reading.weather or n in reading.objects for n in names)

    def may(self, name: str, share: float) -> bool:
        """Whether the words ask for ``name``, or else, unless they forbid it, whether the dice do."""
        if name in self.reading.banned:
            return False
        return self.has(name) or self.dice.chance("may " + name, share)

    def mood(self, name: str) -> bool:
        return name in self.reading.moods

    def rgb(self, role: str, lift: float = 0.0, chroma: float = 1.0, shift: float = 0.0) -> Field:
        return self.palette.rgb(role, lift, chroma, shift)


def make(reading: Reading, seed: int, aspect: float, hints: Hints) -> Plan:
    """The plan of one picture; equal arguments make equal plans."""
    dice = Dice(number("picture", seed, reading.scene), reading.spice)
    light = reading.light or _usual_light(reading, dice)
    palette = _palette(reading, light, dice)
    palette = colours.tint(palette, colour_values(_asked(reading)))
    if reading.scene == "still":
        palette = _natural(palette, reading)
    palette = _borrow(palette, hints)
    return Plan(reading, _toned(palette, reading, light), dice, aspect, light, hints)


def _asked(reading: Reading) -> tuple[str, ...]:
    """The colours to bend the palette to; backlight has its ambers already and would only lose depth."""
    if reading.scene == "still" and "backlight" in reading.elements:
        return tuple(name for name in reading.colours if name not in ("amber", "gold", "orange", "tangerine"))
    return reading.colours


def _usual_light(reading: Reading, dice: Dice) -> str:
    if "moon" in reading.elements or "stars" in reading.elements or "neon" in reading.tones:
        return "night"
    return dice.pick("light", FAVOURITES.get(reading.scene, ("golden",)))


def _palette(reading: Reading, light: str, dice: Dice) -> Palette:
    """A curated palette that suits the scene and the light."""
    if reading.scene == "still" and "backlight" in reading.elements:
        return colours.from_hexes(BY_NAME[dice.pick("palette", ("amber", "ember", "amber"))])
    names = BY_LIGHT.get(f"{reading.scene}/{light}") or BY_LIGHT.get(reading.scene) or BY_LIGHT[light]
    if (
        reading.light
        and f"{reading.scene}/{light}" not in BY_LIGHT
        and reading.scene not in ("pattern", "abstract", "glass")
    ):
        names = BY_LIGHT[light]
    return colours.from_hexes(BY_NAME[dice.pick("palette", tuple(names.split()))])


def _natural(palette: Palette, reading: Reading) -> Palette:
    """The accent in the colour that belongs to the main thing."""
    return (
        palette.map({"accent": colour_values((reading.object_colour,))[0]})
        if reading.object_colour
        else palette
    )


def _borrow(palette: Palette, hints: Hints) -> Palette:
    """The palette moved towards the references' colours, dark to dark and bright to bright."""
    if not hints.colours:
        return palette
    ranked = sorted(hints.colours)
    roles = sorted(palette.roles().items(), key=lambda item: item[1][0])
    change: dict[str, Lch] = {}
    for place, (role, (lightness, chroma, hue)) in enumerate(roles):
        own = ranked[place * len(ranked) // len(roles)]
        turn = hints.share if own[1] > 0.02 else 0.0
        change[role] = (
            lightness + (own[0] - lightness) * hints.share * 0.6,
            chroma + (own[1] - chroma) * hints.share,
            hue + ((own[2] - hue + 180.0) % 360.0 - 180.0) * turn,
        )
    return palette.map(change)


def _toned(palette: Palette, reading: Reading, light: str) -> Palette:
    chroma, lift, contrast = 1.0, 0.0, 1.0
    effects = {
        "muted": (0.5, 0.0, 0.9),
        "pastel": (0.62, 0.13, 0.72),
        "vivid": (1.35, 0.0, 1.08),
        "neon": (1.4, -0.03, 1.15),
        "mono": (0.0, 0.0, 1.08),
        "gloomy": (0.7, -0.09, 1.0),
        "joyful": (1.18, 0.05, 1.0),
        "dramatic": (1.08, -0.03, 1.18),
        "calm": (0.88, 0.02, 0.94),
        "storm": (0.55, -0.1, 1.05),
        "fog": (0.72, 0.05, 0.85),
        "snow": (0.72, 0.0, 1.04),
        "rain": (0.7, -0.04, 0.95),
        "cloud": (0.8, -0.01, 0.95),
        "sepia": (0.0, 0.0, 1.0),
        "backlight": (1.14, -0.05, 1.24),
    }
    for name in (*reading.tones, *reading.moods, *reading.weather, *(reading.elements & {"backlight"})):
        c, li, k = effects.get(name, (1.0, 0.0, 1.0))
        chroma, lift, contrast = chroma * c, lift + li, contrast * k
    toned = colours.adjust(palette, chroma=chroma, lift=lift, contrast=contrast)
    if "sepia" in reading.tones:
        toned = toned.map({role: (c[0], 0.055, 70.0) for role, c in toned.roles().items()})
    return toned
