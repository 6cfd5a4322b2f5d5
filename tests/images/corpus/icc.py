"""Colour profiles built by hand, so that what they say is known to the last bit."""

from __future__ import annotations

import struct

D50 = (0.9642, 1.0, 0.8249)
DISPLAY_P3 = ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407))
ADOBE = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))
SRGB = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410))
"""Red, green and blue as XYZ under D50."""


def fixed(*numbers: float) -> bytes:
    return b"".join(struct.pack(">i", round(number * 65_536)) for number in numbers)


def xyz(*numbers: float) -> bytes:
    return b"XYZ " + bytes(4) + fixed(*numbers)


def gamma(exponent: float) -> bytes:
    return b"curv" + bytes(4) + struct.pack(">IH", 1, round(exponent * 256)) + bytes(2)


def text(words: bytes) -> bytes:
    body = b"text" + bytes(4) + words + b"\0"
    return body + bytes(-len(body) % 4)


def described(words: bytes) -> bytes:
    body = b"desc" + bytes(4) + struct.pack(">I", len(words) + 1) + words + b"\0" + bytes(8 + 3 + 67)
    return body + bytes(-len(body) % 4)


def profile(
    space: bytes, tags: dict[bytes, bytes], *, kind: bytes = b"mntr", between: bytes = b"XYZ "
) -> bytes:
    """A profile of version 2 from ``space`` to ``between``."""
    tags = {b"desc": described(b"by hand"), b"cprt": text(b"none"), b"wtpt": xyz(*D50)} | tags
    place, table, bodies = 132 + 12 * len(tags), b"", b""
    for name, body in tags.items():
        table += name + struct.pack(">II", place + len(bodies), len(body))
        bodies += body
    head = b"none" + b"\x02\x40\0\0" + kind + space + between + bytes(12) + b"acsp" + bytes(28) + fixed(*D50)
    whole = head.ljust(124, b"\0") + struct.pack(">I", len(tags)) + table + bodies
    return struct.pack(">I", len(whole) + 4) + whole


def matrix(primaries: tuple[tuple[float, ...], ...], exponent: float = 2.2) -> bytes:
    names = (b"r", b"g", b"b")
    places = {name + b"XYZ": xyz(*numbers) for name, numbers in zip(names, primaries, strict=True)}
    return profile(b"RGB ", places | {name + b"TRC": gamma(exponent) for name in names})


def grey(exponent: float) -> bytes:
    return profile(b"GRAY", {b"kTRC": gamma(exponent)})


def ink(lightness: int, a: int, b: int) -> bytes:
    """A printer on which every mixture of four inks comes out as this one colour (Lab)."""
    straight = bytes(range(256))
    point = bytes((round(lightness * 2.55), a + 128, b + 128))
    table = b"mft1" + bytes(4) + bytes((4, 3, 2, 0)) + fixed(1, 0, 0, 0, 1, 0, 0, 0, 1)
    return profile(
        b"CMYK", {b"A2B0": table + straight * 4 + point * 16 + straight * 3}, kind=b"prtr", between=b"Lab "
    )


def moved(whole: bytes, tag: bytes, *, place: int | None = None, size: int | None = None) -> bytes:
    """The same profile with one entry of its table pointing elsewhere."""
    data = bytearray(whole)
    at = data.index(tag, 128)
    if place is not None:
        data[at + 4 : at + 8] = struct.pack(">I", place)
    if size is not None:
        data[at + 8 : at + 12] = struct.pack(">I", size)
    return bytes(data)


DAMAGED_PROFILES = {
    "of noise": bytes((place * 31) % 256 for place in range(900)),
    "of words": b"not a profile",
    "cut short": matrix(DISPLAY_P3)[:200],
    "of a head alone": matrix(DISPLAY_P3)[:128],
    "that lies about its size": b"\xff\xff\xff\xff" + matrix(DISPLAY_P3)[4:],
    "of four billion entries": matrix(DISPLAY_P3)[:128] + b"\xff\xff\xff\xff" + matrix(DISPLAY_P3)[132:],
    "that points outside": moved(matrix(DISPLAY_P3), b"rXYZ", place=0x7FFFFFF0),
    "of an endless curve": moved(matrix(DISPLAY_P3), b"gTRC", size=0x7FFFFFF0),
    "without red": matrix(DISPLAY_P3).replace(b"rXYZ", b"xXYZ"),
    "of unknown channels": matrix(DISPLAY_P3).replace(b"RGB ", b"9CLR"),
    "of another channel count": ink(60, -50, 40),
    "of grey": grey(1.0),
    "that links two devices": matrix(DISPLAY_P3).replace(b"mntr", b"link"),
    "that only names colours": matrix(DISPLAY_P3).replace(b"mntr", b"nmcl"),
}
"""None of them says anything about an RGB picture that could be used."""
