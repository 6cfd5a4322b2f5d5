"""A few painting processes, started when first needed and replaced when they die.

Each is a fresh interpreter that talks over pipes, so it works from any thread, under any server, whatever the
main module is. A caller borrows one process for one picture and reads from it in its own thread.
"""

from __future__ import annotations

import atexit
import os
import pickle
import selectors
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from providers.painter.commission import Commission, Picture, Refusal, Show
from providers.painter.worker import HEADER

ATTEMPTS = 3
START_SECONDS = 60.0
CLOSE_SECONDS = 5.0


class Died(Exception):
    """The painting process ended before it answered."""


class Overdue(Exception):
    """The picture was not finished within its time."""


class Unpaintable(Exception):
    """Painting failed in a way that would fail again."""


class Easel:
    """One painting process and the pipes to it."""

    def __init__(self) -> None:
        root = str(Path(__file__).resolve().parents[2])
        path = os.pathsep.join([root, *(p for p in sys.path if p and p != root)])
        environment = {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "providers.painter.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            start_new_session=True,
            bufsize=0,
        )
        try:
            self._message(time.monotonic() + START_SECONDS)
        except (Died, Overdue) as error:
            self.close()
            raise Died("the painting process did not start") from error

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def paint(self, order: Commission, show: Show, deadline: float) -> Picture:
        """Raises Died, Overdue, Refusal or Unpaintable."""
        body = pickle.dumps(order, protocol=pickle.HIGHEST_PROTOCOL)
        assert self.process.stdin is not None
        try:
            _write(self.process.stdin.fileno(), HEADER.pack(len(body)) + body)
        except (BrokenPipeError, OSError) as error:
            raise Died("the painting process is gone") from error
        while True:
            kind, content = self._message(deadline)
            if kind == "preview":
                show(content)
            elif kind == "picture":
                picture: Picture = content
                return picture
            elif kind == "refused":
                raise Refusal(content)
            else:
                raise Unpaintable(content)

    def close(self) -> None:
        """End the process now."""
        self.process.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
        self.process.wait()

    def _message(self, deadline: float) -> tuple[str, Any]:
        (size,) = HEADER.unpack(self._read(HEADER.size, deadline))
        message: tuple[str, Any] = pickle.loads(self._read(size, deadline))  # noqa: S301 - our own child
        return message

    def _read(self, size: int, deadline: float) -> bytes:
        assert self.process.stdout is not None
        parts: list[bytes] = []
        descriptor = self.process.stdout.fileno()
        with selectors.DefaultSelector() as selector:
            selector.register(descriptor, selectors.EVENT_READ)
            while size > 0:
                left = deadline - time.monotonic()
                if left <= 0 or not selector.select(left):
                    raise Overdue("the picture took too long")
                part = os.read(descriptor, min(size, 1 << 20))
                if not part:
                    raise Died("the painting process ended")
                parts.append(part)
                size -= len(part)
        return b"".join(parts)


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


class Pool:
    """At most ``size`` easels; callers beyond that wait their turn."""

    def __init__(self, size: int) -> None:
        self._turns = threading.BoundedSemaphore(size)
        self._lock = threading.Lock()
        self._idle: list[Easel] = []
        self._all: set[Easel] = set()

    def paint(self, order: Commission, show: Show, seconds: float) -> Picture:
        """One picture within ``seconds``, previews shown from the calling thread.

        A process that dies is replaced and the picture begun again; previews already shown are not repeated.
        Raises Died after three deaths, Overdue, Refusal or Unpaintable.
        """
        deadline = time.monotonic() + seconds
        shown = 0

        def once(preview: Any) -> None:
            nonlocal shown
            if preview.step > shown:
                shown = preview.step
                show(preview)

        if not self._turns.acquire(timeout=max(seconds, 0.0)):
            raise Overdue("no painter was free in time")
        try:
            for attempt in range(ATTEMPTS):
                try:
                    return self._with_easel(order, once, deadline)
                except Died:
                    if attempt == ATTEMPTS - 1:
                        raise
            raise Died("the painting process keeps ending")
        finally:
            self._turns.release()

    def _with_easel(self, order: Commission, show: Show, deadline: float) -> Picture:
        easel = self._borrow()
        usable = False
        try:
            picture = easel.paint(order, show, deadline)
            usable = True
            return picture
        except (Refusal, Unpaintable):
            usable = True
            raise
        finally:
            self._give_back(easel, usable)

    def _borrow(self) -> Easel:
        with self._lock:
            while self._idle:
                easel = self._idle.pop()
                if easel.alive:
                    return easel
                self._all.discard(easel)
                easel.close()
        easel = Easel()
        with self._lock:
            self._all.add(easel)
        return easel

    def _give_back(self, easel: Easel, usable: bool) -> None:
        with self._lock:
            if usable and easel.alive and easel in self._all:
                self._idle.append(easel)
                return
            self._all.discard(easel)
        easel.close()

    def pids(self) -> tuple[int, ...]:
        """The painting processes that run now."""
        with self._lock:
            return tuple(easel.process.pid for easel in self._all if easel.alive)

    def close(self) -> None:
        """End every process; a picture in the making fails as if its process had died."""
        with self._lock:
            easels, self._all, self._idle = list(self._all), set(), []
        for easel in easels:
            easel.process.kill()
        for easel in easels:
            easel.process.wait(CLOSE_SECONDS)


_shared: Pool | None = None
_guard = threading.Lock()


def shared() -> Pool:
    """The pool of this process, as wide as its processors, two at most."""
    global _shared
    with _guard:
        if _shared is None:
            _shared = Pool(min(2, os.cpu_count() or 1))
            atexit.register(_shared.close)
        return _shared


def _forget() -> None:
    """A forked child must not talk over its parent's pipes."""
    global _shared, _guard
    _shared, _guard = None, threading.Lock()


os.register_at_fork(after_in_child=_forget)
