"""The one way in for bytes that claim to be a picture."""

from __future__ import annotations

import hashlib
import logging
import re
from dataclasses import dataclass, field
from typing import Any, Literal

from studio.images.errors import (
    Animated,
    BadPicture,
    Broken,
    Busy,
    TimedOut,
    TooLarge,
    TooManyPixels,
    Unsupported,
)
from studio.images.kinds import brands, kind_of
from studio.images.limits import DRAWING_BYTES, MAX_BYTES, MAX_PIXELS, MAX_SIDE, RENDITIONS
from studio.images.pool import shared

log = logging.getLogger(__name__)

SMALL_PREVIEW_BYTES = 48 * 1024
LONGEST_PLACEHOLDER = 4096
COLOR = re.compile(r"#[0-9a-f]{6}")
PLACEHOLDER = re.compile(r"data:image/webp;base64,[A-Za-z0-9+/=]+")

AVIF_FIRST = (b"avif", b"avis", b"mif1", b"msf1")
"""The chief brands under which the decoder takes an AVIF."""

PNG, JPEG, WEBP, AVIF = "image/png", "image/jpeg", "image/webp", "image/avif"
SVG = "image/svg+xml"
type Format = Literal["png", "jpeg", "webp"]

REFUSALS: dict[str, type[BadPicture]] = {
    "animated": Animated,
    "broken": Broken,
    "timed_out": TimedOut,
}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A picture ready to be stored: what it is, the bytes to keep, and its display copies by width."""

    sha256: str
    mime: str
    data: bytes = field(repr=False)
    width: int
    height: int
    color: str
    placeholder: str
    transparent: bool
    renditions: dict[int, bytes] = field(repr=False)


def sniff(data: bytes) -> str | None:
    """The media type by the first bytes, or None if it is not one of the four that are taken."""
    # What follows the name may be damaged: it is a PNG all the same, and refused as a broken one.
    if data.startswith(b"\x89PNG"):
        return PNG
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return WEBP
    if data[4:8] == b"ftyp" and data[8:12] in AVIF_FIRST and brands(data) & {b"avif", b"avis"}:
        return AVIF
    return None


def type_of(data: bytes, *, drawings: bool) -> str | None:
    """As ``sniff``, and an SVG too where drawings are taken."""
    return sniff(data) or (SVG if drawings and kind_of(data) == "svg" else None)


def checked_type(data: bytes, name: str, max_bytes: int, *, drawings: bool = False) -> str:
    """The media type. Raises TooLarge or Unsupported."""
    mime = type_of(data, drawings=drawings)
    max_bytes = min(max_bytes, DRAWING_BYTES) if mime == SVG else max_bytes
    if len(data) > max_bytes:
        raise TooLarge(name, megabytes=round(len(data) / 1048576, 1), limit=max_bytes // 1048576)
    if mime is None:
        raise Unsupported(name, kind=kind_of(data), limit=max_bytes // 1048576)
    return mime


def prepare(
    data: bytes,
    *,
    keep_original: bool,
    name: str = "",
    max_bytes: int = MAX_BYTES,
    urgent: bool = False,
    drawings: bool = False,
) -> Prepared:
    """Check and decode a picture and make its display copies, in a process that may be killed.

    With ``keep_original`` the bytes to keep are those given, for download alone; without it they are a
    copy of the pixels, upright, in sRGB, with no metadata. ``name`` is used in messages; ``urgent`` says that
    a person waits; ``drawings`` takes SVG too, which is kept as it is and so may come from a vendor alone. Takes
    tens of milliseconds of another process; call it outside any transaction. Raises a BadPicture, or Busy.
    """
    facts, blobs = _run(
        "prepare",
        data,
        name,
        max_bytes,
        urgent=urgent,
        drawings=drawings and keep_original,
        keep_original=keep_original,
    )
    kept = data if keep_original else blobs[0]
    if not _believable(facts, kept, blobs[1:]):
        log.error("a decoder's answer was refused: %s", str(facts)[:500])
        raise Broken(name)
    return Prepared(
        sha256=hashlib.sha256(kept).hexdigest(),
        mime=facts["mime"],
        data=kept,
        width=facts["width"],
        height=facts["height"],
        color=facts["color"],
        placeholder=facts["placeholder"],
        transparent=facts["transparent"],
        renditions=dict(zip(facts["renditions"], blobs[1:], strict=True)),
    )


def _believable(facts: dict[str, Any], kept: bytes, copies: list[bytes]) -> bool:
    """Whether an answer is what a decoder that is itself would say: it goes into rows, pages and addresses."""
    match facts:
        case {
            "mime": str(mime),
            "width": int(width),
            "height": int(height),
            "color": str(color),
            "placeholder": str(placeholder),
            "transparent": bool(),
            "renditions": list(widths),
        }:
            return (
                mime == type_of(kept, drawings=True)
                and 0 < width <= MAX_SIDE
                and 0 < height <= MAX_SIDE
                and width * height <= MAX_PIXELS
                and COLOR.fullmatch(color) is not None
                and len(placeholder) < LONGEST_PLACEHOLDER
                and PLACEHOLDER.fullmatch(placeholder) is not None
                and len(copies) == len(widths) == len({*widths} & {*RENDITIONS})
                and all(sniff(copy) == WEBP for copy in copies)
            )
    return False


def convert(data: bytes, format_: Format, *, urgent: bool = False) -> bytes:
    """What is in the store in another format, without metadata. Raises a BadPicture, or Busy."""
    _facts, blobs = _run(
        "convert", data, "", len(data), urgent=urgent, drawings=True, format_=format_.upper()
    )
    if sniff(blobs[0]) != f"image/{format_}":
        raise Broken
    return blobs[0]


def preview(data: bytes) -> bytes:
    """A WebP of at most 640 pixels a side; one that is small already is kept as it is.

    Raises a BadPicture, or Busy.
    """
    if len(data) <= SMALL_PREVIEW_BYTES and sniff(data) == WEBP:
        return data
    small = _run("preview", data, "", MAX_BYTES)[1][0]
    if sniff(small) != WEBP:
        raise Broken
    return small


def _run(
    task: str,
    data: bytes,
    name: str,
    max_bytes: int,
    *,
    urgent: bool = False,
    drawings: bool = False,
    **arguments: Any,
) -> tuple[dict[str, Any], list[bytes]]:
    mime = checked_type(data, name, max_bytes, drawings=drawings)
    try:
        head, blobs = shared().run(task, data, urgent=urgent, mime=mime, **arguments)
    except (TimedOut, Busy) as error:
        raise type(error)(name) from error
    match head:
        case {"facts": dict(facts), "error": str(code)}:
            log.info("picture refused: %s %s", code, str(head.get("cause", ""))[:200])
            raise _refusal(code, name, facts)
        case {"facts": dict(facts)} if blobs:
            return facts, blobs
    raise Broken(name)


def _refusal(code: str, name: str, facts: dict[str, Any]) -> BadPicture:
    """The error a decoder names; whatever else it says is a broken picture."""
    if code == "too_many_pixels":
        width, height = facts.get("width"), facts.get("height")
        if isinstance(width, int) and isinstance(height, int):
            return TooManyPixels(name, width=width, height=height)
    return REFUSALS.get(code, Broken)(name)
