"""How many requests one person may have waiting for pictures in this process: each takes a thread until its job ends.

More would not be answered sooner, for a payer has JOBS_PER_PAYER jobs running at most, and would be in others' way.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from django.conf import settings
from django.utils.translation import gettext as _

from studio.api.errors import Kind, Refused

TURNS = 4
"""A request waits while so many as JOBS_PER_PAYER end this many times, and is refused where it would wait longer."""
WAIT = 5
"""Seconds after which a place may be free."""

_places: Counter[int] = Counter()
_counting = threading.Lock()


def take_place(person: int) -> None:
    """One of the person's places, until ``give_back``. Raises Refused where all are taken."""
    most = TURNS * settings.JOBS_PER_PAYER
    with _counting:
        if _places[person] >= most:
            text = _("%(most)s requests of yours wait for their pictures, which is the most. Try again soon.")
            raise Refused(Kind.RATE_LIMITED, text % {"most": most}, wait=WAIT)
        _places[person] += 1


@contextmanager
def place_if_free(person: int) -> Iterator[bool]:
    """Whether there was a place, which is the caller's for as long as the block runs."""
    with ExitStack() as at_the_end:
        try:
            take_place(person)
        except Refused:
            yield False
        else:
            at_the_end.callback(give_back, person)
            yield True


def give_back(person: int) -> None:
    """Somebody else may have the place."""
    with _counting:
        _places[person] -= 1
        if not _places[person]:
            del _places[person]
