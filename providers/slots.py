"""How many large answers are held in memory at once: each is some megabytes as JSON, as base 64 and as bytes.

Answers wait in files until there is a place. The waits for vendors are not counted: hundreds of them cost next to
nothing, and their answers may come at the same moment.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_places = threading.BoundedSemaphore(2 * (os.cpu_count() or 1))


class _Held:
    """Whether somebody has a place, which is then kept."""

    def __init__(self) -> None:
        self.taken = False

    def let_go(self) -> None:
        if self.taken:
            self.taken = False
            _places.release()


_held: ContextVar[_Held | None] = ContextVar("held", default=None)


@contextmanager
def kept() -> Iterator[None]:
    """A place that a large answer took within is given back at the end of the block, when its pictures are stored."""
    held = _Held()
    token = _held.set(held)
    try:
        yield
    finally:
        _held.reset(token)
        held.let_go()


@contextmanager
def decoding(*, large: bool) -> Iterator[None]:
    """Have a place while an answer is decoded, and longer where a ``large`` one is ``kept``."""
    held = _held.get()
    if held and held.taken:
        yield
        return
    _places.acquire()
    if held and large:
        held.taken = True
        yield
        return
    try:
        yield
    finally:
        _places.release()


def let_go() -> None:
    """Give the place back before a call that may take long, if there is one."""
    if held := _held.get():
        held.let_go()
