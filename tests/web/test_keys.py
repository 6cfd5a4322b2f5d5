"""API keys as people see and make them: who sees which, what the form takes, and that a key is shown once."""

from __future__ import annotations

import ast
import re
import shlex
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from studio.accounts import keys as texts
from studio.accounts.actors import actor_for
from studio.accounts.models import ApiKey, AuditRow, Dialect, Membership, Role, Team, User
from studio.api import routes
from studio.core.ids import uuid7
from studio.core.micros import Micros
from studio.credits import caps
from studio.credits import services as credits
from studio.gallery import collections, keys
from studio.gallery.models import KeyCollection
from studio.jobs.models import Run
from studio.web.key_words import SPOKEN, programs
from tests.access.site import addresses
from tests.factories import PASSWORD, signed_in
from tests.jobs.conftest import desk_of

HERE, NEW = "/account/keys/", "/account/keys/new/"
SENT: dict[str, Any] = {
    "name": "Nightly",
    "team": "",
    "dialect": "openai",
    "scopes": ["generate", "pictures"],
    "lasts": "never",
}


def trusted(user: User) -> Client:
    """A browser in which they gave their password just now."""
    client = signed_in(user)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


@pytest.fixture
def alices(alice: User) -> Client:
    return trusted(alice)


def form(**given: Any) -> dict[str, Any]:
    return {"key": str(uuid7()), **SENT, **given}


def page_of(client: Client, url: str = HERE) -> str:
    """The page's words, one space between them."""
    text = re.sub(
        r"<(?:script|template).*?</(?:script|template)>|<[^>]+>",
        " ",
        client.get(url).content.decode(),
        flags=re.DOTALL,
    )
    return " ".join(unescape(text).split())


def test_somebody_new_reads_what_a_key_is_for(as_alice: Client) -> None:
    assert "No key yet." in page_of(as_alice)


def test_the_list_says_all_that_holds_for_a_key(as_alice: Client, alice: User) -> None:
    shelf = collections.create(actor=actor_for(alice), team=None, name="Lobby")
    models = ["gesso/paint", "gesso/sketch", "gesso/studio", "gesso/press"]
    ends = datetime(2031, 12, 24, tzinfo=UTC)
    key, text = keys.make(
        owner=alice,
        name="Nightly",
        cap=Micros(500_000),
        collection=shelf,
        allowed_models=models,
        expires_at=ends,
        scopes=["credits"],
    )
    account = credits.account_of(user=alice).pk
    credits.grant(account_id=account, amount=500_000, key="g", actor=None, reason="for the test")
    credits.hold(
        account_id=account, amount=25_000, key="h", label="", under=caps.Under(caps.KEY, str(key.pk))
    )
    words = page_of(as_alice)
    for said in (
        f"Nightly {key.prefix}…",
        "Last used Never",
        "Workspace Personal Spends your credits",
        "Expires 24 Dec 2031",
        "Spending cap 2.5 of 50 credits used",
        "Models Gesso Paint, Gesso Sketch, Gesso Studio and 1 more Gesso Press",
        "Collection Lobby",
        "It may Read credits",
        "Dialect OpenAI http://testserver/d/openai/v1",
    ):
        assert said in words
    assert text not in as_alice.get(HERE).content.decode()
    ApiKey.objects.update(last_used_at=timezone.now() - timedelta(minutes=3), expires_at=timezone.now())
    words = page_of(as_alice)
    assert "Last used 3 min ago" in words
    assert "Expired" in words


def test_a_plain_key_says_that_nothing_limits_it(as_alice: Client, alice: User) -> None:
    key, _text = texts.make(owner=alice, name="Plain")
    words = page_of(as_alice)
    assert "Expires Never Spending cap None Models All Collection None" in words
    assert "It may Make pictures Read pictures Read credits" in words
    caps.set_limit(caps.KEY, str(key.pk), 0)
    assert "Spending cap It may spend nothing" in page_of(as_alice)


