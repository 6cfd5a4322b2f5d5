"""WebP and AVIF: files of boxes whose sizes lie."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import partial
from typing import Any

from tests.images.corpus.case import (
    ANIMATED,
    BAD,
    FOREIGN,
    MANY,
    SEEN,
    UNSEEN,
    UNSUPPORTED,
    Case,
    Refused,
    Taken,
    cuts,
)
from tests.images.corpus.exif import DAMAGED_EXIF, directory
from tests.images.corpus.icc import DAMAGED_PROFILES
from tests.images.samples import file_of, scene

ALPHA, MOTION = 0x10, 0x02


def webp(**options: Any) -> bytes:
    return file_of(scene(), "WEBP", **{"quality": 95, **options})


def avif(**options: Any) -> bytes:
    return file_of(scene(), "AVIF", **{"quality": 95, **options})


def riff(*chunks: tuple[bytes, bytes], size: int | None = None) -> bytes:
    body = b"WEBP" + b"".join(
        kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for kind, data in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body) if size is None else size) + body


def parted(data: bytes) -> list[tuple[bytes, bytes]]:
    """The chunks of a good WebP."""
    found, place = [], 12
    while place < len(data):
        size = int.from_bytes(data[place + 4 : place + 8], "little")
        found.append((data[place : place + 4], data[place + 8 : place + 8 + size]))
        place += 8 + size + size % 2
    return found


def pixels(data: bytes) -> tuple[bytes, bytes]:
    """The one chunk of a simple WebP."""
    return parted(data)[0]


def extended(width: int, height: int, flags: int = 0) -> tuple[bytes, bytes]:
    return b"VP8X", bytes((flags, 0, 0, 0)) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(
        3, "little"
    )


def sized(exact: bytes, width: int, height: int) -> bytes:
    """A lossless WebP with another size in its head: two times fourteen bits."""
    bits = (width - 1) | (height - 1) << 14
    return exact[:21] + bits.to_bytes(4, "little") + exact[25:]


def frame(data: bytes) -> tuple[bytes, bytes]:
    kind, body = pixels(data)
    place = bytes(6) + (95).to_bytes(3, "little") + (63).to_bytes(3, "little") + b"\x64\0\0\0"
    return b"ANMF", place + kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def moving(count: int) -> bytes:
    return riff(extended(96, 64, MOTION), (b"ANIM", bytes(6)), *[frame(webp())] * count)


def half_seen() -> Any:
    picture = scene(mode="RGBA")
    picture.putalpha(128)
    return picture


def webps() -> Iterator[Case]:
    lossy, exact = webp(), webp(lossless=True)
    yield Case("webp", lambda: lossy, SEEN)
    yield Case("webp, exact", lambda: exact, SEEN)
    yield Case("webp, half seen", lambda: file_of(half_seen(), "WEBP", quality=95), Taken(transparent=True))
    yield Case(
        "webp, exact and half seen",
        lambda: file_of(half_seen(), "WEBP", lossless=True),
        Taken(transparent=True),
    )
    yield Case("webp, its name alone", lambda: lossy[:12], BAD)
    yield Case("webp, its head alone", lambda: b"RIFF\x20\0\0\0WEBPVP8 ", BAD)
    yield Case("webp of no chunks", lambda: riff(), BAD)
    yield Case("webp of an unknown chunk", lambda: riff((b"EVIL", b"x" * 99)), BAD)
    yield Case("webp that says it is empty", lambda: riff(pixels(lossy), size=0), BAD)
    yield Case("webp that says it is 4 GB", lambda: riff(pixels(lossy), size=2**32 - 2), BAD)
    yield Case("webp in a frame", lambda: riff(extended(96, 64), pixels(lossy)), SEEN)
    yield Case("webp in a frame too large", lambda: riff(extended(200, 200), pixels(lossy)), BAD)
    yield Case("webp in a frame too small", lambda: riff(extended(10, 10), pixels(lossy)), BAD)
    yield Case(
        "webp in a frame of 268 megapixels",
        lambda: riff(extended(16_384, 16_384), pixels(lossy)),
        Refused(MANY),
    )
    yield Case(
        "webp in a frame beyond all", lambda: riff(extended(2**24, 2**24), pixels(lossy)), Refused(MANY)
    )
    yield Case(
        "webp of a side of 16,383",
        lambda: file_of(scene(16_383, 2), "WEBP", lossless=True),
        Taken(16_383, 2, corners=()),
    )
    yield Case("webp of 48 megapixels", lambda: sized(exact, 8_000, 6_000), Refused(MANY, "8000 × 6000"))
    yield Case("webp of noise", lambda: riff((b"VP8 ", b"\x9d\x01\x2a" * 99)), BAD)
    yield Case("webp of exact noise", lambda: riff((b"VP8L", b"\x2f\x5f\xc0\x0f\0" + b"\xa5" * 300)), BAD)
    yield Case("webp of no width", lambda: lossy[:26] + b"\0\0" + lossy[28:], BAD)
    yield Case(
        "webp with seeing that is noise",
        lambda: riff(extended(96, 64, ALPHA), (b"ALPH", b"\xff" * 40), pixels(lossy)),
        BAD,
    )
    yield Case("webp that only says it moves", lambda: riff(extended(96, 64, MOTION), pixels(lossy)), BAD)
    yield Case("webp of one frame", lambda: moving(1), SEEN)
    yield Case("webp of two frames", lambda: moving(2), Refused(ANIMATED, "is an animation"))
    yield Case("webp of 10,000 frames", lambda: moving(10_000), Refused(ANIMATED))
    yield Case("webp of no frames", lambda: moving(0), BAD)
    yield Case("webp with a profile of 10 MB", lambda: webp(icc_profile=b"x" * 10_000_000), SEEN)
    yield Case("webp with words of 10 MB", lambda: webp(xmp=b"<" * 10_000_000), SEEN)
    for name, exif in DAMAGED_EXIF.items():
        yield Case(f"webp with exif {name}", partial(webp, exif=b"Exif\0\0" + exif), SEEN)
    for name, data in DAMAGED_PROFILES.items():
        yield Case(f"webp with a profile {name}", partial(webp, icc_profile=data), SEEN)


def wounded(name: bytes, place: int, new: bytes, data: bytes = b"") -> bytes:
    """An AVIF with other bytes at a place after a box's name."""
    whole = bytearray(data or avif())
    at = whole.index(name) + len(name) + place
    whole[at : at + len(new)] = new
    return bytes(whole)


