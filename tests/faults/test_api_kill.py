"""The web process dies while a program waits for its picture; the program asks again, with the same key."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

import httpx
import pytest
from django.db import connections

from studio.accounts import keys
from studio.accounts.models import User
from studio.jobs.models import Job, Run, State
from tests.faults.conftest import ROUNDS, assert_nothing_is_left_open, until_rest
from tests.faults.processes import wait_for
from tests.jobs.conftest import START, Desk, desk_of
from tests.live.browser import Server
from tests.providers.simulators.base import Simulator
from tests.providers.simulators.fairstack import FairStackSimulator
from tests.providers.simulators.openai import OpenAISimulator

pytestmark = pytest.mark.django_db(transaction=True)

ADDRESS = "/v1/images/generations"
ONCE = {"Idempotency-Key": "order-30"}


@pytest.fixture
def desk(alice: User, settings: Any) -> Desk:
    settings.JOB_LEASE_SECONDS = 0.5
    return desk_of(alice)


@pytest.fixture
def key(desk: Desk, alice: User) -> str:
    return keys.make(owner=alice, name="Nightly")[1]


@contextmanager
def server(vendor: Simulator, name: str) -> Iterator[Server]:
    """A web process with this server's key for the vendor, and leases that run out soon."""
    more = {f"PROVIDER_{name}_KEY": "sk-canary", f"PROVIDER_{name}_URL": vendor.url}
    process = Server(JOB_LEASE_SECONDS="0.5", **more)
    try:
        yield process
    finally:
        process.stop()


def asked(server: Server, key: str, model: str) -> httpx.Response:
    return httpx.post(
        f"http://127.0.0.1:{server.port}{ADDRESS}",
        json={"model": model, "prompt": "a stair"},
        headers={"Authorization": f"Bearer {key}", "Host": "localhost"} | ONCE,
        timeout=60,
        trust_env=False,
    )


def killed_while_the_vendor_works(vendor: Simulator, name: str, key: str, model: str) -> None:
    with server(vendor, name) as first, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(asked, first, key, model)
        wait_for(lambda: vendor.requests, "the paid call")
        first.kill()
        with suppress(httpx.HTTPError):
            waiting.result()


def sweep_until_rest() -> None:
    try:
        until_rest()
    finally:
        connections.close_all()


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_at_a_vendor_that_knows_a_repeat_the_second_request_gets_the_picture_for_one_charge(
    desk: Desk, key: str, settings: Any, _round: int
) -> None:
    with FairStackSimulator(seconds=1.0) as vendor:
        settings.PROVIDER_KEYS, settings.PROVIDER_URLS = {"fairstack": "x"}, {"fairstack": vendor.url}
        killed_while_the_vendor_works(vendor, "FAIRSTACK", key, "fairstack/z-image-turbo")
        swept = threading.Thread(target=sweep_until_rest)
        swept.start()
        with server(vendor, "FAIRSTACK") as second:
            answer = asked(second, key, "fairstack/z-image-turbo")
        swept.join()
        assert answer.status_code == 200, answer.text
        assert (len(vendor.bills), Run.objects.count()) == (1, 1)
        job = Job.objects.get()
        assert (job.state, desk.balance) == (State.SUCCEEDED, (START - job.charged, 0))
        assert answer.json()["usage"]["cost"]["total_cost"] == job.charged / 1_000_000


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_at_a_vendor_that_may_have_been_paid_the_second_request_is_told_so_and_nothing_is_sent_again(
    desk: Desk, key: str, settings: Any, _round: int
) -> None:
    with OpenAISimulator(seconds=1.0) as vendor:
        settings.PROVIDER_KEYS, settings.PROVIDER_URLS = {"openai": "sk-canary"}, {"openai": vendor.url}
        killed_while_the_vendor_works(vendor, "OPENAI", key, "openai/gpt-image-2")
        until_rest()
        with server(vendor, "OPENAI") as second:
            answer = asked(second, key, "openai/gpt-image-2")
        assert (answer.status_code, answer.json()["error"]["code"]) == (504, "unconfirmed")
        assert answer.headers["x-should-retry"] == "false"
        assert (len(vendor.requests), Run.objects.count()) == (1, 1)
        assert_nothing_is_left_open(desk, settings)
        assert desk.balance == (START, 0)
