"""PNG: sizes that lie, chunks that are damaged, bombs inside, every depth and palette."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from functools import partial

from PIL import Image

from tests.images.corpus.case import ANIMATED, BAD, MANY, SEEN, UNSEEN, Case, Refused, Taken, cuts
from tests.images.corpus.exif import DAMAGED_EXIF
from tests.images.samples import file_of, png, png_chunk, scene

HEAD = b"\x89PNG\r\n\x1a\n"
GREY, COLOUR, PALETTE, GREY_ALPHA, COLOUR_ALPHA = 0, 2, 3, 4, 6
SAMPLES = {GREY: 1, COLOUR: 3, PALETTE: 1, GREY_ALPHA: 2, COLOUR_ALPHA: 4}
TOO_MANY = Refused(MANY, "40 megapixels")
type Chunk = tuple[bytes, bytes]


def deep(
    depth: int, kind: int, pixel: Callable[[int, int], tuple[int, ...]], *chunks: Chunk, interlace: int = 0
) -> bytes:
    """A PNG of 96 × 64 with ``depth`` bits a sample, 8 or 16, drawn by a function of the place."""
    rows = b"".join(
        b"\0" + b"".join(sample.to_bytes(depth // 8) for x in range(96) for sample in pixel(x, y))
        for y in range(64)
    )
    head = struct.pack(">IIBBBBB", 96, 64, depth, kind, 0, 0, interlace)
    return joined((b"IHDR", head), *chunks, (b"IDAT", zlib.compress(rows)), (b"IEND", b""))


def joined(*chunks: Chunk) -> bytes:
    return HEAD + b"".join(png_chunk(kind, body) for kind, body in chunks)


def parted(data: bytes) -> list[Chunk]:
    """The chunks of a good PNG."""
    found, place = [], 8
    while place < len(data):
        size = int.from_bytes(data[place : place + 4])
        found.append((data[place + 4 : place + 8], data[place + 8 : place + 8 + size]))
        place += 12 + size
    return found


def with_chunks(*chunks: Chunk, data: bytes = b"") -> bytes:
    """The scene with more chunks after its head."""
    head, *rest = parted(data or file_of(scene(), "PNG"))
    return joined(head, *chunks, *rest)


def with_head(
    width: int = 96, height: int = 64, depth: int = 8, kind: int = COLOUR, *, more: bytes = b"\0\0\0"
) -> bytes:
    _head, *rest = parted(file_of(scene(), "PNG"))
    return joined((b"IHDR", struct.pack(">IIBB", width, height, depth, kind) + more), *rest)


def with_wrong_sum(kind: bytes) -> bytes:
    """One bit of a chunk's checksum is turned."""
    data = bytearray(with_chunks((b"tEXt", b"a\0b")))
    place = data.index(kind)
    size = int.from_bytes(data[place - 4 : place])
    data[place + 4 + size] ^= 1
    return bytes(data)


