"""Files that are none of the four formats, whatever they say, and files that are two things at once."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Iterator
from functools import partial

from tests.images.corpus.case import BAD, SEEN, UNSUPPORTED, Case, Refused
from tests.images.samples import file_of, png_chunk, scene

PAGE = b"<!doctype html><html><script>alert(1)</script></html>"
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
ENTITIES = b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]><svg>&a;</svg>'


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as files:
        files.writestr("../../evil.txt", "x")
    return out.getvalue()


def boxed(*brands: bytes) -> bytes:
    return (
        (8 + 4 * (len(brands) + 1)).to_bytes(4)
        + b"ftyp"
        + brands[0]
        + bytes(4)
        + b"".join(brands[1:])
        + bytes(64)
    )


def named() -> Iterator[tuple[str, bytes, str]]:
    """A file, and the words by which the refusal names it."""
    yield "nothing", b"", "is empty"
    yield "one byte", b"\x89", "is not supported"
    yield "zeros", bytes(5000), "is not supported"
    yield "noise", bytes((place * 7919 + place // 3) % 251 | 128 for place in range(3000)), "is not supported"
    yield "text", b"hello", "holds text"
    yield "text of another alphabet", "ein Bild, 一枚の絵\n".encode() * 600, "holds text"
    yield "text in wide characters", "hello".encode("utf-16"), "holds text"
    yield "html", PAGE, "is a web page"
    yield "html after comments", b"\xef\xbb\xbf\n" + b"<!-- a -->" * 300 + b"<HTML>", "is a web page"
    yield "comments without an end", b"<!--" * 1000, "holds text"
    yield "svg", DRAWING, "is an SVG drawing"
    yield (
        "svg after an xml head",
        b'<?xml version="1.0"?>\n<!-- made by hand -->' + DRAWING,
        "is an SVG drawing",
    )
    yield "svg with entities", ENTITIES, "holds text"
    yield "svg, packed", gzip.compress(DRAWING), "is an archive"
    yield "pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "is a PDF document"
    yield "pdf and jpeg", b"%PDF-1.7\n" + file_of(scene(), "JPEG"), "is a PDF document"
    yield "eps", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "is a PostScript drawing"
    yield "eps of the dos kind", b"\xc5\xd0\xd3\xc6" + bytes(28), "is a PostScript drawing"
    yield "gif", file_of(scene(), "GIF"), "is a GIF"
    yield (
        "gif of frames",
        file_of(scene(), "GIF", save_all=True, append_images=[scene().rotate(180)]),
        "is a GIF",
    )
    yield "gif and script", b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)", "is a GIF"
    yield "bmp", file_of(scene(), "BMP"), "is a BMP"
    yield "tiff", file_of(scene(), "TIFF"), "is a TIFF"
    yield "tiff of the other order", b"MM\0*" + bytes(40), "is a TIFF"
    yield "tiff, large", b"II+\0\x08\0\0\0" + bytes(40), "is a TIFF"
    yield "ico", file_of(scene(), "ICO"), "is an icon"
    yield "psd", b"8BPS\0\1" + bytes(6) + b"\0\3" + bytes(30), "is a Photoshop file"
    yield "jpeg xl", b"\xff\x0a" + bytes(30), "is a JPEG XL"
    yield "jpeg xl in boxes", b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(30), "is a JPEG XL"
    yield "jpeg 2000", b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(40), "is a JPEG 2000"
    yield "jpeg 2000 stream", b"\xff\x4f\xff\x51" + bytes(40), "is a JPEG 2000"
    yield "heic", boxed(b"heic", b"mif1", b"heic"), "is a HEIC photo"
    yield "heic of the tablet kind", boxed(b"mif1", b"miaf", b"heix"), "is a HEIC photo"
    yield "heic sequence", boxed(b"hevc", b"msf1"), "is a HEIC photo"
    yield "mp4", boxed(b"isom", b"iso2", b"mp41"), "is a video"
    yield "quicktime", boxed(b"qt  "), "is a video"
    yield "webm", b"\x1aE\xdf\xa3" + bytes(40), "is a video"
    yield "avi", b"RIFF\x24\0\0\0AVI LIST" + bytes(24), "is a video"
    yield "wave", b"RIFF\x24\0\0\0WAVEfmt " + bytes(24), "holds sound"
    yield "mp3", b"ID3\4" + bytes(40), "holds sound"
    yield "zip", archive(), "is an archive"
    yield "ppm", file_of(scene(), "PPM"), "is not supported"
    yield "tga", file_of(scene(), "TGA"), "is not supported"
    yield "dds", file_of(scene(), "DDS"), "is not supported"
    yield "pcx", file_of(scene(), "PCX"), "is not supported"
    yield "fits", b"SIMPLE  =                    T" + b" " * 50, "holds text"
    yield "script with a head of comments", b"#!/bin/sh\nrm -rf /\n", "holds text"
    yield "program", b"\x7fELF" + bytes(60), "is not supported"
    yield "icc profile alone", bytes(36) + b"acsp" + bytes(90), "is not supported"


def double() -> Iterator[Case]:
    """Good pictures that are something else as well; only the pixels may go on."""
    drawn, photo = file_of(scene(), "PNG"), file_of(scene(), "JPEG", quality=95)
    lossless = file_of(scene(), "WEBP", lossless=True)
    yield Case("png and zip", lambda: drawn + archive(), SEEN)
    yield Case("png and html", lambda: drawn + PAGE, SEEN)
    yield Case(
        "png and php", lambda: drawn[:33] + png_chunk(b"tEXt", b"a\0<?php eval(1) ?>") + drawn[33:], SEEN
    )
    yield Case("jpeg and html", lambda: file_of(scene(), "JPEG", quality=95, comment=PAGE), SEEN)
    yield Case("jpeg and html after it", lambda: photo + PAGE, SEEN)
    yield Case("jpeg and zip", lambda: photo + archive(), SEEN)
    yield Case("jpeg and script", lambda: photo[:2] + b"\xff\xfe\0\x12*/=1;alert(1);/*" + photo[2:], SEEN)
    yield Case("webp and zip", lambda: lossless + archive(), SEEN)
    yield Case("webp and html", lambda: lossless + PAGE, SEEN)
    yield Case("avif and html", lambda: file_of(scene(), "AVIF", quality=95) + b"\0\0\0\x40free" + PAGE, SEEN)
    yield Case("html and png", lambda: PAGE + drawn, Refused(UNSUPPORTED, "is a web page"))
    yield Case("zip and png", lambda: archive() + drawn, Refused(UNSUPPORTED, "is an archive"))
    yield Case("blank before jpeg", lambda: b"\n" + photo, Refused(UNSUPPORTED))
    yield Case("jpeg called png inside", lambda: b"\x89PNG\r\n\x1a\n" + photo, BAD)
    yield Case("png called jpeg inside", lambda: b"\xff\xd8\xff" + drawn, BAD)


def cases() -> list[Case]:
    plain = [Case(name, partial(bytes, data), Refused(UNSUPPORTED, words)) for name, data, words in named()]
    return [*plain, *double()]
