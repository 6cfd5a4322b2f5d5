"""Database connections across slow work."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, connections, transaction

_writer = threading.RLock()

MANY_THREADS = 160


def release() -> None:
    """Give this thread's connections back before something slow, so that waiting holds none of a pool.

    SQLite has no pool and its connection stays: closing a process's last one writes the whole log back (14 ms). Among
    hundreds of threads it goes too: each holds the whole schema, a third of a megabyte.
    """
    crowded = threading.active_count() > MANY_THREADS
    for opened in connections.all(initialized_only=True):
        if crowded or opened.vendor != "sqlite":
            opened.close()


@contextmanager
def one_writer() -> Iterator[None]:
    """On SQLite, let the threads of this process write one after the other; elsewhere nothing.

    SQLite has one writer anyway and lets the others sleep up to 100 ms between tries: 64 threads stood still
    half of the time. Whoever is inside a transaction already is the writer and does not wait for those who wait.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
    else:
        with _writer:
            yield


@contextmanager
def atomic() -> Iterator[None]:
    """A transaction, begun when no other thread of this process writes."""
    with one_writer(), transaction.atomic():
        yield
