"""What may be forgotten and is shared by all processes: in Redis, and while that is away in each process's own memory.

Everything that is kept here can be found out anew, or counts what may be counted apart for a while. So nobody who asks
is told of Redis.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

AGAIN_SECONDS = 5.0
"""How long Redis is left alone after it did not answer: every request would wait for it."""
PATIENCE = {"socket_connect_timeout": 1.0, "socket_timeout": 2.0}
"""Seconds for a way to Redis, and for its answer."""
MOST = 100_000
"""Entries in memory; of fewer, counters would be thrown away that are still counted with."""


class Outage:
    """Whether Redis answered the last time; one for all threads, each of which has a cache of its own."""

    until = 0.0

    def is_over(self) -> bool:
        return time.monotonic() >= self.until

    def began(self, error: RedisError) -> None:
        """Told once, however many ask meanwhile."""
        if not self.until:
            log.error("Redis does not answer, so each process keeps to its own memory: %s", error)
        self.until = time.monotonic() + AGAIN_SECONDS

    def ended(self) -> None:
        if self.until:
            log.warning("Redis answers again")
        self.until = 0.0


outage = Outage()


class SturdyCache(RedisCache):
    """Redis, or this process's memory while it does not answer, in what is asked of a cache here."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params | {"OPTIONS": PATIENCE})
        self._own = LocMemCache("sturdy", params | {"OPTIONS": {"MAX_ENTRIES": MOST}})

    def get(self, *given: Any, **named: Any) -> Any:
        return self._asked("get", *given, **named)

    def set(self, *given: Any, **named: Any) -> Any:
        return self._asked("set", *given, **named)

    def add(self, *given: Any, **named: Any) -> Any:
        return self._asked("add", *given, **named)

    def incr(self, *given: Any, **named: Any) -> Any:
        return self._asked("incr", *given, **named)

    def _asked(self, name: str, *given: Any, **named: Any) -> Any:
        if outage.is_over():
            try:
                found = getattr(super(), name)(*given, **named)
            except RedisError as error:
                outage.began(error)
            else:
                outage.ended()
                return found
        return getattr(self._own, name)(*given, **named)
