"""What the browser's tests look at, and a shelf that is larger than a test could make."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, Route

RATIOS = (1000, 800, 667, 1500, 1778, 563, 1333, 750)
DAY_MS = 86_400_000
PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///ywAAAAAAQABAAACAUwAOw=="
PLACES = """() => [...document.querySelectorAll('.shot')].map((shot) => {
  const box = shot.getBoundingClientRect();
  return [box.left, box.top + scrollY, box.right, box.bottom + scrollY].map(Math.round);
})"""
SHIFTS = """window.shifted = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({ type: 'layout-shift', buffered: true });"""


def until(page: Page, true: Callable[[], Any]) -> None:
    """Wait for what the page will come to. Fails the test when it does not."""
    ends = time.monotonic() + 10
    while not true():
        assert time.monotonic() < ends, "it never came to be"
        page.wait_for_timeout(20)


def known(page: Page) -> None:
    """Wait until the grid is in place and knows its whole shelf."""
    page.wait_for_selector("justified-grid[data-ready]")
    page.evaluate("() => document.querySelector('justified-grid').known")


def told(page: Page, words: str) -> None:
    """Wait for a toast that says so."""
    page.get_by_role("region", name="Notifications").get_by_text(words).wait_for()


def filled(page: Page) -> bool:
    """Every box in the page has its tile."""
    return bool(
        page.evaluate("() => document.querySelector('.shot') && !document.querySelector('.shot.waiting')")
    )


def settled(page: Page, place: int) -> bool:
    """The tiles around the view are there, and the first of them is about this one of the shelf."""
    first = page.evaluate("() => Number(document.querySelector('.shot')?.ariaPosInSet)")
    return abs(first - place) < 400 and filled(page)


class BigShelf:
    """Answers for the server's timeline, shapes and tiles: ``per_day`` pictures a day for ``days`` days."""

    def __init__(self, newest: date, days: int = 1000, per_day: int = 100) -> None:
        self.newest, self.days, self.per_day = newest, days, per_day
        self.shapes = 0

    @property
    def total(self) -> int:
        return self.days * self.per_day

    def answer_in(self, page: Page) -> None:
        for name in ("timeline", "shape", "tiles"):
            page.route(f"**/gallery/{name}?*", getattr(self, f"_{name}"))
            page.route(f"**/gallery/{name}", getattr(self, f"_{name}"))

    def of_day(self, day: date) -> list[tuple[str, int]]:
        """Id and ratio of each picture, newest first."""
        noon = int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp() * 1000)
        return [
            (f"{noon - number:012x}70008{number:015x}", RATIOS[(number * 7 + day.toordinal() * 3) % 8])
            for number in range(self.per_day)
        ]

    def _timeline(self, route: Route) -> None:
        days = [self.newest - timedelta(days=back) for back in range(self.days)]
        said = [[day.isoformat(), self.per_day, sum(ratio for _, ratio in self.of_day(day))] for day in days]
        route.fulfill(json={"days": said, "total": self.total, "newest": self.of_day(self.newest)[0][0]})

    def _shape(self, route: Route) -> None:
        self.shapes += 1
        query = parse_qs(urlsplit(route.request.url).query)
        day, last = (date.fromisoformat(query[name][0]) for name in ("first", "last"))
        found: list[tuple[str, int]] = []
        while day >= last:
            found += self.of_day(day)
            day -= timedelta(days=1)
        route.fulfill(json={"ids": [each for each, _ in found], "ratios": [ratio for _, ratio in found]})

    def _tiles(self, route: Route) -> None:
        ids = parse_qs(urlsplit(route.request.url).query)["id"]
        route.fulfill(content_type="text/html", body="".join(self._tile(each) for each in ids))

    @staticmethod
    def _tile(name: str) -> str:
        return (
            f'<li class="shot" data-image="{name}" data-width="4" data-height="4" data-liked="">'
            f'<a class="open" href="/images/{name}/"><img src="{PIXEL}" alt="Picture {name}"></a></li>'
        )
