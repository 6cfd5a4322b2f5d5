"""Small real pictures, written by hand so that a simulator starts at once and needs no imaging library."""

from __future__ import annotations

import struct
import zlib
from functools import lru_cache

Colour = tuple[int, int, int]


def picture(width: int, height: int, colour: Colour, fmt: str = "png", *, transparent: bool = False) -> bytes:
    """A picture of that size: a PNG is a gradient towards ``colour``, a jpeg or webp is flat."""
    if fmt == "jpeg":
        return jpeg(width, height, colour)
    return (
        webp(width, height, colour) if fmt == "webp" else png(width, height, colour, transparent=transparent)
    )


@lru_cache(maxsize=64)
def png(width: int, height: int, colour: Colour, *, transparent: bool = False) -> bytes:
    """A gradient from black to ``colour``; with alpha from clear to solid where ``transparent``."""
    channels = (*colour, 255) if transparent else colour
    step = max(width - 1, 1)
    first = bytes(channel * x // step for x in range(width) for channel in channels)
    same_as_above = b"\x02" + bytes(len(first))
    rows = b"\x00" + first + same_as_above * (height - 1)
    header = struct.pack(">IIBBBBB", width, height, 8, 6 if transparent else 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_facts(data: bytes) -> tuple[int, int, bool] | None:
    """Width, height and whether it has an alpha channel; None for what is no PNG."""
    if not data.startswith(b"\x89PNG\r\n\x1a\n") or len(data) < 26:
        return None
    width, height, _, colour_type = struct.unpack(">IIBB", data[16:26])
    return width, height, colour_type in (4, 6)


@lru_cache(maxsize=64)
def webp(width: int, height: int, colour: Colour) -> bytes:
    """A flat lossless WebP: each of the five prefix codes has one symbol, so no pixel takes a bit."""
    red, green, blue = colour
    bits = _Bits()
    for value, count in ((width - 1, 14), (height - 1, 14), (0, 1), (0, 3), (0, 3)):
        bits.add(value, count)
    for symbol in (green, red, blue, 255, 0):
        for value, count in ((1, 1), (0, 1), (1, 1), (symbol, 8)):
            bits.add(value, count)
    body = b"\x2f" + bits.lowest_first()
    body += b"\x00" * (len(body) % 2)
    return b"RIFF" + struct.pack("<I", len(body) + 12) + b"WEBPVP8L" + struct.pack("<I", len(body)) + body


@lru_cache(maxsize=64)
def jpeg(width: int, height: int, colour: Colour) -> bytes:
    """A flat baseline JPEG: the first block sets the colour, every later one says "the same" in two bits."""
    bits = _Bits()
    for value in _ycc(colour):
        _dc(bits, value)
        bits.add(0, 1)
    blocks = ((width + 7) // 8) * ((height + 7) // 8)
    first = bits.text + "00" * 3 * (blocks - 1)
    padded = first + "1" * (-len(first) % 8)
    scan = int(padded, 2).to_bytes(len(padded) // 8, "big").replace(b"\xff", b"\xff\x00")
    frame = struct.pack(">BHHB", 8, height, width, 3) + b"".join(bytes((i, 0x11, 0)) for i in (1, 2, 3))
    dc_codes = bytes((1, 0, 0, 0, 11)) + bytes(11) + bytes(range(12))
    ac_codes = bytes((1,)) + bytes(15) + b"\x00"
    select = bytes((3, 1, 0, 2, 0, 3, 0, 0, 63, 0))
    segments = (
        (0xDB, b"\x00" + bytes((8,)) + bytes((1,)) * 63),
        (0xC0, frame),
        (0xC4, b"\x00" + dc_codes),
        (0xC4, b"\x10" + ac_codes),
        (0xDA, select),
    )
    head = b"".join(b"\xff" + bytes((m,)) + struct.pack(">H", len(d) + 2) + d for m, d in segments)
    return b"\xff\xd8" + head + scan + b"\xff\xd9"


def _ycc(colour: Colour) -> tuple[int, int, int]:
    """Luma and chroma around the middle; with a quantiser of 8 they are the DC values as they stand."""
    r, g, b = colour
    return (
        (299 * r + 587 * g + 114 * b) // 1000 - 128,
        (-169 * r - 331 * g + 500 * b) // 1000,
        (500 * r - 419 * g - 81 * b) // 1000,
    )


def _dc(bits: _Bits, value: int) -> None:
    """A difference: its length as a prefix code ("0", then 10000 upwards), and its bits."""
    length = abs(value).bit_length()
    bits.text += "0" if length == 0 else f"{15 + length:05b}"
    if length:
        bits.text += f"{value if value > 0 else value + (1 << length) - 1:0{length}b}"


class _Bits:
    """Bits in the order they are written."""

    def __init__(self) -> None:
        self.text = ""

    def add(self, value: int, count: int) -> None:
        """``count`` bits of ``value``, the lowest first."""
        self.text += f"{value:0{count}b}"[::-1]

    def lowest_first(self) -> bytes:
        """Packed into bytes, the first bit the lowest."""
        reversed_text = self.text[::-1]
        return int(reversed_text, 2).to_bytes((len(self.text) + 7) // 8, "little")
