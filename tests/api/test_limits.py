"""What a key may do, how often and for how much; and what is told where nothing answers."""

from __future__ import annotations

import base64
import logging
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from django.db import OperationalError
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from scripts.ports import kept_port
from studio.accounts import keys, teams
from studio.accounts.models import ApiKey, Team, User
from studio.api import ids, running
from studio.core import caching
from studio.credits import caps
from studio.credits import services as credits
from studio.images.models import Blob, Image
from studio.jobs.models import Job, Run
from tests.api.test_door import ADDRESS, SMALL, code
from tests.images.samples import file_of, scene
from tests.jobs.conftest import PAINT, START, Desk
from tests.providers.web import Website

MODELS = "/v1/models"


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is 7 s past a full minute, and stays so."""
    moment = datetime.fromtimestamp(1_800_000_007, UTC)
    monkeypatch.setattr("studio.api.limits.timezone", SimpleNamespace(now=lambda: moment))


def test_a_key_that_asks_too_often_is_told_when_it_may_again_and_others_are_not(
    raw: httpx.Client, alice: User, settings: Any, still: None
) -> None:
    settings.API_PER_MINUTE = 2
    told = [raw.get(MODELS).headers["x-ratelimit-remaining-requests"] for _ in range(2)]
    assert told == ["1", "0"]
    refused = raw.get(MODELS)
    assert code(refused) == (429, "rate_limit_exceeded")
    assert refused.headers["Retry-After"] == "53"
    assert refused.headers["x-ratelimit-reset-requests"] == "53s"
    assert refused.headers["x-should-retry"] == "true"
    other = {"Authorization": f"Bearer {keys.make(owner=alice, name='Other')[1]}"}
    assert raw.get(MODELS, headers=other).status_code == 200


def test_with_redis_away_requests_are_counted_in_the_process_and_the_log_says_so_once(
    raw: httpx.Client,
    settings: Any,
    still: None,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(caching, "outage", caching.Outage())
    with kept_port() as nobody:
        location = f"redis://127.0.0.1:{nobody}"
        settings.CACHES = {
            "default": {"BACKEND": "studio.core.caching.SturdyCache", "LOCATION": location},
        }
        settings.API_PER_MINUTE = 3
        with caplog.at_level(logging.WARNING):
            told = [raw.get(MODELS) for _ in range(3)]
            refused = raw.post(ADDRESS, json={"prompt": "a stair", "model": "auto"})
    assert [each.headers["x-ratelimit-remaining-requests"] for each in told] == ["2", "1", "0"]
    assert code(refused) == (429, "rate_limit_exceeded")
    assert [record.name for record in caplog.records].count("studio.core.caching") == 1


def test_a_key_may_only_what_its_scopes_say(raw: httpx.Client, desk: Desk) -> None:
    ApiKey.objects.update(scopes=["pictures"])
    assert code(raw.post(ADDRESS, json=SMALL)) == (403, "missing_scope")
    assert raw.get(MODELS).status_code == 200
    assert (Run.objects.count(), desk.balance) == (0, (START, 0))


def test_a_key_never_spends_more_than_its_cap(raw: httpx.Client, desk: Desk) -> None:
    caps.set_limit(caps.KEY, str(ApiKey.objects.get().pk), 7_000)
    answers = [raw.post(ADDRESS, json=SMALL | {"prompt": f"stair {number}"}) for number in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert code(answers[2]) == (429, "insufficient_quota")
    assert "0.1 credits are left" in answers[2].json()["error"]["message"]
    assert answers[2].headers["x-should-retry"] == "false"
    assert desk.balance == (START - 6_000, 0)
    assert desk.finished(n=1).charged == 3_000  # The person is not the key.


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/v1/nothing",
            "/d/openai/v1/nothing",
            "/v1/images/",
            "/api/v1/x",
            "/v1",
            "/v1/",
            "/d/openai",
            "/d/openai/",
        ),
        *("/d", "/d/nobody/v1/models", "/v1/models/a%0Ab"),
    ],
)
def test_where_nothing_lies_a_program_is_told_so_in_its_own_words(raw: httpx.Client, path: str) -> None:
    answer = raw.post(path, json=SMALL)
    assert code(answer) == (404, "not_found")
    assert answer.json()["error"]["type"] == "invalid_request_error"


def test_another_method_is_told_which_one_is_taken(raw: httpx.Client) -> None:
    answer = raw.put(ADDRESS, json=SMALL)
    assert code(answer) == (405, "method_not_allowed")
    assert answer.headers["Allow"] == "POST"


def test_what_can_be_read_can_be_asked_for_its_head(raw: httpx.Client) -> None:
    head, whole = raw.head(MODELS), raw.get(MODELS)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == whole.headers["Content-Length"] == str(len(whole.content))


def test_our_own_fault_is_told_in_the_dialect_and_its_cause_stays_in_the_log(
    client: Client, key: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_given: object, **_named: object) -> None:
        raise RuntimeError("the cellar is flooded")

    monkeypatch.setattr(running, "submitted", broken)
    with caplog.at_level(logging.ERROR):
        answer = client.post(
            ADDRESS, SMALL, content_type="application/json", headers={"Authorization": f"Bearer {key}"}
        )
    assert (answer.status_code, answer.json()["error"]["type"]) == (500, "server_error")
    assert "cellar" not in answer.text
    assert "cellar" in caplog.text
    assert answer.json()["error"]["code"] == "internal_error"


def test_a_database_that_is_away_while_the_key_is_looked_for_is_told_as_json(
    client: Client, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_text: str) -> None:
        raise OperationalError("locked")

    monkeypatch.setattr(keys, "find", away)
    answer = client.post(
        ADDRESS, SMALL, content_type="application/json", headers={"Authorization": f"Bearer {key}"}
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "unavailable")
    assert answer["Retry-After"] == "10"


def test_more_fields_than_are_read_are_the_askers_mistake_and_no_news_for_the_log(
    raw: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    form = {f"field{number}": "x" for number in range(1200)}
    with caplog.at_level(logging.ERROR):
        answers = [
            raw.post("/v1/images/edits", data=form, files={"image": b"x"}),
            raw.get("/d/fairstack/v1/models", params=form),
        ]
    assert [answer.status_code for answer in answers] == [400, 400]
    assert [answer.json()["error"]["code"] for answer in answers] == ["invalid_json", "invalid_json"]
    assert not caplog.records


def test_who_left_a_team_sees_nothing_of_it_by_a_key_from_better_days(
    live_server: LiveServer, desk: Desk, alice: User, bob: User, northwind: Team
) -> None:
    Team.objects.update(pool_pays=True)
    pool = credits.account_of(team=northwind)
    credits.grant(account_id=pool.pk, amount=START, key="pool", actor=None, reason="for the test")
    headers = {
        "Authorization": f"Bearer {keys.make(owner=bob, name='Script', team=northwind)[1]}",
        "Idempotency-Key": "order-1",
    }
    with httpx.Client(base_url=live_server.url, headers=headers, timeout=60, trust_env=False) as script:
        balance = "/d/fairstack/v1/credits"
        assert script.get(balance).json()["balance"]["micro"] == START
        assert script.post(ADDRESS, json=SMALL).status_code == 200
        teams.remove(by=alice, team=northwind, user=bob)
        assert script.get(balance).status_code == 403
        assert code(script.post(ADDRESS, json=SMALL)) == (403, "forbidden")


def test_a_dry_run_says_what_it_would_cost_and_costs_nothing(raw: httpx.Client, desk: Desk) -> None:
    for word in ("1", "true", "on"):
        quote = raw.post(ADDRESS, json=SMALL | {"n": 2}, headers={"X-Dry-Run": word}).json()
    assert (Run.objects.count(), desk.balance) == (0, (START, 0))
    assert (quote["object"], quote["model"], quote["n"]) == ("quote", "gesso/sketch", 2)
    assert quote["estimated_cost"] == {"micros": 6_000, "micros_low": 6_000, "usd": 0.006, "credits": "0.6"}
    assert raw.post(ADDRESS, json=SMALL | {"n": 2}).status_code == 200
    assert Job.objects.get().charged == quote["estimated_cost"]["micros"]


URI = "data:image/png;base64," + base64.b64encode(file_of(scene(), "PNG")).decode()
EDIT: dict[str, Any] = {"model": PAINT, "prompt": "a stair"}
EDITS: list[tuple[str, dict[str, Any]]] = [
    ("/d/openai/v1/images/edits", {"images": [{"image_url": URI}]}),
    ("/d/deepshi/v1/images/edits", {"image": [URI, URI]}),
    ("/d/async/v1/images/image-to-image", {"image": URI}),
    ("/d/multi/api/v1/image/edit", {"image_url": URI}),
    ("/d/fairstack/v1/generations/image", {"image": "http://pictures.example/1.png"}),
    ("/d/fairstack/v1/generations/image", {"image": "http://pictures.example/1.png", "confirm": False}),
    ("/api/runs", {"references": [{"image": URI, "role": "source"}]}),
    ("/api/quotes", {"references": [{"image": URI, "role": "source"}]}),
]


@pytest.mark.parametrize(("path", "sent"), EDITS, ids=range(len(EDITS)))
def test_of_a_dry_run_no_picture_that_came_along_is_left(
    raw: httpx.Client, site: Website, path: str, sent: dict[str, Any]
) -> None:
    headers = {} if "confirm" in sent or path == "/api/quotes" else {"X-Dry-Run": "1"}
    answer = raw.post(path, json=EDIT | sent, headers=headers)
    assert answer.status_code == 200, answer.text
    assert "30000" in answer.text
    assert not Image.objects.exists()
    assert not Blob.objects.exists()


def test_a_key_in_the_other_header_opens_only_the_dialects_that_say_so(
    live_server: LiveServer, key: str
) -> None:
    answer = httpx.get(f"{live_server.url}/d/openai/v1/models", headers={"X-API-Key": key}, trust_env=False)
    assert answer.status_code == 401


def test_who_the_program_says_its_user_is_is_kept_as_a_hash_alone(raw: httpx.Client) -> None:
    for name in ("mallory@example.org", "mallory@example.org", "trent@example.org"):
        assert raw.post(ADDRESS, json=SMALL | {"user": name}).status_code == 200
    kept = list(Run.objects.order_by("number").values_list("end_user", flat=True))
    assert kept[0] == kept[1] != kept[2]
    assert all(len(each) == 64 for each in kept)
    assert Run.objects.filter(api_key=ApiKey.objects.get()).count() == 3


def test_who_may_read_pictures_may_read_the_run_that_made_them_and_so_may_who_asked_for_it(
    raw: httpx.Client, desk: Desk
) -> None:
    assert raw.post(ADDRESS, json=SMALL).status_code == 200
    run = ids.shown("run", Run.objects.get().pk)
    for scopes, status in ((["pictures"], 200), (["generate"], 200), (["credits"], 403)):
        ApiKey.objects.update(scopes=scopes)
        assert raw.get(f"/api/runs/{run}").status_code == status
