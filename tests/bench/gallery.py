"""4a-4e: the gallery's questions in a team with a tenth of a million pictures in all, beside raw SQL on the same rows.

On SQLite, and on PostgreSQL where one is installed. CPU and wall-clock time of this process; each question is
asked again and again, so everything is in the page cache.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.bench.result import Result, percentile, tell

IMAGES = int(os.environ.get("BENCH_IMAGES", "1000000"))
ROUNDS = 60


def timed(ask: Callable[[], object], rounds: int = ROUNDS) -> tuple[float, float]:
    """Milliseconds of one call: the median, and what one in a hundred exceeds."""
    ask()
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        ask()
        times.append((time.perf_counter() - began) * 1000)
    return percentile(times, 0.5), percentile(times, 0.99)


def told(
    row: str, what: str, goal: str, ours: tuple[float, float], floor: tuple[float, float] | None
) -> None:
    beside = f"{floor[0]:.2f} / {floor[1]:.2f} ms raw SQL" if floor else ""
    ratio = ours[0] / floor[0] if floor else None
    tell(Result(row, what, goal, f"{ours[0]:.2f} / {ours[1]:.2f} ms", beside, ratio))


def measure() -> None:
    """All rows on the database that Django is set up with."""
    from django.db import connection

    from studio.accounts.actors import actor_for
    from studio.accounts.models import Team
    from studio.gallery import badges, bulk, timeline
    from studio.gallery import selectors as gallery
    from studio.gallery.shelves import Shelf, shelf
    from studio.web.gallery_tiles import tiles

    user = bulk.seed(IMAGES)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    team = Team.objects.get(name="Team 0")
    actor, whole, where = actor_for(user), Shelf(team=team), f"{connection.vendor}, {IMAGES:,}"

    def raw(query: Any) -> Callable[[], object]:
        """The same question as plain SQL, without Django making objects of the answer."""
        sql, given = query.query.sql_with_params()
        with connection.cursor() as cursor:
            sql = sql if connection.vendor == "sqlite" else cursor.mogrify(sql, given)
        return lambda: _fetch(sql, given if connection.vendor == "sqlite" else None)

    def _fetch(sql: str, given: Any) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(sql, given)
            return list(cursor.fetchall())

    first = shelf(actor, whole)[:61]
    days = timeline.timeline(actor, whole).days
    middle = days[len(days) // 2][0]
    deep = timeline.shape(actor, whole, first=middle, last=middle)[0][0]
    oldest = timeline.shape(actor, whole, first=days[-1][0], last=days[-1][0])[0][0]

    page = timed(lambda: tiles(gallery.page(actor, whole), "", first=True))
    told("4a", f"page of 60, query and HTML ({where})", "<= 3 / 8 ms", page, timed(raw(first)))
    here = timed(lambda: gallery.page(actor, whole))
    for name, after in (("middle", deep), ("last", oldest)):
        there = timed(partial(gallery.page, actor, whole, after=after))
        told("4b", f"{name} page beside the first ({connection.vendor})", "<= 1.3 x", there, None)
        tell(
            Result(
                "4b",
                "  ratio to the first page",
                "<= 1.3",
                f"{there[0] / here[0]:.2f}",
                "",
                there[0] / here[0],
            )
        )
    for word in ("rare", "common"):
        found = Shelf(team=team, text=word)
        sql = timed(raw(shelf(actor, found)[:61]))
        goal = "SQL <= 1.5 ms" if connection.vendor == "sqlite" else "SQL <= 5 ms"
        told(
            "4c",
            f"search, {word} word ({connection.vendor})",
            goal,
            timed(partial(gallery.page, actor, found)),
            sql,
        )
    told(
        "4d",
        f"sidebar's counts ({connection.vendor})",
        "<= 0.3 ms",
        timed(lambda: badges.badges(actor, whole)),
        None,
    )
    told(
        "4e",
        f"scroll bar of every day ({connection.vendor})",
        "<= 100 ms",
        timed(lambda: timeline.timeline(actor, whole)),
        None,
    )

    def jump() -> None:
        shape = timeline.shape(actor, whole, first=middle, last=middle)
        tiles(gallery.by_ids(actor, whole, [each for each, _ratio in shape[:60]]), "", first=False)

    told("4e", f"jump to a day, shape and 60 tiles ({connection.vendor})", "<= 100 ms", timed(jump), None)


def main() -> None:
    if sys.argv[1:] == ["here"]:
        from tests.bench.ground import collect, prepare

        prepare()
        collect()
        measure()
        return
    import subprocess

    from scripts import servers

    subprocess.run([sys.executable, "-m", __spec__.name, "here"], check=True)
    with servers.postgres() as url:
        there = os.environ | {"DATABASE_URL": url}
        subprocess.run([sys.executable, "-m", __spec__.name, "here"], check=True, env=there)


if __name__ == "__main__":
    main()
