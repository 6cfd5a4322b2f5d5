"""Pauses, and breakers that open when a vendor's calls fail in a row."""

from __future__ import annotations

import threading
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from providers import errors
from studio.accounts.models import AuditRow, User
from studio.catalog import health, selectors, services
from studio.catalog.health import EVERYTHING
from studio.catalog.models import Breaker
from studio.core.errors import Invalid

PROVIDER, UPSTREAM, MODEL = "openai", "gpt-image-2", "openai/gpt-image-2"
OTHER = "openai/gpt-image-1-mini"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def vendor_with_a_key(settings: Any) -> None:
    settings.PROVIDER_KEYS = {PROVIDER: "sk-test"}
    settings.BREAKER_FAILURES = 3


def fails(error: errors.ProviderError | None = None, *, job: UUID | None = None) -> health.Heard:
    return health.failed(PROVIDER, UPSTREAM, job or uuid.uuid4(), error or errors.UpstreamError("500"))


def opened(error: errors.ProviderError | None = None) -> Breaker:
    """The breaker after as many failures as open one."""
    for _ in range(3):
        fails(error)
    return Breaker.objects.get()


def later(seconds: float) -> None:
    """So much of every wait has gone by."""
    for row in Breaker.objects.filter(opened_at__isnull=False):
        row.probe_at = row.probe_at and row.probe_at - timedelta(seconds=seconds)
        row.probe_until = row.probe_until and row.probe_until - timedelta(seconds=seconds)
        row.save()


def probes(job: UUID, upstream: str = UPSTREAM) -> bool:
    """Whether the job may be the one that calls."""
    with transaction.atomic():
        begun = health.begin_probe(PROVIDER, upstream, job, seconds=60)
        transaction.set_rollback(not begun)
    return begun


def test_a_breaker_opens_at_the_threshold_and_says_since_when(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 11, 30, 9, 40, tzinfo=UTC))
    fails()
    fails()
    assert (selectors.offer(MODEL).available, health.open_breakers()) == (True, [])
    fails()
    offer = selectors.offer(MODEL)
    assert (offer.available, offer.reason, offer.set_up) == (False, "Down since 09:40", True)
    assert offer.refusal == "GPT Image 2 is down since 09:40. Pick another model."
    assert selectors.offer(OTHER).available
    assert [(row.upstream, row.failures, row.error_code) for row in health.open_breakers()] == [
        (UPSTREAM, 3, "upstream")
    ]
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 12, 1, 9, 0, tzinfo=UTC))
    Breaker.objects.update(probe_at=timezone.now() + timedelta(seconds=9))
    assert selectors.offer(MODEL).reason == "Down since 30 November, 09:40"


def test_only_failures_in_a_row_count() -> None:
    for _ in range(5):
        fails()
        fails()
        health.succeeded(PROVIDER, UPSTREAM, uuid.uuid4())
    assert health.open_breakers() == []


@pytest.mark.parametrize(
    "error",
    [
        errors.ModerationInput("no"),
        errors.ModerationOutput("no"),
        errors.InvalidRequest("no"),
        errors.PromptTooLong("long"),
        errors.RateLimited("busy"),
        errors.NotReady("it loads"),
    ],
)
def test_what_is_not_the_vendors_failure_is_not_counted(error: errors.ProviderError) -> None:
    assert {fails(error) for _ in range(5)} == {health.Heard.NOTHING}
    assert not Breaker.objects.exists()


@pytest.mark.parametrize(
    "error",
    [
        errors.UpstreamError("500"),
        errors.NotSent("refused"),
        errors.UpstreamTimeout("late"),
        errors.AnswerLost("reset"),
        errors.TaskFailed("gone"),
        errors.EmptyResult("none"),
        errors.ResultExpired("gone"),
        errors.ModelUnavailable("off"),
    ],
)
def test_what_is_the_vendors_failure_is_counted(error: errors.ProviderError) -> None:
    assert opened(error).is_open


@pytest.mark.parametrize("error", [errors.AuthError("no"), errors.BillingError("empty")])
def test_a_key_or_an_account_that_is_refused_stops_the_whole_provider_at_once(
    error: errors.ProviderError,
) -> None:
    fails(error)
    assert [(row.provider, row.upstream) for row in health.open_breakers()] == [(PROVIDER, EVERYTHING)]
    assert not any(selectors.offer(model).available for model in (MODEL, OTHER))
    assert selectors.offer("gesso/paint").available


def test_nobody_probes_before_the_wait_is_over_and_then_one_alone() -> None:
    breaker = opened()
    first, second = uuid.uuid4(), uuid.uuid4()
    assert breaker.wait_seconds == 30
    assert not probes(first)
    later(30)
    assert selectors.offer(MODEL).available
    assert (probes(first), probes(second)) == (True, False)
    assert not selectors.offer(MODEL).available


def test_a_probe_that_succeeds_closes_and_one_that_fails_waits_twice_as_long_up_to_a_limit() -> None:
    since, waits = opened().opened_at, []
    for _ in range(6):
        probe = uuid.uuid4()
        later(10_000)
        assert probes(probe)
        fails(job=probe)
        row = Breaker.objects.get()
        assert (row.opened_at, row.probe_job, row.probe_until) == (since, None, None)
        waits.append(row.wait_seconds)
    assert waits == [60, 120, 240, 480, 600, 600]
    probe = uuid.uuid4()
    later(600)
    assert probes(probe)
    health.succeeded(PROVIDER, UPSTREAM, probe)
    assert (health.open_breakers(), selectors.offer(MODEL).available) == ([], True)
    assert Breaker.objects.get().failures == 0


