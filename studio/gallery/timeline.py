"""A shelf as days and shapes: how high the whole page is before any picture of it is known.

Days are in UTC, for ids carry their time in UTC: the pictures of a day are a range of ids.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Count, Sum

from studio.accounts.actors import Actor
from studio.core.ids import id_floor, time_of
from studio.gallery.shelves import Shelf, scopes, shelf
from studio.images import shelves

DAY = timedelta(days=1)
MOST_SHAPED = 50_000


@dataclass(frozen=True, slots=True)
class Timeline:
    """Each day that has pictures, newest first: how many, and the sum of their ratios in thousandths.

    ``newest`` is the newest picture that is counted; what comes later belongs to the next timeline.
    """

    days: list[tuple[date, int, int]]
    total: int
    newest: UUID | None


def timeline(actor: Actor, choice: Shelf) -> Timeline:
    """A plain shelf is read from its counts, in two queries; another is counted as it is asked for."""
    newest = shelf(actor, choice).values_list("pk", flat=True).first()
    if newest is None:
        return Timeline([], 0, None)
    found = shelves.days(scopes(actor, choice), choice.stored) if choice.plain else _counted(actor, choice)
    return Timeline(found, sum(count for _, count, _ in found), newest)


def _counted(actor: Actor, choice: Shelf) -> list[tuple[date, int, int]]:
    rows = shelf(actor, choice).select_related(None).order_by().annotate(day=shelves.UtcDay("created_at"))
    groups = rows.values("day").annotate(count=Count("pk"), ratios=Sum("ratio")).order_by("-day")
    return [(group["day"], group["count"], group["ratios"]) for group in groups]


def shape(
    actor: Actor, choice: Shelf, *, first: date, last: date, newest: UUID | None = None
) -> list[tuple[UUID, int]]:
    """Id and ratio of each picture from day ``first`` back to day ``last``, both with them, newest first.

    Nothing newer than ``newest``, so that the shape fits the timeline that it belongs to, and no more than 50,000
    pictures, which is more than a page asks for. One query.
    """
    found = shelf(actor, choice).filter(pk__lt=id_floor(begin(first) + DAY), pk__gte=id_floor(begin(last)))
    if newest is not None:
        found = found.filter(pk__lte=newest)
    return list(found.values_list("pk", "ratio")[:MOST_SHAPED])


def newer_than(actor: Actor, choice: Shelf, image_id: UUID) -> int:
    """How many pictures of the shelf are newer: for a plain one, its days' counts and one day's rows."""
    found = shelf(actor, choice).select_related(None)
    if not choice.plain:
        return found.filter(pk__gt=image_id).count()
    day = time_of(image_id).date()
    days = shelves.days(scopes(actor, choice), choice.stored)
    before = sum(count for when, count, _ in days if when > day)
    return before + found.filter(pk__gt=image_id, pk__lt=id_floor(begin(day) + DAY)).count()


def begin(day: date) -> datetime:
    """The first moment of a day in UTC."""
    return datetime.combine(day, time.min, UTC)
