"""Where bytes lie: Django's default storage, under names that nobody can guess.

blobs/<2 letters>/<key>/original.<ending>      what was kept
blobs/<2 letters>/<key>/<width>.webp           its display copies
blobs/<2 letters>/<key>/plain.<ending>         its copy without words, where one was asked for
previews/<job>/<index>-<step>.webp             pictures that are still forming
exports/<key>/<turn>.zip                       pictures packed to be taken away
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO
from uuid import UUID

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage

ENDINGS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
    "image/avif": "avif",
    "image/svg+xml": "svg",
}


def new_key() -> str:
    """160 random bits."""
    return secrets.token_hex(20)


def folder(key: str) -> str:
    return f"blobs/{key[:2]}/{key}"


def original_name(key: str, mime: str) -> str:
    return f"{folder(key)}/original.{ENDINGS[mime]}"


def rendition_name(key: str, width: int) -> str:
    return f"{folder(key)}/{width}.webp"


def plain_name(key: str, mime: str) -> str:
    return f"{folder(key)}/plain.{ENDINGS[mime]}"


def put(name: str, data: bytes, *, durable: bool = True) -> None:
    """Write a file so that it is there whole or not at all; replaces one of the same name.

    ``durable`` waits until the disk has it.
    """
    if local_path(name) is None:
        default_storage.delete(name)
        default_storage.save(name, ContentFile(data))
        return
    with writing(name, durable=durable) as file:
        file.write(data)


@contextmanager
def writing(name: str, *, durable: bool = True) -> Iterator[BinaryIO]:
    """A file to write into, piece by piece. It is there when the block ends, whole, or not at all if it raises.

    Where the store is no disk, it is written on this machine first.
    """
    path = local_path(name)
    if path is None:
        with TemporaryFile() as file:
            yield file
            file.seek(0)
            default_storage.delete(name)
            default_storage.save(name, File(file))
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with part.open("xb") as file:
            yield file
            if durable:
                file.flush()
                os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def get(name: str) -> bytes:
    """The file's bytes. Raises FileNotFoundError."""
    with default_storage.open(name, "rb") as file:
        return bytes(file.read())


def open_file(name: str) -> File[bytes]:
    """The file, to be streamed and closed by the caller. Raises FileNotFoundError."""
    return default_storage.open(name, "rb")


def size(name: str) -> int:
    """The file's bytes, counted. Raises FileNotFoundError."""
    return int(default_storage.size(name))


def exists(name: str) -> bool:
    return bool(default_storage.exists(name))


def local_path(name: str) -> Path | None:
    """Where the file lies on this machine, or None if the store is not a disk."""
    try:
        return Path(default_storage.path(name))
    except NotImplementedError:
        return None


def delete_blob(key: str) -> None:
    """Remove everything kept under a key; what is gone already counts as removed."""
    _delete_folder(folder(key))


def blob_keys() -> Iterator[str]:
    """The key of every folder in the store, whether or not a row knows it."""
    for shard in _folders("blobs"):
        yield from _folders(f"blobs/{shard}")


def last_change(key: str) -> datetime | None:
    """When a file under the key was last written, or None if there is none."""
    times = [default_storage.get_modified_time(f"{folder(key)}/{name}") for name in _files(folder(key))]
    return max(times, default=None)


def preview_name(job_id: UUID, index: int, step: int) -> str:
    return f"previews/{job_id}/{index}-{step}.webp"


def preview_steps(job_id: UUID, index: int) -> list[int]:
    """The steps that are there for one picture of a job, ascending."""
    found = []
    for name in _files(f"previews/{job_id}"):
        picture, _, step = name.removesuffix(".webp").partition("-")
        if picture == str(index) and step.isdigit():
            found.append(int(step))
    return sorted(found)


def delete_previews(job_id: UUID) -> None:
    _delete_folder(f"previews/{job_id}")


def export_name(key: str, turn: int) -> str:
    """Each turn at packing writes a file of its own, so that one given up for dead spoils nothing."""
    return f"exports/{key}/{turn}.zip"


def delete_export(key: str) -> None:
    _delete_folder(f"exports/{key}")


def delete(name: str) -> None:
    with suppress(FileNotFoundError):
        default_storage.delete(name)


def _delete_folder(name: str) -> None:
    path = local_path(name)
    if path is not None:
        shutil.rmtree(path, ignore_errors=True)
        return
    for file in _files(name):
        default_storage.delete(f"{name}/{file}")


def _folders(name: str) -> list[str]:
    try:
        return list(default_storage.listdir(name)[0])
    except FileNotFoundError:
        return []


def _files(name: str) -> list[str]:
    try:
        return list(default_storage.listdir(name)[1])
    except FileNotFoundError:
        return []
