"""Whether a file holds nothing but what its pixels need, told by its parts without decoding one of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

PNG_PARTS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"sRGB", b"gAMA"})
WEBP_PARTS = frozenset({b"VP8X", b"VP8 ", b"VP8L", b"ALPH"})

APP0, APP14, SOS, EOI, DRI, DQT, DHT = 0xE0, 0xEE, 0xDA, 0xD9, 0xDD, 0xDB, 0xC4
FRAMES = frozenset(range(0xC0, 0xD0)) - {DHT, 0xC8, 0xCC}
JPEG_PARTS = FRAMES | {SOS, DRI, DQT, DHT}
JFIF, ADOBE = re.compile(rb"JFIF\0.{7}\0\0", re.DOTALL), re.compile(rb"Adobe.{7}", re.DOTALL)
MARKER = re.compile(rb"\xff[^\0\xd0-\xd7\xff]")
"""Among coded pixels: neither a byte of them nor the point where decoding may start anew."""

ELEMENTS = (
    rb"(?:svg|g|defs|symbol|use|path|rect|circle|ellipse|line|polyline|polygon|mask|pattern|stop|clipPath"
    rb"|(?:linear|radial)Gradient)"
)
PAINT = rb"(?:display|fill|stroke|opacity|color|stop|(?:fill|stroke|stop|clip)-[a-z]+|clip|mask)"
GEOMETRY = (
    rb"(?:d|points|[xy][12]?|c[xy]|f[xy]|r[xy]?|width|height|viewBox|transform|offset|version|preserveAspectRatio"
    rb"|(?:gradient|pattern|mask|clipPath)(?:Units|ContentUnits|Transform))"
)
VALUE = rb"[\w\s.,#()%+-]*+"
ATTRIBUTE = (
    rb"\s++(?:(?:" + PAINT + rb"|" + GEOMETRY + rb')="' + VALUE + rb'"'
    rb'|style="(?:' + PAINT + rb"\s*+:" + VALUE + rb';?\s*+)*+"'
    rb'|(?:id|class|(?:xlink:)?href)="#?[\w.-]{1,40}"|xmlns(?::xlink)?="http://www\.w3\.org/[\w/]+")'
)
TAG = rb"<(?:/" + ELEMENTS + rb"\s*+|" + ELEMENTS + rb"(?:" + ATTRIBUTE + rb")*+\s*+/?)>"
DRAWING = re.compile(rb"\s*+(?:<\?xml[\w\s.=\"'-]*+\?>\s*+)?(?:" + TAG + rb"\s*+)++")
"""Shapes and colours, and no place for a sentence: no text, title, comment, note, script or picture."""


class Odd(Exception):
    """The parts do not follow one another as they should."""


def is_bare(data: bytes, mime: str) -> bool:
    """True if the file carries no notes, profile, preview or tail. False where that is not sure."""
    try:
        match mime:
            case "image/png":
                return all(kind in PNG_PARTS for kind, _place in png_parts(data))
            case "image/jpeg":
                return all(_jpeg_part(kind, body) for kind, body in jpeg_parts(data))
            case "image/webp":
                return all(kind in WEBP_PARTS for kind, _place in webp_parts(data))
    except Odd:
        pass
    return False


def says_nothing(data: bytes, mime: str) -> bool:
    """As ``is_bare`` for pixels and drawings alike: whether the file may go to anybody as it is."""
    return is_bare_drawing(data) if mime == "image/svg+xml" else is_bare(data, mime)


def is_bare_drawing(data: bytes) -> bool:
    """As ``is_bare`` for an SVG: True for shapes alone, as vendors' vector models write them."""
    return DRAWING.fullmatch(data) is not None


def png_parts(data: bytes) -> Iterator[tuple[bytes, int]]:
    """The kind of each part, and where what it holds begins. Raises Odd."""
    place, kind = 8, b""
    while place < len(data):
        if kind == b"IEND":
            raise Odd
        kind = data[place + 4 : place + 8]
        yield kind, place + 8
        place += 12 + int.from_bytes(data[place : place + 4])
    if place != len(data) or kind != b"IEND":
        raise Odd


def webp_parts(data: bytes) -> Iterator[tuple[bytes, int]]:
    """As ``png_parts``."""
    if int.from_bytes(data[4:8], "little") + 8 != len(data):
        raise Odd
    place = 12
    while place < len(data):
        size = int.from_bytes(data[place + 4 : place + 8], "little")
        yield data[place : place + 4], place + 8
        place += 8 + size + size % 2
    if place != len(data):
        raise Odd


def jpeg_parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The marker of each part, and what it holds. Raises Odd."""
    place = 2
    while data[place : place + 2] != b"\xff\xd9":
        if place + 4 > len(data) or data[place] != 0xFF:
            raise Odd
        kind, size = data[place + 1], int.from_bytes(data[place + 2 : place + 4])
        yield kind, data[place + 4 : place + 2 + size]
        place += 2 + size
        if kind == SOS:
            following = MARKER.search(data, place)
            if following is None:
                raise Odd
            place = following.start()
    if place + 2 != len(data):
        raise Odd


def _jpeg_part(kind: int, body: bytes) -> bool:
    if kind == APP0:
        return JFIF.fullmatch(body) is not None
    if kind == APP14:
        return ADOBE.fullmatch(body) is not None
    return kind in JPEG_PARTS
