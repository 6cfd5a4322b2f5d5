"""A worker process and what a job needs around it: somebody who pays, a project, a press of Generate."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from scripts.studio import ROOT
from tests.bench.ground import person_with_credits
from tests.bench.process import cpu_seconds, wait_for


class Desk:
    """Presses Generate for one person with credits."""

    def __init__(self) -> None:
        from studio.accounts.actors import actor_for
        from studio.jobs.services import Payer
        from tests.factories import make_project

        user, account = person_with_credits()
        self.actor, self.payer, self.project = actor_for(user), Payer(account), make_project(user)

    def press(self, model: str, prompt: str, **parameters: str) -> Any:
        """The new run, committed and published."""
        from studio.jobs import services
        from studio.jobs.specs import JobSpec

        return services.submit(
            actor=self.actor,
            payer=self.payer,
            project=self.project,
            specs=[JobSpec(model, prompt, {"n": "1"} | parameters, ())],
            key=uuid.uuid4().hex,
        )


@contextmanager
def worker(*, threads: int, **environment: str) -> Iterator[int]:
    """The pid of a worker that has started and waits for messages; it is gone after the block."""
    from studio.jobs import presence

    command = "-m celery --quiet --app studio.celery worker --pool threads --loglevel ERROR --concurrency"
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", *command.split(), str(threads)],
        cwd=ROOT,
        env=os.environ | environment,
        start_new_session=True,
    )
    try:
        wait_for(presence.anyone_working, 40)
        settle(process.pid)
        yield process.pid
    finally:
        # A worker that was frozen hears SIGTERM only once it goes on.
        process.send_signal(signal.SIGCONT)
        process.terminate()
        try:
            process.wait(8)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def settle(pid: int) -> None:
    """Wait until the process has finished starting: a quarter of a second with next to no work."""
    seen = [cpu_seconds(pid)]

    def quiet() -> bool:
        seen.append(cpu_seconds(pid))
        return seen[-1] - seen[-2] <= 0.02

    wait_for(quiet, 20, pause=0.25)
