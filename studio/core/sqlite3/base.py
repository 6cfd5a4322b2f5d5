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
type Opened = tuple[File | None, Connection]


class _Idle:
    """Connections that nobody uses, the last used on top: few are ever taken, and those know the most statements.

    Each stands with the file that it was opened on: another one may take that one's place at any time.
    """

    def __init__(self) -> None:
        self._lock = threading.Condition()
        self._used = 0
        self._opened: list[Opened] = []

    def take(self, name: str) -> Opened | None:
        """One to this file, or None where one is to be opened; ``done`` says that it is not used any more. Those to
        the file that was there before are closed."""
        with self._lock:
            self._lock.wait_for(lambda: self._used < MOST_USED, PATIENCE)
            self._used += 1
            file = _file(name) if self._opened else None
            for place in reversed(range(len(self._opened))):
                known, connection = self._opened[place]
                if known and known[0] == name:
                    del self._opened[place]
                    if known == file:
                        return known, connection
                    connection.close()
        return None

    def lay_by(self, file: File | None, connection: Connection) -> bool:
        """Keep it for another; False where there are enough, or its file is gone."""
        with self._lock:
            if file is None or len(self._opened) >= MOST_IDLE or _file(file[0]) != file:
                return False
            self._opened.append((file, connection))
        return True

    def done(self) -> None:
        with self._lock:
            self._used -= 1
            self._lock.notify()

    def close(self) -> None:
        with self._lock:
            while self._opened:
                self._opened.pop()[1].close()


def _file(name: str) -> File | None:
    try:
        found = os.stat(name)
    except OSError:
        return None
    return name, found.st_dev, found.st_ino


_idle = _Idle()
_inherited: list[object] = []
atexit.register(lambda: _idle.close())


def _forget() -> None:
    """A forked process must not use its parent's connections, nor close them."""
    global _idle
    _inherited.append(_idle)
    _idle = _Idle()


os.register_at_fork(after_in_child=_forget)


class DatabaseWrapper(base.DatabaseWrapper):
    """One thread's way to a connection, as Django's."""

    _home: _Idle
    _counts = False
    _opened_on: File | None

    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection:
        name, self._home = str(conn_params["database"]), _idle
        kept = _idle.take(name)
        self._counts = True
        try:
            return self._got(name, kept, conn_params)
        except BaseException:
            self._is_done()
            raise

    def _got(self, name: str, kept: Opened | None, conn_params: dict[str, Any]) -> Connection:
        if kept:
            self._opened_on, connection = kept
            # A migration that failed leaves them off.
            connection.execute("PRAGMA foreign_keys = ON")
            return connection
        opened: Connection = super().get_new_connection(conn_params)
        self._opened_on = _file(name)
        # What it takes to go back to a savepoint: else a file is made for it in each transaction that has one.
        opened.execute("PRAGMA temp_store = MEMORY")
        return opened

    def _is_done(self) -> None:
        counts, self._counts = self._counts, False
        # What was inherited is counted by the parent, whose lock may have been held by a thread that is not here.
        if counts and self._home is _idle:
            _idle.done()

    def __del__(self) -> None:
        # Of a thread that ended with its connection open: that goes with it, closed, and is nobody's.
        self._is_done()

    def _close(self) -> None:
        try:
            self._lay_by()
        finally:
            self._is_done()

    def _lay_by(self) -> None:
        if self._home is not _idle:
            _inherited.append(self.connection)
            return
        # Within a transaction closing takes it back, and after an error nobody knows what is left.
        spoilt = self.connection is None or self.connection.in_transaction or self.errors_occurred
        if spoilt or not _idle.lay_by(self._opened_on, self.connection):
            super()._close()  # type: ignore[misc]  # the stubs do not know it
