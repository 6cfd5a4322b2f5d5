"""2a: what one worker process takes up while 256 of its jobs wait for a slow vendor, on both databases.

The idle worker that it is held against has worked on one job: what it loads and opens once is not counted.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from scripts import servers
from tests.bench.ground import prepare
from tests.bench.paid_vendor import KEY, MODEL, vendor
from tests.bench.process import memory_mb, wait_for
from tests.bench.result import Result, tell
from tests.bench.worker import Desk, settle, worker

WAITS, SECONDS = 256, 40.0
PATIENCE = 35.0
WORKER = "bench-worker"
"""How PostgreSQL knows the worker's connections."""


def connections() -> tuple[int, int]:
    """The worker's connections to PostgreSQL, and how many of them are in a transaction or run a query."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE state <> 'idle') FROM pg_stat_activity"
            " WHERE application_name = %s",
            [WORKER],
        )
        found, busy = cursor.fetchone()
    return found, busy


def measure() -> None:
    prepare()
    from django.db import connection

    from studio.jobs.models import Attempt, Job, State

    desk = Desk()
    sending = Attempt.objects.filter(state=Attempt.State.SENDING)
    done = Job.objects.filter(state=State.SUCCEEDED)
    with worker(threads=WAITS, PGAPPNAME=WORKER) as pid:
        desk.press(MODEL, "the first", quality="low")
        wait_for(done.exists, SECONDS + PATIENCE, pause=0.1)
        settle(pid)
        idle = memory_mb(pid)
        os.kill(pid, signal.SIGSTOP)
        for number in range(WAITS):
            desk.press(MODEL, f"stair {number}", quality="low")
        os.kill(pid, signal.SIGCONT)
        wait_for(lambda: sending.count() == WAITS, PATIENCE, pause=0.1)
        settle(pid)
        if sending.count() != WAITS:
            raise RuntimeError("some jobs had ended before all of them waited")
        waiting, held = memory_mb(pid), connections() if connection.vendor == "postgresql" else None
    name = "PostgreSQL" if held else "SQLite"
    tell(
        Result(
            "2a",
            f"{WAITS} waits in one worker, {name}",
            "<= 40 MB above idle",
            f"{waiting - idle:+.1f} MB ({idle:.0f} idle)",
            "threads alone 47 KB each",
            (waiting - idle) / (WAITS * 0.047),
        )
    )
    if held:
        tell(
            Result(
                "2a",
                "its connections meanwhile",
                "none held: at most the pool's 8",
                f"{held[0]} open, {held[1]} in use",
            )
        )


def main() -> None:
    if sys.argv[1:] == ["here"]:
        measure()
        return
    with vendor(SECONDS) as address, servers.postgres() as database:
        told = os.environ | {
            "PROVIDER_OPENAI_KEY": KEY,
            "PROVIDER_OPENAI_URL": address,
            "PROVIDER_OPENAI_JOBS": str(WAITS),
            "JOBS_PER_PAYER": str(WAITS),
        }
        for more in ({}, {"DATABASE_URL": database}):
            subprocess.run([sys.executable, "-m", __spec__.name, "here"], check=True, env=told | more)


if __name__ == "__main__":
    main()
