"""JPEG: segments that lie, colours of print, turned cameras, second pictures."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from PIL import Image, ImageChops

from tests.images.corpus.case import BAD, FOREIGN, MANY, SEEN, UNSEEN, Case, Refused, Taken, cuts
from tests.images.corpus.exif import DAMAGED_EXIF, turned
from tests.images.corpus.icc import DAMAGED_PROFILES, DISPLAY_P3, grey, ink, matrix
from tests.images.samples import file_of, scene

SOF, DHT, SOS, DQT = 0xC0, 0xC4, 0xDA, 0xDB
TOO_MANY = Refused(MANY, "40 megapixels")
TURNS = {
    1: None, 2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}  # fmt: skip
"""What a camera held this way makes of the scene."""

type Segment = tuple[int, bytes]


def fine(picture: Image.Image | None = None, **options: Any) -> bytes:
    return file_of(picture or scene(), "JPEG", quality=95, subsampling=0, **options)


def lying(orientation: int) -> Image.Image:
    turn = TURNS[orientation]
    return scene().transpose(turn) if turn is not None else scene()


def parted(data: bytes) -> tuple[list[Segment], bytes]:
    """The segments before the pixels, and the pixels to the end."""
    found, place = [], 2
    while data[place + 1] != SOS:
        size = int.from_bytes(data[place + 2 : place + 4])
        found.append((data[place + 1], data[place + 4 : place + 2 + size]))
        place += 2 + size
    return found, data[place:]


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2) + body


def joined(segments: list[Segment], pixels: bytes) -> bytes:
    return b"\xff\xd8" + b"".join(segment(*each) for each in segments) + pixels


def with_segments(*more: Segment) -> bytes:
    segments, pixels = parted(fine())
    return joined([*more, *segments], pixels)


def without(marker: int) -> bytes:
    segments, pixels = parted(fine())
    return joined([each for each in segments if each[0] != marker], pixels)


def framed(marker: int = SOF, **places: int) -> bytes:
    """The scene with other bytes in its frame's head: ``at0`` is the first."""
    segments, pixels = parted(fine())
    changed = []
    for kind, body in segments:
        if kind == SOF:
            head = bytearray(body)
            for place, value in places.items():
                head[int(place.removeprefix("at"))] = value
            kind, body = marker, bytes(head)
        changed.append((kind, body))
    return joined(changed, pixels)


def sized(width: int, height: int) -> bytes:
    return framed(at1=height >> 8, at2=height & 255, at3=width >> 8, at4=width & 255)


def cmyk(**options: Any) -> bytes:
    return fine(scene(mode="CMYK"), **options)


def ycck() -> bytes:
    """Print colours the way an image editor writes them: as brightness and two differences, and black apart."""
    *inks, black = scene(mode="CMYK").split()
    parts = Image.merge("RGB", inks).convert("YCbCr").split()
    # The encoder inverts what it takes for inks, as editors do; the mark then says what they are.
    data = bytearray(fine(Image.merge("CMYK", [*(ImageChops.invert(part) for part in parts), black])))
    data[data.index(b"Adobe") + 11] = 2
    return bytes(data)


