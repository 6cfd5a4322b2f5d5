"""How each vendor did today: by half hours, in all, and what went wrong last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.core.cache import cache
from django.utils import timezone

from studio.catalog import loader
from studio.core.ids import id_floor
from studio.jobs.models import Attempt
from studio.jobs.routing import weather
from studio.jobs.routing.weather import OWN_DOING, Told, Weather

SLOTS, SLOT = 30, timedelta(minutes=30)
"""The bars of a vendor's row: the last fifteen hours, oldest first."""

DAY = timedelta(hours=24)
MOST = 1000
"""Runs of one model that are looked at."""

KEPT_SECONDS = 30
KEY = "vendors"
ERRORS, ERRORS_READ = 3, 400


@dataclass(frozen=True, slots=True)
class Slot:
    """The half hour from ``since`` on: how many runs ended in it, and how many of those delivered."""

    since: datetime
    runs: int = 0
    delivered: int = 0


@dataclass(frozen=True, slots=True)
class Day:
    """The last 24 hours. ``pace`` is how long runs took beside what is usual for their model: 2.0 is twice as long."""

    weather: Weather
    slots: tuple[Slot, ...]
    pace: float | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """A call that failed by the vendor's doing; ``code`` is ours, ``message`` the vendor's, without secrets."""

    at: datetime
    model: str
    code: str
    message: str


def of_vendors() -> Mapping[str, Day]:
    """The day of every vendor that ran in the last 24 hours, by its name; up to half a minute old."""
    known: Mapping[str, Day] | None = cache.get(KEY)
    if known is None:
        known = measured()
        cache.set(KEY, known, KEPT_SECONDS)
    return known


def measured() -> dict[str, Day]:
    """The same, asked anew."""
    entries, usual = loader.catalog().entries, weather.of_models()
    now = timezone.now()
    found: dict[str, list[Told]] = {}
    for told in weather.latest(since=now - DAY, most=MOST):
        found.setdefault(entries[told.model].provider, []).append(told)
    return {name: _day(rows, usual, now) for name, rows in found.items()}


def _day(rows: Sequence[Told], usual: Mapping[str, Weather], now: datetime) -> Day:
    paces = [
        row.seconds / known.seconds
        for row in rows
        if row.seconds is not None and (known := usual.get(row.model)) and known.seconds
    ]
    return Day(
        weather=weather.of_runs([(row.delivered, row.seconds) for row in rows]),
        slots=_slots(rows, now),
        pace=median(paces) if paces else None,
    )


def empty_slots(now: datetime) -> tuple[Slot, ...]:
    """The bars of a vendor that did nothing. They begin at whole and half hours."""
    begun = now.replace(minute=now.minute // 30 * 30, second=0, microsecond=0)
    return tuple(Slot(begun - SLOT * back) for back in reversed(range(SLOTS)))


def _slots(rows: Sequence[Told], now: datetime) -> tuple[Slot, ...]:
    empty = empty_slots(now)
    runs, delivered = [0] * SLOTS, [0] * SLOTS
    for row in rows:
        place = (row.finished - empty[0].since) // SLOT
        if 0 <= place < SLOTS:
            runs[place] += 1
            delivered[place] += row.delivered
    return tuple(Slot(slot.since, *counts) for slot, *counts in zip(empty, runs, delivered, strict=True))


def failures() -> dict[str, list[Failure]]:
    """The last calls of each vendor that failed in 24 hours by the vendor's own doing, newest first. One query.

    What a wish was declined for is left out: a vendor's words for that may repeat somebody's prompt.
    """
    ended = Attempt.objects.filter(
        pk__gte=id_floor(timezone.now() - DAY), state__in=(Attempt.State.FAILED, Attempt.State.UNKNOWN)
    )
    columns = ("job__provider", "started_at", "job__model_label", "error_code", "error_detail")
    rows = ended.exclude(error_code__in=(*OWN_DOING, "")).order_by("-pk").values_list(*columns)
    found: dict[str, list[Failure]] = {}
    for provider, *told in rows[:ERRORS_READ]:
        known = found.setdefault(provider, [])
        if len(known) < ERRORS:
            known.append(Failure(*told))
    return found
