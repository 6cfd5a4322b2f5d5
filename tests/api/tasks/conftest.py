"""A program of prepaid tasks: it asks, a worker works, and it polls."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest

from studio.jobs import execution
from tests.images.samples import file_of, scene
from tests.jobs.conftest import SKETCH, Desk
from tests.providers.simulators.async_tasks import AsyncTasksSimulator

__all__ = ["Desk"]

BASE = "/d/async"
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