def frames() -> Iterator[Case]:
    yield Case("jpeg of 65,535 by 65,535", lambda: sized(65_535, 65_535), TOO_MANY)
    yield Case("jpeg of 8,000 by 8,000", lambda: sized(8_000, 8_000), Refused(MANY, "8000 × 8000"))
    yield Case("jpeg of a side of 65,500", lambda: sized(65_500, 8), Refused(MANY, "65500 × 8"))
    yield Case("jpeg of no width", lambda: sized(0, 64), BAD)
    yield Case("jpeg of no height", lambda: sized(96, 0), BAD)
    yield Case("jpeg that is higher than its pixels", lambda: sized(96, 2_000), Taken(96, 2_000, corners=()))
    yield Case("jpeg that is lower than its pixels", lambda: sized(96, 8), Taken(96, 8, corners=()))
    yield Case("jpeg that is wider than its pixels", lambda: sized(200, 64), Taken(200, 64, corners=()))
    yield Case("jpeg of one pixel", lambda: fine(Image.new("RGB", (1, 1))), Taken(1, 1, corners=()))
    yield Case("jpeg of twelve bits", lambda: framed(at0=12), BAD)
    yield Case("jpeg of no channels", lambda: framed(at5=0), BAD)
    yield Case("jpeg of two channels", lambda: framed(at5=2), BAD)
    yield Case("jpeg of 255 channels", lambda: framed(at5=255), BAD)
    yield Case("jpeg of tiles of nothing", lambda: framed(at7=0), BAD)
    yield Case("jpeg of tiles of fifteen", lambda: framed(at7=0xFF), BAD)
    yield Case("jpeg of tiles wider than they are", lambda: framed(at7=0x44), BAD)
    yield Case("jpeg of uneven tiles", lambda: framed(at10=0x41), UNSEEN)
    yield Case("jpeg of a table that is not there", lambda: framed(at8=3), BAD)
    yield Case("jpeg that calls itself lossless", lambda: framed(0xC3), BAD)
    yield Case("jpeg that calls itself progressive", lambda: framed(0xC2), BAD)
    yield Case("jpeg that calls itself arithmetic", lambda: framed(0xC9), UNSEEN)
    yield Case("jpeg of hierarchies", lambda: framed(0xC5), BAD)
    yield Case("jpeg of another family", lambda: framed(0xF7), BAD)


def damage() -> Iterator[Case]:
    whole = fine()
    yield Case("jpeg, its name alone", lambda: whole[:3], BAD)
    yield Case("jpeg, its beginning and end", lambda: b"\xff\xd8\xff\xd9", BAD)
    yield Case("jpeg without its end", lambda: whole[:-2], BAD)
    yield Case(
        "jpeg with a frame twice",
        lambda: joined([*parted(whole)[0], (SOF, framed_head())], parted(whole)[1]),
        BAD,
    )
    yield Case("jpeg without a frame", lambda: without(SOF), BAD)
    yield Case("jpeg without pixels", lambda: joined(parted(whole)[0], b"\xff\xd9"), BAD)
    yield Case("jpeg without fineness", lambda: without(DQT), BAD)
    yield Case("jpeg without codes", lambda: without(DHT), UNSEEN)
    yield Case("jpeg with codes of noise", lambda: with_segments((DHT, b"\0" + b"\xff" * 200)), BAD)
    yield Case("jpeg with fineness of noise", lambda: with_segments((DQT, b"\x0f" * 65)), BAD)
    yield Case("jpeg with a segment beyond its end", lambda: whole[:2] + b"\xff\xe5\xff\xff" + whole[2:], BAD)
    yield Case("jpeg with a segment of no length", lambda: whole[:2] + b"\xff\xe5\0\0" + whole[2:], SEEN)
    yield Case("jpeg with zeros between", lambda: whole[:2] + bytes(5_000) + whole[2:], FOREIGN)
    yield Case("jpeg with marks between", lambda: whole[:2] + b"\xff" * 500 + whole[2:], SEEN)
    yield Case(
        "jpeg with restarts everywhere", lambda: whole[:-200] + b"\xff\xd0" * 40 + whole[-200:], UNSEEN
    )
    yield Case("jpeg with 1,000 comments", lambda: with_segments(*[(0xFE, b"x" * 1_000)] * 1_000), SEEN)
    yield Case("jpeg with 15 MB of comments", lambda: with_segments(*[(0xFE, b"x" * 65_000)] * 240), SEEN)
    yield Case(
        "jpeg with words of 60 kB",
        lambda: with_segments((0xE1, b"http://ns.adobe.com/xap/1.0/\0" + b"<" * 60_000)),
        SEEN,
    )
    yield Case(
        "jpeg with an editor's empty notes",
        lambda: with_segments((0xED, b"Photoshop 3.0\08BIM\4\4\0\0\xff\xff\xff\xff")),
        SEEN,
    )
    yield Case("jpeg with an empty adobe mark", lambda: with_segments((0xEE, b"Adobe")), BAD)
    yield Case(
        "jpeg with pictures that are not there",
        lambda: with_segments((0xE2, b"MPF\0MM\0*\xff\xff\xff\xff")),
        SEEN,
    )
    yield Case(
        "jpeg with a thumbnail that lies",
        lambda: with_segments((0xE0, b"JFIF\0\1\1\0\0\1\0\1\xff\xff")),
        SEEN,
    )
    for name, exif in DAMAGED_EXIF.items():
        yield Case(f"jpeg with exif {name}", partial(with_segments, (0xE1, b"Exif\0\0" + exif)), SEEN)


