"""How calm and how quick pages are: each page view's layout shift, and how long interactions took to be painted."""

from __future__ import annotations

import json
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Error

CALM = 0.01
"""The most that may move in a page view; people notice from about 0.1."""

SLOW_MS = 200
"""An interaction that takes longer is felt as slow."""

ANSWERED_MS = 1500
"""What moves within this time of a press or a key may be its answer: a busy machine takes longer than the half
second that the standard grants, and no test may fail for that."""

MARK = "measured "
# A page's console outlives the page: what it says on the way out is still heard.
OBSERVERS = """
{
  const view = { view: performance.timeOrigin, path: location.pathname };
  const tell = (what) => console.debug('measured ' + JSON.stringify({ ...view, ...what }));
  const named = (node) => {
    const element = node?.nodeType === 3 ? node.parentElement : node;
    return element?.outerHTML ? element.outerHTML.slice(0, 100) : String(node?.nodeName ?? '?');
  };
  const where = ({ x, y, width, height }) => [x, y, width, height].map(Math.round).join(' ');
  const way = ({ node, previousRect, currentRect }) =>
    `${named(node)} from ${where(previousRect)} to ${where(currentRect)}`;
  const moved = (entry) => entry.hadRecentInput || tell({
    shift: entry.value, at: entry.startTime, nodes: entry.sources.map(way),
    after: entry.lastInputTime ? entry.startTime - entry.lastInputTime : null,
  });
  const took = (entry) => entry.interactionId && tell({
    interaction: entry.interactionId, ms: entry.duration, name: entry.name, on: named(entry.target),
  });
  const observe = (tells, options) => {
    const observer = new PerformanceObserver((list) => list.getEntries().forEach(tells));
    observer.observe({ buffered: true, ...options });
    return () => observer.takeRecords().forEach(tells);
  };
  const rests = [observe(moved, { type: 'layout-shift' }), observe(took, { type: 'event', durationThreshold: 16 })];
  window.tellTheRest = () => rests.forEach((rest) => rest());
  addEventListener('pagehide', window.tellTheRest);
}
"""


@dataclass
class Measures:
    """What the pages of one journey's windows told of themselves. ``calm`` is the most that may move in them."""

    calm: float = CALM
    told: list[dict[str, Any]] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        """Begin to measure; before the first page is opened."""
        context.add_init_script(OBSERVERS)
        context.on("console", self._said)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "debug" and message.text.startswith(MARK):
            self.told.append(json.loads(message.text.removeprefix(MARK)))

    def end(self, context: BrowserContext) -> None:
        """Hear what the context's pages have not told yet; before it is closed."""
        for page in context.pages:
            with suppress(Error):  # It is on its way to another page, and tells it by itself.
                page.evaluate("window.tellTheRest?.()")

    @property
    def shift(self) -> float:
        """The worst page view's: its largest sum of shifts with less than a second between two, over five at most."""
        return _worst([each for each in self.told if "shift" in each])

    @property
    def unasked(self) -> float:
        """The same of what moved by itself, long after the last press or key or before the first."""
        shifts = [each for each in self.told if "shift" in each]
        return _worst([each for each in shifts if each["after"] is None or each["after"] > ANSWERED_MS])

    @property
    def interactions(self) -> list[dict[str, Any]]:
        """The longest event of each interaction, slowest first. Those that are painted within 16 ms tell nothing."""
        longest: dict[object, dict[str, Any]] = {}
        for each in self.told:
            if "interaction" not in each:
                continue
            key = (each["view"], each["interaction"])
            if key not in longest or longest[key]["ms"] < each["ms"]:
                longest[key] = each
        return sorted(longest.values(), key=lambda each: -each["ms"])

    def report(self) -> str:
        """The figures of a journey, then everything that moved and everything that was slow."""
        slowest = self.interactions[0]["ms"] if self.interactions else 0
        moved = [
            f"  moved by {each['shift']:.4f} on {each['path']}: {'; '.join(each['nodes'])}"
            for each in self.told
            if "shift" in each
        ]
        slow = [
            f"  {each['ms']:.0f} ms for {each['name']} on {each['path']}: {each['on']}"
            for each in self.interactions
            if each["ms"] > SLOW_MS
        ]
        figures = f"CLS {self.shift:.4f}, INP {slowest:.0f} ms of {len(self.interactions)} interactions"
        return "\n".join([figures, *moved, *slow])


def _worst(shifts: list[dict[str, Any]]) -> float:
    views: defaultdict[object, list[dict[str, Any]]] = defaultdict(list)
    for each in shifts:
        views[each["view"]].append(each)
    return max(map(_largest_window, views.values()), default=0.0)


def _largest_window(shifts: list[dict[str, Any]]) -> float:
    largest = total = 0.0
    began = last = float("-inf")
    for each in sorted(shifts, key=lambda each: float(each["at"])):
        if each["at"] - last >= 1000 or each["at"] - began >= 5000:
            began, total = each["at"], 0.0
        last = each["at"]
        total += each["shift"]
        largest = max(largest, total)
    return largest
