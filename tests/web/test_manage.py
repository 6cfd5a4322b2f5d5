from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from studio.accounts.models import AuditRow, Team, User
from studio.credits import selectors
from studio.credits import services as credits
from studio.credits.models import Entry
from tests.factories import PASSWORD, make_team, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(as_dana: Client) -> Client:
    """Dana, who gave her password just now."""
    as_dana.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return as_dana


def url_of(user: User) -> str:
    return f"/manage/credits/people/{user.pk}/"


def form_of(client: Client, url: str) -> dict[str, str]:
    page = client.get(url).content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(key|seen)" value="([^"]+)"', page))
    return {"mode": "add", "amount": "500", "reason": "Launch week", "confirmed": "add:5000000", **hidden}


def available(user: User) -> int:
    return selectors.balance(credits.account_of(user=user).pk).available


@pytest.mark.parametrize("path", ["", "people/1/"])
def test_to_everybody_but_staff_the_pages_do_not_exist(as_alice: Client, client: Client, path: str) -> None:
    assert as_alice.get(f"/manage/credits/{path}").status_code == 404
    assert as_alice.post(f"/manage/credits/{path}").status_code in (404, 405)
    assert client.get(f"/manage/credits/{path}").status_code == 302


def test_a_change_asks_for_the_password_again_and_then_goes_on(as_dana: Client, alice: User) -> None:
    answer = as_dana.get(url_of(alice))
    assert answer.status_code == 302
    assert "reauthenticate" in answer["Location"]
    answer = as_dana.post(answer["Location"], {"password": PASSWORD})
    assert answer["Location"] == url_of(alice)
    assert as_dana.get(url_of(alice)).status_code == 200


def test_a_change_without_the_password_moves_nothing(as_dana: Client, alice: User) -> None:
    facts = {"mode": "add", "amount": "500", "reason": "x", "confirmed": "add:5000000", "seen": "0"}
    answer = as_dana.post(url_of(alice), {**facts, "key": "0199d3a0-0000-7000-8000-000000000000"})
    assert "reauthenticate" in answer["Location"]
    assert not Entry.objects.exists()


def test_credits_are_added_once_however_often_the_form_is_sent(staff: Client, alice: User) -> None:
    form = form_of(staff, url_of(alice))
    for _ in range(2):
        answer = staff.post(url_of(alice), form, follow=True)
        assert "500 credits added to Alice" in answer.content.decode()
    assert available(alice) == 5_000_000
    row = AuditRow.objects.get()
    assert (row.action, row.reason, str(row.actor)) == ("credits.grant", "Launch week", "Dana")


def test_without_a_script_the_first_press_shows_what_the_second_does(staff: Client, alice: User) -> None:
    form = form_of(staff, url_of(alice)) | {"confirmed": ""}
    page = staff.post(url_of(alice), form).content.decode()
    assert available(alice) == 0
    assert "Add 500 credits</button>" in page
    assert 'value="add:5000000"' in page
    assert "Launch week" in page
    staff.post(url_of(alice), form | {"amount": "600", "confirmed": "add:5000000"})
    assert available(alice) == 0
    staff.post(url_of(alice), form | {"confirmed": "add:5000000"})
    assert available(alice) == 5_000_000


@pytest.mark.parametrize(
    ("mode", "amount", "confirmed", "after", "said"),
    [
        ("remove", "0.5", "remove:-5000", 995_000, "0.5 credits removed from Alice"),
        ("set", "30", "set:-700000", 300_000, "Alice now has 30 credits"),
        ("set", "130.25", "set:302500", 1_302_500, "Alice now has 130.25 credits"),
        ("set", "0", "set:-1000000", 0, "Alice now has 0 credits"),
    ],
)
def test_credits_are_removed_or_set(
    staff: Client, alice: User, mode: str, amount: str, confirmed: str, after: int, said: str
) -> None:
    account = credits.account_of(user=alice)
    credits.grant(account_id=account.pk, amount=1_000_000, key="g", actor=None, reason="Welcome")
    form = form_of(staff, url_of(alice)) | {"mode": mode, "amount": amount, "confirmed": confirmed}
    assert said in staff.post(url_of(alice), form, follow=True).content.decode()
    assert available(alice) == after


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"amount": ""}, "Give a number of credits."),
        ({"amount": "many"}, "Enter a number."),
        ({"amount": "-5"}, "greater than or equal to 0"),
        ({"amount": "0"}, "Give more than 0 credits."),
        ({"amount": "NaN"}, "Enter a number."),
        ({"amount": "1e30"}, "Ensure"),
        ({"amount": "0.00001"}, "no more than 4 decimal places"),
        ({"reason": " "}, "Say why: it is kept in the audit log."),
        ({"reason": "x" * 301}, "at most 300 characters"),
        ({"mode": "remove"}, "There are only 0 credits to remove."),
        ({"mode": "set", "amount": "0"}, "That is the balance already."),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_what_was_typed_stays(
    staff: Client, alice: User, wrong: dict[str, str], message: str
) -> None:
    form = form_of(staff, url_of(alice)) | wrong
    answer = staff.post(url_of(alice), form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert message in page
    assert 'aria-invalid="true"' in page
    assert form["reason"].strip() in page
    assert not Entry.objects.exists()


def test_a_balance_that_moved_meanwhile_is_shown_before_it_is_set(staff: Client, alice: User) -> None:
    account = credits.account_of(user=alice)
    credits.grant(account_id=account.pk, amount=1_000_000, key="g", actor=None, reason="Welcome")
    form = form_of(staff, url_of(alice)) | {"mode": "set", "amount": "30", "confirmed": "set:-700000"}
    credits.hold(account_id=account.pk, amount=100_000, key="job:1", label="")
    answer = staff.post(url_of(alice), form)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "The balance has changed to 90 meanwhile." in page
    assert 'value="set:-600000"' in page
    assert available(alice) == 900_000
    staff.post(
        url_of(alice),
        form_of(staff, url_of(alice)) | {"mode": "set", "amount": "30", "confirmed": "set:-600000"},
    )
    assert available(alice) == 300_000


def test_an_old_form_with_other_values_is_not_a_second_grant_in_silence(staff: Client, alice: User) -> None:
    form = form_of(staff, url_of(alice))
    staff.post(url_of(alice), form)
    answer = staff.post(url_of(alice), form | {"amount": "600", "confirmed": "add:6000000"})
    assert answer.status_code == 409
    assert "This was already done with other values." in answer.content.decode()
    assert available(alice) == 5_000_000


def test_a_teams_pool_is_changed_like_a_person(staff: Client, northwind: Team) -> None:
    url = f"/manage/credits/teams/{northwind.pk}/"
    answer = staff.post(url, form_of(staff, url), follow=True)
    assert "500 credits added to Northwind" in answer.content.decode()
    assert "2 members" in answer.content.decode()
    assert selectors.balance(credits.account_of(team=northwind).pk).available == 5_000_000


def test_staff_let_a_blocked_account_go_on_with_a_reason(staff: Client, alice: User) -> None:
    account = credits.account_of(user=alice)
    credits.set_blocked(account_id=account.pk, blocked=True, actor=None, reason="I1")
    assert "Paused" in staff.get("/manage/credits/").content.decode()
    assert staff.post(url_of(alice), {"unblock": "yes", "unblock_reason": ""}).status_code == 422
    assert selectors.balance(account.pk).blocked
    staff.post(url_of(alice), {"unblock": "yes", "unblock_reason": "A test row, removed"})
    assert not selectors.balance(account.pk).blocked
    assert AuditRow.objects.get(action="credits.unblock").reason == "A test row, removed"


def test_people_and_teams_are_found_by_name(staff: Client, alice: User, northwind: Team) -> None:
    page = staff.get("/manage/credits/?q=ALI").content.decode()
    assert "alice@northwind.test" in page
    assert "bob@northwind.test" not in page
    assert "Nobody matches “zzz”." in staff.get("/manage/credits/?q=zzz").content.decode()
    assert "Northwind" in staff.get("/manage/credits/?of=teams&q=north").content.decode()
    assert staff.get("/manage/credits/?page=abc&q=%00").status_code == 200


@pytest.mark.parametrize("of", ["people", "teams"])
def test_the_queries_do_not_grow_with_the_rows(staff: Client, alice: User, of: str) -> None:
    def measure() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert staff.get(f"/manage/credits/?of={of}").status_code == 200
        return len(queries)

    def add(name: str) -> None:
        user = person(name)
        facts: dict[str, Any] = {"amount": 10, "actor": None, "reason": "Welcome"}
        credits.grant(account_id=credits.account_of(user=user).pk, key=name, **facts)
        team = make_team(name, {user: "owner"})
        credits.grant(account_id=credits.account_of(team=team).pk, key=f"team {name}", **facts)

    add("Erik")
    measure()
    few = measure()
    for number in range(10):
        add(f"Person{number}")
    assert measure() == few
