"""A vendor's drawing (SVG) turned into pixels, in a decoder process and nowhere else.

The renderer runs no script, but it opens files that a drawing names, and deep nesting overruns its stack. So it is
given a copy with nothing in it that leads elsewhere; and where it works, no file and no socket can be opened. It has
no fonts: words that were not turned into paths are in the original alone.
"""

from __future__ import annotations

import re
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

import resvg_py

from studio.images.limits import DRAWING_SIDE

DEPTH = 100
"""Elements inside one another: the renderer dies at about 300."""
ELEMENTS = 50_000
LEFT_OUT = frozenset(
    {"script", "foreignobject", "handler", "listener", "iframe", "embed", "object", "audio", "video"}
)
HERE = re.compile(r"\s*(?:#|data:image/(?:png|jpe?g|webp|gif)[;,])", re.IGNORECASE)
"""What may be referred to: a part of the drawing, and a picture that lies in it."""


class Unsafe(ValueError):
    """The drawing is not one that is drawn: it declares entities, is nested too deep or has too many elements."""


def drawn(data: bytes) -> bytes:
    """The drawing as PNG, its longer side DRAWING_SIDE pixels. Raises ValueError, Unsafe among them."""
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=cleaned(data), skip_system_fonts=True, width=DRAWING_SIDE, height=DRAWING_SIDE
        )
    )


def cleaned(data: bytes) -> str:
    """The same drawing without script, foreign content and references to anything outside it. Raises ValueError."""
    copy = _Copy()
    try:
        copy.parser.Parse(data, True)
    except (expat.ExpatError, LookupError) as error:
        raise ValueError("The drawing is not well-formed.") from error
    return "".join(copy.pieces)


class _Copy:
    """Writes what the parser reads, except what is left out. Comments, instructions and the DOCTYPE fall away."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.EntityDeclHandler = self._entity
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self._depth = self._elements = 0
        self._silent_from = 0

    def _entity(self, *_declaration: Any) -> None:
        raise Unsafe("A drawing with entities is not read.")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._elements += 1
        if self._depth > DEPTH or self._elements > ELEMENTS:
            raise Unsafe("The drawing is nested too deep or has too many elements.")
        if not self._silent_from and _local(name) in LEFT_OUT:
            self._silent_from = self._depth
        if not self._silent_from:
            kept = (
                f" {key}={quoteattr(value)}" for key, value in attributes.items() if _is_harmless(key, value)
            )
            self.pieces.append(f"<{name}{''.join(kept)}>")

    def _end(self, name: str) -> None:
        if not self._silent_from:
            self.pieces.append(f"</{name}>")
        elif self._silent_from == self._depth:
            self._silent_from = 0
        self._depth -= 1

    def _text(self, text: str) -> None:
        if not self._silent_from:
            self.pieces.append(escape(text))


def _is_harmless(key: str, value: str) -> bool:
    local = _local(key)
    if local in ("href", "src"):
        return HERE.match(value) is not None
    return local != "base" and not local.startswith("on")


def _local(name: str) -> str:
    return name.rpartition(":")[2].lower()
