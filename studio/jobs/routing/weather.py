"""How models did lately on this server: how often they delivered, and how long it took.

What a person did (a wish that was declined or not understood, a cancel, a pause), and what this server itself could not
read or keep, says nothing of a model and is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median, quantiles
from typing import Any, NamedTuple

from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from studio.catalog import loader
from studio.jobs.models import Job, State

DAYS, RUNS = 30, 200
"""How far back and how many runs of each model are looked at."""
KEPT_SECONDS = 60
KEY = "weather"

DELIVERED = frozenset({State.SUCCEEDED, State.PARTIAL})
OWN_DOING = frozenset(
    {
        "moderation_input",
        "moderation_output",
        "invalid_request",
        "prompt_too_long",
        "provider_paused",
        "not_read",
        "not_kept",
    }
)
"""Error codes that are an answer to what was asked, or this server's own, not a failure of whoever answered."""

# One index range a model, whatever the others did: the newest rows of all models would hold none of a rare one.
LATEST = """
SELECT * FROM (
    SELECT model, state, error_code, started_at, finished_at
      FROM jobs_job
     WHERE model = %s AND finished_at > %s
     ORDER BY finished_at DESC
     LIMIT %s
) AS latest_{number}
"""


@dataclass(frozen=True, slots=True)
class Weather:
    """``runs`` that were looked at, how many ``delivered``, and their median and 95th percentile in seconds."""

    runs: int = 0
    delivered: int = 0
    seconds: float | None = None
    slow_seconds: float | None = None

    @property
    def success(self) -> float | None:
        """The share that delivered, 0.0 to 1.0; None before there is a run."""
        return self.delivered / self.runs if self.runs else None


def of_models() -> Mapping[str, Weather]:
    """The weather of every model that ran lately, by its id; up to a minute old. One query, or none."""
    known: Mapping[str, Weather] | None = cache.get(KEY)
    if known is None:
        known = measured()
        cache.set(KEY, known, KEPT_SECONDS)
    return known


def measured() -> dict[str, Weather]:
    """The same, asked anew."""
    found: dict[str, list[tuple[bool, float | None]]] = {}
    for told in latest(since=timezone.now() - timedelta(days=DAYS), most=RUNS):
        found.setdefault(told.model, []).append((told.delivered, told.seconds))
    return {model: of_runs(rows) for model, rows in found.items()}


class Told(NamedTuple):
    """A run that says something of its model; ``seconds`` is what it took, None where it delivered nothing."""

    model: str
    delivered: bool
    seconds: float | None
    finished: datetime


def latest(*, since: datetime, most: int) -> Iterator[Told]:
    """The newest runs of each model that ended after ``since``, at most so many of each. One query."""
    models = tuple(loader.catalog().entries)
    moment = connection.ops.adapt_datetimefield_value(since)
    parts = [LATEST.format(number=number) for number in range(len(models))]
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(parts), [each for model in models for each in (model, moment, most)]
        )
        rows = cursor.fetchall()
    for model, state, code, started, finished in rows:
        if state == State.CANCELLED or code in OWN_DOING:
            continue
        begin, end = _moment(started), _moment(finished)
        delivered = state in DELIVERED
        seconds = (end - begin).total_seconds() if begin and end and delivered else None
        yield Told(model, delivered, seconds, end)


def _moment(value: Any) -> Any:
    """As the database gives it, aware; SQLite keeps texts, in UTC."""
    moment = Job._meta.get_field("finished_at").to_python(value)
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment


def of_runs(rows: Sequence[tuple[bool, float | None]]) -> Weather:
    """The weather that these runs make: whether each delivered, and in how many seconds."""
    times = [seconds for _delivered, seconds in rows if seconds is not None]
    return Weather(
        runs=len(rows),
        delivered=sum(delivered for delivered, _seconds in rows),
        seconds=median(times) if times else None,
        slow_seconds=(quantiles(times, n=20)[-1] if len(times) > 1 else times[0]) if times else None,
    )
