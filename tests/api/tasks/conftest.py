"""A program of prepaid tasks: it asks, a worker works, and it polls."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import httpx
import pytest
from django.db import connections
from django.test import Client

from studio.accounts import keys
from studio.accounts.models import User
from studio.jobs import execution
from tests.api.tasks.asking import BASE, Asker
from tests.images.samples import file_of, scene
from tests.jobs.conftest import SKETCH, Desk, desk_of
from tests.providers.simulators.async_tasks import AsyncTasksSimulator

__all__ = ["Desk"]

VENDOR = "async_tasks/gpt-image-2"
"""A model whose prices are the seed's own."""
QUICK: dict[str, Any] = {"model": SKETCH, "prompt": "a stair"}


class Program:
    """What a client of this API is made of: only base and key are this server's."""

    def __init__(self, raw: httpx.Client) -> None:
        self.raw = raw

    def post(self, path: str, body: Any = None, **more: Any) -> httpx.Response:
        return self.raw.post(f"{BASE}/v1{path}", json=body, **more)

    def begun(self, **wish: Any) -> dict[str, Any]:
        """The envelope of a new task, of pictures where there is an image to work on."""
        path = "/images/image-to-image" if "image" in wish else "/images/generations"
        answer = self.post(path, QUICK | wish)
        assert answer.status_code == 202, answer.text
        return dict(answer.json())

    def seen(self, task_id: str) -> dict[str, Any]:
        answer = self.raw.get(f"{BASE}/v1/tasks/{task_id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def ended(self, **wish: Any) -> dict[str, Any]:
        """The task once the worker has nothing left to do."""
        begun = self.begun(**wish)
        execution.work()
        return self.seen(begun["task_id"])


@pytest.fixture
def program(raw: httpx.Client) -> Program:
    return Program(raw)


@pytest.fixture
def vendor(settings: Any) -> Iterator[AsyncTasksSimulator]:
    """The seed's own vendor behind the studio, so that its prices are the seed's."""
    with AsyncTasksSimulator() as simulator:
        settings.PROVIDER_KEYS = {"async_tasks": "ak-canary"}
        settings.PROVIDER_URLS = {"async_tasks": simulator.url}
        yield simulator


@contextmanager
def working() -> Iterator[None]:
    """A worker beside the test, which is done with all there is when this ends."""
    with ThreadPoolExecutor(1) as threads:
        worker = threads.submit(_worked)
        yield
        worker.result(60)


def _worked() -> None:
    try:
        execution.work()
    finally:
        connections.close_all()


@contextmanager
def waiting_for(state: Callable[[], bool], seconds: float = 30.0) -> Iterator[None]:
    """Once the state is reached; fails where it is not in time."""
    until = time.monotonic() + seconds
    while not state():
        assert time.monotonic() < until, "It did not come to that."
        time.sleep(0.02)
    yield


def amounts(task: dict[str, Any]) -> tuple[Decimal, Decimal]:
    """Charged and refunded, in credits; what was refunded only where it is told."""
    told = task["billing"]
    return Decimal(told["charged_credits"]), Decimal(told.get("refunded_credits", "0"))


def net_micros(task: dict[str, Any]) -> Decimal:
    """What the task took for good, at 1,000 micros a credit."""
    charged, refunded = amounts(task)
    return (charged - refunded) * 1000


@pytest.fixture
def picture(program: Program, desk: Desk) -> str:
    """The artifact id of a picture that was uploaded."""
    answer = program.post("/uploads", files={"file": ("stair.png", file_of(scene(), "PNG"), "image/png")})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["artifact_id"])


@pytest.fixture
def asker(alice: User, settings: Any) -> Asker:
    settings.PROVIDER_KEYS = {"async_tasks": "ak-canary"}
    settings.PROVIDER_URLS = {"async_tasks": "http://127.0.0.1:9"}
    text = keys.make(owner=alice, name="Nightly")[1]
    return Asker(Client(headers={"Authorization": f"Bearer {text}"}), desk_of(alice), alice)
