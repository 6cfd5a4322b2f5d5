"""How many requests may wait for their pictures at one time."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import httpx
from django.conf import settings

from studio.accounts.models import User
from studio.api import underway
from studio.jobs.models import Run
from tests.api.test_door import ADDRESS, SMALL, code, until
from tests.jobs.conftest import SKETCH, START, Desk


def test_who_lets_more_requests_wait_than_will_have_their_turn_soon_is_told_to_try_later(
    raw: httpx.Client, settings: Any, painting: threading.Event, desk: Desk
) -> None:
    settings.JOBS_PER_PAYER, asked = 1, 10

    def ask(number: int) -> httpx.Response:
        return raw.post(ADDRESS, json=SMALL | {"prompt": f"stair {number}"})

    with ThreadPoolExecutor(asked) as pool:
        answers = [pool.submit(ask, number) for number in range(asked)]
        until(lambda: sum(answer.done() for answer in answers) == asked - underway.TURNS)
        refused = [answer.result() for answer in answers if answer.done()]
        painting.set()
        painted = [answer.result() for answer in answers if answer.result() not in refused]
    assert {code(answer) for answer in refused} == {(429, "rate_limit_exceeded")}
    assert {(answer.headers["Retry-After"], answer.headers["x-should-retry"]) for answer in refused} == {
        ("5", "true")
    }
    assert [answer.status_code for answer in painted] == [200] * underway.TURNS
    assert (Run.objects.count(), desk.balance) == (underway.TURNS, (START - underway.TURNS * 3_000, 0))
    assert ask(11).status_code == 200


def test_a_request_that_is_refused_takes_no_place_from_others(raw: httpx.Client, settings: Any) -> None:
    settings.JOBS_PER_PAYER = 1
    answers = [raw.post(ADDRESS, json=SMALL | {"size": "1x1"}).status_code for _ in range(underway.TURNS + 2)]
    assert set(answers) == {400}


def test_without_a_place_a_run_is_answered_as_it_is_and_not_waited_for(
    raw: httpx.Client, alice: User
) -> None:
    with ExitStack() as full:
        for _place in range(underway.TURNS * settings.JOBS_PER_PAYER):
            full.enter_context(underway.place_if_free(alice.pk))
        asked = time.monotonic()
        answer = raw.post("/api/runs", json={"prompt": "a stair", "model": SKETCH, "wait": 20})
        assert (answer.status_code, answer.json()["state"]) == (202, "queued")
        assert time.monotonic() - asked < 10
