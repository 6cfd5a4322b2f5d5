"""How often a vendor is asked again and when, on a clock that the test moves: never early, five times at most."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from django.utils import timezone

from studio.catalog.models import Breaker
from studio.jobs import execution
from studio.jobs.models import Attempt, Job, State
from tests.jobs.conftest import PAID, START, Desk
from tests.providers.cases import FAR, PAST
from tests.providers.simulators import base
from tests.providers.simulators.base import Fault, Simulator
from tests.providers.simulators.fairstack import FairStackSimulator
from tests.providers.simulators.openai import OpenAISimulator

KNOWS_A_REPEAT = "fairstack/gpt-image-1.5-t2i"
IN_HALF_A_MINUTE = "in 30 s"
DATES = {"tomorrow": FAR, "long ago": PAST}
SAID = {"": 0.0, "3": 3.0, "30": 30.0, "120": 120.0, IN_HALF_A_MINUTE: 30.0, "long ago": 0.0}
"""Seconds that an answer's Retry-After comes to."""


class Clock:
    """The studio's time: it stands still until the test moves it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock(busy: Desk, monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(timezone, "now", clock)
    return clock


@pytest.fixture(params=[PAID, KNOWS_A_REPEAT])
def at(request: pytest.FixtureRequest, settings: Any) -> Iterator[tuple[str, Simulator]]:
    """A model and its vendor: one that would be paid for a repeat, and one that would not."""
    model: str = request.param
    kind: type[Simulator] = OpenAISimulator if model == PAID else FairStackSimulator
    settings.BREAKER_FAILURES = 100
    with kind() as vendor:
        name = model.partition("/")[0]
        settings.PROVIDER_KEYS, settings.PROVIDER_URLS = {name: "sk-test-canary"}, {name: vendor.url}
        yield model, vendor


def fault_of(status: int, said: str, times: int = 100) -> Fault:
    if said == IN_HALF_A_MINUTE:
        said = format_datetime(datetime.now(UTC) + timedelta(seconds=31), usegmt=True)
    return Fault(base.STATUS, status=status, retry_after=DATES.get(said, said), times=times)


def worked_off(job: Job, clock: Clock) -> list[float]:
    """The waits between the tries until the job is over, each proved not to end a moment early."""
    waits = []
    execution.work()
    job.refresh_from_db()
    while job.state == State.QUEUED:
        waits.append((job.due_at - clock.now).total_seconds())
        before = sent(job)
        clock.sleep(waits[-1] - 0.001)
        execution.work()
        assert sent(job) == before
        clock.sleep(0.001)
        execution.work()
        assert sent(job) == before + 1
        job.refresh_from_db()
    return waits


def sent(job: Job) -> int:
    """How often the paid call of the job went out."""
    return sum(job.attempts.values_list("sent", flat=True))


def bounds(said: str) -> list[tuple[float, float]]:
    """The shortest and the longest that each wait may be: what was said and a tenth more, or a doubling bound."""
    seconds = SAID[said]
    slack = 1.1 if said == IN_HALF_A_MINUTE else 0.0  # A date has whole seconds.
    return [
        (seconds - slack, seconds * 1.1 + slack) if seconds else (0.0, 2.0**number) for number in range(4)
    ]


@pytest.mark.parametrize("said", SAID)
def test_too_many_requests_are_tried_five_times_at_any_vendor_and_never_early(
    busy: Desk, at: tuple[str, Simulator], clock: Clock, said: str
) -> None:
    model, vendor = at
    vendor.fault = fault_of(429, said)
    job = busy.job(model)
    waits = worked_off(job, clock)
    assert (job.state, job.error_code, sent(job), vendor.bills) == (State.FAILED, "rate_limited", 5, [])
    for wait, (least, most) in zip(waits, bounds(said), strict=True):
        assert least <= wait <= most
    assert sum(waits) <= 15 * 60
    assert (job.claims, busy.balance) == (1, (START, 0))


@pytest.mark.parametrize("status", [500, 502, 503, 529])
@pytest.mark.parametrize("said", ["", "3"])
def test_a_vendor_that_failed_is_asked_again_only_where_a_repeat_is_free(
    busy: Desk, at: tuple[str, Simulator], clock: Clock, status: int, said: str
) -> None:
    model, vendor = at
    vendor.fault = fault_of(status, said)
    job = busy.job(model)
    waits = worked_off(job, clock)
    assert (job.state, job.error_code, busy.balance) == (State.FAILED, "upstream", (START, 0))
    assert sent(job) == (5 if model == KNOWS_A_REPEAT else 1)
    for wait, (least, most) in zip(waits, bounds(said), strict=False):
        assert least <= wait <= most
    # The very same call, under the reference that the vendor knows.
    assert job.attempts.count() == 1
    assert vendor.bills == []


@pytest.mark.parametrize("said", ["tomorrow", "900", "601"])
def test_a_vendor_that_asks_for_more_time_than_there_is_ends_the_job_at_once_and_the_card_says_so(
    busy: Desk, at: tuple[str, Simulator], clock: Clock, said: str
) -> None:
    model, vendor = at
    vendor.fault = fault_of(429, said)
    job = busy.job(model)
    assert worked_off(job, clock) == []
    assert (job.state, job.error_code, sent(job), busy.balance) == (
        State.FAILED,
        "rate_limited",
        1,
        (START, 0),
    )
    assert job.error_detail.endswith("s, more than is left for this run.")


def test_waits_that_are_said_end_with_the_jobs_own_time(
    busy: Desk, at: tuple[str, Simulator], clock: Clock
) -> None:
    model, vendor = at
    vendor.fault = fault_of(429, "250")
    job = busy.job(model)
    waits = worked_off(job, clock)
    assert all(250 <= wait <= 275 for wait in waits)
    assert (job.state, sent(job), len(waits)) == (State.FAILED, 3, 2)
    assert "It asks to wait 250 s, more than is left for this run." in job.error_detail


def test_a_vendor_that_comes_back_in_time_is_paid_once(
    busy: Desk, at: tuple[str, Simulator], clock: Clock
) -> None:
    model, vendor = at
    vendor.fault = fault_of(429, "120", times=4)
    job = busy.job(model)
    waits = worked_off(job, clock)
    assert (job.state, len(waits), len(vendor.bills), sent(job)) == (State.SUCCEEDED, 4, 1, 5)
    assert busy.balance == (START - job.charged, 0)


def test_a_repeat_after_a_crash_counts_as_a_try(busy: Desk, settings: Any, clock: Clock) -> None:
    with FairStackSimulator() as vendor:
        settings.PROVIDER_KEYS = {"fairstack": "fs-test"}
        settings.PROVIDER_URLS = {"fairstack": vendor.url}
        vendor.fault = fault_of(500, "")
        job = busy.job(KNOWS_A_REPEAT)
        # A worker died with the call out for the third time.
        Attempt.objects.create(job=job, number=1, client_ref=f"{job.pk.hex}-1", sent=3)
        waits = worked_off(job, clock)
        assert (job.state, sent(job), len(waits), job.attempts.count()) == (State.FAILED, 5, 1, 1)
        assert not Breaker.objects.filter(opened_at__isnull=False).exists()
