"""A program of this dialect that does not wait: ``Prefer: respond-async`` at the addresses without a base."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from studio.jobs import execution
from studio.jobs.models import Run
from tests.api.openai.conftest import Easel
from tests.images.samples import file_of, scene
from tests.jobs.conftest import PAINT, SKETCH, START, Desk

ASYNC = {"Prefer": "respond-async"}
BODY: dict[str, Any] = {"model": SKETCH, "prompt": "a stair"}
ADDRESS = "/v1/images/generations"


@pytest.mark.parametrize(
    "prefer", ["respond-async", "Respond-Async, wait=10", "wait=10 , respond-async; x=1"]
)
def test_a_task_is_begun_and_asked_for_until_it_is_done(
    raw: httpx.Client, easel: Easel, desk: Desk, prefer: str
) -> None:
    begun = raw.post(ADDRESS, json=BODY, headers={"Prefer": prefer})
    assert (begun.status_code, begun.headers["Preference-Applied"]) == (202, "respond-async")
    assert (begun.json()["status"], easel.asked) == ("queued", [])
    execution.work()
    done = raw.get(begun.headers["Location"]).json()
    assert (done["task_id"], done["status"]) == (begun.json()["task_id"], "succeeded")
    assert desk.balance == (START - 3_000, 0)


def test_an_edit_is_a_task_too(raw: httpx.Client) -> None:
    picture = {"image": file_of(scene(), "PNG")}
    begun = raw.post("/v1/images/edits", data=BODY | {"model": PAINT}, files=picture, headers=ASYNC)
    assert (begun.status_code, begun.json()["type"]) == (202, "image_to_image")


def test_a_stream_wins_over_a_task(raw: httpx.Client, easel: Easel) -> None:
    answer = raw.post(ADDRESS, json=BODY | {"stream": True}, headers=ASYNC)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream")


def test_the_dialects_own_address_waits_whatever_is_preferred(raw: httpx.Client, easel: Easel) -> None:
    answer = raw.post(f"/d/openai{ADDRESS}", json=BODY, headers=ASYNC)
    assert (answer.status_code, len(answer.json()["data"])) == (200, 1)


def test_what_cannot_be_done_is_refused_at_once_in_this_dialect(raw: httpx.Client) -> None:
    answer = raw.post(ADDRESS, json=BODY | {"size": "9x9"}, headers=ASYNC)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "size")
    assert not Run.objects.exists()


def test_the_same_order_is_one_task_whether_it_is_waited_for_or_not(raw: httpx.Client, easel: Easel) -> None:
    once = {"Idempotency-Key": "order-1"}
    made = raw.post(ADDRESS, json=BODY, headers=once)
    task = raw.post(ADDRESS, json=BODY, headers=ASYNC | once)
    assert (task.status_code, task.json()["status"]) == (202, "succeeded")
    assert (len(made.json()["data"]), Run.objects.count()) == (1, 1)
