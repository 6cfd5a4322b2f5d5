"""Counts of pictures, kept on the way in and out.

A scope is a shelf's name: ``o:<person>`` what is personal, ``t:<team>`` what a team shares, ``t:<team>:<person>``
everything of one member there, ``t:<team>:<person>:private`` what that member keeps from the others.
``gallery`` counts hearts and collections beside them, under names of its own.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, Count, DateField, ExpressionWrapper, Func, Q, Sum
from django.db.models.sql.compiler import SQLCompiler

from studio.accounts.actors import Visibility
from studio.images.models import ALL_DAYS, Image, ShelfDay

BIN = "bin"
"""The kind under which a shelf's binned pictures are counted, whatever they are; by no day."""

BATCH = 200
"""Rows of one statement, well under what either database takes."""

type Key = tuple[str, str, date]


class UtcDay(Func):
    """The day of a moment in UTC. Django's own, on SQLite, calls back into Python for each row."""

    arity = 1
    output_field = DateField()

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> tuple[str, Any]:
        return self.as_sql(compiler, connection, template="substr(%(expressions)s, 1, 10)", **extra)

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> tuple[str, Any]:
        return self.as_sql(
            compiler, connection, template="((%(expressions)s) AT TIME ZONE 'UTC')::date", **extra
        )


def personal(owner_id: int) -> str:
    return f"o:{owner_id}"


def shared(team_id: UUID) -> str:
    return f"t:{team_id.hex}"


def of_member(team_id: UUID, owner_id: int) -> str:
    return f"t:{team_id.hex}:{owner_id}"


def kept_private(team_id: UUID, owner_id: int) -> str:
    return f"t:{team_id.hex}:{owner_id}:private"


def scopes_of(owner_id: int, team_id: UUID | None, visibility: str) -> list[str]:
    """Every shelf on which such a picture stands."""
    if team_id is None:
        return [personal(owner_id)]
    hidden = visibility == Visibility.PRIVATE
    return [of_member(team_id, owner_id), kept_private(team_id, owner_id) if hidden else shared(team_id)]


def count_in(images: Iterable[Image]) -> None:
    """Count pictures where they stand now, in the caller's transaction. Masks and the discarded stand nowhere."""
    _move(_tally(images, 1))


def count_out(images: Iterable[Image]) -> None:
    """Take pictures off the counts of where they stand; call it before they are changed."""
    _move(_tally(images, -1))


@contextmanager
def recounted(images: Sequence[Image]) -> Iterator[None]:
    """Count pictures after the block where they stand then, and no more where they stood before it.

    All at its end and in one order: two that move pictures opposite ways would otherwise wait for each other.
    """
    moves = _tally(images, -1)
    yield
    for key, (count, ratios) in _tally(images, 1).items():
        before = moves[key]
        moves[key] = (before[0] + count, before[1] + ratios)
    _move(moves)


def change(scope: str, kind: str, by: int) -> None:
    """Move a count that knows no days."""
    _move({(scope, kind, ALL_DAYS): (by, 0)})


def drop(scope: str) -> None:
    """Forget the counts of a shelf that is no more, and of the shelves that begin with its name."""
    ShelfDay.objects.filter(Q(scope=scope) | Q(scope__startswith=f"{scope}:")).delete()


def forget(kind: str) -> None:
    """Drop every count of a kind, before it is counted anew."""
    ShelfDay.objects.filter(kind=kind).delete()


def totals(scopes: Sequence[str]) -> dict[tuple[str, str], int]:
    """Counts by scope and kind, in one query whatever there is."""
    rows = ShelfDay.objects.filter(scope__in=scopes, day=ALL_DAYS).values_list("scope", "kind", "count")
    return {(scope, kind): count for scope, kind, count in rows}


def days(scopes: Sequence[str], kind: str) -> list[tuple[date, int, int]]:
    """Day, count and sum of ratios over these shelves, newest first; days without pictures are left out."""
    rows = ShelfDay.objects.filter(scope__in=scopes, kind=kind, count__gt=0).exclude(day=ALL_DAYS)
    found = rows.order_by("-day").values_list("day", "count", "ratios")
    merged: dict[date, tuple[int, int]] = {}
    for day, count, ratios in found:
        before = merged.get(day, (0, 0))
        merged[day] = (before[0] + count, before[1] + ratios)
    return [(day, count, ratios) for day, (count, ratios) in merged.items()]


def _tally(images: Iterable[Image], sign: int) -> defaultdict[Key, tuple[int, int]]:
    moves: defaultdict[Key, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for image in images:
        if image.kind == Image.Kind.MASK or image.discarded:
            continue
        binned = image.binned_at is not None
        kind = BIN if binned else image.kind
        when = (ALL_DAYS,) if binned else (ALL_DAYS, image.created_at.astimezone(UTC).date())
        for scope in scopes_of(image.owner_id, image.team_id, image.visibility):
            for day in when:
                count, ratios = moves[scope, kind, day]
                moves[scope, kind, day] = (count + sign, ratios + sign * image.ratio)
    return moves


def _move(moves: Mapping[Key, tuple[int, int]]) -> None:
    """Add to the counts, in one order for all, so that no two transactions wait for each other in a ring."""
    keys = sorted(moves)
    for start in range(0, len(keys), BATCH):
        rows = [(*key, *moves[key]) for key in keys[start : start + BATCH]]
        places = ", ".join(["(%s, %s, %s, %s, %s)"] * len(rows))
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO images_shelfday (scope, kind, day, count, ratios) "  # noqa: S608 (only places)
                f"VALUES {places} ON CONFLICT (scope, kind, day) DO UPDATE SET "
                "count = images_shelfday.count + excluded.count, "
                "ratios = images_shelfday.ratios + excluded.ratios",
                [value for row in rows for value in row],
            )


def counted() -> dict[Key, tuple[int, int]]:
    """What the counts ought to be, from the pictures themselves."""
    groups = (
        Image.objects.filter(discarded=False)
        .exclude(kind=Image.Kind.MASK)
        .annotate(here=ExpressionWrapper(Q(binned_at=None), output_field=BooleanField()))
        .values("owner_id", "team_id", "visibility", "kind", "here")
        .annotate(day=UtcDay("created_at"), count=Count("pk"), ratios=Sum("ratio"))
    )
    counts: Counter[Key] = Counter()
    ratios: Counter[Key] = Counter()
    for group in groups.iterator():
        here = group["here"]
        kind = group["kind"] if here else BIN
        for scope in scopes_of(group["owner_id"], group["team_id"], group["visibility"]):
            for day in (ALL_DAYS, group["day"]) if here else (ALL_DAYS,):
                counts[scope, kind, day] += group["count"]
                ratios[scope, kind, day] += group["ratios"]
    return {key: (count, ratios[key]) for key, count in counts.items()}


def never_counted() -> bool:
    """Whether there are pictures and no counts at all, as a migration leaves it."""
    return Image.objects.exists() and not ShelfDay.objects.exists()


def recount() -> None:
    """Write the counts anew, after pictures came in by another way than one by one."""
    with transaction.atomic():
        ShelfDay.objects.filter(kind__in=[*Image.Kind.values, BIN]).delete()
        rows = (
            ShelfDay(scope=s, kind=k, day=d, count=c, ratios=r) for (s, k, d), (c, r) in counted().items()
        )
        ShelfDay.objects.bulk_create(rows, batch_size=1000)
