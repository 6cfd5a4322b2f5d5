"""A whole studio of its own for a test, a measurement or a screenshot: `make run` without make."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue

from scripts.ports import kept_port
from studio.core.supervisor import tied_to_parent

ROOT = Path(__file__).resolve().parent.parent
READY = re.compile(r"Gesso is ready at (\S+)")
SETUP = re.compile(r"\s+(http\S+/setup/\S+)")


@dataclass(slots=True)
class Studio:
    """A started supervisor; ``lines`` is what it has said so far, ``place`` keeps its port until it listens."""

    process: subprocess.Popen[str]
    port: int
    environment: dict[str, str]
    place: contextlib.ExitStack
    lines: list[str] = field(default_factory=list)
    queue: Queue[str] = field(default_factory=Queue)
    reader: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def read(self) -> None:
        assert self.process.stdout
        with self.process.stdout as output:
            for line in output:
                self.queue.put(line)

    def line_with(self, pattern: re.Pattern[str], seconds: float = 90) -> re.Match[str]:
        """The first line, from now on or before, that holds the pattern. Raises TimeoutError with all lines."""
        deadline = time.monotonic() + seconds
        seen = 0
        while True:
            for line in self.lines[seen:]:
                if match := pattern.search(line):
                    return match
            seen = len(self.lines)
            try:
                self.lines.append(self.queue.get(timeout=max(0.0, min(0.2, deadline - time.monotonic()))))
            except Empty:
                if time.monotonic() > deadline or (self.process.poll() is not None and self.queue.empty()):
                    raise TimeoutError(f"no {pattern.pattern!r} in:\n{''.join(self.lines)}") from None

    def wait_ready(self) -> None:
        self.line_with(READY)
        self.place.close()

    def setup_link(self) -> str:
        return self.line_with(SETUP)[1]

    def manage(self, *arguments: str) -> str:
        """What `manage.py` answers about this studio's data."""
        return answer(["manage.py", *arguments], self.environment)

    def visitor(self, name: str = "Alice", credits_to_grant: int = 1000) -> str:
        """The session key of somebody who is signed in, with credits."""
        return answer(["-m", "scripts.visitor", name, str(credits_to_grant)], self.environment).split()[0]


def answer(arguments: list[str], environment: Mapping[str, str]) -> str:
    """What a Python of ours prints. Raises CalledProcessError."""
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603
    return done.stdout


def clean_environment(**more: str) -> dict[str, str]:
    """This process's environment without what points at other data, servers or settings."""
    ours = (
        "DATABASE_URL",
        "REDIS_URL",
        "BROKER_URL",
        "DATA_DIR",
        "PORT",
        "DJANGO_SETTINGS_MODULE",
        "PUBLIC_URL",
    )
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return {
        name: value for name, value in kept.items() if not name.startswith(("STUDIO_", "PROVIDER_"))
    } | more


def start(data: Path, environment: Mapping[str, str] | None = None) -> Studio:
    """Start the supervisor over ``data`` on a free port; it is not ready yet."""
    place = contextlib.ExitStack()
    port = place.enter_context(kept_port())
    given = {"DATA_DIR": str(data), "PORT": str(port), "LOG_LEVEL": "WARNING"} | dict(environment or {})
    full = clean_environment(**given)
    process = subprocess.Popen(
        [sys.executable, "-m", "studio.core.supervisor"],
        cwd=ROOT,
        env=full,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=tied_to_parent(signal.SIGTERM),
    )
    return Studio(process, int(full["PORT"]), full, place)


def end(studio: Studio) -> None:
    """Stop it as Ctrl-C would, and wait until it is gone."""
    studio.process.terminate()
    studio.process.wait(15)
    studio.place.close()
    studio.reader.join(15)


@contextlib.contextmanager
def served(data: Path, environment: Mapping[str, str] | None = None) -> Iterator[Studio]:
    """A studio that answers, ended when the block is left."""
    studio = start(data, environment)
    try:
        studio.wait_ready()
        yield studio
    finally:
        end(studio)
