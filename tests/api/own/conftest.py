"""A program that speaks the studio's own API, beside a worker that works when it is told to."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from studio.accounts import keys
from studio.accounts.models import User
from studio.jobs import execution
from tests.jobs.conftest import SKETCH, Desk, desk_of

__all__ = ["Desk"]

BASE = "/api"
QUICK: dict[str, Any] = {"model": SKETCH, "prompt": "a stair", "size": "256x256"}


class Program:
    """Sends JSON with a key, and reads what comes back."""

    def __init__(self, key: str) -> None:
        self.client = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {key}"})

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(BASE + path, query)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        sent = {name.replace("_", "-"): text for name, text in headers.items()}
        content = "application/json"
        return self.client.post(BASE + path, json.dumps(body or {}), content, headers=sent)

    def begun(self, **wish: Any) -> dict[str, Any]:
        """A new run, which nobody has worked on."""
        answer = self.post("/runs", QUICK | wish)
        assert answer.status_code == 202, answer.content
        return dict(answer.json())

    def ended(self, **wish: Any) -> dict[str, Any]:
        """A new run once the worker has nothing left to do."""
        begun = self.begun(**wish)
        execution.work()
        return self.read(f"/runs/{begun['id']}")

    def read(self, path: str, **query: Any) -> dict[str, Any]:
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.content
        return dict(answer.json())

    def pages(self, path: str, size: int = 2, **query: Any) -> list[list[dict[str, Any]]]:
        """Every page of a list, of ``size`` rows each."""
        page = self.read(path, limit=size, **query)
        found: list[list[dict[str, Any]]] = [page["data"]]
        while page["next_cursor"]:
            page = self.read(path, limit=size, cursor=page["next_cursor"], **query)
            found.append(page["data"])
        return found


def refusal(answer: Any) -> tuple[int, str, str | None]:
    """Status, code and field of an error, which has words and the request's id."""
    error = answer.json()["error"]
    assert error["message"]
    assert error["request_id"] == answer["x-request-id"]
    assert set(error) == {"code", "message", "param", "request_id"}
    return answer.status_code, error["code"], error["param"]


@pytest.fixture
def desk(alice: User) -> Desk:
    """Rolled back, for nobody else looks: the server of these tests is in their own thread."""
    return desk_of(alice)


@pytest.fixture
def program(desk: Desk, key: str) -> Program:
    return Program(key)


@pytest.fixture
def theirs(desk: Desk, charlie: User) -> Program:
    """Charlie's program, which must not get in."""
    return Program(keys.make(owner=charlie, name="Script")[1])


@pytest.fixture
def queries(django_assert_max_num_queries: Any) -> Callable[[Callable[[], Any]], int]:
    """How many queries a call takes."""

    def counted(call: Callable[[], Any]) -> int:
        with django_assert_max_num_queries(1000) as context:
            call()
        return len(context)

    return counted
