"""7c: from Generate to the first partial and to the first finished picture, in a browser, embedded, offline model."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from scripts.screenshots import FINISH_MS, generate
from tests.bench.browser import signed_in
from tests.bench.result import Result, percentile, tell

ROUNDS = 5
# Times are taken in the page itself: from the click to the first decoded picture of the newest run.
WATCH = """
() => {
  window.times = {};
  document.addEventListener('click', (event) => {
    const button = event.target.closest('button');
    if (button?.textContent.trim().startsWith('Generate')) window.times = {click: performance.now()};
  }, true);
  const note = (name) => { if (window.times.click && !(name in window.times)) window.times[name] = performance.now(); };
  document.addEventListener('load', (event) => {
    const image = event.target;
    if (!(image instanceof HTMLImageElement) || !image.closest('.run')) return;
    if (image.src.includes('/preview/')) note('partial');
    else if (image.src.includes('/media/')) note('picture');
  }, true);
}
"""


def one_run(page: Page, number: int) -> dict[str, float]:
    generate(page, f"a quiet terracotta stair at hour {number}", 1)
    expect(page.locator(f'[data-number="{number}"] img').first).to_be_visible(timeout=FINISH_MS)
    times: dict[str, float] = {}
    while "picture" not in times:
        page.wait_for_timeout(50)
        times = page.evaluate("window.times")
    return {name: (at - times["click"]) / 1000 for name, at in times.items()}


def main() -> None:
    with signed_in() as (context, url):
        page = context.new_page()
        page.goto(url)
        page.evaluate(WATCH)
        runs = [one_run(page, number) for number in range(1, ROUNDS + 1)]
    for name, goal in (("partial", "<= 0.5 s"), ("picture", "<= 3 s")):
        times = [run[name] for run in runs if name in run]
        ours = f"{percentile(times, 0.5):.2f} s (max {max(times):.2f})" if times else "none seen"
        tell(Result("7c", f"Generate to first {name}, Gesso Paint, median", goal, ours))


if __name__ == "__main__":
    main()
