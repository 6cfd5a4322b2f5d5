"""What time it is for the rows that are written: now, except where a past is told.

Only the sample studio tells one. Leases, deadlines and links never ask here: they are of the present.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.utils import timezone

_told: ContextVar[datetime | None] = ContextVar("told", default=None)


def now() -> datetime:
    """The moment that new rows are of, aware."""
    return _told.get() or timezone.now()


def told() -> datetime | None:
    """The moment of the past that is being told; None where rows are of the present."""
    return _told.get()


@contextmanager
def at(when: datetime) -> Iterator[None]:
    """Have the rows that this thread writes in the block be of ``when`` (aware), their ids too."""
    token = _told.set(when)
    try:
        yield
    finally:
        _told.reset(token)
