"""Who gets in by a key, what a script may send, and what it hears when something is in the way."""

from __future__ import annotations

import json
import threading
import time
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import pytest
from asgiref.sync import async_to_sync
from django.core.files.storage import default_storage
from django.test import AsyncClient, Client
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from studio.accounts import keys, teams
from studio.accounts.models import ApiKey, Membership, Role, Team, User
from studio.api import running, streams
from studio.api.bodies import PLAIN_BYTES
from studio.catalog import services as catalog
from studio.credits import services as credits
from studio.images import storage
from studio.images.models import Blob, Image
from studio.jobs import services
from studio.jobs.models import Job, Run, State
from tests.jobs.conftest import PAINT, PRESS, SKETCH, START, Desk

SMALL: dict[str, Any] = {"model": SKETCH, "prompt": "a stair", "size": "256x256"}
ADDRESS = "/v1/images/generations"


def until[T](look: Callable[[], T | None], seconds: float = 10.0) -> T:
    """What ``look`` finds, once it finds something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.02)
    raise AssertionError("it never came")


def asked(live_server: LiveServer, text: str, **changed: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {text}"}
    return httpx.post(live_server.url + ADDRESS, json=SMALL | changed, headers=headers, timeout=60)


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.REVIEWER])
def test_who_may_only_look_spends_nothing_of_the_teams_pool_by_a_key_from_better_days(
    live_server: LiveServer, desk: Desk, bob: User, northwind: Team, role: str
) -> None:
    Team.objects.update(pool_pays=True)
    pool = credits.account_of(team=northwind)
    credits.grant(account_id=pool.pk, amount=START, key="pool", actor=None, reason="for the test")
    _row, text = keys.make(owner=bob, name="Script", team=northwind)
    assert asked(live_server, text).status_code == 200
    Membership.objects.filter(user=bob).update(role=role)
    assert code(asked(live_server, text)) == (403, "forbidden")
    pool.refresh_from_db()
    assert (Run.objects.count(), pool.available, pool.held) == (1, START - 3_000, 0)


def test_a_key_is_worth_nothing_once_its_owner_left_the_team_or_the_studio(
    live_server: LiveServer, desk: Desk, alice: User, bob: User, northwind: Team
) -> None:
    _row, text = keys.make(owner=bob, name="Script", team=northwind)
    credits.grant(
        account_id=credits.account_of(user=bob).pk, amount=START, key="bob", actor=None, reason="for the test"
    )
    assert asked(live_server, text).status_code == 200
    teams.remove(by=alice, team=northwind, user=bob)
    assert asked(live_server, text).status_code == 403
    _row, own = keys.make(owner=bob, name="Own")
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert code(asked(live_server, own)) == (401, "invalid_api_key")
    assert Run.objects.count() == 1


@pytest.mark.parametrize("allowed", [[PAINT], [PRESS]], ids=str)
def test_auto_chooses_among_the_models_of_the_key(raw: httpx.Client, allowed: list[str]) -> None:
    ApiKey.objects.update(allowed_models=allowed)
    for body in ({"prompt": "a stair"}, {"prompt": "a stair", "model": "auto"}):
        answer = raw.post(ADDRESS, json=body, headers={"X-Dry-Run": "1"})
        assert (answer.status_code, answer.json()["model"]) == (200, allowed[0]), answer.text
    assert raw.post("/d/async/v1/images/generations", json={"prompt": "a stair"}).status_code == 202
    # What goes on to another model stays among them, too.
    assert (Job.objects.get().route or {})["among"] == allowed
    assert code(raw.post(ADDRESS, json=SMALL)) == (403, "model_not_allowed")


def test_a_key_for_auto_leaves_the_choice_to_the_studio(raw: httpx.Client) -> None:
    ApiKey.objects.update(allowed_models=["auto"])
    answer = raw.post(ADDRESS, json={"prompt": "a stair", "model": "auto"}, headers={"X-Dry-Run": "1"})
    assert (answer.status_code, answer.json()["model"]) == (200, SKETCH)


STRANGE = [
    b'{"prompt": "\\ud800", "model": "gesso/sketch"}',
    b'{"prompt": "a", "model": "\\udfff"}',
    b'{"prompt": "a", "model": "gesso/sketch", "size": "\\ud800"}',
    b'{"prompt": "a", "model": "gesso/sketch", "n": NaN}',
    b'{"prompt": "a", "model": "gesso/sketch", "n": 1e400}',
    b'{"prompt": "a", "model": "gesso/sketch", "n": -Infinity}',
    b'{"prompt": "a", "model": "gesso/sketch", "n": ' + b"9" * 5000 + b"}",
    b'{"prompt": "a", "model": "gesso/sketch", "n": ' + b"9" * 400 + b"}",
    b'{"prompt": "a", "model": "gesso/sketch", "\\ud800": 1}',
    b'{"prompt": "a", "model": "gesso/sketch", "user": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    b'{"prompt": "a", "model": "gesso/sketch", "prompt": "\\u0000"}',
    b'{"prompt": "' + b"a" * 40_000 + b'", "model": "gesso/sketch"}',
    b"\xef\xbb\xbf{}",
    b"\xff\xfe{\x00}\x00",
    b"null",
    b'{"prompt": "a", "model": "gesso/sketch", "user": ["\\ud800"' + b"]}",
]


@pytest.mark.parametrize("body", STRANGE, ids=range(len(STRANGE)))
def test_a_strange_body_is_refused_in_the_dialects_words(raw: httpx.Client, body: bytes) -> None:
    answer = raw.post(ADDRESS, content=body)
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.json()["error"]["message"]
    assert Run.objects.count() == 0


def test_a_body_of_a_million_tiny_values_is_refused_before_each_becomes_an_object(raw: httpx.Client) -> None:
    body = b'{"prompt": "a", "model": "gesso/sketch", "user": [' + b"[]," * 500_000 + b"[]]}"
    assert code(raw.post(ADDRESS, content=body)) == (413, "request_too_large")


def test_a_body_without_pictures_is_read_only_as_far_as_any_prompt_could_go(raw: httpx.Client) -> None:
    body = b'{"model": "gesso/sketch", "prompt": "' + b"a" * PLAIN_BYTES + b'"}'
    answer = raw.post(ADDRESS, content=body)
    assert code(answer) == (413, "request_too_large")
    assert "4 MB" in answer.json()["error"]["message"]


def test_a_body_that_is_no_json_is_told_where(raw: httpx.Client) -> None:
    answer = raw.post(ADDRESS, content=b'{"model": "gesso/sketch",\n "prompt": }')
    assert code(answer) == (400, "invalid_json")
    assert "line 2, column 12" in answer.json()["error"]["message"]


def test_the_lease_of_a_job_is_kept_while_the_web_process_works_on_it(
    live_server: LiveServer, key: str, settings: Any, painting: threading.Event
) -> None:
    settings.JOB_LEASE_SECONDS = 0.8
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(asked, live_server, key)
        first = until(lambda: Job.objects.filter(state=State.RUNNING).first())
        until(lambda: Job.objects.filter(lease_until__gt=first.lease_until).exists())
        painting.set()
        assert answer.result().status_code == 200
    assert (Job.objects.get().claims, Job.objects.get().fence) == (1, 1)


def test_twenty_requests_with_one_key_at_once_are_one_run(raw: httpx.Client, desk: Desk) -> None:
    def once(_number: int) -> httpx.Response:
        return raw.post(ADDRESS, json=SMALL, headers={"Idempotency-Key": "order-20"})

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(once, range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert (Run.objects.count(), desk.balance) == (1, (START - 3_000, 0))


def test_another_persons_key_of_the_same_name_is_another_order(
    live_server: LiveServer, raw: httpx.Client, bob: User
) -> None:
    credits.grant(
        account_id=credits.account_of(user=bob).pk, amount=START, key="bob", actor=None, reason="for the test"
    )
    once = {"Idempotency-Key": "order-9"}
    assert raw.post(ADDRESS, json=SMALL, headers=once).status_code == 200
    theirs = {"Authorization": f"Bearer {keys.make(owner=bob, name='Nightly')[1]}"}
    assert raw.post(ADDRESS, json=SMALL | {"n": 2}, headers=once | theirs).status_code == 200
    assert set(Run.objects.values_list("owner__name", flat=True)) == {"Alice", "Bob"}


AGAIN = {"x-stainless-retry-count": "1"}


def test_what_the_vendors_client_sends_again_by_itself_is_not_paid_for_twice(
    raw: httpx.Client, desk: Desk
) -> None:
    first = raw.post(ADDRESS, json=SMALL)
    again = raw.post(ADDRESS, json=SMALL, headers=AGAIN)
    assert again.json() == first.json()
    assert (Run.objects.count(), desk.balance[0]) == (1, START - 3_000)
    assert raw.post(ADDRESS, json=SMALL | {"prompt": "a tower"}, headers=AGAIN).status_code == 200
    assert raw.post(ADDRESS, json=SMALL).status_code == 200
    assert Run.objects.count() == 3


def test_a_repeat_after_a_failure_or_after_ten_minutes_is_a_new_order(raw: httpx.Client) -> None:
    assert raw.post(ADDRESS, json=SMALL).status_code == 200
    Job.objects.update(state=State.FAILED)
    assert raw.post(ADDRESS, json=SMALL, headers=AGAIN).status_code == 200
    assert Run.objects.count() == 2
    Run.objects.update(created_at=timezone.now() - timedelta(minutes=11))
    assert raw.post(ADDRESS, json=SMALL, headers=AGAIN).status_code == 200
    assert Run.objects.count() == 3


def test_nobody_waits_for_ever_and_the_same_order_is_answered_later(
    raw: httpx.Client, dana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    once, submit = {"Idempotency-Key": "order-10"}, services.submit

    def then_paused(**given: Any) -> Run:
        run = submit(**given)
        catalog.pause(dana, "gesso")
        return run

    monkeypatch.setattr(running, "WAIT_SECONDS", 0.2)
    monkeypatch.setattr(services, "submit", then_paused)
    answer = raw.post(ADDRESS, json=SMALL, headers=once)
    assert code(answer) == (504, "still_running")
    assert answer.headers["x-should-retry"] == "true"
    monkeypatch.setattr(services, "submit", submit)
    catalog.resume(dana, "gesso")
    assert raw.post(ADDRESS, json=SMALL, headers=once).status_code == 200
    assert Run.objects.count() == 1


def test_a_run_that_somebody_cancelled_is_not_started_anew_by_the_client(
    raw: httpx.Client, painting: threading.Event, desk: Desk
) -> None:
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(raw.post, ADDRESS, json=SMALL)
        job = until(lambda: Job.objects.filter(state=State.RUNNING).first())
        # Whoever works on it has lost it, and it is over before they find out.
        Job.objects.filter(pk=job.pk).update(fence=9, state=State.QUEUED, dispatched_at=timezone.now())
        services.cancel_run(run=job.run)
        painting.set()
        told = answer.result()
    assert code(told) == (409, "cancelled")
    assert told.headers["x-should-retry"] == "false"
    assert desk.balance == (START, 0)


def test_pictures_that_were_deleted_since_are_not_called_a_failure_and_not_handed_over(
    raw: httpx.Client,
) -> None:
    once = {"Idempotency-Key": "order-11"}
    assert raw.post(ADDRESS, json=SMALL, headers=once).status_code == 200
    Image.objects.update(discarded=True)
    answer = raw.post(ADDRESS, json=SMALL, headers=once)
    assert code(answer) == (410, "pictures_deleted")
    assert answer.headers["x-should-retry"] == "false"
    assert "charged" not in answer.json()["error"]["message"]


def test_of_many_large_pictures_no_more_than_a_piece_is_in_memory(client: Client, key: str) -> None:
    size = 8_000_000
    answer = client.post(
        ADDRESS, SMALL | {"n": 4}, content_type="application/json", headers={"Authorization": f"Bearer {key}"}
    )
    assert answer.status_code == 200
    for blob in Blob.objects.all():
        with default_storage.open(storage.original_name(blob.key, blob.mime), "wb") as file:
            file.write(bytes(size))
    tracemalloc.start()
    length = sum(len(piece) for piece in answer)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert length > 4 * size * 4 / 3
    assert most < size


def test_a_server_of_today_sends_them_as_they_are_read(
    desk: Desk, key: str, async_client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "SMALL_BYTES", 1)

    async def pieces() -> list[bytes]:
        headers = {"Authorization": f"Bearer {key}"}
        answer: Any = await async_client.post(
            ADDRESS, SMALL, content_type="application/json", headers=headers
        )
        return [piece async for piece in answer.streaming_content]

    found = async_to_sync(pieces)()
    assert len(found) > 3
    assert json.loads(b"".join(found))["output_format"] == "png"
