"""1a and 1b: what the API adds to a vendor's answer, beside LiteLLM's proxy before the same vendor in the same run.

Ours is the web process as it is: key, price, hold, a committed attempt, the picture stored, the bill settled. The
peer has no money and keeps nothing. Display copies are made after the answer, by the worker, and stand in a row apart.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.bench import peer
from tests.bench.askers import Heard, ask, request
from tests.bench.ground import person_with_credits, prepare
from tests.bench.process import children_cpu_seconds, cpu_seconds, load
from tests.bench.result import Result, percentile, tell
from tests.bench.web import Web, serving
from tests.bench.worker import settle

UPSTREAM = "tests.bench.upstream:application"
MODEL, SECRET = "openai/gpt-image-2", "sk-bench"
WARM_UP, ROUNDS, EACH = 12, 5, 24


@dataclass(slots=True)
class Target:
    """Somebody to ask: its name, its process, and what is sent."""

    name: str
    web: Web
    request: bytes
    alone: Heard = field(default_factory=Heard)
    cpu: float = 0.0

    def ask(self, **how: float) -> Heard:
        return ask(self.web.port, self.request, **how)  # type: ignore[arg-type]

    def cpu_seconds(self) -> float:
        return cpu_seconds(self.web.pid) + children_cpu_seconds(self.web.pid)

    def warm_up(self) -> None:
        """What a process loads and opens once is not counted. Raises RuntimeError unless every answer is a picture."""
        if errors := self.ask(at_once=1, count=WARM_UP).errors:
            raise RuntimeError(f"{self.name}: {errors} of {WARM_UP} answers were no pictures")
        self.rest()

    def rest(self) -> None:
        """Wait until it has nothing to do, if it ever has."""
        with contextlib.suppress(TimeoutError):
            settle(self.web.pid)

    def one_by_one(self, count: int) -> None:
        """Ask for so many pictures, each after the one before, and add what it took."""
        before = self.cpu_seconds()
        heard = self.ask(at_once=1, count=count)
        if heard.errors:
            raise RuntimeError(f"{self.name}: {heard.errors} of {count} answers were no pictures")
        self.cpu += self.cpu_seconds() - before
        self.alone.times += heard.times

    @property
    def p50(self) -> float:
        return percentile(self.alone.times, 0.5)

    @property
    def cpu_ms(self) -> float:
        return self.cpu * 1000 / len(self.alone.times)


def body(model: str) -> bytes:
    return json.dumps({"model": model, "prompt": "a stair", "size": "1024x1024", "quality": "low"}).encode()


@contextlib.contextmanager
def everybody(key: str, seconds: float) -> Iterator[tuple[Target, Target, Target | None]]:
    """The vendor itself, which thinks for so long, and ours and the peer (if it can be had) in front of it."""
    with contextlib.ExitStack() as stack:
        os.environ["UPSTREAM_SECONDS"] = str(seconds)
        vendor = stack.enter_context(serving(UPSTREAM))
        os.environ["PROVIDER_OPENAI_URL"] = f"http://127.0.0.1:{vendor.port}/v1"
        ours = stack.enter_context(serving("studio.asgi:application"))
        direct = Target("direct", vendor, request("/v1/images/generations", SECRET, body("gpt-image-2")))
        studio = Target("ours", ours, request("/v1/images/generations", key, body(MODEL)))
        other = None
        try:
            proxy, master = stack.enter_context(peer.serving(vendor.port))
            other = Target("LiteLLM", proxy, request("/v1/images/generations", master, body(peer.MODEL)))
        except peer.Missing as error:
            tell(Result("1a", f"LiteLLM is missing: {error}", "", "-"))
        for target in filter(None, (direct, studio, other)):
            target.warm_up()
        yield direct, studio, other


def alone(direct: Target, ours: Target, other: Target | None) -> None:
    """1a and 1b: one request after the other, in turns, so that a neighbour's noise meets everybody."""
    for _round in range(ROUNDS):
        for target in filter(None, (direct, ours, other)):
            target.one_by_one(EACH)
    added, cpu = ours.p50 - direct.p50, ours.cpu_ms
    what = f"added to a vendor's answer ({direct.p50:.1f} ms), p50, c=1"
    said, ratio, cpu_said, cpu_ratio = "", None, "", None
    if other:
        floor = other.p50 - direct.p50
        said, ratio = f"+{floor:.1f} ms LiteLLM", added / floor
        cpu_said, cpu_ratio = f"{other.cpu_ms:.1f} ms LiteLLM", cpu / other.cpu_ms
    tell(Result("1a", what, "<= 1/3 of LiteLLM's", f"+{added:.1f} ms", said, ratio))
    what = "CPU a request, up to the answer"
    tell(Result("1b", what, "<= 1/2 of LiteLLM's", f"{cpu:.1f} ms", cpu_said, cpu_ratio))


def afterwards() -> None:
    """What is left for the worker: the intake and the display copies of the pictures that went on unseen."""
    from studio.jobs import looking

    me = os.getpid()
    before, count = cpu_seconds(me) + children_cpu_seconds(me), 0
    while count < EACH and looking.work():
        count += 1
    took = (cpu_seconds(me) + children_cpu_seconds(me) - before) * 1000 / max(1, count)
    tell(Result("1b", "intake and display copies, after the answer", "said", f"{took:.0f} ms"))


def api_key() -> str:
    """The key of somebody with credits, over new data, in an environment that limits nothing that is measured."""
    os.environ |= {"PROVIDER_OPENAI_KEY": SECRET, "PROVIDER_OPENAI_JOBS": "512", "JOBS_PER_PAYER": "512"}
    os.environ["API_PER_MINUTE"] = "1000000"
    prepare()
    from studio.accounts import keys

    user, _account = person_with_credits()
    return keys.make(owner=user, name="bench")[1]


def main() -> None:
    with everybody(api_key(), 0.0) as (direct, ours, other):
        alone(direct, ours, other)
    afterwards()
    tell(Result("1b", "load of the machine at the end", "said", f"{load():.1f}"))


if __name__ == "__main__":
    main()
