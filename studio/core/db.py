"""Database connections across slow work."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, connections, transaction

_writer = threading.RLock()


def release() -> None:
    """Give this thread's connections back before something slow, so that waiting holds none.

    On SQLite they stay within a transaction, which alone is of this thread: there, only tests wait in one.
    """
    for opened in connections.all(initialized_only=True):
        if opened.vendor != "sqlite" or not opened.in_atomic_block:
            opened.close()


def connect() -> None:
    """Have a connection, before a wait for somebody who has one or will need one: there are not enough for all."""
    connection.ensure_connection()


@contextmanager
def one_writer() -> Iterator[None]:
    """On SQLite, let the threads of this process write one after the other; elsewhere nothing.

    SQLite has one writer anyway and lets the others sleep up to 100 ms between tries: 64 threads stood still
    half of the time. Whoever is inside a transaction already is the writer and does not wait for those who wait.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
    else:
        connect()
        with _writer:
            yield


@contextmanager
def atomic() -> Iterator[None]:
    """A transaction, begun when no other thread of this process writes."""
    with one_writer(), transaction.atomic():
        yield
