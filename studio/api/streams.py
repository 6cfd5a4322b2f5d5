"""Answers that are sent as they are made: no more of them in memory than a piece, and a sign of life while one waits.

A body is a generator of ``bytes`` and of ``WAIT``, which says that there is nothing to send until the bell rings. It
may ask files and the database; what it asks at once is better asked before it begins.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from enum import Enum

from django.core.handlers.asgi import ASGIRequest
from django.db import connections
from django.http import HttpRequest, StreamingHttpResponse

SMALL_BYTES = 64 * 1024
"""Less than that is not sent by itself while more is there."""
BEAT_SECONDS = 15.0
"""How long a stream is silent at most: proxies end one that is for 30 to 100 s."""


class Waiting(Enum):
    """The one value of WAIT."""

    UNTIL_THE_BELL = 0


WAIT = Waiting.UNTIL_THE_BELL
Pieces = Iterator[bytes | Waiting]


class Bell:
    """Rung in one thread, heard in another or in an event loop; a ring that nobody waited for is not lost."""

    def __init__(self) -> None:
        self._rung = threading.Event()
        self._lock = threading.Lock()
        self._listener: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None

    def ring(self) -> None:
        with self._lock:
            self._rung.set()
            if self._listener:
                loop, heard = self._listener
                # The client may have gone, and its loop with it.
                if not loop.is_closed():
                    loop.call_soon_threadsafe(heard.set)

    def wait(self, seconds: float) -> bool:
        """Whether it rang since the last time, or does within ``seconds``."""
        rang = self._rung.wait(seconds)
        self._rung.clear()
        return rang

    async def heard(self, seconds: float) -> bool:
        """``wait`` for an event loop."""
        heard = asyncio.Event()
        with self._lock:
            self._listener = (asyncio.get_running_loop(), heard)
            if self._rung.is_set():
                heard.set()
        try:
            async with asyncio.timeout(seconds):
                await heard.wait()
        except TimeoutError:
            return False
        finally:
            with self._lock:
                self._listener = None
                self._rung.clear()
        return True


def streamed(
    request: HttpRequest, pieces: Pieces, content_type: str, *, bell: Bell | None = None, beat: bytes = b""
) -> StreamingHttpResponse:
    """An answer of these pieces; ``beat`` is sent whenever BEAT_SECONDS passed without one."""
    bell = bell or Bell()
    # Under ASGI a plain iterator would be read whole before the first byte leaves.
    is_asgi = isinstance(request, ASGIRequest)
    # A client that leaves before the end takes with it whoever would give this thread's connections back.
    give_back(request)
    body = _in_loop(pieces, bell, beat) if is_asgi else _in_thread(pieces, bell, beat)
    response = StreamingHttpResponse(body, content_type=content_type)
    response["X-Accel-Buffering"] = "no"
    return response


def give_back(request: HttpRequest) -> None:
    """Hold no connection from here on, before a wait, where this thread is the request's own."""
    if isinstance(request, ASGIRequest):
        connections.close_all()


def _in_thread(pieces: Pieces, bell: Bell, beat: bytes) -> Iterator[bytes]:
    for piece in pieces:
        if piece is not WAIT:
            yield piece
        elif not bell.wait(BEAT_SECONDS):
            yield beat


class _Then(Enum):
    """What follows on what was sent, beside a wait and an error."""

    MORE = 0
    NOTHING = 1


def _next(pieces: Pieces) -> tuple[bytes, Waiting | _Then | Exception]:
    """What there is to send, and what follows. Small pieces go along with the next one: each way to a thread of the
    loop's own and back costs more than to copy them.

    A connection that they opened there is nobody's to close later.
    """
    found, size = list[bytes](), 0
    then: Waiting | _Then | Exception = _Then.NOTHING
    try:
        for piece in pieces:
            if piece is WAIT:
                then = WAIT
                break
            found.append(piece)
            size += len(piece)
            if size >= SMALL_BYTES:
                then = _Then.MORE
                break
    except Exception as error:  # Raised once what came before it is sent.
        then = error
    finally:
        connections.close_all()
    return b"".join(found), then


async def _in_loop(pieces: Pieces, bell: Bell, beat: bytes) -> AsyncIterator[bytes]:
    then: Waiting | _Then = _Then.MORE
    while then is not _Then.NOTHING:
        body, after = await asyncio.to_thread(_next, pieces)
        if body:
            yield body
        if isinstance(after, Exception):
            raise after
        then = after
        if then is WAIT and not await bell.heard(BEAT_SECONDS):
            yield beat
