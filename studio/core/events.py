"""Publish and subscribe: a change tells the web processes which browsers to refresh."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from studio.core.models import Event

INSERT = "INSERT INTO core_event (channel, topic, ref, at) VALUES"
LATE = 100
"""How far behind a faster transaction's notices a slower one's may be numbered."""


@dataclass(frozen=True, slots=True)
class Notice:
    """``ref`` changed under ``topic``; whoever listens on ``channel`` should look again."""

    id: int
    channel: str
    topic: str
    ref: str


def publish(channels: Iterable[str], topic: str, ref: object) -> None:
    """Record a notice per channel inside the caller's transaction."""
    at = connection.ops.adapt_datetimefield_value(timezone.now())
    rows = [(channel, topic, str(ref), at) for channel in set(channels)]
    if rows:
        # Every change of money and jobs comes by here, and the ORM takes five times as long to write the same.
        values = ", ".join(["(%s, %s, %s, %s)"] * len(rows))
        with connection.cursor() as cursor:
            cursor.execute(f"{INSERT} {values}", [value for row in rows for value in row])


def latest_id() -> int:
    """The version of the world: 0 before the first notice."""
    last = Event.objects.order_by("-id").values_list("id", flat=True).first()
    return last or 0


def since(last_id: int, limit: int = 1000) -> list[Notice]:
    """Notices after ``last_id``, oldest first, at most ``limit``."""
    rows = Event.objects.filter(id__gt=last_id).order_by("id").values_list("id", "channel", "topic", "ref")
    return [Notice(*row) for row in rows[:limit]]


def around(last_id: int) -> list[Notice]:
    """Notices after ``last_id``, and the few just before it: PostgreSQL numbers a row before it commits it, so
    that one of a slow transaction may turn up below one that was read already."""
    return since(max(0, last_id - LATE))