def test_who_leads_a_team_sees_and_ends_its_keys_and_nobody_else_does(
    as_alice: Client, as_bob: Client, as_dana: Client, bob: User, northwind: Team
) -> None:
    own, _text = texts.make(owner=bob, name="Bob's own")
    shared, secret = texts.make(owner=bob, name="Shared", team=northwind)
    assert "Shared" in page_of(as_alice)
    assert "Northwind made by Bob Spends the credits of Bob" in page_of(as_alice)
    Team.objects.update(pool_pays=True)
    assert "Northwind Spends the team's pool" in page_of(as_bob)
    assert "Bob's own" not in page_of(as_alice)
    assert "Shared" not in page_of(as_dana)
    assert as_alice.post(f"{HERE}{own.pk}/revoke/").status_code == 404
    assert as_dana.post(f"{HERE}{shared.pk}/revoke/").status_code == 404
    Membership.objects.filter(user=bob).update(role=Role.VIEWER)
    assert "Shared" in page_of(as_bob)
    assert as_alice.post(f"{HERE}{shared.pk}/revoke/")["Location"] == HERE
    assert texts.find(secret) is None
    assert AuditRow.objects.filter(action="key.revoke", actor__name="Alice").count() == 1


def test_what_is_revoked_is_named_below_and_says_when(as_alice: Client, alice: User) -> None:
    key, _text = texts.make(owner=alice, name="Nightly")
    answer = as_alice.post(f"{HERE}{key.pk}/revoke/", follow=True)
    assert "Nightly is revoked. Programs that use it are refused now." in answer.content.decode()
    words = page_of(as_alice)
    assert "No key yet." in words
    assert f"Revoked Nightly {key.prefix}…" in words
    assert as_alice.post(f"{HERE}{key.pk}/revoke/").status_code == 302
    assert as_alice.get(f"{HERE}{key.pk}/revoke/").status_code == 405


def test_ten_keys_cost_as_many_queries_as_one(as_alice: Client, alice: User, northwind: Team) -> None:
    def made(number: int) -> None:
        shelf = collections.create(actor=actor_for(alice), team=northwind, name=f"Lobby {number}")
        keys.make(owner=alice, team=northwind, name=f"Key {number}", cap=Micros(10_000), collection=shelf)

    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert as_alice.get(HERE).status_code == 200
        return len(queries)

    made(0)
    as_alice.get(HERE)
    one = asked()
    for number in range(1, 10):
        made(number)
    assert asked() == one


# Making one -------------------------------------------------------------------------------------------------


def shown_key(page: str) -> str:
    found = re.search(r'value="(gs_live_\w+)"', page)
    assert found
    return found[1]


def test_a_key_is_made_with_all_that_was_chosen_and_shown_this_once(
    alices: Client, alice: User, northwind: Team
) -> None:
    shelf = collections.create(actor=actor_for(alice), team=northwind, name="Lobby")
    answer = alices.post(
        NEW,
        form(
            team=northwind.pk, dialect="async", models=["gesso/paint", "auto"], cap="2.5", collection=shelf.pk
        ),
    )
    page = answer.content.decode()
    text = shown_key(page)
    key = texts.find(text)
    assert key is not None
    assert (key.owner, key.team, key.name, key.dialect) == (alice, northwind, "Nightly", "async")
    assert (key.scopes, key.allowed_models, key.expires_at) == (
        ["generate", "pictures"],
        ["gesso/paint", "auto"],
        None,
    )
    assert caps.read(caps.KEY, [str(key.pk)])[str(key.pk)].limit == 25_000
    assert KeyCollection.objects.get(key=key).collection == shelf
    assert "You will not see it again" in page
    assert "no-store" in answer["Cache-Control"]
    assert text not in alices.get(HERE).content.decode()
    assert AuditRow.objects.get(action="key.make").actor == alice


