"""A living studio over data of its own: web and worker as `make run` starts them, each to be stopped alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from scripts.studio import ROOT, answer, clean_environment
from studio.core.supervisor import NO_ROOT_WARNING, WEB, WORKER, listen, tied_to_parent
from tests.journeys.disk import FULL

PATIENCE = 90.0


def wait_for(state: Callable[[], Any], what: str) -> Any:
    """The first answer that is true. Fails the test when none comes."""
    ends = time.monotonic() + PATIENCE
    while not (found := state()):
        assert time.monotonic() < ends, f"never came: {what}"
        time.sleep(0.05)
    return found


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account; ``session`` is the key of a session in which they are signed in."""

    id: int
    email: str
    name: str
    session: str


class LivingStudio:
    """Real processes on a free port of the loopback address. ``environment`` adds to what they are given."""

    def __init__(self, data: Path, environment: dict[str, str]) -> None:
        self.listener = listen(0)
        self.port = int(self.listener.getsockname()[1])
        self.url = f"http://localhost:{self.port}"
        self.data = data
        own = {
            "DATA_DIR": str(data),
            "PORT": str(self.port),
            "LOG_LEVEL": "WARNING",
            "DJANGO_SETTINGS_MODULE": "tests.journeys.settings",
        }
        self.environment = clean_environment(**own, **environment)
        self.children: list[subprocess.Popen[str]] = []
        self.worker: subprocess.Popen[str] | None = None
        answer(["manage.py", "prepare"], self.environment)
        self.clerk = self._start(
            ["-m", "tests.journeys.clerk"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        descriptor = self.listener.fileno()
        self._start([*WEB.split(), "--fd", str(descriptor)], pass_fds=(descriptor,))
        self.start_worker()
        wait_for(self.answers, "an answer of the web process")

    def _start(self, arguments: list[str], **more: Any) -> subprocess.Popen[str]:
        child = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment,
            text=True,
            start_new_session=True,
            preexec_fn=tied_to_parent(signal.SIGKILL),
            **more,
        )
        self.children.append(child)
        return child

    def answers(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", "/healthz", headers={"Host": "localhost"})
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def start_worker(self) -> None:
        """Start the worker unless it runs, and wait until it says that it is there."""
        if self.worker is None:
            self.worker = self._start([*NO_ROOT_WARNING, *WORKER.split()])
        wait_for(lambda: self.ask("anyone_working"), "a worker's first beat")

    def stop_worker(self, number: signal.Signals) -> None:
        """End the worker with a signal and wait until it is gone."""
        assert self.worker
        self.worker.send_signal(number)
        self.worker.wait(60)
        self._end_group(self.worker.pid)
        self.children.remove(self.worker)
        self.worker = None

    def stop(self) -> None:
        """End everything, politely first, and whatever the children have started."""
        for child in self.children:
            if child.stdin:
                child.stdin.close()
            child.terminate()
        for child in self.children:
            try:
                child.wait(15)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
            if child.stdout:
                child.stdout.close()
            self._end_group(child.pid)
        self.listener.close()

    @staticmethod
    def _end_group(pid: int) -> None:
        try:
            os.killpg(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return  # nobody of the group is left

    @contextmanager
    def full_disk(self) -> Iterator[None]:
        """No room for another picture until the block is left."""
        mark = self.data / "media" / FULL
        mark.parent.mkdir(exist_ok=True)
        mark.touch()
        try:
            yield
        finally:
            mark.unlink()

    # What the clerk does ---------------------------------------------------------------------------------------

    def ask(self, do: str, **arguments: Any) -> Any:
        """The clerk's answer to one order."""
        assert self.clerk.stdin
        assert self.clerk.stdout
        self.clerk.stdin.write(json.dumps({"do": do, "args": arguments}) + "\n")
        self.clerk.stdin.flush()
        line = self.clerk.stdout.readline()
        assert line, f"the clerk failed at {do}; what it said is on standard error"
        return json.loads(line)

    def person(self, name: str, granted: int = 1000, *, staff: bool = False) -> Person:
        """Somebody new, signed in, with so many credits."""
        return Person(**self.ask("person", name=name, granted=granted, staff=staff))

    def painted(self, person: Person, prompts: list[str], **wanted: Any) -> None:
        """Runs of a person that are over before this returns."""
        runs = self.ask("paint", user_id=person.id, prompts=prompts, **wanted)
        wait_for(lambda: set(self.ask("states", run_ids=runs)) == {"succeeded"}, "pictures of every run")
