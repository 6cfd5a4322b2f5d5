"""2c: from the committed submit to the start of the work, per broker; the floor is the broker alone."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

from scripts import servers
from studio.core.supervisor import NO_ROOT_WARNING, WORKER, tied_to_parent
from tests.bench.result import Result, percentile, tell

ROUNDS = 20
APART = 0.1
LONGEST = 45.0


@contextlib.contextmanager
def worker(application: str) -> Iterator[None]:
    command = [sys.executable, *NO_ROOT_WARNING, *WORKER.replace("studio.celery", application).split()]
    process = subprocess.Popen(command, preexec_fn=tied_to_parent(signal.SIGKILL))
    try:
        yield
    finally:
        process.kill()
        process.wait()


def wait(ask: Callable[[], float | None]) -> float:
    """What ``ask`` answers once it does. Raises TimeoutError."""
    ends = time.monotonic() + LONGEST
    while (answer := ask()) is None:
        if time.monotonic() > ends:
            raise TimeoutError
        time.sleep(0.01)
    return answer


def bare_delays() -> list[float]:
    """Milliseconds from sending to the start of a task that does nothing."""
    from tests.bench.echo import app

    def once() -> float:
        name = uuid.uuid4().hex
        sent = time.time()
        app.send_task("echo", args=[name], ignore_result=True)
        path = Path(os.environ["DATA_DIR"], f"echo-{name}")
        return (wait(lambda: float(path.read_text()) if path.exists() else None) - sent) * 1000

    with worker("tests.bench.echo"):
        once()
        return [spaced(once) for _ in range(ROUNDS)]


def job_delays() -> list[float]:
    """Milliseconds from the commit of the submit, before anything is sent to the broker, to the claim."""
    from studio.accounts.actors import actor_for
    from studio.jobs import failpoints, services
    from studio.jobs.models import FINAL, Job
    from studio.jobs.specs import JobSpec
    from tests.bench.ground import person_with_credits
    from tests.factories import make_project

    user, account = person_with_credits(uuid.uuid4().hex[:8])
    project = make_project(user)
    reached: dict[str, float] = {}
    # In this process alone, the named places tell when they are reached.
    failpoints.reach = lambda name: reached.update({name: time.time()})

    def once() -> float:
        run = services.submit(
            actor=actor_for(user),
            payer=services.Payer(account),
            project=project,
            specs=[JobSpec("gesso/sketch", "a stair", {"n": "1", "size": "256x256"})],
            key=uuid.uuid4().hex,
        )

        def started() -> float | None:
            job = Job.objects.get(run=run)
            return job.started_at.timestamp() if job.started_at and job.state in FINAL else None

        return (wait(started) - reached["committed"]) * 1000

    with worker("studio.celery"):
        once()
        return [spaced(once) for _ in range(ROUNDS)]


def spaced(once: Callable[[], float]) -> float:
    time.sleep(APART)
    return once()


def text(delays: list[float]) -> str:
    return f"{percentile(delays, 0.5):.1f} / {percentile(delays, 0.99):.1f} ms"


def one_broker(name: str, goal: str) -> None:
    """Measured in this process, whose environment names the broker."""
    from tests.bench.ground import prepare

    prepare()
    ours, floor = job_delays(), bare_delays()
    ratio = percentile(ours, 0.5) / percentile(floor, 0.5)
    tell(Result("2c", f"submit to start, {name}, p50 / p99", goal, text(ours), f"{text(floor)} bare", ratio))


def main() -> None:
    if len(sys.argv) > 1:
        one_broker(sys.argv[1], sys.argv[2])
        return
    again = [sys.executable, "-m", __spec__.name]
    subprocess.run([*again, "filesystem broker", "<= 15 / 40 ms"], check=True)
    with servers.redis() as url:
        environment = os.environ | {"REDIS_URL": url, "BROKER_URL": url.removesuffix("0") + "1"}
        subprocess.run([*again, "Redis broker", "<= 5 / 15 ms"], env=environment, check=True)


if __name__ == "__main__":
    main()
