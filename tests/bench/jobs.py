"""2b: jobs a second with a 200 ms vendor and tiny answers; worker CPU a job with every job, money and picture write."""

from __future__ import annotations

import threading
import time
import uuid

from providers.base import Config, ImageRequest
from tests.bench import vendor
from tests.bench.ground import person_with_credits, prepare
from tests.bench.result import Result, tell

JOBS = 200
THREADS = 64


def submitted() -> None:
    from studio.accounts.actors import actor_for
    from studio.jobs import services
    from studio.jobs.specs import JobSpec
    from tests.factories import make_project

    user, account = person_with_credits()
    project = make_project(user)
    for _ in range(JOBS):
        services.submit(
            actor=actor_for(user),
            payer=services.Payer(account),
            project=project,
            specs=[JobSpec("gesso/sketch", "a stair", {"n": "1", "size": "256x256"})],
            key=uuid.uuid4().hex,
        )


def in_threads(work: object) -> tuple[float, float]:
    """Wall and CPU seconds of this process while THREADS threads call ``work``."""
    assert callable(work)
    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    wall, cpu = time.perf_counter(), time.process_time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - wall, time.process_time() - cpu


def main() -> None:
    prepare()
    vendor.register()
    from django.conf import settings

    from studio.jobs import execution
    from studio.jobs.models import Job, State

    settings.JOBS_PER_PAYER = JOBS
    submitted()
    wall, cpu = in_threads(execution.work)
    done = Job.objects.filter(state=State.SUCCEEDED).count()
    quick, left = vendor.Quick(Config()), iter(range(JOBS))
    guard = threading.Lock()

    def bare() -> None:
        while True:
            with guard:
                if next(left, None) is None:
                    return
            quick.submit(ImageRequest(model="sketch", prompt="a stair", client_ref="c"), lambda event: None)

    bare_wall, _bare_cpu = in_threads(bare)
    tell(
        Result(
            "2b",
            f"jobs per core-second of worker CPU ({done}/{JOBS} done)",
            ">= 250 (4 ms a job)",
            f"{done / cpu:.0f} ({cpu * 1000 / max(done, 1):.1f} ms a job)",
        )
    )
    tell(
        Result(
            "2b",
            f"jobs a second, {THREADS} threads, 200 ms vendor",
            "",
            f"{done / wall:.0f}/s",
            f"{JOBS / bare_wall:.0f}/s waiting alone",
            (done / wall) / (JOBS / bare_wall),
        )
    )


if __name__ == "__main__":
    main()
