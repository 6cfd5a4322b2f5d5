"""Jobs of a vendor that is paused, down, or has enough to do already."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.db.models import F
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from providers.base import Waiting
from providers.errors import AuthError, ModerationInput, ProviderError, UpstreamError
from studio.accounts.models import User
from studio.catalog import health, limits, providers
from studio.catalog import services as catalog
from studio.catalog.health import EVERYTHING
from studio.catalog.models import Breaker, Pause
from studio.jobs import execution, notices, queue, sending, services, sweeping, witness
from studio.jobs.errors import ModelNotOffered
from studio.jobs.models import Attempt, Job, State
from tests.factories import make_job, make_run
from tests.jobs.conftest import PAID, SKETCH, START, Desk
from tests.jobs.vendors import TicketVendor
from tests.providers.simulators import base
from tests.providers.simulators.base import Fault
from tests.providers.simulators.openai import OpenAISimulator

MODEL = ("openai", "gpt-image-2")


def queued(owner: User, provider: str = "openai", upstream: str = "gpt-image-2", **fields: Any) -> Job:
    """A job that waits, without money."""
    return make_job(
        make_run(owner), provider=provider, upstream=upstream, model=f"{provider}/{upstream}", **fields
    )


def down(upstream: str = "gpt-image-2", *, wait: float = 60.0) -> Breaker:
    """An open breaker whose wait is over in ``wait`` seconds."""
    now = timezone.now()
    return Breaker.objects.create(
        provider="openai",
        upstream=upstream,
        failures=9,
        opened_at=now,
        wait_seconds=60.0,
        probe_at=now + timedelta(seconds=wait),
    )


def later(seconds: float) -> None:
    """So much time has gone by, for jobs and breakers."""
    Job.objects.update(due_at=F("due_at") - timedelta(seconds=seconds))
    gone = {"opened_at": F("opened_at"), "probe_at": F("probe_at"), "probe_until": F("probe_until")}
    Breaker.objects.update(**{name: value - timedelta(seconds=seconds) for name, value in gone.items()})


def test_nothing_is_sent_to_a_paused_provider_until_it_is_resumed(
    busy: Desk, vendor: OpenAISimulator, dana: User
) -> None:
    job, other = busy.job(PAID), busy.job(SKETCH)
    catalog.pause(dana, "openai", reason="New key")
    with pytest.raises(ModelNotOffered, match="paused since"):
        busy.job(PAID)
    execution.work()
    states = dict(Job.objects.values_list("pk", "state"))
    assert (states[job.pk], states[other.pk], vendor.bills) == (State.QUEUED, State.SUCCEEDED, [])
    sweeping.sweep()
    catalog.resume(dana, "openai")
    execution.work()
    job.refresh_from_db()
    assert (job.state, len(vendor.bills)) == (State.SUCCEEDED, 1)


def test_a_task_that_the_vendor_has_goes_on_while_its_provider_is_paused(
    busy: Desk, dana: User, monkeypatch: pytest.MonkeyPatch, vendor: OpenAISimulator
) -> None:
    tickets = TicketVendor()
    monkeypatch.setattr(providers, "adapter", lambda name: tickets)
    job = busy.job(PAID)

    def paused_meanwhile() -> Waiting | None:
        tickets.asked = lambda: None
        catalog.pause(dana, "openai")
        raise UpstreamError("502")

    tickets.asked = paused_meanwhile
    execution.work()
    job.refresh_from_db()
    assert (job.state, job.attempts.get().state) == (State.QUEUED, Attempt.State.TICKET)
    Job.objects.update(due_at=timezone.now())
    execution.work()
    job.refresh_from_db()
    assert (job.state, len(tickets.bills)) == (State.SUCCEEDED, 1)


def test_a_paused_job_waits_with_its_clock_stopped_and_gives_its_hold_back_after_a_day(
    desk: Desk, vendor: OpenAISimulator, dana: User
) -> None:
    job = desk.job(PAID)
    catalog.pause(dana, "openai")
    begun = timezone.now() - timedelta(minutes=9)
    Job.objects.update(started_at=begun, deadline_at=begun + timedelta(minutes=10), dispatched_at=begun)
    later(23 * 3600)
    Pause.objects.update(since=F("since") - timedelta(hours=23))
    sweeping.sweep()
    job.refresh_from_db()
    assert (job.state, job.deadline_at, job.started_at, job.dispatched_at) == (
        State.QUEUED,
        None,
        None,
        begun,
    )
    later(3601)
    Pause.objects.update(since=F("since") - timedelta(hours=2))
    sweeping.sweep()
    job.refresh_from_db()
    assert (job.state, job.error_code, desk.balance) == (State.FAILED, "provider_paused", (START, 0))


def test_queued_jobs_of_a_vendor_that_is_down_wait_and_fail_at_their_limit(
    desk: Desk, vendor: OpenAISimulator
) -> None:
    job, other = desk.job(PAID), desk.job(SKETCH)
    down(wait=3600)
    with pytest.raises(ModelNotOffered, match="GPT Image 2 is down since"):
        desk.job(PAID)
    claim = queue.claim_next()
    assert claim is not None
    assert (claim.job_id, queue.claim_next()) == (other.pk, None)
    later(14 * 60)
    sweeping.sweep()
    assert Job.objects.get(pk=job.pk).state == State.QUEUED
    later(61)
    sweeping.sweep()
    job.refresh_from_db()
    assert (job.state, job.error_code, desk.balance[1]) == (State.FAILED, "provider_down", 3_000)
    assert vendor.bills == []


def test_a_job_that_was_begun_waits_for_its_vendor_no_longer_than_to_its_deadline(
    desk: Desk, vendor: OpenAISimulator
) -> None:
    job = desk.job(PAID)
    down()
    Job.objects.update(deadline_at=timezone.now() - timedelta(seconds=1))
    sweeping.sweep()
    job.refresh_from_db()
    assert (job.state, job.error_code, desk.balance) == (State.FAILED, "provider_down", (START, 0))


def test_a_breaker_of_the_whole_provider_stops_all_its_models_and_no_other(alice: User) -> None:
    queued(alice)
    queued(alice, upstream="gpt-image-1-mini")
    free = queued(alice, provider="bfl", upstream="flux-2-pro")
    down(EVERYTHING)
    claim = queue.claim_next()
    assert claim is not None
    assert (claim.job_id, queue.claim_next()) == (free.pk, None)


def test_failures_in_a_row_open_the_breaker_and_one_probe_closes_it(
    busy: Desk, vendor: OpenAISimulator, settings: Any
) -> None:
    settings.BREAKER_FAILURES = 4
    vendor.fault = Fault(base.STATUS, status=500, times=4)
    jobs = [busy.job(PAID) for _ in range(8)]
    execution.work()
    assert Job.objects.filter(state=State.FAILED).count() == 4
    assert Job.objects.filter(state=State.QUEUED).count() == 4
    breaker = health.open_breakers()[0]
    assert (breaker.provider, breaker.upstream, breaker.failures) == (*MODEL, 4)
    later(60)
    execution.work()
    assert Job.objects.filter(state=State.SUCCEEDED).count() == 4
    assert (health.open_breakers(), len(vendor.bills)) == ([], 4)
    assert busy.balance[1] == 0
    assert {job.pk for job in jobs} == set(Job.objects.values_list("pk", flat=True))


def test_while_one_job_probes_the_others_wait_for_its_result(
    busy: Desk, vendor: OpenAISimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs, seen = [busy.job(PAID) for _ in range(3)], list[object]()
    down(wait=-1)

    def meanwhile(job: Job) -> None:
        if not seen:
            seen.extend([queue.claim_next(), Breaker.objects.get().probe_job])
            with pytest.raises(ModelNotOffered):
                busy.job(PAID)

    watch(monkeypatch, meanwhile)
    execution.work()
    assert seen == [None, jobs[0].pk]
    assert set(Job.objects.values_list("state", flat=True)) == {State.SUCCEEDED}
    assert health.open_breakers() == []


def watch(monkeypatch: pytest.MonkeyPatch, look: Callable[[Job], None]) -> None:
    """Have ``look`` called when a job is about to be sent."""
    request = execution._request

    def and_look(job: Job, *more: Any) -> Any:
        look(job)
        return request(job, *more)

    monkeypatch.setattr(execution, "_request", and_look)


@pytest.mark.parametrize(
    ("fault", "stopped", "wait"),
    [
        (Fault(base.STATUS, status=502), {"gpt-image-2"}, 120.0),
        (Fault(base.STATUS, status=401), {"gpt-image-2", EVERYTHING}, 120.0),
        (Fault(base.MODERATED_INPUT), {"gpt-image-2"}, 60.0),
        (Fault(base.STATUS, status=429, retry_after="30"), {"gpt-image-2"}, 60.0),
    ],
    ids=["a failure", "a refused key", "a declined prompt", "too many requests"],
)
def test_a_probe_that_brings_nothing_leaves_the_breaker_open_and_its_place_free(
    busy: Desk, vendor: OpenAISimulator, fault: Fault, stopped: set[str], wait: float
) -> None:
    busy.job(PAID)
    down(wait=-1)
    vendor.fault = fault
    execution.work()
    assert {row.upstream for row in health.open_breakers()} == stopped
    row = Breaker.objects.get(upstream="gpt-image-2")
    assert (row.wait_seconds, row.probe_job, row.probe_until) == (wait, None, None)


def test_a_probe_that_is_cancelled_makes_room_for_another(
    busy: Desk, vendor: OpenAISimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = busy.job(PAID), busy.job(PAID)
    down(wait=-1)
    attempt = execution._attempt

    def cancelled(claim: queue.Claim, job: Job, *more: Any) -> Any:
        if job.pk == first.pk:
            services.cancel(job=job)
        return attempt(claim, job, *more)

    monkeypatch.setattr(execution, "_attempt", cancelled)
    execution.work()
    states = dict(Job.objects.values_list("pk", "state"))
    assert states == {first.pk: State.CANCELLED, second.pk: State.SUCCEEDED}
    assert health.open_breakers() == []


def test_a_probe_whose_worker_died_makes_room_within_its_lease(desk: Desk, vendor: OpenAISimulator) -> None:
    job = desk.job(PAID)
    down(wait=-1)
    assert queue.claim_next(job.pk)
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    sweeping.sweep()
    claim = queue.claim_next(job.pk)
    assert claim is not None
    assert claim.probe


def test_a_breaker_that_cannot_be_read_stops_nobody(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_given: Any, **_more: Any) -> bool:
        raise DatabaseError("no such table")

    job = queued(alice)
    down(wait=-1)
    monkeypatch.setattr(health, "begin_probe", broken)
    assert queue.claim_next() == queue.Claim(job.pk, 1)


def test_a_success_costs_no_query_while_nothing_fails_and_ends_a_row_of_failures(
    busy: Desk,
    vendor: OpenAISimulator,
    django_assert_num_queries: DjangoAssertNumQueries,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job = busy.job(PAID)
    assert queue.claim_next(job.pk) is not None
    monkeypatch.setattr(witness, "_failing", set())
    with django_assert_num_queries(0), witness.of(queue.Claim(job.pk, 1), job):
        pass
    for error in (UpstreamError("500"), ModerationInput("no")):
        with pytest.raises(ProviderError), witness.of(queue.Claim(job.pk, 1), job):
            raise error
    assert Breaker.objects.get().failures == 1
    with witness.of(queue.Claim(job.pk, 1), job):
        pass
    assert Breaker.objects.get().failures == 0
    Breaker.objects.update(failures=2)
    again = busy.job(PAID)
    claim = queue.claim_next(again.pk)
    assert claim is not None
    assert (claim.watched, claim.probe) == (True, False)
    with witness.of(claim, again):
        pass
    assert Breaker.objects.get().failures == 0


def test_those_who_wait_for_a_vendor_and_cannot_be_told_are_in_nobodys_way(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_provider: str) -> None:
        raise DatabaseError("locked")

    monkeypatch.setattr(notices, "vendor_changed", broken)
    job = queued(alice)
    with pytest.raises(AuthError), witness.of(queue.Claim(job.pk, 1), job):
        raise AuthError("no such key")


def test_those_who_wait_for_a_vendor_hear_of_the_failure_that_stops_it_and_of_no_other(
    alice: User, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    told = list[str]()
    settings.BREAKER_FAILURES = 3
    monkeypatch.setattr(notices, "vendor_changed", told.append)
    job = queued(alice)
    heard = []
    for _ in range(5):
        with pytest.raises(UpstreamError), witness.of(queue.Claim(job.pk, 1), job):
            raise UpstreamError("500")
        heard.append(len(told))
    assert (heard, told) == ([0, 0, 1, 1, 1], ["openai"])


def test_the_sweep_sends_no_messages_for_jobs_that_nobody_may_run(alice: User, dana: User) -> None:
    queued(alice)
    queued(alice, provider="bfl", upstream="flux-2-pro")
    ready = queued(alice, provider="gesso", upstream="sketch")
    down()
    catalog.pause(dana, "bfl")
    assert sweeping.undispatched(timezone.now()) == [ready.pk]
    later(120)
    assert len(sweeping.undispatched(timezone.now())) == 2


def test_a_refused_key_stops_the_provider_before_the_next_job_is_sent(
    busy: Desk, vendor: OpenAISimulator
) -> None:
    vendor.fault = Fault(base.STATUS, status=401)
    for _ in range(3):
        busy.job(PAID)
    execution.work()
    assert Attempt.objects.count() == 1
    assert Attempt.objects.get().error_code == AuthError.code
    assert Job.objects.filter(state=State.QUEUED).count() == 2


def test_a_vendor_gets_no_more_jobs_at_once_than_it_takes_and_one_of_its_models_fewer(alice: User) -> None:
    for _ in range(8):
        queued(alice, "bfl", "flux-kontext-max")
    for _ in range(24):
        queued(alice, "bfl", "flux-2-pro")
    other = queued(alice, "openai")
    assert running_after_all_claims() == {"flux-kontext-max": 6, "flux-2-pro": 18, other.upstream: 1}
    Job.objects.filter(state=State.RUNNING, upstream="flux-2-pro").first().delete()  # type: ignore[union-attr]
    assert running_after_all_claims()["flux-2-pro"] == 18


def running_after_all_claims() -> dict[str, int]:
    """How many jobs of each model run once nobody can claim another."""
    while queue.claim_next():
        pass
    running = Job.objects.filter(state=State.RUNNING).values_list("upstream", flat=True)
    return {upstream: list(running).count(upstream) for upstream in set(running)}


@pytest.fixture(autouse=True)
def one_payer_may_have_all(settings: Any) -> None:
    settings.JOBS_PER_PAYER = 1000


def test_settings_lower_what_a_vendor_takes_and_never_raise_it(settings: Any) -> None:
    settings.PROVIDER_JOBS = {"bfl": 5, "openai": 2, "async_tasks": 100}
    whole = {cap.provider: cap.most for cap in limits.caps() if not cap.upstream}
    assert (whole["bfl"], whole["openai"], whole["async_tasks"]) == (5, 2, 100)
    settings.PROVIDER_JOBS = {"bfl": 50}
    whole = {cap.provider: cap.most for cap in limits.caps() if not cap.upstream}
    assert whole["bfl"] == 24
    assert limits.Cap("bfl", "flux-kontext-max", 6) in list(limits.caps())


def test_a_vendor_that_states_no_limit_has_one_all_the_same(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MOST_AT_ONCE", 3)
    for _ in range(5):
        queued(alice)
    assert running_after_all_claims() == {"gpt-image-2": 3}


def test_a_cap_is_fair_between_payers(alice: User, bob: User, settings: Any) -> None:
    settings.PROVIDER_JOBS = {"openai": 4}
    for _ in range(6):
        queued(alice)
    for _ in range(2):
        queued(bob)
    running_after_all_claims()
    taken = Job.objects.filter(state=State.RUNNING).values_list("run__owner", flat=True)
    assert sorted(taken) == sorted([alice.pk, alice.pk, bob.pk, bob.pk])


def test_a_task_that_the_vendor_has_goes_on_whatever_else_it_is_given(alice: User, settings: Any) -> None:
    settings.PROVIDER_JOBS = {"openai": 1}
    queued(alice)
    resumed = queued(alice)
    Attempt.objects.create(job=resumed, number=1, client_ref="a", state=Attempt.State.TICKET, ticket={})
    running_after_all_claims()
    resumed.refresh_from_db()
    assert resumed.state == State.RUNNING


def test_threads_of_one_process_never_pass_a_cap(transactional_db: None, alice: User, settings: Any) -> None:
    settings.PROVIDER_JOBS = {"openai": 5}
    for _ in range(30):
        queued(alice)
    most, together = list[int](), threading.Barrier(6)

    def race() -> None:
        together.wait()
        try:
            while claim := queue.claim_next():
                most.append(Job.objects.filter(state=State.RUNNING).count())
                claim.rows().update(state=State.SUCCEEDED)
        finally:
            connection.close()

    threads = [threading.Thread(target=race) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) <= 5


def test_a_job_has_the_time_of_its_model_and_the_vendor_hears_what_is_left(
    busy: Desk, vendor: OpenAISimulator, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setattr(limits, "deadline_seconds", lambda model: {PAID: 90.0}.get(model, 600.0))
    asked = list[float]()
    request = sending.image_request

    def heard(job: Job, attempt: Attempt, *, seconds: float, **more: Any) -> Any:
        asked.append(seconds)
        return request(job, attempt, seconds=seconds, **more)

    monkeypatch.setattr(sending, "image_request", heard)
    job = busy.finished(PAID)
    assert job.started_at is not None
    assert job.deadline_at is not None
    assert (job.deadline_at - job.started_at).total_seconds() == 90
    assert 80 < asked[0] <= 90


def test_every_model_has_a_time_and_no_setting_makes_it_longer(settings: Any) -> None:
    assert limits.deadline_seconds("openai/gpt-image-2") == 600
    assert limits.deadline_seconds("gesso/sketch") < 600
    assert limits.deadline_seconds("of/yesterday") == 600
    settings.JOB_DEADLINE_SECONDS = 5.0
    assert limits.deadline_seconds("openai/gpt-image-2") == 5
