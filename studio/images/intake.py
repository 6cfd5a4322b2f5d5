"""The one way in for bytes that claim to be a picture."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, field
from typing import Any, Literal

from studio.images.errors import Animated, BadPicture, Broken, TimedOut, TooLarge, TooManyPixels, Unsupported
from studio.images.limits import MAX_BYTES
from studio.images.pool import shared

log = logging.getLogger(__name__)

SMALL_PREVIEW_BYTES = 48 * 1024

PNG, JPEG, WEBP, AVIF = "image/png", "image/jpeg", "image/webp", "image/avif"
type Format = Literal["png", "jpeg", "webp"]

REFUSALS: dict[str, type[BadPicture]] = {
    "too_many_pixels": TooManyPixels,
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
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return WEBP
    if data[4:8] == b"ftyp":
        size = min(int.from_bytes(data[:4]), 256)
        brands = {data[place : place + 4] for place in range(8, size, 4)}
        return AVIF if brands & {b"avif", b"avis"} else None
    return None


def checked_type(data: bytes, name: str, max_bytes: int) -> str:
    """The media type. Raises TooLarge or Unsupported."""
    if len(data) > max_bytes:
        raise TooLarge(name, megabytes=round(len(data) / 1048576, 1), limit=max_bytes // 1048576)
    mime = sniff(data)
    if mime is None:
        raise Unsupported(name)
    return mime


def prepare(data: bytes, *, keep_original: bool, name: str = "", max_bytes: int = MAX_BYTES) -> Prepared:
    """Check and decode a picture and make its display copies, in a process that may be killed.

    With ``keep_original`` the bytes to keep are those given, for download alone; without it they are a
    copy of the pixels, upright, in sRGB, with no metadata. ``name`` is used in messages. Takes tens of
    milliseconds of another process; call it outside any transaction. Raises a BadPicture, or Busy.
    """
    facts, blobs = _run("prepare", data, name, max_bytes, keep_original=keep_original)
    kept = data if keep_original else blobs[0]
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


def convert(data: bytes, format_: Format) -> bytes:
    """The picture in another format, without metadata. Raises a BadPicture, or Busy."""
    return _run("convert", data, "", len(data), format_=format_.upper())[1][0]


def preview(data: bytes) -> bytes:
    """A WebP of at most 640 pixels a side; one that is small already is kept as it is.

    Raises a BadPicture, or Busy.
    """
    if len(data) <= SMALL_PREVIEW_BYTES and sniff(data) == WEBP:
        return data
    return _run("preview", data, "", MAX_BYTES)[1][0]


def _run(
    task: str, data: bytes, name: str, max_bytes: int, **arguments: Any
) -> tuple[dict[str, Any], list[bytes]]:
    mime = checked_type(data, name, max_bytes)
    try:
        head, blobs = shared().run(task, data, mime=mime, **arguments)
    except TimedOut as error:
        raise TimedOut(name) from error
    if error_code := head.get("error"):
        log.info("picture refused: %s %s", error_code, head.get("cause", ""))
        raise REFUSALS[error_code](name, **head["facts"])
    return head["facts"], blobs
