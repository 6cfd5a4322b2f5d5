"""2d: what the studio adds to a vendor's own second, at 1, 16 and 64 jobs in flight in one worker.

From the claim of a job to its end, with its money and its picture, less the second. The floor is the same calls from
as many threads without Django. What passes before the claim is row 2c.
"""

from __future__ import annotations

import http.client
import json
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from tests.bench.ground import prepare
from tests.bench.jobs import work_off
from tests.bench.paid_vendor import KEY, MODEL, vendor
from tests.bench.result import Result, percentile, tell
from tests.bench.worker import Desk, worker

SECONDS, TURNS = 1.0, 5
IN_FLIGHT = (1, 16, 64)


def added_by_calls(url: str, threads: int) -> list[float]:
    """Milliseconds beyond the vendor's own time of each call."""
    address, local = urlsplit(url), threading.local()
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    fields = {"model": MODEL.partition("/")[2], "size": "1024x1024", "quality": "low"}

    def call(number: int) -> float:
        if not hasattr(local, "connection"):
            local.connection = http.client.HTTPConnection(str(address.hostname), address.port)
        began = time.perf_counter()
        body = json.dumps({**fields, "prompt": f"stair {number}"})
        local.connection.request("POST", f"{address.path}/images/generations", body, headers)
        json.loads(local.connection.getresponse().read())
        return (time.perf_counter() - began - SECONDS) * 1000

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(call, range(threads * TURNS)))


def added_by_jobs(desk: Desk, threads: int) -> list[float]:
    """The same of each job, those of the worker's first turn left out: what it opens once is not counted."""
    from studio.jobs.models import Job

    with worker(threads=threads) as pid:
        work_off(desk, pid, threads * (TURNS + 1))
    times = Job.objects.order_by("-started_at").values_list("started_at", "finished_at")[: threads * TURNS]
    return [((end - start).total_seconds() - SECONDS) * 1000 for start, end in times if start and end]


def main() -> None:
    with vendor(SECONDS) as url:
        # The workers inherit what this process is told.
        most = str(max(IN_FLIGHT))
        os.environ |= {"PROVIDER_OPENAI_KEY": KEY, "PROVIDER_OPENAI_URL": url, "JOBS_PER_PAYER": most}
        prepare()
        desk = Desk()
        for threads in IN_FLIGHT:
            ours, floor = added_by_jobs(desk, threads), added_by_calls(url, threads)
            p50, p95 = percentile(ours, 0.5), percentile(ours, 0.95)
            alone50, alone95 = percentile(floor, 0.5), percentile(floor, 0.95)
            tell(
                Result(
                    "2d",
                    f"added to a vendor's second, {threads} in flight",
                    "said, p50 / p95",
                    f"{p50:.0f} / {p95:.0f} ms",
                    f"{alone50:.0f} / {alone95:.0f} ms calls alone",
                    p50 / alone50 if alone50 else None,
                )
            )


if __name__ == "__main__":
    main()