def test_making_a_key_asks_for_the_password_again(as_alice: Client) -> None:
    answer = as_alice.get(NEW)
    assert "reauthenticate" in answer["Location"]
    assert as_alice.post(answer["Location"], {"password": PASSWORD})["Location"] == NEW
    assert as_alice.get(NEW).status_code == 200


def test_a_form_that_was_open_too_long_is_finished_after_the_password(as_alice: Client, alice: User) -> None:
    answer = as_alice.post(NEW, form(name="Slowly"))
    assert "reauthenticate" in answer["Location"]
    assert not ApiKey.objects.exists()
    page = as_alice.post(answer["Location"], {"password": PASSWORD}).content.decode()
    key = texts.find(shown_key(page))
    assert key is not None
    assert (key.name, key.owner) == ("Slowly", alice)


def test_a_second_press_makes_no_second_key_and_says_why(alices: Client) -> None:
    sent = form()
    assert alices.post(NEW, sent).status_code == 200
    answer = alices.post(NEW, sent, follow=True)
    assert "This key was made already" in answer.content.decode()
    assert ApiKey.objects.count() == 1


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"name": " "}, "Give the key a name."),
    ({"name": 81 * "x"}, "at most 80 characters"),
    ({"name": "a\0b"}, "Null characters are not allowed."),
    ({"team": str(uuid7())}, "Choose one of your workspaces."),
    ({"dialect": "latin"}, "is not one of the available choices"),
    ({"scopes": []}, "Choose at least one thing that the key may do."),
    ({"models": ["no-such"]}, "Choose models from the list."),
    ({"cap": "much"}, "Give a number of credits."),
    ({"cap": "-1"}, "greater than or equal to 0"),
    ({"cap": "NaN"}, "Give a number of credits."),
    ({"lasts": "day"}, "Choose the last day on which it works."),
    ({"lasts": "day", "day": "yesterday"}, "Give a day, as 2031-12-24."),
    ({"lasts": "day", "day": "2001-01-01"}, "Choose a day from today on"),
    ({"lasts": "day", "day": "9999-12-31"}, "within ten years"),
    ({"lasts": "soon"}, "is not one of the available choices"),
    ({"collection": str(uuid7())}, "Choose one of your collections."),
    ({"key": "nothing"}, "Open this page again"),
]


@pytest.mark.parametrize(("wrong", "said"), WRONG)
def test_what_cannot_be_is_said_at_its_field_and_what_was_typed_stays(
    alices: Client, wrong: dict[str, Any], said: str
) -> None:
    kept: dict[str, Any] = {
        "name": "Nightly job",
        "dialect": "multi",
        "models": ["gesso/paint"],
        "cap": "7.25",
        "lasts": "365",
    }
    answer = alices.post(NEW, form(**kept | wrong))
    page = answer.content.decode()
    assert (answer.status_code, ApiKey.objects.exists()) == (422, False)
    assert said in unescape(page)
    still = {
        "name": 'value="Nightly job"',
        "cap": 'value="7.25"',
        "dialect": 'value="multi" checked',
        "models": 'value="gesso/paint" checked',
        "lasts": 'value="365" checked',
    }
    assert not [name for name, html in still.items() if name not in wrong and html not in page]
    named = " ".join(re.findall(r'aria-describedby="([^"]+)"', page)).split()
    assert all(f'id="{each}"' in page for each in named)
    # Whoever has no mouse stands at the field that is wrong.
    at = {"day"} if wrong.get("lasts") == "day" else set(wrong) - {"dialect", "models", "lasts", "key"}
    assert set(re.findall(r'name="(\w+)"[^>]* autofocus', page)) == at


def test_a_collection_of_another_workspace_is_refused_at_its_field(
    alices: Client, alice: User, northwind: Team
) -> None:
    shelf = collections.create(actor=actor_for(alice), team=northwind, name="Lobby")
    answer = alices.post(NEW, form(collection=shelf.pk))
    assert answer.status_code == 422
    assert "of the key&#x27;s workspace" in answer.content.decode()
    assert not ApiKey.objects.exists()