def noted(exif: bytes) -> bytes:
    """An AVIF with this Exif, put in afterwards: the encoder itself stumbles over most of it."""
    stand_in = directory().ljust(len(exif), b"\0")
    return avif(exif=b"Exif\0\0" + stand_in).replace(stand_in, exif or stand_in)


def avifs() -> Iterator[Case]:
    whole = avif()
    yield Case("avif", lambda: whole, SEEN)
    yield Case("avif, half seen", lambda: file_of(half_seen(), "AVIF", quality=95), Taken(transparent=True))
    yield Case("avif of grey", lambda: file_of(scene(mode="L"), "AVIF", quality=95), UNSEEN)
    yield Case("avif of coarse colour", lambda: avif(subsampling="4:2:0"), SEEN)
    yield Case("avif of exact colour", lambda: avif(subsampling="4:4:4"), SEEN)
    yield Case("avif of a narrow range", lambda: avif(range="limited"), SEEN)
    yield Case("avif, its name alone", lambda: whole[:32], BAD)
    yield Case("avif of another chief brand", lambda: wounded(b"ftyp", 0, b"mif1"), SEEN)
    yield Case("avif of an unknown chief brand", lambda: wounded(b"ftyp", 0, b"evil"), FOREIGN)
    yield Case(
        "avif that calls itself heic first",
        lambda: wounded(b"ftyp", 0, b"heic"),
        Refused(UNSUPPORTED, "is a HEIC photo"),
    )
    yield Case("avif that calls itself a sequence", lambda: wounded(b"ftyp", 0, b"avis"), BAD)
    yield Case(
        "avif that only calls itself heic",
        lambda: whole.replace(b"avif", b"heic"),
        Refused(UNSUPPORTED, "is a HEIC photo"),
    )
    yield Case(
        "avif that calls itself a film",
        lambda: whole.replace(b"avif", b"isom").replace(b"mif1", b"mp42"),
        Refused(UNSUPPORTED, "is a video"),
    )
    yield Case("avif with a first box of nothing", lambda: bytes(4) + whole[4:], Refused(UNSUPPORTED))
    yield Case("avif with a first box of 4 GB", lambda: b"\xff" * 4 + whole[4:], BAD)
    yield Case("avif of no width", lambda: wounded(b"ispe", 4, bytes(4)), BAD)
    yield Case(
        "avif of 40,000 by 40,000", lambda: wounded(b"ispe", 4, struct.pack(">II", 40_000, 40_000)), BAD
    )
    yield Case(
        "avif of 16,000 by 16,000",
        lambda: wounded(b"ispe", 4, struct.pack(">II", 16_000, 16_000)),
        Refused(MANY),
    )
    yield Case(
        "avif that is larger than its pixels",
        lambda: wounded(b"ispe", 4, struct.pack(">II", 400, 400)),
        Taken(400, 400, corners=()),
    )
    yield Case("avif whose pixels lie outside", lambda: wounded(b"iloc", 14, b"\x7f\xff\xff\xff"), BAD)
    yield Case("avif of noise", lambda: wounded(b"mdat", 0, b"\xa5" * 60), BAD)
    yield Case("avif without a handler", lambda: whole.replace(b"pict", b"evil"), BAD)
    yield Case(
        "avif of two frames",
        lambda: file_of(scene(), "AVIF", save_all=True, append_images=[scene().rotate(180)]),
        Refused(ANIMATED, "is an animation"),
    )
    yield Case("avif with words of 10 MB", lambda: avif(xmp=b"<" * 10_000_000), SEEN)
    for name, exif in DAMAGED_EXIF.items():
        yield Case(f"avif with exif {name}", partial(noted, exif), SEEN)
    for name, data in DAMAGED_PROFILES.items():
        yield Case(f"avif with a profile {name}", partial(avif, icc_profile=data), SEEN)


def cases() -> list[Case]:
    webp_cuts = cuts("webp", file_of(scene(200, 200), "WEBP", quality=95), 0)
    return [*webp_cuts, *cuts("avif", avif(), 0), *webps(), *avifs()]
