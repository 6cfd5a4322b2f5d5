"""What a picture says of itself, read without decoding one pixel and within bounds of our own.

It is believed of a vendor's answer alone, until the intake has looked at it, and only where nothing is left to ask: one
still frame, not turned by notes, its parts in their places up to the end. All else goes through the intake at once.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from studio.images.bare import FRAMES, Odd, jpeg_parts, png_parts, webp_parts
from studio.images.limits import MAX_PIXELS, MAX_SIDE

MOST_PARTS = 4096
"""Parts that are walked through: a file of 20 MB in usual ones has fewer, and one of tiny ones is no picture."""

APP1 = 0xE1
BASELINE, EXTENDED, PROGRESSIVE = 0xC0, 0xC1, 0xC2
PNG_START = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
PNG_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
"""Bits a channel by type of colour (PNG specification, 11.2.1)."""
PNG_OTHERS = frozenset({b"acTL", b"eXIf", b"CgBI"})
"""Parts of animations, of pictures that are to be turned, and of Apple's own kind of PNG."""
PNG_TEXTS = frozenset({b"tEXt", b"zTXt", b"iTXt"})
TURNING_WORDS = (b"XML:com.adobe.xmp", b"Raw profile type")
"""Names of texts in a PNG that may say that it is to be turned."""
WEBP_ANIMATION, WEBP_XMP, WEBP_EXIF = 0x02, 0x04, 0x08


@dataclass(frozen=True, slots=True)
class Header:
    """The media type, and width and height in pixels."""

    mime: str
    width: int
    height: int


def header(data: bytes, mime: str) -> Header | None:
    """What a file of this type says; None where only a decoder can tell, or where it would not be taken."""
    try:
        match mime:
            case "image/png":
                width, height = _png(data)
            case "image/jpeg":
                width, height = _jpeg(data)
            case "image/webp":
                width, height = _webp(data)
            case _:
                return None
    except (Odd, struct.error, IndexError):
        return None
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE and width * height <= MAX_PIXELS):
        return None
    return Header(mime, width, height)


def _few[Part](parts: Iterator[Part]) -> list[Part]:
    found = []
    for part in parts:
        found.append(part)
        if len(found) > MOST_PARTS:
            raise Odd
    return found


def _png(data: bytes) -> tuple[int, int]:
    parts = _few(png_parts(data))
    kinds = Counter(kind for kind, _place in parts)
    width, height, depth, colour, *methods = struct.unpack_from(">IIBBBBB", data, len(PNG_START))
    whole = data.startswith(PNG_START) and kinds[b"IHDR"] == 1 and b"IDAT" in kinds
    known = depth in PNG_DEPTHS.get(colour, ()) and methods in ([0, 0, 0], [0, 0, 1])
    turned = any(kind in PNG_TEXTS and data.startswith(TURNING_WORDS, place) for kind, place in parts)
    if (
        not whole
        or not known
        or turned
        or kinds.keys() & PNG_OTHERS
        or (colour == 3 and b"PLTE" not in kinds)
    ):
        raise Odd
    return width, height


def _jpeg(data: bytes) -> tuple[int, int]:
    parts = _few(jpeg_parts(data))
    frames = [(kind, body) for kind, body in parts if kind in FRAMES]
    # Exif and XMP, which both may say that the picture is to be turned.
    if len(frames) != 1 or any(kind == APP1 for kind, _body in parts):
        raise Odd
    ((kind, body),) = frames
    depth, height, width, channels = struct.unpack_from(">BHHB", body)
    if kind not in (BASELINE, EXTENDED, PROGRESSIVE) or depth != 8 or channels not in (1, 3):
        raise Odd
    return width, height


def _webp(data: bytes) -> tuple[int, int]:
    parts = _few(webp_parts(data))
    kind, place = parts[0]
    if kind == b"VP8X":
        known = not data[place] & (WEBP_ANIMATION | WEBP_XMP | WEBP_EXIF)
        if not known or {b"VP8 ", b"VP8L"}.isdisjoint(each for each, _place in parts):
            raise Odd
        return _three_bytes(data, place + 4) + 1, _three_bytes(data, place + 7) + 1
    if kind == b"VP8L" and data[place] == 0x2F:
        sides = int.from_bytes(data[place + 1 : place + 5], "little")
        return (sides & 0x3FFF) + 1, (sides >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and data[place + 3 : place + 6] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", data, place + 6)
        return width & 0x3FFF, height & 0x3FFF
    raise Odd


def _three_bytes(data: bytes, place: int) -> int:
    return int.from_bytes(data[place : place + 3], "little")
