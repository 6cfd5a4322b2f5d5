"""1c and 1d: many programs at once at the API, and the memory that they take up, beside LiteLLM as in 1a."""

from __future__ import annotations

import threading
from collections.abc import Callable

from tests.bench.askers import Heard
from tests.bench.gateway import Target, api_key, everybody
from tests.bench.process import load, memory_mb
from tests.bench.result import Result, tell

AT_ONCE, BURST_SECONDS = (16, 64, 256), 4.0
MOST, THINKING_SECONDS = 256, 2.0


def together(ours: Target, other: Target | None) -> None:
    """1c: many requests at once. An answer that is no picture is counted, and said."""
    first = 0.0
    for at_once in AT_ONCE:
        said, ratio = "", None
        mine = ours.ask(at_once=at_once, seconds=BURST_SECONDS)
        ours.rest()
        first = first or mine.per_second
        if other:
            theirs = other.ask(at_once=at_once, seconds=BURST_SECONDS)
            other.rest()
            said, ratio = f"{rate(theirs)} LiteLLM", mine.per_second / (theirs.per_second or 1)
        goal = ">= 2x LiteLLM" if at_once < MOST else f">= 0.8x of c=16: {mine.per_second / first:.2f}x"
        tell(Result("1c", f"answers a second, c={at_once}", goal, rate(mine), said, ratio))


def rate(heard: Heard) -> str:
    lost = f", {heard.errors} errors" if heard.errors else ""
    return f"{heard.per_second:.0f}/s{lost}"


def peak_mb(target: Target, work: Callable[[], Heard]) -> tuple[Heard, float]:
    """The most resident memory of the process while the work is done."""
    over, seen = threading.Event(), [memory_mb(target.web.pid)]

    def look() -> None:
        while not over.wait(0.02):
            seen.append(memory_mb(target.web.pid))

    looking = threading.Thread(target=look)
    looking.start()
    try:
        return work(), max(seen)
    finally:
        over.set()
        looking.join()


def held(target: Target) -> str:
    """What 256 requests in flight take up, twice, and what is left of it afterwards."""
    idle = memory_mb(target.web.pid)
    heard, peak = peak_mb(target, lambda: target.ask(at_once=MOST, count=MOST * 2))
    target.rest()
    lost = f", {heard.errors} errors" if heard.errors else ""
    return f"{idle:.0f}, {peak:.0f}, {memory_mb(target.web.pid):.0f} MB{lost}"


def main() -> None:
    key = api_key()
    with everybody(key, 0.0) as (_direct, ours, other):
        together(ours, other)
    with everybody(key, THINKING_SECONDS) as (_direct, ours, other):
        what, goal = f"memory idle, most, after: {MOST} in flight", "<= 300 MB, flat after"
        tell(Result("1d", what, goal, held(ours), f"{held(other)} LiteLLM" if other else ""))
    tell(Result("1d", "load of the machine at the end", "said", f"{load():.1f}"))


if __name__ == "__main__":
    main()
