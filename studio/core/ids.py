"""Public ids: UUIDv7, so that rows sort by the time they were made."""

from __future__ import annotations

import os
import time
import uuid


def uuid7() -> uuid.UUID:
    """A UUID of version 7 (RFC 9562): 48 bits of Unix milliseconds, 12 bits of their fraction, 62 random bits.

    The fraction (method 3 of the RFC) keeps ids in order that one process makes within a millisecond.
    """
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    value = (milliseconds & ((1 << 48) - 1)) << 80
    value |= 7 << 76
    value |= (rest * 4096 // 1_000_000) << 64
    value |= 2 << 62
    value |= int.from_bytes(os.urandom(8)) & ((1 << 62) - 1)
    return uuid.UUID(int=value)
