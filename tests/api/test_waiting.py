"""What a client hears while its job goes on, and what becomes of the job when the client has gone."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from asgiref.sync import async_to_sync
from django.db import OperationalError

from providers.base import Emit, Finished, ImageRequest
from providers.errors import ModerationInput
from providers.painter.adapter import Painter
from studio.api import streams
from studio.api.waiting import BrokenOff
from studio.jobs import execution
from studio.jobs.models import Job, Run, State
from tests.api.test_door import ADDRESS, SMALL, until
from tests.jobs.conftest import START, Desk


@pytest.fixture
def hurried(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that is left in silence for no longer than a moment."""
    settings.API_QUIET_SECONDS = 0.05
    monkeypatch.setattr(streams, "BEAT_SECONDS", 0.05)


@pytest.fixture
def script(uvicorn_url: str, key: str) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=uvicorn_url, headers=headers, timeout=30, trust_env=False) as client:
        yield client


def test_a_long_job_gives_signs_of_life_and_then_its_pictures(
    script: httpx.Client, hurried: None, painting: threading.Event, desk: Desk
) -> None:
    with script.stream("POST", ADDRESS, json=SMALL) as answer:
        assert answer.status_code == 200
        pieces = answer.iter_bytes()
        begun = b"".join(next(pieces) for _beat in range(3))
        assert begun.strip() == b""
        painting.set()
        document = json.loads(begun + b"".join(pieces))
    assert document["data"][0]["b64_json"]
    assert desk.balance[0] == START - 3_000


def test_a_failure_after_the_first_sign_of_life_is_told_and_no_client_takes_it_for_an_answer(
    script: httpx.Client,
    hurried: None,
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    go_on, calls = threading.Event(), list[int]()

    def refused(self: Painter, request: ImageRequest, emit: Emit) -> Finished:
        calls.append(1)
        assert go_on.wait(30)
        raise ModerationInput("This is not painted here.")

    monkeypatch.setattr(Painter, "submit", refused)
    heard = bytearray()

    def listen() -> None:
        with script.stream("POST", ADDRESS, json=SMALL) as answer:
            for piece in answer.iter_bytes():
                heard.extend(piece)
                go_on.set()

    with pytest.raises(httpx.RemoteProtocolError):
        listen()
    assert json.loads(heard)["error"]["code"] == "moderation_blocked"
    again = script.post(ADDRESS, json=SMALL, headers={"x-stainless-retry-count": "1"})
    assert (again.status_code, again.json()["error"]["code"]) == (400, "moderation_blocked")
    assert (len(calls), desk.balance) == (1, (START, 0))
    told = [record for record in caplog.records if record.name == "studio.asgi"]
    assert [record.getMessage() for record in told] == ["an answer was broken off: moderation_blocked"]
    assert "This is not painted here." not in caplog.text


def test_a_database_that_fails_while_a_job_is_waited_for_is_told_as_passing_and_not_as_our_fault(
    raw: httpx.Client, monkeypatch: pytest.MonkeyPatch, desk: Desk
) -> None:
    def away(*_claimed: object) -> bool:
        raise OperationalError("the server closed the connection")

    with monkeypatch.context() as broken:
        broken.setattr(execution, "run_one", away)
        answer = raw.post(ADDRESS, json=SMALL)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "unavailable")
    assert answer.headers["x-should-retry"] == "true"
    again = raw.post(ADDRESS, json=SMALL, headers={"x-stainless-retry-count": "1"})
    assert again.status_code == 200
    assert (Run.objects.count(), desk.balance) == (1, (START - 3_000, 0))


def test_a_client_that_leaves_loses_nothing(
    script: httpx.Client, hurried: None, painting: threading.Event, desk: Desk
) -> None:
    once = {"Idempotency-Key": "order-20"}
    with script.stream("POST", ADDRESS, json=SMALL, headers=once) as answer:
        next(answer.iter_bytes())
    until(lambda: Job.objects.filter(state=State.RUNNING).first())
    painting.set()
    until(lambda: Job.objects.filter(state=State.SUCCEEDED).first())
    assert desk.balance == (START - 3_000, 0)
    again = script.post(ADDRESS, json=SMALL, headers=once)
    assert again.json()["data"][0]["b64_json"]
    assert (Run.objects.count(), desk.balance) == (1, (START - 3_000, 0))


def test_small_pieces_leave_together_and_before_a_wait_or_what_breaks_them_off() -> None:
    bell, sent = streams.Bell(), list[bytes]()

    def pieces() -> streams.Pieces:
        yield b"a"
        yield b"b"
        bell.ring()
        yield streams.WAIT
        yield b"c" * streams.SMALL_BYTES
        yield b"d"
        raise BrokenOff

    async def send() -> None:
        async for piece in streams._in_loop(pieces(), bell, b" "):
            sent.append(piece[:4])

    with pytest.raises(BrokenOff):
        async_to_sync(send)()
    assert sent == [b"ab", b"cccc", b"d"]


def test_a_bell_that_nobody_waited_for_is_heard_later_and_once() -> None:
    bell = streams.Bell()
    bell.ring()
    assert bell.wait(0)
    assert not bell.wait(0)
