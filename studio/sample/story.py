"""What the sample studio tells: thirty days of three people, in the order in which they happened.

Written as data, so that it can be read like a diary. What it costs, how long it took and what came of it is not
written here: prices come from the catalogue, times from the painter, and the pictures are painted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

SKETCH, PAINT, STUDIO, PRESS = "gesso/sketch", "gesso/paint", "gesso/studio", "gesso/press"

TEAM = "Northwind"
MARA, JONAS, ADA = "Mara Kessler", "Jonas Tveit", "Ada Okafor"
PEOPLE = (MARA, JONAS, ADA)

AMBER, BACKDROPS, PORTRAITS, PRINTS = (
    "Amber basalt launch",
    "Hero backdrops",
    "Portrait series",
    "Packaging prints",
)


@dataclass(frozen=True, slots=True)
class Given:
    """A picture that goes along with a run: picture ``index`` (0-based) of the run called ``of``, or its mask."""

    of: str
    role: str
    index: int = 0


@dataclass(frozen=True, slots=True)
class Wish:
    """One model with its settings, in the words of the composer's form."""

    model: str
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """One run. ``at`` is ``12d 14:05`` (so many days ago, at that time) or ``25m`` (minutes ago).

    ``delivered`` is how many pictures of all that were asked for came; None for every one.
    """

    name: str
    project: str
    who: str
    at: str
    wishes: tuple[Wish, ...]
    prompt: str
    given: tuple[Given, ...] = ()
    delivered: int | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """A grant to the team's pool, or a correction, in credits. ``days`` until a grant expires."""

    at: str
    credits: str
    reason: str
    days: int | None = None


def one(model: str, size: str, seed: int, n: int = 1, quality: str = "") -> tuple[Wish, ...]:
    """A run with one model. The size goes into the field that the model has for it."""
    fields = {SKETCH: "size", PRESS: "preset"}
    settings = {fields.get(model, "aspect_ratio"): size, "seed": str(seed), "n": str(n)}
    return (Wish(model, settings | ({"quality": quality} if quality else {})),)


