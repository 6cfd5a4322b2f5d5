"""What a file is that is none of the four formats, so that the refusal can name it. It decides nothing else."""

from __future__ import annotations

import codecs
import re

HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
LOOKED_AT = 4096

STARTS: tuple[tuple[bytes, str], ...] = (
    (b"GIF8", "gif"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"II+\0", "tiff"),
    (b"MM\0+", "tiff"),
    (b"%PDF-", "pdf"),
    (b"%!PS", "eps"),
    (b"\xc5\xd0\xd3\xc6", "eps"),
    (b"8BPS", "psd"),
    (b"\xff\x0a", "jxl"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "jxl"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "jp2"),
    (b"\xff\x4f\xff\x51", "jp2"),
    (b"PK\3\4", "zip"),
    (b"PK\5\6", "zip"),
    (b"\x1f\x8b", "zip"),
    (b"7z\xbc\xaf\x27\x1c", "zip"),
    (b"Rar!", "zip"),
    (b"\x1aE\xdf\xa3", "video"),
    (b"FLV\1", "video"),
    (b"\0\0\1\xba", "video"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "video"),
    (b"OggS", "sound"),
    (b"fLaC", "sound"),
    (b"ID3", "sound"),
)
RIFF = {b"AVI ": "video", b"WAVE": "sound"}
# Possessive throughout: a page of a thousand comments must not be tried in every combination.
BEFORE = rb"\s*+(?:(?><!--.*?-->|<\?xml[^>]*+>|<!doctype svg[^>]*+>)\s*+)*+"
DRAWING = re.compile(BEFORE + rb"<svg\b", re.DOTALL | re.IGNORECASE)
PAGE = re.compile(
    BEFORE + rb"<(?:!doctype html|html|head|body|script|title|meta)\b", re.DOTALL | re.IGNORECASE
)
CONTROL = re.compile(rb"[\0-\x08\x0e-\x1a\x1c-\x1f\x7f]")

KINDS = frozenset({kind for _, kind in STARTS} | {"empty", "heic", "ico", "bmp", "svg", "html", "text"})


def kind_of(data: bytes) -> str:
    """One of KINDS, or empty for what nobody knows."""
    if not data:
        return "empty"
    for start, kind in STARTS:
        if data.startswith(start):
            return kind
    if data[4:8] == b"ftyp":
        return "heic" if brands(data) & HEIC_BRANDS else "video"
    if data[:4] == b"RIFF":
        return RIFF.get(data[8:12], "")
    if data[:4] in (b"\0\0\1\0", b"\0\0\2\0") and data[4:6] != b"\0\0":
        return "ico"
    if data[:2] == b"BM" and data[6:10] == b"\0\0\0\0":
        return "bmp"
    return _text(data[:LOOKED_AT])


def brands(data: bytes) -> set[bytes]:
    """The names by which a file of boxes (AVIF, HEIC, MP4) says what it is."""
    size = min(int.from_bytes(data[:4]), 256)
    return {data[place : place + 4] for place in range(8, size, 4)}


def _text(start: bytes) -> str:
    """Drawing, page or plain text; empty where it is none."""
    start = start.removeprefix(b"\xef\xbb\xbf")
    if DRAWING.match(start):
        return "svg"
    if PAGE.match(start):
        return "html"
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "text"
    if CONTROL.search(start):
        return ""
    try:
        # Not to its end: the last character may be cut.
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return ""
    return "text"
