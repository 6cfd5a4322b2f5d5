"""Remembers for which code and database the data was last prepared, so that a warm start need not wait."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

KINDS = {
    "database": ("requirements/app.txt", "studio/*/migrations/*.py"),
    "static": ("requirements/app.txt", "static/**/*"),
}


def stamp(kind: str) -> Path:
    return Path(settings.DATA_DIR) / f".prepared-{kind}"


def fingerprint(kind: str) -> str:
    """Changes whenever a file that matters does (by name, size and time), or the database is another one."""
    digest = hashlib.sha256(settings.DATABASE_URL.encode())
    for line in files(kind):
        digest.update(line.encode())
    return digest.hexdigest()


def files(kind: str) -> Iterator[str]:
    for pattern in KINDS[kind]:
        for path in sorted(Path(settings.BASE_DIR).glob(pattern)):
            state = path.stat()
            yield f"{path} {state.st_size} {state.st_mtime_ns}\n"


def is_current(kind: str | None = None) -> bool:
    """Whether ``kind``, or everything, is as it was when last prepared."""
    if kind is None:
        return all(is_current(each) for each in KINDS) and database_is_there()
    path = stamp(kind)
    return path.exists() and path.read_text(encoding="utf-8") == fingerprint(kind)


def database_is_there() -> bool:
    """False when the SQLite file was removed by hand; a server's database is for preparing itself to look at."""
    database = settings.DATABASES["default"]
    return not database["ENGINE"].endswith("sqlite3") or Path(database["NAME"]).exists()


def remember(kind: str) -> None:
    stamp(kind).write_text(fingerprint(kind), encoding="utf-8")