# fmt: off
RUNS = (
    Told("lake", BACKDROPS, JONAS, "29d 10:20", one(SKETCH, "800x360", 7),
         "Ridges above a mirror lake at night, first stars"),
    Told("window", PRINTS, ADA, "29d 15:45", one(STUDIO, "4:5", 23, 2, quality="low"),
         "Stoneware vase and cup, window light on grey plaster"),
    Told("bun", PORTRAITS, ADA, "27d 11:30", one(SKETCH, "480x600", 7, 2),
         "Portrait, bun and earrings, teal shirt, poster"),
    Told("leaves", PRINTS, JONAS, "26d 14:10", one(PRESS, "square", 3, quality="low"),
         "Paper-cut leaves, olive, pink and sky blue"),
    Told("a1", AMBER, MARA, "25d 10:12", one(SKETCH, "448x560", 7, 2),
         "Perfume bottle on dry travertine"),
    Told("tangerines", PRINTS, ADA, "24d 10:05", one(STUDIO, "4:3", 23, 2, quality="low"),
         "Tangerines on teal cloth"),
    Told("tangerines-2", PRINTS, ADA, "24d 10:12", one(SKETCH, "560x416", 5, 2),
         "Tangerines and one lemon on teal cloth"),
    Told("red-hair", PORTRAITS, ADA, "22d 13:25", one(PAINT, "1:1", 7),
         "Portrait of a woman with long red hair, pale blue backdrop"),
    Told("a2", AMBER, MARA, "20d 10:15", one(SKETCH, "448x560", 23, 2),
         "Perfume bottle on dry travertine, noon light"),
    Told("a3", AMBER, MARA, "19d 11:02", one(STUDIO, "4:5", 7, quality="low"),
         "Perfume bottle on dry travertine, palm shadow on plaster, noon light"),
    Told("glass", PRINTS, JONAS, "18d 15:20", one(SKETCH, "512x512", 5, 2),
         "Iridescent glass blob on deep violet"),
    Told("beard", PORTRAITS, ADA, "17d 10:45", one(SKETCH, "480x600", 7),
         "Portrait of a fisherman with a beard, navy sweater"),
    Told("planet", BACKDROPS, JONAS, "15d 18:20", one(SKETCH, "640x360", 7),
         "Ringed planet over red dust, stars"),
    Told("a4", AMBER, JONAS, "14d 09:31", one(PRESS, "square", 23, 2, quality="low"),
         "Round bottle on dry travertine, palm shadow on plaster, noon light"),
    Told("a5", AMBER, MARA, "13d 14:20", one(STUDIO, "4:5", 7, quality="low"),
         "Perfume bottle on wet basalt, still black water, low amber backlight",
         (Given("a3", "layout"),)),
    Told("a6", AMBER, JONAS, "12d 10:08", one(SKETCH, "448x560", 11, 2),
         "Perfume bottle on wet basalt, still black water, dusk"),
    Told("a7", AMBER, MARA, "11d 11:36", one(PAINT, "4:5", 7),
         "More dramatic, darker edges",
         (Given("a5", "source"),)),
    Told("a8", AMBER, ADA, "10d 09:44", (
        *one(SKETCH, "448x560", 5),
        *one(PRESS, "square", 5, quality="low"),
        *one(STUDIO, "4:5", 5, quality="low"),
         ),
         "Perfume bottle on wet basalt, still black water, low amber backlight"),
    Told("marble", PRINTS, JONAS, "8d 11:10", one(STUDIO, "1:1", 5, quality="low"),
         "Black ink and marble, copper veins"),
    Told("tiles", PRINTS, JONAS, "8d 11:25", one(SKETCH, "512x512", 7),
         "Bauhaus tiles, terracotta, mustard and navy"),
    Told("a9", AMBER, MARA, "7d 10:27", one(STUDIO, "4:5", 7, quality="low"),
         "Remove the pebbles",
         (Given("a7", "source"), Given("a7", "mask"))),
    Told("a10", AMBER, JONAS, "6d 15:51", one(SKETCH, "448x560", 23, 2),
         "Perfume bottle on wet basalt, still black water, low amber backlight, brass cap"),
    Told("a11", AMBER, MARA, "5d 16:40", one(PAINT, "4:5", 7),
         "Deep crimson light",
         (Given("a9", "source"),)),
    Told("fjord", BACKDROPS, JONAS, "4d 09:15", one(PAINT, "16:9", 5),
         "Fjord at sunset, a sail boat, long reflection"),
    Told("arch", PRINTS, MARA, "4d 15:50", one(STUDIO, "4:5", 7, quality="low"),
         "Terracotta arch, stairs and a white ball, late afternoon"),
    Told("aurora", BACKDROPS, JONAS, "3d 11:30", one(PRESS, "banner", 7, quality="low"),
         "Aurora over a cabin and black pines, violet and green"),
    Told("forest", BACKDROPS, MARA, "3d 16:12", one(SKETCH, "480x600", 5),
         "Birch forest in autumn, low sun between trunks"),
    Told("dunes", BACKDROPS, MARA, "2d 10:50", one(SKETCH, "480x600", 23),
         "Dunes under a pale sun, golden hour"),
    Told("flowers", PRINTS, ADA, "2d 15:15", one(PRESS, "square", 5, quality="low"),
         "White dahlia on a cream ground"),
    Told("glasses", PORTRAITS, ADA, "1d 13:05", one(SKETCH, "480x600", 7, 2),
         "Portrait of a scientist with glasses, orange backdrop"),
    Told("sea", BACKDROPS, MARA, "1d 16:05", one(PAINT, "16:9", 11),
         "Sea at sunset, glitter path, torn pink clouds"),
    Told("a12", AMBER, JONAS, "148m", one(SKETCH, "448x560", 101, 4),
         "Perfume bottle on wet basalt, still black water, low amber backlight, polished brass cap", delivered=2),
    Told("lighthouse", BACKDROPS, JONAS, "125m", one(PRESS, "cover", 23, quality="low"),
         "Quiet sea at dawn, a lighthouse, gulls"),
    Told("city", BACKDROPS, JONAS, "110m", one(STUDIO, "16:9", 23, 2, quality="low"),
         "City at night, neon, wet street, long reflections"),
    Told("a13", AMBER, MARA, "96m", one(STUDIO, "4:5", 418, quality="low"),
         "Perfume bottle on wet basalt, still black water, low amber backlight, polished brass cap, 85mm",
         (Given("a9", "layout"), Given("a10", "palette"))),
    Told("stairs", PRINTS, MARA, "58m", one(STUDIO, "1:1", 23, 2, quality="low"),
         "A courtyard with one staircase, pink walls, long shadow"),
    Told("a14", AMBER, JONAS, "41m", one(PRESS, "poster", 418, quality="high"),
         "Perfume bottle on wet basalt, still black water, low amber backlight, matte black cap, 85mm", delivered=0),
    Told("crimson", PORTRAITS, ADA, "28m", one(STUDIO, "4:5", 23, 2, quality="low"),
         "Portrait of a young woman with red hair, crimson shirt, poster"),
    Told("peaks", BACKDROPS, JONAS, "21m", one(PAINT, "21:9", 7),
         "Snow peaks in blue hour, a crescent moon"),
    Told("meadow", BACKDROPS, MARA, "14m", one(SKETCH, "600x400", 11),
         "Lavender field, one lone tree, evening glow"),
    Told("a15", AMBER, MARA, "6m", one(STUDIO, "4:5", 207, 4, quality="low"),
         "Perfume bottle on wet basalt, still black water, low amber backlight, polished brass cap, 85mm, soft falloff",
         (Given("a13", "style"),)),
)
# fmt: on
"""Oldest first. Each run's parent is the one before it in its project. The last one is of the project that the studio
opens with; the last hours are of all four, so that the gallery begins with more than bottles."""

POOL = (
    Moved("30d 09:00", "150", "October allowance"),
    Moved("23d 09:30", "40", "Trade fair week", days=35),
    Moved("20d 09:00", "100", "November allowance"),
    Moved("16d 12:00", "-7.5", "Correction of the October allowance"),
)
"""What was put into the team's pool, and taken out of it, by the studio itself."""

COLLECTIONS = {
    "Amber basalt": ("a5", "a7", "a9", "a11", "a12", "a13", "a15"),
    "Faces": ("bun", "red-hair", "beard", "glasses", "crimson"),
}
"""Two of them: all pictures of these runs."""

FAVOURITES = ("lake", "leaves", "sea", "arch", "city", "crimson", "peaks", "a13", "a15")
"""The first picture of each has the heart of the person who set the studio up."""

STARS = {"sea": 5, "arch": 4, "aurora": 4, "a5": 3, "a9": 4, "a13": 5, "a15": 5}
"""What that person gave to the first picture of each."""
