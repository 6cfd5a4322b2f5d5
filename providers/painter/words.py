"""Reading a prompt: which scene, colours, light and style its words ask for."""

from __future__ import annotations

from dataclasses import dataclass

from providers.painter import colour_names as c
from providers.painter import vocabulary as v
from providers.painter.lexicon import index, look_up, tokens
from providers.painter.noise import number

NEGATIONS = frozenset({"no", "not", "without", "never", "avoid", "minus", "except", "ohne", "sans", "sin"})
FILLERS = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "on",
        "in",
        "at",
        "with",
        "and",
        "or",
        "to",
        "by",
        "for",
        "from",
        "over",
        "under",
        "above",
        "into",
        "onto",
        "its",
        "it",
        "is",
        "are",
        "as",
        "very",
        "one",
        "two",
        "three",
        "this",
        "that",
        "some",
        "through",
        "his",
        "her",
        "their",
        "make",
        "add",
        "more",
        "less",
        "change",
        "turn",
        "please",
        "picture",
        "image",
        "photo",
    ]
)
DEFAULT_SCENES = (
    "ridges",
    "abstract",
    "sea",
    "pattern",
    "meadow",
    "arch",
    "planet",
    "still",
    "glass",
    "bloom",
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was understood. ``spice`` is a hash of the words that were not."""

    scene: str
    asked: bool
    objects: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    looks: tuple[str, ...] = ()
    light: str = ""
    weather: tuple[str, ...] = ()
    elements: frozenset[str] = frozenset()
    colours: tuple[str, ...] = ()
    object_colour: str = ""
    tones: tuple[str, ...] = ()
    moods: tuple[str, ...] = ()
    lenses: tuple[str, ...] = ()
    style: str = ""
    removes: bool = False
    banned: frozenset[str] = frozenset()
    spice: int = 0

    def summary(self) -> str:
        """The sentence a person can check: ``read as: ridges, dusk, crimson``."""
        parts = [
            self.scene,
            *self.kinds[:1],
            *self.objects,
            *self.looks,
            self.light,
            *self.weather,
            self.object_colour,
            *self.colours,
            *self.tones,
            *self.moods,
            *self.lenses,
            self.style,
            *sorted(self.elements),
        ]
        seen = list(dict.fromkeys(part.replace("_", " ") for part in parts if part))
        return "read as: " + ", ".join(seen[:14])


def _meanings(text: str) -> tuple[list[tuple[str, str, int]], set[str], list[str], list[str]]:
    """(category, name, position) of every known word; names after a negation; unknown words; known words."""
    words = tokens(text)
    found: list[tuple[str, str, int]] = []
    banned: set[str] = set()
    unknown: list[str] = []
    known: list[str] = []
    at, negated = 0, 0
    while at < len(words):
        word, size = look_up(words, at)
        if words[at] in NEGATIONS and not word:
            negated = 3
        elif words[at] in NEGATIONS:
            found.extend((category, name, at) for category, name in index()[word])
            negated = 3
        elif word and negated:
            banned.update((word, *(name for category, name in index()[word] if category != "scene")))
            negated = 0
        elif word:
            known.append(word)
            found.extend((category, name, at) for category, name in index()[word])
        elif words[at] not in FILLERS:
            unknown.append(words[at])
        negated = max(negated - 1, 0)
        at += size
    return found, banned, unknown, known


def read(prompt: str, negative: str = "") -> Reading:
    """What ``prompt`` asks for, less what ``negative`` forbids. Never fails: unknown words choose by their hash."""
    found, banned, unknown, _ = _meanings(prompt)
    forbidden, also, _, known = _meanings(negative)
    banned |= also | set(known) | {name for category, name, _ in forbidden if category != "scene"}
    barred_scenes = {
        name
        for word in known
        for name in v.SCENES
        if name == word or (name in _scene_names(word) and len(known) < 3)
    }
    found = [item for item in found if item[1] not in banned]
    scene, asked = _scene(found, barred_scenes, unknown)

    def names(category: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for kind, name, _ in found if kind == category))

    light, style = names("light"), names("style")
    own, colours = _object_colour(found, scene)
    return Reading(
        scene=scene,
        asked=asked,
        objects=names("object")[:3] if scene == "still" else (),
        kinds=names("kind") if scene == "portrait" else (),
        looks=names("look") if scene == "portrait" else (),
        light=light[-1] if light else "",
        weather=names("weather"),
        elements=frozenset(names("element")),
        colours=colours,
        object_colour=own,
        tones=names("tone"),
        moods=names("mood"),
        lenses=names("lens"),
        style=style[0] if style else "",
        removes=bool(names("remove")),
        banned=frozenset(banned),
        spice=number(*unknown) if unknown else 0,
    )


def _scene_names(word: str) -> set[str]:
    return {name for category, name in index().get(word, ()) if category == "scene"}


def _object_colour(found: list[tuple[str, str, int]], scene: str) -> tuple[str, tuple[str, ...]]:
    """The colour of a still life's thing (or of a person's hair), and the first four other colours.

    A colour right before the thing belongs to it; a fruit has its natural one otherwise.
    """
    colours = [(name, at) for kind, name, at in found if kind == "colour"]
    if scene == "portrait":
        things = {at for kind, name, at in found if kind == "look" and name in v.HAIRS_AT}
    elif scene == "still":
        things = {at for kind, _, at in found if kind == "object"}
    else:
        return "", tuple(dict.fromkeys(name for name, _ in colours))[:4]
    own = next((name for name, at in colours if at + 1 in things), "")
    own = own or next((name for kind, name, at in found if kind == "natural" and scene == "still"), "")
    rest = tuple(
        dict.fromkeys(
            name for name, at in colours if at not in things and not (name == own and at + 1 in things)
        )
    )[:4]
    return own, rest


def _scene(found: list[tuple[str, str, int]], barred: set[str], unknown: list[str]) -> tuple[str, bool]:
    """The scene most words ask for, early words counting more; and whether any word asked at all."""
    scores: dict[str, float] = {}
    for category, name, at in found:
        if category == "scene" and name not in barred:
            scores[name] = scores.get(name, 0.0) + 1.0 / (1.0 + 0.28 * at)
    if scores:
        return max(scores, key=lambda name: (scores[name], name)), True
    hints = {
        "sunset": "sea",
        "night": "city",
        "snow": "ridges",
        "boat": "sea",
        "stars": "aurora",
        "castle": "ridges",
    }
    for _, name, _ in found:
        if name in hints and hints[name] not in barred:
            return hints[name], False
    options = tuple(name for name in DEFAULT_SCENES if name not in barred) or DEFAULT_SCENES
    return options[number("scene", *unknown) % len(options)], False


def colour_values(names: tuple[str, ...]) -> tuple[tuple[float, float, float], ...]:
    """The colours called ``names`` in OKLCH."""
    return tuple(c.COLOURS[name] for name in names)
