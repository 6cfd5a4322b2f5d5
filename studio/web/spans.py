"""The span of time that the page of credits is about: whole days, as the person's calendar has them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from django.utils import timezone

DAY = timedelta(days=1)
DEFAULT = "30"
YEAR = "year"
LENGTHS = {"7": 7, DEFAULT: 30}
KEYS = (*LENGTHS, YEAR)


@dataclass(frozen=True, slots=True)
class Span:
    """The days from ``first`` to ``last``, both included, in ``zone``.

    A moment is in it from the midnight that begins the first day on, and before the one that ends the last.
    """

    key: str
    first: date
    last: date
    zone: tzinfo

    @property
    def since(self) -> datetime:
        return midnight(self.first, self.zone)

    @property
    def until(self) -> datetime:
        return midnight(self.last + DAY, self.zone)

    @property
    def by_week(self) -> bool:
        """Whether a chart has a bar for each week: a year of days would be too many to tell apart."""
        return self.key == YEAR

    def steps(self) -> list[tuple[date, date]]:
        """The first and last day of each bar; weeks begin on a Monday, or with the span."""
        days = [self.first + DAY * number for number in range((self.last - self.first).days + 1)]
        if not self.by_week:
            return [(day, day) for day in days]
        firsts = [day for day in days if day == self.first or day.weekday() == 0]
        lasts = [day - DAY for day in firsts[1:]] + [self.last]
        return list(zip(firsts, lasts, strict=True))


def span_of(key: str) -> Span:
    """The span that ``key`` names, up to today; the default for a key that names none."""
    today = timezone.localdate()
    key = key if key in KEYS else DEFAULT
    first = today.replace(month=1, day=1) if key == YEAR else today - DAY * (LENGTHS[key] - 1)
    return Span(key, first, today, timezone.get_current_timezone())


def midnight(day: date, zone: tzinfo) -> datetime:
    """When the day begins. Where clocks skip that hour it is the moment at which they do."""
    return datetime.combine(day, time.min, tzinfo=zone)
