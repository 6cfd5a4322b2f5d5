"""The line in front of the decoders: people before work in the background, the longest wait first."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from studio.images.errors import Busy

MOST_PEOPLE = 32
"""Requests that may wait at once: each holds its file, up to 20 MB, in memory."""


class Line:
    """Hands out ``places``. Nobody who comes later is served first, except a person before the background."""

    def __init__(self, places: int) -> None:
        self._lock = threading.Lock()
        self._free = places
        self._people: deque[threading.Event] = deque()
        self._background: deque[threading.Event] = deque()

    @contextmanager
    def place(self, seconds: float, *, urgent: bool) -> Iterator[None]:
        """Hold a place. Raises Busy when none came free within ``seconds``, or too many people wait already."""
        self._enter(seconds, self._people if urgent else self._background)
        try:
            yield
        finally:
            self._leave()

    def _enter(self, seconds: float, lane: deque[threading.Event]) -> None:
        with self._lock:
            # A place is free only while nobody waits: whoever leaves hands it on.
            if self._free:
                self._free -= 1
                return
            if lane is self._people and len(lane) >= MOST_PEOPLE:
                raise Busy
            turn = threading.Event()
            lane.append(turn)
        turn.wait(seconds)
        with self._lock:
            if not turn.is_set():
                lane.remove(turn)
                raise Busy

    def _leave(self) -> None:
        with self._lock:
            for lane in (self._people, self._background):
                if lane:
                    lane.popleft().set()
                    return
            self._free += 1
