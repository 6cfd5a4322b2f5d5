"""A picture as it may go to anybody: its pixels, and none of the words that its vendor wrote into the file.

The kept file goes as it is where it has none; else a copy, made when it is first asked for and kept beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from studio.images import intake, storage
from studio.images.bare import says_nothing
from studio.images.models import Blob
from studio.images.unseen import see

COPIES: Mapping[str, intake.Format] = {
    intake.PNG: "png",
    intake.JPEG: "jpeg",
    intake.WEBP: "webp",
    intake.AVIF: "png",
    intake.SVG: "png",
}
"""The format of the copy. Of a drawing it is what pages show, a raster of at most 1280 pixels a side."""


@dataclass(frozen=True, slots=True)
class Plain:
    """``name`` is the file's in the store, where a copy may be still to be made; ``copied`` says that it is one."""

    name: str
    mime: str
    copied: bool

    @property
    def ending(self) -> str:
        return storage.ENDINGS[self.mime]


def plain(blob: Blob) -> Plain:
    """Which file it is. Asks no database, and reads no file but, the first time that a process asks for it, one that
    was kept before rows noted this."""
    kept = storage.original_name(blob.key, blob.mime)
    if blob.bare or (blob.bare is None and _has_no_words(kept, blob.mime)):
        return Plain(kept, blob.mime, copied=False)
    mime = f"image/{COPIES[blob.mime]}"
    return Plain(storage.plain_name(blob.key, mime), mime, copied=True)


def made(blob: Blob, found: Plain) -> int:
    """The size in bytes of the file that ``plain`` found, its copy made now if need be.

    Raises FileNotFoundError where the kept file is gone, a BadPicture, Busy or NotKept.
    """
    see(blob)
    if not found.copied:
        return blob.size
    if not storage.exists(found.name):
        data = storage.get(storage.original_name(blob.key, blob.mime))
        storage.put(found.name, intake.convert(data, COPIES[blob.mime], urgent=True))
    return storage.size(found.name)


def _has_no_words(name: str, mime: str) -> bool:
    try:
        return _looked_at(name, mime)
    except FileNotFoundError:
        # Nothing is left that could tell anything; whoever asks for it is told that it is gone.
        return True


@lru_cache(maxsize=4096)
def _looked_at(name: str, mime: str) -> bool:
    """What lies under a name never changes."""
    return says_nothing(storage.get(name), mime)
