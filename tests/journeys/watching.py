"""A browser window that is watched: nothing may fail unseen in it, leave the host, or move what one looks at."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

SERIOUS = ("serious", "critical")
OF_COLOUR = ["color-contrast", "link-in-text-block"]
"""Axe's rules whose answer depends on colours."""
OBSERVERS = """
window.seen = { shifts: [], events: [] };
new PerformanceObserver((list) => {
  for (const entry of list.getEntries())
    // Half a second is the standard's grace for the answer to a press; a busy machine takes three times as long.
    if (!entry.lastInputTime || entry.startTime - entry.lastInputTime > 1500)
      window.seen.shifts.push({ value: entry.value, nodes: entry.sources.map((source) => {
        const node = source.node;
        const name = !node ? '?' : node.nodeType === 1 ? node.outerHTML.slice(0, 120) : node.textContent;
        const [a, b] = [source.previousRect, source.currentRect];
        return `${name} ${a.x},${a.y},${a.width},${a.height} -> ${b.x},${b.y},${b.width},${b.height}`;
      }) });
}).observe({ type: 'layout-shift', buffered: true });
window.EventSource = class extends EventSource {
  constructor(...given) {
    super(...given);
    this.addEventListener('message', (event) => window.seen.events.push(event.data));
  }
};
"""


@dataclass
class Watch:
    """What one context's pages did. ``expected`` are patterns of messages that a test provokes on purpose."""

    url: str
    problems: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    # A preview goes when its picture comes, and then a browser may just be asking for it.
    expected: list[str] = field(default_factory=lambda: [r"status of 404 .*/media/preview/"])

    def over(self, context: BrowserContext) -> None:
        """Begin to watch; before the first page is opened."""
        context.add_init_script(OBSERVERS)
        context.on("request", self._requested)
        context.on("weberror", lambda error: self.problems.append(str(error.error)))
        context.on("console", self._said)

    def _requested(self, request: Request) -> None:
        self.requests.append(request)
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and not request.url.startswith(f"{self.url}/"):
            self.problems.append(f"left the host: {request.url}")

    def _said(self, message: ConsoleMessage) -> None:
        """Errors of scripts, failed loads and every violation of the content security policy."""
        if message.type in ("error", "assert"):
            self.problems.append(f"{message.text} ({message.location.get('url', '')})")

    def unexpected(self) -> list[str]:
        return [
            problem
            for problem in self.problems
            if not any(re.search(pattern, problem) for pattern in self.expected)
        ]

    def asked_for(self, pattern: str) -> list[str]:
        """The paths requested so far that match from their beginning, in order."""
        paths = [urlsplit(request.url).path for request in self.requests]
        return [path for path in paths if re.match(pattern, path)]


def shifted(page: Page) -> float:
    """The layout shift of the page so far, without what answers a press; 0 is still."""
    shifts: list[dict[str, Any]] = page.evaluate("window.seen.shifts")
    for shift in shifts:
        print(f"moved by {shift['value']:.5f}: {shift['nodes']}")
    return float(sum(shift["value"] for shift in shifts))


def streamed(page: Page) -> list[str]:
    """Every message that came to this page's own event stream."""
    messages: list[str] = page.evaluate("window.seen.events")
    return messages


STILL_COLOURS = """
() => document.getAnimations().every(
  (each) => each.playState !== 'running' || each.effect.getComputedTiming().endTime === Infinity)
"""


def barriers(page: Page, rules: list[str] | None = None) -> list[str]:
    """What axe finds on the page as it is that is serious or critical, by these rules or all; a line per element."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_FILE_PATH.read_text(encoding="utf-8"))
    # Half-way through a transition a colour is neither the old nor the new one.
    page.wait_for_function(STILL_COLOURS)
    only = {"runOnly": {"type": "rule", "values": rules}} if rules else {}
    found = page.evaluate("axe.run", {"resultTypes": ["violations"]} | only)
    return [
        f"{violation['id']} ({violation['impact']}) on {urlsplit(page.url).path}: "
        f"{node['html'][:160]} {node['failureSummary']}"
        for violation in found["violations"]
        if violation["impact"] in SERIOUS
        for node in violation["nodes"]
    ]


def in_both_themes(page: Page) -> list[str]:
    """The page's barriers in the dark and in the light theme, which has other colours and is the same page."""
    found = []
    for theme, rules in (("dark", None), ("light", OF_COLOUR)):
        page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
        found += [f"{theme}: {barrier}" for barrier in barriers(page, rules)]
    return found
