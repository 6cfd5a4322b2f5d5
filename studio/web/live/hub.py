"""Hears of changes once per process, renders each once, and hands the same bytes to every browser concerned.

A browser that does not keep up loses its oldest messages: each message is the whole present state of its
region, so the next one repairs the page.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from django.conf import settings
from django.db import DatabaseError, connections

from studio.accounts.actors import Actor, channels_of
from studio.accounts.notices import ACCESS
from studio.core import db, events
from studio.core.events import Notice
from studio.jobs import presence

log = logging.getLogger(__name__)
QUEUE_LENGTH = 64


@dataclass(eq=False, slots=True)
class Subscription:
    """One browser: who is in it, the team it stands in (as its session says), what it hears and what waits for it."""

    actor: Actor
    channels: frozenset[str]
    wanted: str = ""
    waiting: deque[bytes] = field(default_factory=lambda: deque(maxlen=QUEUE_LENGTH))
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    closed: bool = False

    def put(self, message: bytes) -> None:
        if not self.closed:
            self.waiting.append(message)
            self.ready.set()

    def end(self) -> None:
        """Nothing more is told, not even what waits; the browser opens another stream by itself."""
        self.closed = True
        self.waiting.clear()
        self.ready.set()


Render = Callable[[list[Notice], list[Subscription]], list[tuple[Subscription, bytes]]]


class Hub:
    """Reads notices in one thread of its own and fans them out on the event loop."""

    def __init__(self, render: Render) -> None:
        self._render = render
        self._subscriptions: set[Subscription] = set()
        self._task: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="live")
        self._last_id = 0
        self._seen: set[int] = set()
        self._joining = asyncio.Lock()
        self._workers = True
        self._next_look = 0.0

    async def join(self, actor: Actor, wanted: str = "") -> Subscription:
        """A new browser. Listening begins before its first state is rendered, so nothing falls between."""
        subscription = Subscription(actor, frozenset([presence.EVERYONE, *channels_of(actor)]), wanted)
        async with self._joining:
            if self._task is None or self._task.done():
                await self.in_thread(self._begin)
                self._task = asyncio.create_task(self._listen(), name="live hub")
            self._subscriptions.add(subscription)
        return subscription

    def leave(self, subscription: Subscription) -> None:
        """The browser went away; without any the hub stops reading and closes its connection."""
        self._subscriptions.discard(subscription)
        if not self._subscriptions and self._task:
            self._task.cancel()
            self._task = None
            self._thread.submit(connections.close_all)

    def close(self) -> None:
        """End every stream, so that the server can stop. Safe to call from a signal handler's loop."""
        for subscription in list(self._subscriptions):
            subscription.end()

    async def in_thread[T](self, work: Callable[[], T]) -> T:
        """Run blocking work in the hub's thread, which gives its database connection back."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, _without_connection, work)

    async def _listen(self) -> None:
        try:
            await self._listen_on()
        except Exception as error:
            # No stream may stay open and silent: the browsers come back by themselves, to a new reader.
            log.exception("live updates stopped: %s", type(error).__name__)
            self.close()

    async def _listen_on(self) -> None:
        while True:
            notices = []
            try:
                if notices := await self.in_thread(self._news):
                    await self._fan_out(notices)
            except DatabaseError:
                log.warning("live updates could not read the database", exc_info=True)
            if notices:
                # What happens in the meantime is read, merged and rendered together.
                await asyncio.sleep(settings.EVENT_COALESCE_SECONDS)
            else:
                await asyncio.sleep(settings.EVENT_POLL_SECONDS)

    def _begin(self) -> None:
        self._seen.clear()
        self._last_id = events.latest_id()
        self._remember(events.around(self._last_id))

    def _remember(self, notices: list[Notice]) -> None:
        self._seen.update(notice.id for notice in notices)
        self._last_id = max([self._last_id, *self._seen])
        self._seen = {number for number in self._seen if number > self._last_id - events.LATE}

    def _news(self) -> list[Notice]:
        found = [notice for notice in events.around(self._last_id) if notice.id not in self._seen]
        if found:
            self._remember(found)
        return [*found, *self._worker_news()]

    def _worker_news(self) -> list[Notice]:
        """A silent worker publishes nothing, so it is asked for: whether anybody works is no row's change."""
        if time.monotonic() < self._next_look:
            return []
        self._next_look = time.monotonic() + settings.WORKER_BEAT_SECONDS
        before, self._workers = self._workers, presence.anyone_working()
        return (
            []
            if before == self._workers
            else [Notice(self._last_id, presence.EVERYONE, presence.WORKERS, "")]
        )

    async def _fan_out(self, notices: list[Notice]) -> None:
        latest = {(notice.channel, notice.topic, notice.ref): notice for notice in notices}
        self._end_outdated(latest.values())
        heard = {notice.channel for notice in latest.values()}
        listeners = [sub for sub in self._subscriptions if sub.channels & heard and not sub.closed]
        if not listeners:
            return
        for subscription, message in await self.in_thread(
            lambda: self._render(list(latest.values()), listeners)
        ):
            subscription.put(message)

    def _end_outdated(self, notices: Iterable[Notice]) -> None:
        """A stream goes by the roles of its beginning: those of people whose roles are others now begin anew."""
        channels = {notice.channel for notice in notices if notice.topic == ACCESS}
        for subscription in self._subscriptions:
            if subscription.channels & channels:
                subscription.end()


def _without_connection[T](work: Callable[[], T]) -> T:
    try:
        return work()
    finally:
        db.release()


def encode(parts: Iterable[str], last_id: int) -> bytes:
    """One server-sent event; its id lets a browser that reconnects say what it has seen."""
    lines = "\n".join(parts).splitlines()
    return f"id: {last_id}\n{''.join(f'data: {line}\n' for line in lines)}\n".encode()
