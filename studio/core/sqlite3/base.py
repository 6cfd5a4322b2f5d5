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

MOST_IDLE = 8
"""More are closed: each has the whole schema, a third of a megabyte, and pages of its own."""

type File = tuple[str, int, int]


class _Idle:
    """Connections that nobody uses, the last used on top: few are ever taken, and those know the most statements."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connections: list[tuple[File, Connection]] = []

    def take(self, name: str) -> Connection | None:
        """One to this file, if there is any. A file that took another's place is not the one that was opened."""
        with self._lock:
            if not self._connections or (file := _file(name)) is None:
                return None
            for place in reversed(range(len(self._connections))):
                if self._connections[place][0] == file:
                    return self._connections.pop(place)[1]
        return None

    def lay_by(self, name: str, connection: Connection) -> bool:
        """Keep it for another; False where there are enough, or its file is gone."""
        with self._lock:
            if len(self._connections) >= MOST_IDLE or (file := _file(name)) is None:
                return False
            self._connections.append((file, connection))
        return True

    def close(self) -> None:
        with self._lock:
            while self._connections:
                self._connections.pop()[1].close()


def _file(name: str) -> File | None:
    try:
        found = os.stat(name)
    except OSError:
        return None
    return name, found.st_dev, found.st_ino


_idle = _Idle()
_inherited: list[_Idle] = []
atexit.register(lambda: _idle.close())


def _forget() -> None:
    """A forked process must not use its parent's connections, nor close them."""
    global _idle
    _inherited.append(_idle)
    _idle = _Idle()


os.register_at_fork(after_in_child=_forget)


class DatabaseWrapper(base.DatabaseWrapper):
    """One thread's way to a connection, as Django's."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection:
        if kept := _idle.take(str(conn_params["database"])):
            return kept
        opened: Connection = super().get_new_connection(conn_params)
        # What it takes to go back to a savepoint: else a file is made for it in each transaction that has one.
        opened.execute("PRAGMA temp_store = MEMORY")
        return opened

    def _close(self) -> None:
        # Within a transaction closing takes it back, and after an error nobody knows what is left.
        spoilt = self.connection is None or self.connection.in_transaction or self.errors_occurred
        if spoilt or not _idle.lay_by(str(self.settings_dict["NAME"]), self.connection):
            super()._close()  # type: ignore[misc]  # the stubs do not know it
