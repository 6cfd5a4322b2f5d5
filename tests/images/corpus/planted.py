"""The same eight secrets in one picture of each format, wherever a file of that format can carry a note."""

from __future__ import annotations

import zlib

from PIL import Image

from tests.images.corpus import boxed, jpegs, pngs
from tests.images.corpus.icc import SRGB, described, matrix
from tests.images.samples import file_of, scene

PLACES = ("description", "camera", "whereabouts", "words", "profile", "comment", "part", "tail")
SECRETS = {place: f"secret-{place}-49.1938N".encode() for place in PLACES}


def notes() -> bytes:
    """Exif with three of them: a description, a maker's note, and a place on the map."""
    exif = Image.Exif()
    exif[0x010E] = SECRETS["description"].decode()
    exif.get_ifd(0x8769)[0x927C] = SECRETS["camera"]
    exif.get_ifd(0x8825)[0x001C] = SECRETS["whereabouts"]
    return exif.tobytes()


def xmp() -> bytes:
    return b'<x:xmpmeta xmlns:x="adobe:ns:meta/">' + SECRETS["words"] + b"</x:xmpmeta>"


def profile() -> bytes:
    """sRGB, and a secret where its name would stand."""
    name = described(b"by hand")
    noted = (name[:12] + SECRETS["profile"]).ljust(len(name), b"\0")
    return matrix(SRGB).replace(name, noted)


def png() -> bytes:
    head, *rest = pngs.parted(file_of(scene(), "PNG"))
    noted = [
        (b"iCCP", b"a\0\0" + zlib.compress(profile())),
        (b"eXIf", notes().removeprefix(b"Exif\0\0")),
        (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp()),
        (b"tEXt", b"Comment\0" + SECRETS["comment"]),
        (b"zTXt", b"parameters\0\0" + zlib.compress(SECRETS["comment"])),
        (b"prVt", SECRETS["part"]),
    ]
    return pngs.joined(head, *noted, *rest) + SECRETS["tail"]


def jpeg() -> bytes:
    data = jpegs.fine(exif=notes(), xmp=xmp(), icc_profile=profile(), comment=SECRETS["comment"])
    return data[:2] + jpegs.segment(0xED, b"Photoshop 3.0\0" + SECRETS["part"]) + data[2:] + SECRETS["tail"]


def webp(*, lossless: bool) -> bytes:
    data = boxed.webp(exif=notes(), xmp=xmp(), icc_profile=profile(), lossless=lossless)
    return (
        boxed.riff(*boxed.parted(data), (b"NOTE", SECRETS["comment"]), (b"PRIV", SECRETS["part"]))
        + SECRETS["tail"]
    )


def avif() -> bytes:
    free = [(8 + len(SECRETS[place])).to_bytes(4) + b"free" + SECRETS[place] for place in ("comment", "part")]
    return boxed.avif(exif=notes(), xmp=xmp(), icc_profile=profile()) + b"".join(free) + SECRETS["tail"]


def planted() -> dict[str, bytes]:
    return {
        "png": png(),
        "jpeg": jpeg(),
        "webp": webp(lossless=False),
        "webp, exact": webp(lossless=True),
        "avif": avif(),
    }
