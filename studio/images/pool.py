"""A small pool of decoder processes that may die without hurting anyone.

Children are plain processes on two pipes, not ``multiprocessing``: they start the same way from a web
server, a Celery thread or a test, never import the parent's main module, hold no lock of its, know none
of its environment, and end by themselves when its end of the pipe closes.
"""

from __future__ import annotations

import atexit
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from studio.images.errors import Busy, TimedOut
from studio.images.frames import Message, read_message, write_message
from studio.images.line import Line

log = logging.getLogger(__name__)

SOURCE = Path(__file__).resolve().parent.parent
# The package's own __init__ starts Celery, of which a decoder should know nothing.
START = """
import sys, types
package = sys.modules["studio"] = types.ModuleType("studio")
package.__path__ = [sys.argv[1]]
from studio.images.child import serve
serve()
"""
TASK_SECONDS = 30.0
WAIT_SECONDS = 60.0
PERSON_WAITS_SECONDS = 30.0
TASKS_PER_CHILD = 500


class Child:
    """One decoder process. Not for two threads at a time."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(  # noqa: S603  (our own interpreter and code)
            [sys.executable, "-P", "-c", START, str(SOURCE)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={"PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8"},
            # Ctrl-C in the terminal is the parent's to answer.
            start_new_session=True,
        )
        self.tasks = 0
        self.ready = False

    def ask(self, head: dict[str, Any], blobs: Sequence[bytes], seconds: float) -> Message | None:
        """The answer, or None if the child died or was killed after ``seconds``."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        timer = threading.Timer(seconds, self.process.kill)
        timer.daemon = True
        timer.start()
        try:
            if not self.ready:
                self.ready = read_message(self.process.stdout) is not None  # type: ignore[arg-type]
            write_message(self.process.stdin, head, blobs)  # type: ignore[arg-type]
            self.tasks += 1
            return read_message(self.process.stdout)  # type: ignore[arg-type]
        except (OSError, ValueError):
            return None
        finally:
            timer.cancel()

    def close(self) -> None:
        """End the process; returns once it has gone."""
        self.process.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    log.debug("a dead decoder's pipe held unsent bytes")
        self.process.wait()


class Pool:
    """At most ``size`` children, started when first needed and kept warm."""

    def __init__(self, size: int) -> None:
        self._line = Line(size)
        self._lock = threading.Lock()
        self._idle: list[Child] = []
        self._busy: set[Child] = set()
        self._closed = False

    def run(
        self, task: str, data: bytes, *, urgent: bool = False, seconds: float = TASK_SECONDS, **arguments: Any
    ) -> Message:
        """Run a task of ``decode.TASKS`` on ``data``; ``urgent`` says that a person waits for it.

        Raises TimedOut if it used up its seconds, CPU or memory; Busy if no child came free in time.
        Errors of the picture itself come back in the answer's head.
        """
        with self._line.place(PERSON_WAITS_SECONDS if urgent else WAIT_SECONDS, urgent=urgent):
            reply = self._asked({"task": task, "arguments": arguments}, data, seconds)
        if reply is None:
            log.warning("a decoder died on %d bytes (%s)", len(data), task)
            raise TimedOut
        return reply

    def _asked(self, head: dict[str, Any], data: bytes, seconds: float) -> Message | None:
        child = self._take()
        reply = None
        try:
            reply = child.ask(head, [data], seconds)
        finally:
            # However the question ended: a child that is not given back would live on, unknown to close().
            self._give_back(child, alive=reply is not None)
        return reply

    def close(self) -> None:
        """Kill every child, busy ones too; the pool then takes no more work."""
        with self._lock:
            self._closed = True
            children = [*self._idle, *self._busy]
            self._idle.clear()
        for child in children:
            child.process.kill()
        for child in children:
            child.close()

    def _take(self) -> Child:
        with self._lock:
            if self._closed:
                raise Busy
            try:
                child = self._idle.pop() if self._idle else Child()
            except OSError as error:
                # No process, memory or descriptor to be had just now.
                log.warning("no decoder could be started: %s", error)
                raise Busy from error
            self._busy.add(child)
            return child

    def _give_back(self, child: Child, *, alive: bool) -> None:
        with self._lock:
            self._busy.discard(child)
            keep = alive and not self._closed and child.tasks < TASKS_PER_CHILD
            if keep:
                self._idle.append(child)
        if not keep:
            child.close()


_pool: Pool | None = None
_pool_lock = threading.Lock()


def shared() -> Pool:
    """The process's own pool: two children, or one for each two processors."""
    global _pool
    with _pool_lock:
        if _pool is None:
            _pool = Pool(max(2, (os.cpu_count() or 2) // 2))
            atexit.register(_pool.close)
        return _pool


def _forget() -> None:
    """A forked process must not speak on its parent's pipes."""
    global _pool, _pool_lock
    _pool, _pool_lock = None, threading.Lock()


os.register_at_fork(after_in_child=_forget)
