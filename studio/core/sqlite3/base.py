"""Django's SQLite, whose connections outlive the threads that use them: who closes one lays it by for the next.

A request of a program goes through several threads. A connection of each one's own costs a millisecond to open, knows
no statement and no schema yet, and the process's last one writes the whole log back when it closes (14 ms).
"""

from __future__ import annotations

import atexit
import os
import threading
from sqlite3 import Connection
from typing import Any

from django.db.backends.sqlite3 import base

MOST_USED = 16
"""Threads that have a connection at a time: there is one writer, and each holds schema and pages, up to a megabyte."""
MOST_IDLE = 8
PATIENCE = 5.0
"""Seconds after which one more is opened all the same: whoever has one may be waiting for who has none."""

type File = tuple[str, int, int]


class _Pool:
    """Connections that nobody uses, the last used on top: few are ever taken, and those know the most statements."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._idle: list[tuple[File, Connection]] = []
        self._used = 0

    def take(self, name: str) -> Connection | None:
        """One to this file, or None where one is to be opened; ``done`` says that it was given back or is no more."""
        with self._changed:
            self._changed.wait_for(lambda: self._used < MOST_USED, PATIENCE)
            self._used += 1
            file = _file(name) if self._idle else None
            # A file that took another's place is not the one that was opened.
            place = next((at for at, (of, _) in reversed([*enumerate(self._idle)]) if of == file), None)
            return None if place is None else self._idle.pop(place)[1]

    def lay_by(self, name: str, connection: Connection) -> bool:
        """Keep it for another; False where there are enough, or its file is gone."""
        with self._changed:
            if len(self._idle) >= MOST_IDLE or (file := _file(name)) is None:
                return False
            self._idle.append((file, connection))
        return True

    def done(self) -> None:
        with self._changed:
            self._used -= 1
            self._changed.notify()

    def close(self) -> None:
        """Close what nobody uses."""
        with self._changed:
            while self._idle:
                self._idle.pop()[1].close()


def _file(name: str) -> File | None:
    try:
        found = os.stat(name)
    except OSError:
        return None
    return name, found.st_dev, found.st_ino


_pool = _Pool()
_inherited: list[_Pool] = []
atexit.register(lambda: _pool.close())


def _forget() -> None:
    """A forked process must not use its parent's connections, nor close them."""
    global _pool
    _inherited.append(_pool)
    _pool = _Pool()


os.register_at_fork(after_in_child=_forget)


class DatabaseWrapper(base.DatabaseWrapper):
    """One thread's way to a connection, as Django's."""

    _from: _Pool | None = None
    """The pool that counts this one's connection as used."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection:
        self._from = _pool
        if kept := self._from.take(str(conn_params["database"])):
            return kept
        try:
            opened: Connection = super().get_new_connection(conn_params)
            # What it takes to go back to a savepoint: else a file is made for it in each transaction that has one.
            opened.execute("PRAGMA temp_store = MEMORY")
        except BaseException:
            self._is_done()
            raise
        return opened

    def _close(self) -> None:
        if self._from is None:
            return
        try:
            # Within a transaction closing takes it back, and after an error nobody knows what is left.
            spoilt = self.connection.in_transaction or self.errors_occurred
            if spoilt or not self._from.lay_by(str(self.settings_dict["NAME"]), self.connection):
                super()._close()  # type: ignore[misc]  # the stubs do not know it
        finally:
            self._is_done()

    def _is_done(self) -> None:
        pool, self._from = self._from, None
        if pool:
            pool.done()

    def __del__(self) -> None:
        # Of a thread that ended with its connection open: that goes with it, closed, and is nobody's.
        self._is_done()
