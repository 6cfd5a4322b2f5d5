"""The embedded broker: messages are files in a folder, each there whole or not at all.

Kombu's own transport writes a message under its final name, so that a reader that looks within that moment
finds it empty and the worker dies of it; and it moves what it takes to the system's temporary folder, which
may be another disk.
"""

from __future__ import annotations

import os
import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.encoding import bytes_to_str, str_to_bytes
from kombu.utils.json import dumps, loads

TRIES, PAUSE = 100, 0.01


class Channel(filesystem.Channel):
    """Kombu's filesystem channel with atomic messages."""

    def get_table(self, exchange: str) -> list[Any]:
        """The exchange's queues; none while another process is just writing the table for the first time."""
        try:
            return list(super().get_table(exchange))
        except ValueError:
            return []

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str | None, queue: str) -> None:
        for attempt in range(TRIES):
            try:
                super()._queue_bind(exchange, routing_key, pattern, queue)
            except ValueError:
                # Another process has made the table's file and not filled it yet.
                if attempt == TRIES - 1:
                    raise
                time.sleep(PAUSE)
            else:
                return

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        name = f"{time.time_ns():020d}_{uuid.uuid4()}.{queue}.msg"
        folder = Path(self.data_folder_out)
        unfinished = folder / f"{name}.unfinished"
        unfinished.write_bytes(str_to_bytes(dumps(payload)))
        unfinished.rename(folder / name)

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        """The oldest message that no other reader takes first. Raises Empty."""
        folder = Path(self.data_folder_in)
        for name in sorted(os.listdir(folder)):
            if name.partition(".")[2] != f"{queue}.msg":
                continue
            taken = folder / f"{name}.taken-{os.getpid()}"
            try:
                (folder / name).rename(taken)
            except FileNotFoundError:
                continue
            payload = taken.read_bytes()
            taken.unlink()
            return loads(bytes_to_str(payload))
        raise Empty


class Transport(filesystem.Transport):
    """What a ``filesystem://`` URL stands for here."""

    Channel = Channel


def use() -> None:
    """Have ``filesystem://`` mean this transport in this process."""
    TRANSPORT_ALIASES["filesystem"] = f"{__name__}:Transport"
