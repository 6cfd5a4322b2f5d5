"""2b: jobs a second of one real worker with a 200 ms vendor and tiny answers, each with its money and its picture.

The floor is the same number of calls to the same vendor from as many threads, without Django.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from tests.bench.ground import prepare
from tests.bench.paid_vendor import KEY, MODEL, vendor
from tests.bench.process import children_cpu_seconds, cpu_seconds, wait_for
from tests.bench.result import Result, tell
from tests.bench.worker import Desk, worker

JOBS, THREADS, SECONDS = 256, 64, 0.2
PATIENCE = 45.0


def calls(url: str) -> tuple[float, float]:
    """Calls a second, and CPU milliseconds each, of this process alone."""
    address, local = urlsplit(url), threading.local()
    fields = {"model": MODEL.partition("/")[2], "size": "1024x1024", "quality": "low"}
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}

    def call(number: int) -> None:
        if not hasattr(local, "connection"):
            local.connection = http.client.HTTPConnection(str(address.hostname), address.port)
        body = json.dumps({**fields, "prompt": f"stair {number}"})
        local.connection.request("POST", f"{address.path}/images/generations", body, headers)
        json.loads(local.connection.getresponse().read())

    with ThreadPoolExecutor(THREADS) as pool:
        began, cpu = time.perf_counter(), time.process_time()
        list(pool.map(call, range(JOBS)))
        return JOBS / (time.perf_counter() - began), (time.process_time() - cpu) / JOBS * 1000


def worked() -> tuple[float, float, float]:
    """Jobs a second, the worker's CPU milliseconds for each, and those of its decoding processes.

    One job for each thread goes before: what a worker loads and opens once is not counted.
    """
    desk = Desk()
    with worker(threads=THREADS) as pid:
        work_off(desk, pid, THREADS)
        own, decoders = cpu_seconds(pid), children_cpu_seconds(pid)
        took = work_off(desk, pid, JOBS)
        own, decoders = cpu_seconds(pid) - own, children_cpu_seconds(pid) - decoders
    return JOBS / took, own / JOBS * 1000, decoders / JOBS * 1000


def work_off(desk: Desk, pid: int, count: int) -> float:
    """Seconds until ``count`` jobs are done; the worker is frozen while they are submitted."""
    from studio.jobs.models import Job, State

    os.kill(pid, signal.SIGSTOP)
    for number in range(count):
        desk.press(MODEL, f"stair {number} of {count}", quality="low")
    began = time.perf_counter()
    os.kill(pid, signal.SIGCONT)
    unfinished = Job.objects.filter(state__in=[State.QUEUED, State.RUNNING])
    wait_for(lambda: not unfinished.exists(), PATIENCE, pause=0.1)
    if lost := Job.objects.exclude(state=State.SUCCEEDED).count():
        raise RuntimeError(f"{lost} jobs did not succeed")
    return time.perf_counter() - began


def main() -> None:
    with vendor(SECONDS) as url:
        # The worker inherits what this process is told.
        os.environ |= {"PROVIDER_OPENAI_KEY": KEY, "PROVIDER_OPENAI_URL": url, "JOBS_PER_PAYER": str(JOBS)}
        prepare()
        per_second, own, decoders = worked()
        floor_per_second, floor_cpu = calls(url)
    tell(
        Result(
            "2b",
            "worker CPU a job, with money and picture",
            "<= 4 ms (250 a core-second)",
            f"{own:.1f} ms ({1000 / own:.0f})",
            f"{floor_cpu:.2f} ms the call alone",
            own / floor_cpu,
        )
    )
    tell(Result("2b", "its decoding processes' CPU a job", "said", f"{decoders:.1f} ms"))
    tell(
        Result(
            "2b",
            f"jobs a second, {THREADS} threads, {SECONDS * 1000:.0f} ms vendor",
            f"at most {THREADS / SECONDS:.0f}",
            f"{per_second:.0f}/s",
            f"{floor_per_second:.0f}/s calls alone",
            per_second / floor_per_second,
        )
    )


if __name__ == "__main__":
    main()
