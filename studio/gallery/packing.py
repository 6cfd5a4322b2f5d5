"""Packs pictures into a ZIP, one export at a time in a process: streamed, never a picture in memory.

Pictures are stored as they are (they are compressed already), under the names that a download gives them.
"""

from __future__ import annotations

import errno
import logging
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from django.db import DatabaseError
from django.db.models import QuerySet

from studio.accounts.actors import Actor, OwnedQuerySet, actor_for
from studio.core import db
from studio.core.errors import Invalid
from studio.gallery import exports
from studio.gallery.exports import Claim
from studio.gallery.models import Export
from studio.images import storage
from studio.images.models import Image
from studio.images.names import file_name

log = logging.getLogger(__name__)

CHUNK = 256 * 1024
BATCH = 100
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

_packing = threading.Lock()
_held: set[Claim] = set()


class Stopped(Exception):
    """The worker is asked to stop."""


@dataclass(slots=True)
class Contents:
    """What came into the file, and how many pictures' bytes were not found."""

    ids: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    missing: int = 0


def work(stop: Callable[[], bool] = lambda: False) -> bool:
    """Pack the next export, if there is one; whether there was. Nothing while this process packs another."""
    if not _packing.acquire(blocking=False):
        return False
    try:
        claim = exports.claim_next()
        if claim is None:
            return False
        with _kept(claim):
            _pack(claim, stop)
        return True
    finally:
        _packing.release()


def heartbeat() -> None:
    """Renew the lease of what this process packs."""
    for claim in list(_held):
        exports.renew(claim)


@contextmanager
def _kept(claim: Claim) -> Iterator[None]:
    _held.add(claim)
    try:
        yield
    finally:
        _held.discard(claim)


def _pack(claim: Claim, stop: Callable[[], bool]) -> None:
    """One export to its end, whatever goes wrong; a database that is away leaves it to the next claim."""
    export = claim.rows().select_related("owner").first()
    if export is None:
        return
    # What an earlier turn left behind, had its worker been killed.
    storage.delete_export(export.key)
    name = storage.export_name(export.key, claim.fence)
    try:
        contents, size = _write(name, export, stop)
    except Stopped:
        exports.put_back(claim)
    except Invalid:
        exports.fail(claim, Export.Failure.TOO_LARGE)
    except OSError as error:
        log.warning("export %s failed: %s", export.pk, error)
        full = error.errno in NO_ROOM
        exports.fail(claim, Export.Failure.DISK_FULL if full else Export.Failure.BROKEN)
    except DatabaseError:
        raise
    except Exception as error:
        log.exception("export %s failed: %s", export.pk, type(error).__name__)
        exports.fail(claim, Export.Failure.BROKEN)
    else:
        _conclude(claim, name, contents, size)


def _conclude(claim: Claim, name: str, contents: Contents, size: int) -> None:
    if not contents.ids:
        storage.delete(name)
        exports.fail(claim, Export.Failure.NOTHING_LEFT, missing=contents.missing)
    elif not exports.finish(claim, ids=contents.ids, missing=contents.missing, size=size):
        storage.delete(name)


def _write(name: str, export: Export, stop: Callable[[], bool]) -> tuple[Contents, int]:
    """Write the ZIP of those pictures that its owner may see now; its contents, and its size in bytes."""
    contents = Contents()
    with storage.writing(name) as file:
        with ZipFile(file, "w", ZIP_STORED) as archive:
            for image in _pictures(export, actor_for(export.owner)):
                if stop():
                    raise Stopped
                _add(archive, image, contents)
        size = file.seek(0, 2)
    return contents, size


def _pictures(export: Export, actor: Actor) -> Iterator[Image]:
    """The pictures as they are now, in the order asked for; what is gone or in the bin is left out.

    Raises Invalid if they have become too large together.
    """
    ids, size = [UUID(each) for each in export.ids], 0
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        seen: QuerySet[Image] = OwnedQuerySet(Image).visible_to(actor).filter(pk__in=batch, binned_at=None)
        found = {image.pk: image for image in seen.select_related("blob")}
        # No connection is held while bytes are copied.
        db.release()
        for image_id in batch:
            if image_id in found:
                size += found[image_id].blob.size
                if size > exports.MOST_BYTES:
                    raise Invalid("too large")
                yield found[image_id]


def _add(archive: ZipFile, image: Image, contents: Contents) -> None:
    blob = image.blob
    try:
        source = storage.open_file(storage.original_name(blob.key, blob.mime))
    except FileNotFoundError:
        contents.missing += 1
        return
    with source:
        entry = ZipInfo(_name(image, contents.names), image.created_at.timetuple()[:6])
        entry.external_attr = 0o644 << 16
        entry.file_size = blob.size
        with archive.open(entry, "w") as place:
            shutil.copyfileobj(source, place, CHUNK)
    contents.ids.append(image.pk.hex)


def _name(image: Image, taken: set[str]) -> str:
    """The download's name; of two that are alike the second tells more of its id."""
    ending = storage.ENDINGS[image.blob.mime]
    name = file_name(image, ending)
    if name in taken:
        name = file_name(image, ending, tail=32)
    taken.add(name)
    return name