def colour(x: int, y: int) -> tuple[int, int, int]:
    return {(0, 0): (255, 0, 0), (1, 0): (0, 255, 0), (0, 1): (0, 0, 255)}.get(
        (x // 48, y // 32), (255, 255, 255)
    )


def wide(x: int, y: int) -> tuple[int, ...]:
    return tuple(part * 257 for part in colour(x, y))


def frames(count: int) -> bytes:
    """A good picture that says it has this many frames."""
    return with_chunks(
        (b"acTL", struct.pack(">II", count, 0)),
        (b"fcTL", struct.pack(">IIIIIHHBB", 0, 96, 64, 0, 0, 1, 9, 0, 0)),
    )


def sizes() -> Iterator[Case]:
    yield Case(
        "png of 88 megapixels", lambda: png(11_000, 8_000, pixels=b"\0"), Refused(MANY, "11000 × 8000")
    )
    yield Case("png of 170 megapixels", lambda: png(13_000, 13_000, pixels=b"\0"), TOO_MANY)
    yield Case("png of one row too many", lambda: png(8_000, 5_001, pixels=b"\0"), TOO_MANY)
    yield Case("png that claims 4 gigapixels", lambda: png(65_535, 65_535, pixels=b"\0"), TOO_MANY)
    yield Case("png that claims all there is", lambda: png(2**31 - 1, 2**31 - 1, pixels=b"\0"), TOO_MANY)
    yield Case("png of a side of 65,535", lambda: png(65_535, 1), Refused(MANY, "65535 × 1"))
    yield Case("png of a height of 65,535", lambda: png(1, 65_535), Refused(MANY, "1 × 65535"))
    yield Case("png of a side of 16,384", lambda: png(16_384, 2), TOO_MANY)
    yield Case("png of a side of 16,383", lambda: png(16_383, 2), Taken(16_383, 2, corners=()))
    yield Case("png of a height of 16,383", lambda: png(2, 16_383), Taken(2, 16_383, corners=()))
    yield Case("png of one pixel", lambda: png(1, 1), Taken(1, 1, corners=()))
    yield Case("png of no width", lambda: png(0, 10, pixels=b""), BAD)
    yield Case("png of no height", lambda: png(10, 0, pixels=b""), BAD)
    yield Case("png of less than nothing", lambda: with_head(2**31 + 96), Refused(MANY))
    yield Case("png whose rows are missing", lambda: with_head(height=65), Taken(96, 65, corners=()))
    yield Case("png with rows to spare", lambda: with_head(height=63), Taken(96, 63, corners=()))


def heads() -> Iterator[Case]:
    whole = file_of(scene(), "PNG")
    yield Case("png, its name alone", lambda: whole[:8], BAD)
    yield Case("png, its head alone", lambda: whole[:33], BAD)
    yield Case("png sent as text", lambda: whole.replace(b"\r\n", b"\n"), BAD)
    yield Case("png of three bits", lambda: with_head(depth=3), BAD)
    yield Case("png of an unknown kind", lambda: with_head(kind=9), BAD)
    yield Case("png of an unknown packing", lambda: with_head(more=b"\5\0\0"), UNSEEN)
    yield Case("png of an unknown filter", lambda: with_head(more=b"\0\5\0"), BAD)
    yield Case("png of an unknown interlace", lambda: with_head(more=b"\0\0\7"), BAD)
    yield Case("png that calls itself interlaced", lambda: with_head(more=b"\0\0\1"), BAD)
    yield Case("png with a short head", lambda: joined((b"IHDR", b"\0\0\0\1"), (b"IEND", b"")), BAD)
    yield Case("png without a head", lambda: joined(*parted(whole)[1:]), BAD)
    yield Case("png with two heads", lambda: with_chunks(parted(png(10, 10))[0]), Taken(10, 10, corners=()))
    yield Case(
        "png with a second head of 4 gigapixels",
        lambda: with_chunks(parted(png(65_535, 65_535, pixels=b"\0"))[0]),
        TOO_MANY,
    )
    yield Case(
        "png with a last head of 4 gigapixels",
        lambda: joined(*parted(whole)[:-1], parted(png(65_535, 65_535, pixels=b"\0"))[0], (b"IEND", b"")),
        SEEN,
    )
    yield Case(
        "png whose pixels come first",
        lambda: joined(*parted(whole)[1:2], *parted(whole)[:1], (b"IEND", b"")),
        BAD,
    )
    yield Case("png without pixels", lambda: joined(parted(whole)[0], (b"IEND", b"")), BAD)
    yield Case("png without its end", lambda: whole[:-12], SEEN)


def damage() -> Iterator[Case]:
    for kind, end in ((b"IHDR", BAD), (b"IDAT", SEEN), (b"tEXt", BAD), (b"IEND", SEEN)):
        yield Case(f"png, checksum of {kind.decode()}", partial(with_wrong_sum, kind), end)
    yield Case("png with pixels that do not unpack", lambda: png(32, 32, pixels=b"\7" * 1000), BAD)
    yield Case(
        "png with pixels never packed",
        lambda: joined(parted(png(32, 32))[0], (b"IDAT", b"x" * 900), (b"IEND", b"")),
        BAD,
    )
    yield Case(
        "png with a chunk of 2 GB", lambda: file_of(scene(), "PNG")[:33] + b"\x7f\xff\xff\xffIDAT", BAD
    )
    yield Case("png with a chunk of -1", lambda: file_of(scene(), "PNG")[:33] + b"\xff\xff\xff\xffIDAT", BAD)
    yield Case("png with a chunk of no name", lambda: with_chunks((b"\0\1\2\3", b"x")), BAD)
    yield Case("png with an unknown critical chunk", lambda: with_chunks((b"EVIL", b"x")), SEEN)
    yield Case("png with a damaged comment", lambda: with_chunks((b"zTXt", b"a\0\0not packed")), SEEN)
    yield Case("png with a comment of another packing", lambda: with_chunks((b"zTXt", b"a\0\7x")), BAD)
    yield Case("png with a damaged profile", lambda: with_chunks((b"iCCP", b"a\0\0not packed")), SEEN)
    yield Case(
        "png with a profile of nothing", lambda: with_chunks((b"iCCP", b"a\0\0" + zlib.compress(b""))), SEEN
    )
    yield Case("png with a profile cut short", lambda: with_chunks((b"iCCP", b"a")), BAD)
    yield Case("png with a gamma of nothing", lambda: with_chunks((b"gAMA", bytes(4))), SEEN)
    yield Case("png with a short gamma", lambda: with_chunks((b"gAMA", b"\0")), BAD)
    yield Case("png with senseless chromaticities", lambda: with_chunks((b"cHRM", b"\xff" * 32)), SEEN)
    yield Case("png with a transparency too long", lambda: with_chunks((b"tRNS", b"\0" * 900)), SEEN)
    yield Case("png with a transparency too short", lambda: with_chunks((b"tRNS", b"\0")), BAD)
    yield Case("png with a resolution of nothing", lambda: with_chunks((b"pHYs", bytes(9))), SEEN)
    for name, exif in DAMAGED_EXIF.items():
        yield Case(f"png with exif {name}", partial(with_chunks, (b"eXIf", exif)), SEEN)


def bombs() -> Iterator[Case]:
    zeros = zlib.compress(bytes(90_000_000), 9)
    yield Case("png with a comment of 90 MB", lambda: with_chunks((b"zTXt", b"a\0\0" + zeros)), BAD)
    yield Case(
        "png with a comment in words of 90 MB", lambda: with_chunks((b"iTXt", b"a\0\1\0\0\0" + zeros)), BAD
    )
    yield Case("png with a profile of 90 MB", lambda: with_chunks((b"iCCP", b"a\0\0" + zeros)), BAD)
    yield Case(
        "png of 64 pixels that unpack to 90 MB",
        lambda: joined(*parted(png(8, 8))[:1], (b"IDAT", zeros), (b"IEND", b"")),
        Taken(8, 8, corners=()),
    )
    many = [(b"zTXt", b"a\0\0" + zlib.compress(bytes(1_000_000), 9))] * 80
    yield Case("png with 80 comments of 1 MB", lambda: with_chunks(*many), BAD)
    yield Case("png with 50,000 chunks", lambda: with_chunks(*[(b"teXt", b"a")] * 50_000), SEEN)
    yield Case("png with a comment of 5 MB", lambda: with_chunks((b"tEXt", b"a\0" + b"x" * 5_000_000)), SEEN)


def moving() -> Iterator[Case]:
    two = file_of(scene(), "PNG", save_all=True, append_images=[scene().rotate(180)])
    hidden = file_of(scene(), "PNG", save_all=True, default_image=True, append_images=[scene().rotate(180)])
    yield Case("png of two frames", lambda: two, Refused(ANIMATED, "is an animation"))
    yield Case("png of a hidden frame and another", lambda: hidden, Refused(ANIMATED))
    yield Case("png of 10,000 frames", lambda: frames(10_000), Refused(ANIMATED))
    yield Case("png of 4 billion frames", lambda: frames(2**32 - 1), SEEN)
    yield Case("png of one frame", lambda: frames(1), SEEN)
    yield Case("png of no frames", lambda: frames(0), SEEN)
    yield Case(
        "png whose frame is larger than itself",
        lambda: with_chunks(
            (b"acTL", struct.pack(">II", 1, 0)),
            (b"fcTL", struct.pack(">IIIIIHHBB", 0, 9_000, 9_000, 0, 0, 1, 9, 0, 0)),
        ),
        BAD,
    )


def depths() -> Iterator[Case]:
    grey = Taken(corners=())
    clear = Taken(transparent=True, corners=())
    for mode in ("1", "L", "P", "LA"):
        look = SEEN if mode == "P" else grey
        yield Case(f"png of mode {mode}", partial(file_of, scene(mode=mode), "PNG"), look)
    for bits in (1, 2, 4):
        few = scene().quantize(2**bits)
        yield Case(
            f"png of a palette of {bits} bits",
            partial(file_of, few, "PNG", bits=bits),
            SEEN if bits > 1 else grey,
        )
    yield Case("png, interlaced", lambda: INTERLACED, Taken(2, 2, corners=()))
    yield Case("png of 16 bits", lambda: deep(16, COLOUR, wide), SEEN)
    yield Case(
        "png of 16 bits and alpha", lambda: deep(16, COLOUR_ALPHA, lambda x, y: (*wide(x, y), 65_535)), SEEN
    )
    yield Case(
        "png of 16 bits, half seen",
        lambda: deep(16, COLOUR_ALPHA, lambda x, y: (*wide(x, y), 32_768)),
        Taken(transparent=True),
    )
    yield Case(
        "png of 16 bits, one colour left out",
        lambda: deep(16, COLOUR, wide, (b"tRNS", struct.pack(">HHH", 65_535, 65_535, 65_535))),
        clear,
    )
    yield Case("png of 16 grey bits", lambda: deep(16, GREY, lambda x, y: (x * 600,)), grey)
    yield Case(
        "png of 16 grey bits, one left out",
        lambda: deep(16, GREY, lambda x, y: (x * 600,), (b"tRNS", b"\x02\x58")),
        clear,
    )
    yield Case(
        "png of 16 grey bits, none of them left out",
        lambda: deep(16, GREY, lambda x, y: (x * 600,), (b"tRNS", b"\x02\x59")),
        grey,
    )
    yield Case(
        "png of 16 grey bits and alpha", lambda: deep(16, GREY_ALPHA, lambda x, y: (x * 600, 40_000)), clear
    )
    yield Case(
        "png of 8 bits, one colour left out",
        lambda: deep(8, COLOUR, colour, (b"tRNS", struct.pack(">HHH", 255, 255, 255))),
        clear,
    )
    yield Case(
        "png of grey, one left out", lambda: deep(8, GREY, lambda x, y: (x,), (b"tRNS", b"\0\7")), clear
    )
    yield Case(
        "png of one bit, white left out", lambda: file_of(scene(mode="1"), "PNG", transparency=255), clear
    )
    places = (b"PLTE", bytes((255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255)))
    place = {(255, 0, 0): 0, (0, 255, 0): 1, (0, 0, 255): 2, (255, 255, 255): 3}
    drawn = lambda x, y: (place[colour(x, y)],)  # noqa: E731
    yield Case(
        "png of a palette, partly seen",
        lambda: deep(8, PALETTE, drawn, places, (b"tRNS", b"\x80")),
        Taken(transparent=True),
    )
    yield Case(
        "png of a palette, wholly seen", lambda: deep(8, PALETTE, drawn, places, (b"tRNS", b"\xff\xff")), SEEN
    )
    yield Case(
        "png of a palette with a transparency too long",
        lambda: deep(8, PALETTE, drawn, places, (b"tRNS", b"\xff" * 300)),
        BAD,
    )
    yield Case(
        "png of a palette that is too short", lambda: deep(8, PALETTE, drawn, (b"PLTE", b"\xff\0\0")), grey
    )
    yield Case(
        "png of a palette of odd length", lambda: deep(8, PALETTE, drawn, (b"PLTE", b"\xff\0\0\1")), grey
    )
    yield Case("png of a palette of nothing", lambda: deep(8, PALETTE, drawn, (b"PLTE", b"")), grey)
    yield Case(
        "png of a palette of 400", lambda: deep(8, PALETTE, drawn, (b"PLTE", places[1] + bytes(1188))), BAD
    )
    yield Case("png of a palette that is missing", lambda: deep(8, PALETTE, drawn), grey)
    yield Case("png with a palette it does not need", lambda: with_chunks(places), SEEN)
    yield Case("png, all clear", lambda: file_of(Image.new("RGBA", (96, 64), (9, 9, 9, 0)), "PNG"), clear)


INTERLACED = joined(
    (b"IHDR", struct.pack(">IIBBBBB", 2, 2, 8, GREY, 0, 0, 1)),
    (b"IDAT", zlib.compress(b"\0\0\0\xff\0\x40\x80")),
    (b"IEND", b""),
)
"""Two by two, by hand: its passes are the first pixel, the one beside it, and the row beneath."""


def cases() -> list[Case]:
    whole = file_of(scene(mode="L").resize((200, 200)), "PNG")
    return [*cuts("png", whole, 12), *sizes(), *heads(), *damage(), *bombs(), *moving(), *depths()]