def test_only_what_the_person_may_change_is_offered(
    alices: Client, alice: User, bob: User, northwind: Team
) -> None:
    for owner, team, name in ((alice, None, "Mine"), (alice, northwind, "Ours"), (bob, None, "Bob's")):
        collections.create(actor=actor_for(owner), team=team, name=name)

    def offered() -> list[tuple[str, str]]:
        page = alices.get(NEW).content.decode()
        return re.findall(r'<optgroup label="(\w+)">\s*<option value="[^"]+">(\w+)<', page)

    assert offered() == [("Personal", "Mine"), ("Northwind", "Ours")]
    Membership.objects.filter(user=alice).update(role=Role.VIEWER)
    assert offered() == [("Personal", "Mine")]


def test_the_workspace_where_one_stands_is_chosen_already(alices: Client, northwind: Team) -> None:
    alices.post(reverse("workspace"), {"workspace": str(northwind.pk)})
    assert f'value="{northwind.pk}" selected' in alices.get(NEW).content.decode()


@pytest.mark.parametrize(("lasts", "days"), [("30", 30), ("90", 90), ("365", 365)])
def test_a_key_ends_after_so_many_days(alices: Client, lasts: str, days: int) -> None:
    before = timezone.now()
    alices.post(NEW, form(lasts=lasts))
    ends = ApiKey.objects.get().expires_at
    assert ends is not None
    assert before <= ends - timedelta(days) <= timezone.now()


def test_a_last_day_counts_to_its_end_where_the_person_is(alices: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(timezone="Asia/Tokyo")
    day = timezone.now().date() + timedelta(30)
    alices.post(NEW, form(lasts="day", day=day.isoformat()))
    # Midnight in Tokyo is 15:00 of the day before in UTC.
    assert ApiKey.objects.get().expires_at == datetime(day.year, day.month, day.day, 15, tzinfo=UTC)


# The programs ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", Dialect)
def test_the_programs_of_a_dialect_read_as_python_and_ask_where_it_is_served(dialect: Dialect) -> None:
    spoken = SPOKEN[dialect]
    base = f"https://gesso.test{spoken.base}"
    given = programs(dialect, base=base, key="gs_live_x", model="gesso/paint")
    ast.parse(given["python"])
    assert all("gs_live_x" in text and base in text for text in given.values())
    path = urlsplit(base + spoken.path).path
    served = [address.route for address in addresses() if address.route.startswith(f"d/{dialect.value}/")]
    assert path.startswith(f"/d/{dialect.value}/")
    assert not served or resolve(path)


def test_what_the_api_speaks_is_what_a_key_may_be_made_for() -> None:
    spoken = (dialect for dialect, _endpoints in routes.SPOKEN if not dialect.rootless)
    bases = {dialect.name: f"/{dialect.base}" for dialect in spoken}
    assert set(bases) <= set(Dialect.values)
    assert not [name for name, base in bases.items() if not SPOKEN[Dialect(name)].base.startswith(base)]


def test_both_programs_make_a_picture_as_they_stand(
    live_server: LiveServer, transactional_db: None, alice: User, tmp_path: Path
) -> None:
    desk_of(alice)
    text = texts.make(owner=alice, name="Nightly")[1]
    base = f"{live_server.url}{SPOKEN[Dialect.OPENAI].base}"
    given = programs(Dialect.OPENAI, base=base, key=text, model="gesso/sketch")
    program = compile(given["python"].replace("picture.png", str(tmp_path / "picture.png")), "sdk", "exec")
    exec(program, {})
    assert (tmp_path / "picture.png").read_bytes()[:4] == b"\x89PNG"
    _curl, url, _h, key, _h, kind, _d, body = shlex.split(given["curl"].replace("\\\n", ""))
    headers = dict(header.split(": ") for header in (key, kind))
    answer = httpx.post(url, content=body, headers=headers, timeout=60, trust_env=False)
    assert answer.json()["data"]
    assert Run.objects.filter(api_key__name="Nightly").count() == 2
