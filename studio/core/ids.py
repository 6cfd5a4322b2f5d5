"""Public ids: UUIDv7, so that rows sort by the time they were made."""

from __future__ import annotations

import os
import time
import uuid
from datetime import UTC, datetime, timedelta

from studio.core import clock

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


def uuid7() -> uuid.UUID:
    """A UUID of version 7 (RFC 9562): 48 bits of Unix milliseconds, 12 bits of their fraction, 62 random bits.

    The fraction (method 3 of the RFC) keeps ids in order that one process makes within a millisecond.
    """
    told = clock.told()
    return uuid7_at(told) if told else _made_at(time.time_ns())


def uuid7_at(when: datetime) -> uuid.UUID:
    """The id of something that was made at ``when`` (aware), for rows that tell of the past."""
    return _made_at((when - EPOCH) // timedelta(microseconds=1) * 1000)


def id_floor(when: datetime) -> uuid.UUID:
    """The smallest id of that millisecond: what was made earlier sorts below it, what was made since does not."""
    return uuid.UUID(int=_head((when - EPOCH) // MILLISECOND, 0))


def time_of(made: uuid.UUID) -> datetime:
    """When an id was made, to the millisecond, in UTC."""
    return EPOCH + (made.int >> 80) * MILLISECOND


def _made_at(nanoseconds: int) -> uuid.UUID:
    milliseconds, rest = divmod(nanoseconds, 1_000_000)
    value = _head(milliseconds, rest * 4096 // 1_000_000)
    return uuid.UUID(int=value | int.from_bytes(os.urandom(8)) & ((1 << 62) - 1))


def _head(milliseconds: int, fraction: int) -> int:
    """Time, version and variant in their places, everything random zero."""
    return (milliseconds & ((1 << 48) - 1)) << 80 | 7 << 76 | fraction << 64 | 2 << 62
