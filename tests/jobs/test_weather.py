"""How models did lately, as the database says it, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from studio.accounts.models import User
from studio.jobs.models import Job, State
from studio.jobs.routing import weather
from tests.factories import make_job, make_run
from tests.jobs.conftest import PAINT, SKETCH

NOW = timezone.now()


def ended(
    user: User, state: str, seconds: float = 2.0, *, model: str = SKETCH, code: str = "", at: datetime = NOW
) -> Job:
    job: Job = make_job(make_run(user), model=model, state=state, error_code=code)
    Job.objects.filter(pk=job.pk).update(started_at=at - timedelta(seconds=seconds), finished_at=at)
    return job


def test_a_model_that_never_ran_has_no_weather(alice: User) -> None:
    assert weather.measured() == {}


def test_success_is_what_delivered_of_what_could_have(alice: User) -> None:
    for state, code in [
        (State.SUCCEEDED, ""),
        (State.PARTIAL, ""),
        (State.FAILED, "upstream"),
        (State.UNCONFIRMED, ""),
        (State.FAILED, "moderation_input"),
        (State.FAILED, "invalid_request"),
        (State.FAILED, "provider_paused"),
        (State.FAILED, "not_kept"),
        (State.CANCELLED, ""),
    ]:
        ended(alice, state, code=code)
    found = weather.measured()[SKETCH]
    assert (found.runs, found.delivered, found.success) == (4, 2, 0.5)


def test_times_are_those_of_what_delivered(alice: User) -> None:
    for seconds in (1.0, 2.0, 9.0):
        ended(alice, State.SUCCEEDED, seconds)
    ended(alice, State.FAILED, 600.0, code="timeout")
    found = weather.measured()[SKETCH]
    assert found.seconds == 2.0
    assert (found.slow_seconds or 0) > (found.seconds or 0)


def test_each_model_is_seen_by_its_own_latest_runs(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weather, "RUNS", 3)
    ended(alice, State.SUCCEEDED, model=PAINT, at=NOW - timedelta(days=9))
    ended(alice, State.SUCCEEDED, model=PAINT, at=NOW - timedelta(days=weather.DAYS + 1))
    for minute in range(5):
        state = State.FAILED if minute == 0 else State.SUCCEEDED
        ended(alice, state, code="upstream" if minute == 0 else "", at=NOW - timedelta(minutes=10 - minute))
    found = weather.measured()
    assert (found[PAINT].runs, found[SKETCH].runs, found[SKETCH].success) == (1, 3, 1.0)


def test_looking_again_within_the_minute_asks_nothing(alice: User, django_assert_num_queries: Any) -> None:
    ended(alice, State.SUCCEEDED)
    with CaptureQueriesContext(connection) as asked:
        first = weather.of_models()
    assert len(asked) == 1
    with django_assert_num_queries(0):
        assert weather.of_models() == first
