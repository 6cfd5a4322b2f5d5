"""Text to known words: letters, emoji by their names, ideographs by the longest known piece."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from providers.painter import colour_names as c
from providers.painter import vocabulary as v

IDEOGRAPH = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
TOKEN = re.compile(r"[^\W_]+(?:[-'&][^\W_]+)*")


@lru_cache(maxsize=1)
def index() -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Every known word with the things it asks for, as (category, name)."""
    found: dict[str, list[tuple[str, str]]] = {}
    tables = {
        "scene": v.SCENES,
        "object": v.OBJECTS,
        "kind": v.KINDS,
        "look": v.LOOKS,
        "light": v.LIGHTS,
        "weather": v.WEATHERS,
        "element": v.ELEMENTS,
        "tone": v.TONES,
        "mood": v.MOODS,
        "lens": v.LENSES,
        "style": v.STYLES,
        "remove": {"remove": v.REMOVES},
    }
    for category, names in tables.items():
        for name, words in names.items():
            for word in words.split():
                found.setdefault(word, []).append((category, name))
    for word, colour in c.NATURAL.items():
        found.setdefault(word, []).append(("natural", colour))
    for colour in c.COLOURS:
        found.setdefault(colour, []).append(("colour", colour))
    for word, colour in c.COLOUR_WORDS.items():
        found.setdefault(word, []).append(("colour", colour))
    return {word: tuple(meanings) for word, meanings in found.items()}


def tokens(text: str) -> list[str]:
    """The words of ``text``, lower case; an emoji stands for its Unicode name, an ideograph for itself."""
    spelled: list[str] = []
    for char in unicodedata.normalize("NFKC", text.replace("\ufe0f", "")).lower():
        if unicodedata.category(char) == "So":
            spelled.append(f" {unicodedata.name(char, '').lower()} ")
        elif char == "_":
            spelled.append(" ")
        else:
            spelled.append(char)
    words: list[str] = []
    for word in TOKEN.findall("".join(spelled)):
        if IDEOGRAPH.search(word):
            words.extend(_ideographs(word))
        else:
            words.append(word)
    return words


def _ideographs(word: str) -> list[str]:
    """A run without spaces cut into the longest known pieces."""
    known, out, at = index(), [], 0
    while at < len(word):
        size = next(
            (n for n in (5, 4, 3, 2) if word[at : at + n] in known and len(word[at : at + n]) == n), 1
        )
        out.append(word[at : at + size])
        at += size
    return out


def look_up(words: list[str], at: int) -> tuple[str, int]:
    """The known word that starts at ``at`` and how many tokens it takes; an empty word when unknown."""
    known = index()
    for size in (3, 2, 1):
        joined = "_".join(words[at : at + size])
        for form in _singulars(joined):
            if form in known and len(words) >= at + size:
                return form, size
    return "", 1


def _singulars(word: str) -> tuple[str, ...]:
    forms = [word]
    if word.endswith("ies"):
        forms.append(word[:-3] + "y")
    if word.endswith("es"):
        forms.append(word[:-2])
    if word.endswith("s") and len(word) > 3:
        forms.append(word[:-1])
    return tuple(forms)
