"""What the frame of every page shows."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.test import RequestFactory

from studio.accounts.models import Team, User
from studio.core.micros import from_credits
from studio.credits import services as credits
from studio.web import context
from studio.web.welcome import welcome
from tests.factories import make_job, make_run, request_of


def shell(user: User, team: Team | None = None) -> dict[str, Any]:
    """Every part of the frame, read."""
    parts = context.shell(request_of(user, team))
    return {name: part() if callable(part) else part for name, part in parts.items()}


def test_the_balance_is_that_of_the_account_that_pays(alice: User, northwind: Team) -> None:
    welcome(alice, 1264)
    northwind.pool_pays = True
    northwind.save()
    assert shell(alice)["balance"]["credits"] == "1,264"
    assert shell(alice)["balance"]["micros_title"] == "$12.64 · 12,640,000 micros"
    assert shell(alice, northwind)["balance"]["credits"] == "0"


def test_a_balance_below_a_weeks_use_is_low(alice: User) -> None:
    welcome(alice, 100)
    account = credits.account_of(user=alice).pk
    assert shell(alice)["balance"]["low"] is False
    credits.hold(account_id=account, amount=from_credits(60), key="job:1", label="a stair")
    credits.settle(key="job:1", actual=from_credits(60))
    cache.clear()
    assert shell(alice)["balance"]["low"] is True


def test_welcome_credits_come_once(alice: User) -> None:
    welcome(alice, 100)
    welcome(alice, 100)
    assert shell(alice)["balance"]["credits"] == "100"


def test_running_jobs_of_the_person_are_counted(alice: User, bob: User, northwind: Team) -> None:
    make_job(make_run(alice, northwind))
    make_job(make_run(alice), state="succeeded")
    assert shell(alice)["running_count"] == 1
    assert shell(bob)["running_count"] == 0


def test_the_switcher_lists_the_persons_own_places_and_marks_the_present_one(
    alice: User, northwind: Team
) -> None:
    places = shell(alice, northwind)["workspaces"]
    assert [(place.name, place.current, place.initial) for place in places] == [
        ("Personal", False, "P"),
        ("Northwind", True, "N"),
    ]
    assert shell(alice, northwind)["workspace"].name == "Northwind"


@pytest.mark.parametrize(
    ("path", "nav"),
    [("/", "studio"), ("/projects/1/", "studio"), ("/gallery/", "gallery"), ("/images/1/", "gallery"),
     ("/credits/", "credits"), ("/manage/people/", "manage")],
)  # fmt: skip
def test_the_page_knows_its_section(path: str, nav: str) -> None:
    request = RequestFactory().get(path)
    request.user = AnonymousUser()
    parts = context.shell(request)
    assert parts["nav"] == nav
    assert [parts[name]() for name in ("workspace", "workspaces", "balance", "running_count")] == [
        None,
        [],
        None,
        0,
    ]
