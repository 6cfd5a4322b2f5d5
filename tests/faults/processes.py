"""The test's side of the host: orders processes, waits for what becomes of them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connection

PATIENCE = 40.0
SHARED = (
    "JOB_LEASE_SECONDS", "JOB_DEADLINE_SECONDS", "JOBS_PER_PAYER", "PROVIDER_KEYS", "PROVIDER_URLS", "PROVIDER_JOBS",
    "BREAKER_FAILURES", "BREAKER_WAIT_SECONDS", "BREAKER_LONGEST_SECONDS",
)  # fmt: skip
"""Settings that a child takes over from the test as they are now."""


def database_url() -> str:
    """The test's own database, as another process names it."""
    facts = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{facts['NAME']}"
    return f"postgresql://{facts['USER']}:{facts['PASSWORD']}@{facts['HOST']}:{facts['PORT']}/{facts['NAME']}"


def environment(**more: str) -> dict[str, str]:
    """What a process of the studio needs to share this test's data."""
    own = {
        "DATA_DIR": str(settings.DATA_DIR),
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "studio.settings",
        "LOG_LEVEL": os.environ.get("LOG_LEVEL", "ERROR"),
    }
    return os.environ | own | more


def wait_for(state: Callable[[], Any], what: str) -> Any:
    """The first answer that is true. Fails the test when none comes."""
    ends = time.monotonic() + PATIENCE
    while not (answer := state()):
        assert time.monotonic() < ends, f"never came: {what}"
        time.sleep(0.01)
    return answer


class Processes:
    """Children of one host. Every process that a test orders is gone when ``end_all`` returns."""

    def __init__(self) -> None:
        self._host = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.host"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=settings.BASE_DIR,
            env=environment(),
        )
        self._news = threading.Condition()
        self._forked: list[int] = []
        self._ended: dict[int, int] = {}
        self._stopped: set[int] = set()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def start(self, do: str, *, failpoint: str = "", count: int = 1, wait: bool = False, **args: Any) -> int:
        """The pid of the (last) child; with ``wait`` the children stand still until ``go``."""
        before = len(self._forked)
        taken = {name: getattr(settings, name) for name in SHARED}
        order = {"do": do, "failpoint": failpoint, "count": count, "wait": wait, "args": args}
        self._say(order | {"settings": taken})
        self._until(lambda: len(self._forked) == before + count)
        return self._forked[-1]

    def go(self) -> None:
        """Let all who wait begin at once."""
        self._say({"go": True})

    def ended(self, pid: int) -> int:
        """Wait for its end: the exit code, or minus the signal."""
        self._until(lambda: pid in self._ended)
        return self._ended[pid]

    def all_ended(self) -> list[int]:
        """Wait until all are over; their exit codes."""
        return [self.ended(pid) for pid in list(self._forked)]

    def stopped(self, pid: int) -> None:
        """Wait until it froze itself."""
        self._until(lambda: pid in self._stopped)

    def kill(self, pid: int, number: signal.Signals = signal.SIGKILL) -> None:
        os.kill(pid, number)

    def end_all(self) -> None:
        """Kill what still runs; the host stays for the next test."""
        for pid in [pid for pid in self._forked if pid not in self._ended]:
            self.kill(pid)
        self.all_ended()
        self._forked.clear()

    def close(self) -> None:
        self.end_all()
        assert self._host.stdin
        self._host.stdin.close()
        self._host.wait(10)
        self._listener.join(10)
        assert self._host.stdout
        self._host.stdout.close()

    def _say(self, order: dict[str, Any]) -> None:
        assert self._host.stdin
        self._host.stdin.write(json.dumps(order) + "\n")
        self._host.stdin.flush()

    def _listen(self) -> None:
        assert self._host.stdout
        for line in self._host.stdout:
            word = json.loads(line)
            with self._news:
                if "status" in word:
                    self._ended[word["pid"]] = word["status"]
                elif "stopped" in word:
                    self._stopped.add(word["pid"])
                else:
                    self._ended.pop(word["pid"], None)
                    self._forked.append(word["pid"])
                self._news.notify_all()

    def _until(self, true: Callable[[], bool]) -> None:
        with self._news:
            assert self._news.wait_for(true, PATIENCE), "the host of processes does not answer"
