"""Exif as a camera writes it, and as nobody should."""

from __future__ import annotations

import struct

from PIL import Image

ORIENTATION = 0x0112


def entry(tag: int, kind: int, count: int, value: int) -> bytes:
    return struct.pack(">HHII", tag, kind, count, value)


def directory(*entries: bytes, after: int = 0) -> bytes:
    return b"MM\0*\0\0\0\x08" + struct.pack(">H", len(entries)) + b"".join(entries) + struct.pack(">I", after)


def turned(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return exif


DAMAGED_EXIF = {
    "of nothing": b"",
    "of noise": b"MM\0*" + b"\xff" * 200,
    "cut short": directory(entry(ORIENTATION, 3, 1, 6 << 16))[:14],
    "that leads to itself": directory(entry(0x0100, 4, 1, 5), after=8),
    "whose inner part leads to itself": directory(entry(0x8769, 4, 1, 8)),
    "whose place leads to itself": directory(entry(0x8825, 4, 1, 8)),
    "of four billion values": directory(entry(0x010E, 2, 0xFFFFFFFF, 8)),
    "that points outside": directory(entry(0x010E, 2, 100, 0xFFFFFF00)),
    "turned by nothing": directory(entry(ORIENTATION, 3, 1, 0)),
    "turned by nine": directory(entry(ORIENTATION, 3, 1, 9 << 16)),
    "turned by a word": directory(entry(ORIENTATION, 2, 4, 0x36000000)),
    "turned by a fraction of nothing": directory(entry(ORIENTATION, 5, 1, 26)) + bytes(8),
    "of an unknown kind": directory(entry(ORIENTATION, 99, 1, 6 << 16)),
    "of 60 kB": directory(entry(0x010E, 2, 60_000, 26)) + b"x" * 60_000,
    "of 5,000 entries": directory(*[entry(0x010E, 3, 1, 1)] * 5_000),
}
"""None of it turns the picture, and none of it spoils it."""