def framed_head() -> bytes:
    return next(body for kind, body in parted(fine())[0] if kind == SOF)


def profiles() -> Iterator[Case]:
    for name, data in DAMAGED_PROFILES.items():
        yield Case(f"jpeg with a profile {name}", partial(fine, icc_profile=data), SEEN)
    good = matrix(DISPLAY_P3)
    part = b"ICC_PROFILE\0"
    yield Case("jpeg with a profile", lambda: fine(icc_profile=good), SEEN)
    yield Case(
        "jpeg with a profile's second half", lambda: with_segments((0xE2, part + b"\2\2" + good)), SEEN
    )
    yield Case(
        "jpeg with part 0 of 0 of a profile", lambda: with_segments((0xE2, part + b"\0\0" + good)), SEEN
    )
    yield Case(
        "jpeg with 255 parts of a profile",
        lambda: with_segments(*[(0xE2, part + bytes((n, 255)) + b"x" * 65_000) for n in range(1, 256)]),
        SEEN,
    )
    yield Case(
        "jpeg of grey with a profile of colours", lambda: fine(scene(mode="L"), icc_profile=good), UNSEEN
    )
    yield Case(
        "jpeg of grey with a profile of grey", lambda: fine(scene(mode="L"), icc_profile=grey(1.0)), UNSEEN
    )


def colours() -> Iterator[Case]:
    yield Case("jpeg of grey", lambda: fine(scene(mode="L")), UNSEEN)
    yield Case("jpeg, progressive", lambda: fine(progressive=True), SEEN)
    yield Case("jpeg, tuned", lambda: fine(optimize=True), SEEN)
    yield Case("jpeg, coarse", lambda: file_of(scene(), "JPEG", quality=30, subsampling=2), SEEN)
    yield Case("jpeg that keeps red, green and blue", lambda: fine(keep_rgb=True), SEEN)
    yield Case("jpeg of print colours", cmyk, SEEN)
    yield Case("jpeg of print colours, an editor's way", ycck, SEEN)
    yield Case(
        "jpeg of print colours with a printer's profile",
        lambda: cmyk(icc_profile=ink(60, -70, 60)),
        Taken(corners=("green",) * 4),
    )
    yield Case(
        "jpeg of print colours with a screen's profile", lambda: cmyk(icc_profile=matrix(DISPLAY_P3)), SEEN
    )
    yield Case("jpeg of print colours with a damaged profile", lambda: cmyk(icc_profile=b"x" * 500), SEEN)


def cameras() -> Iterator[Case]:
    for orientation in TURNS:
        yield Case(
            f"jpeg turned {orientation}", partial(fine, lying(orientation), exif=turned(orientation)), SEEN
        )
        yield Case(
            f"png turned {orientation}",
            partial(file_of, lying(orientation), "PNG", exif=turned(orientation)),
            SEEN,
        )
        yield Case(
            f"webp turned {orientation}",
            partial(file_of, lying(orientation), "WEBP", lossless=True, exif=turned(orientation)),
            SEEN,
        )
        yield Case(
            f"avif turned {orientation}",
            partial(file_of, lying(orientation), "AVIF", quality=95, exif=turned(orientation)),
            SEEN,
        )
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a tiff:Orientation="6"/></x:xmpmeta>'
    yield Case("jpeg turned in words", lambda: fine(lying(6), xmp=xmp), SEEN)
    yield Case(
        "jpeg and its depth",
        lambda: file_of(scene(), "MPO", quality=95, save_all=True, append_images=[scene(32, 32)]),
        SEEN,
    )
    yield Case("jpeg turned, of print colours", lambda: fine(lying(6).convert("CMYK"), exif=turned(6)), SEEN)


def cases() -> list[Case]:
    return [
        *cuts("jpeg", fine(scene(200, 200)), 2),
        *frames(),
        *damage(),
        *profiles(),
        *colours(),
        *cameras(),
    ]
