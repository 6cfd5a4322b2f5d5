"""Where no heartbeat runs, as in the web process, one thread keeps the leases of all that is worked on."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from datetime import datetime
from typing import Any

from studio.jobs import holding, queue
from studio.jobs.models import Job
from tests.faults.processes import wait_for
from tests.jobs.conftest import SKETCH, Desk


def leases() -> list[datetime | None]:
    return list(Job.objects.order_by("pk").values_list("lease_until", flat=True))


def test_one_thread_renews_the_leases_of_all_programs_and_of_none_that_is_over(
    busy: Desk, settings: Any
) -> None:
    settings.JOB_LEASE_SECONDS = 0.4
    claims = [queue.claim_next(busy.job(SKETCH).pk) for _ in range(3)]
    before, threads = leases(), threading.active_count()
    with ExitStack() as kept:
        for claim in claims[:2]:
            assert claim
            kept.enter_context(holding.renewed(claim))
        assert threading.active_count() <= threads + 1
        wait_for(lambda: leases()[0] != before[0] and leases()[1] != before[1], "the renewals")
        assert leases()[2] == before[2]
    assert not holding._own