def test_a_call_from_before_neither_closes_a_breaker_nor_makes_its_wait_longer() -> None:
    before = opened()
    health.succeeded(PROVIDER, UPSTREAM, uuid.uuid4())
    fails()
    after = Breaker.objects.get()
    assert (after.is_open, after.probe_at, after.failures) == (True, before.probe_at, before.failures)


def test_a_probe_that_told_nothing_or_vanished_makes_room_for_another() -> None:
    opened()
    later(30)
    first, second, third = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    assert probes(first)
    health.end_probe(first)
    assert probes(second)
    assert not probes(third)
    later(60)
    assert probes(third)


def test_a_job_that_two_breakers_stop_is_the_probe_of_both_or_of_none() -> None:
    opened()
    fails(errors.AuthError("no"))
    probe = uuid.uuid4()
    Breaker.objects.filter(upstream=UPSTREAM).update(probe_at=timezone.now())
    assert not probes(probe)
    assert not Breaker.objects.filter(probe_job=probe).exists()
    later(30)
    assert probes(probe)
    health.succeeded(PROVIDER, UPSTREAM, probe)
    assert health.open_breakers() == []


def test_a_probe_whose_key_is_refused_stops_its_model_and_the_whole_provider() -> None:
    opened()
    later(30)
    probe = uuid.uuid4()
    assert probes(probe)
    fails(errors.AuthError("no"), job=probe)
    assert {row.upstream: row.wait_seconds for row in health.open_breakers()} == {
        UPSTREAM: 60,
        EVERYTHING: 30,
    }


def test_of_many_who_would_probe_at_once_one_does(transactional_db: None) -> None:
    opened()
    later(30)
    won, together = list[bool](), threading.Barrier(8)

    def race() -> None:
        together.wait()
        try:
            won.append(probes(uuid.uuid4()))
        finally:
            connection.close()

    threads = [threading.Thread(target=race) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False] * 7 + [True]


def test_failures_at_once_from_many_threads_are_all_counted(transactional_db: None, settings: Any) -> None:
    settings.BREAKER_FAILURES = 20
    together = threading.Barrier(19)

    def race() -> None:
        together.wait()
        try:
            fails()
        finally:
            connection.close()

    threads = [threading.Thread(target=race) for _ in range(19)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (Breaker.objects.get().failures, health.open_breakers()) == (19, [])
    fails()
    assert len(health.open_breakers()) == 1


def test_a_breaker_that_cannot_be_written_is_in_nobodys_way(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_given: object, **_more: object) -> None:
        raise DatabaseError("locked")

    monkeypatch.setattr(Breaker.objects, "get_or_create", broken)
    monkeypatch.setattr(health, "close", broken)
    assert fails()
    health.succeeded(PROVIDER, UPSTREAM, uuid.uuid4())
    assert selectors.offer(MODEL).available


def test_a_paused_provider_takes_nothing_new_and_says_who_since_when_and_why(dana: User) -> None:
    services.pause(dana, PROVIDER, reason=" New key on Monday ")
    offer = selectors.offer(MODEL)
    assert (offer.available, offer.reason[:12]) == (False, "Paused since")
    assert offer.trouble is not None
    assert (offer.trouble.paused, offer.trouble.note) == (True, "New key on Monday")
    assert offer.refusal == f"GPT Image 2 is paused since {offer.trouble.time}. Pick another model."
    assert selectors.offer("gesso/paint").available
    pause = health.pauses()[0]
    assert (pause.provider, pause.by, pause.reason) == (PROVIDER, dana, "New key on Monday")
    assert services.resume(dana, PROVIDER, reason="It came")
    assert (health.pauses(), selectors.offer(MODEL).available) == ([], True)
    rows = AuditRow.objects.filter(action="catalog.pause").order_by("at")
    assert [(row.actor, row.target, row.after, row.reason) for row in rows] == [
        (dana, PROVIDER, {"paused": True}, "New key on Monday"),
        (dana, PROVIDER, {"paused": False}, "It came"),
    ]


def test_pausing_twice_or_resuming_what_runs_changes_nothing(dana: User, alice: User) -> None:
    first = services.pause(dana, PROVIDER)
    again = services.pause(alice, PROVIDER, reason="me too")
    assert (again.since, again.by, again.reason) == (first.since, dana, "")
    assert services.resume(dana, PROVIDER)
    assert not services.resume(dana, PROVIDER)
    assert AuditRow.objects.count() == 2


def test_a_provider_that_nobody_knows_cannot_be_paused(dana: User) -> None:
    with pytest.raises(Invalid):
        services.pause(dana, "nobody")


def test_staff_call_again_what_was_stopped_without_waiting_for_a_probe(dana: User) -> None:
    fails(errors.AuthError("no"))
    breaker = health.open_breakers()[0]
    assert services.close_breaker(dana, breaker, reason="New key")
    assert not services.close_breaker(dana, breaker)
    assert selectors.offer(MODEL).available
    row = AuditRow.objects.get(action="catalog.breaker")
    assert (row.target, row.before, row.after) == (PROVIDER, {"open": True}, {"open": False})


def test_pauses_and_breakers_cost_an_offer_no_query_of_their_own(
    dana: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    opened()
    services.pause(dana, "bfl")
    with django_assert_num_queries(1):
        selectors.offers()
    with django_assert_num_queries(1):
        selectors.offer(MODEL)
