"""7c: from Generate to the first partial and to the first finished picture, in a browser, embedded, offline model."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Page, expect

from tests.bench.browser import signed_in
from tests.bench.result import Result, percentile, tell

ROUNDS = 5
FINISH_MS = 90_000
GENERATE = re.compile("^Generate")
# What the newest run shows, asked every 20 ms: a decoded preview, a decoded picture.
SHOWN = """
() => {
  const there = (chosen) => [...document.querySelectorAll(`#runs .run:first-child ${chosen}`)]
    .some((image) => image.complete && image.naturalWidth);
  const picture = there('.tile.image img[src*="/media/"]:not([data-placeholder])');
  return {partial: there('.tile.partial img'), picture};
}
"""


def one_run(page: Page, number: int) -> dict[str, float]:
    """Seconds from the press of Generate to each sight."""
    page.get_by_role("textbox", name="Prompt", exact=True).fill(f"a quiet terracotta stair at hour {number}")
    button = page.get_by_role("button", name=GENERATE)
    expect(button).to_be_enabled()
    pressed, times = time.monotonic(), dict[str, float]()
    button.click()
    expect(page.locator(f'[data-number="{number}"]')).to_be_attached(timeout=FINISH_MS)
    while "picture" not in times:
        for name, shown in page.evaluate(SHOWN).items():
            if shown:
                times.setdefault(name, time.monotonic() - pressed)
        page.wait_for_timeout(20)
    return times


def main() -> None:
    with signed_in() as (context, url):
        page = context.new_page()
        page.goto(url)
        runs = [one_run(page, number) for number in range(1, ROUNDS + 1)]
    for name, goal in (("partial", "<= 0.5 s"), ("picture", "<= 3 s")):
        times = [run[name] for run in runs if name in run]
        ours = f"{percentile(times, 0.5):.2f} s (max {max(times):.2f})" if times else "none seen"
        tell(Result("7c", f"Generate to first {name}, Gesso Paint, median", goal, ours))


if __name__ == "__main__":
    main()
