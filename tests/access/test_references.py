"""An id of somebody else's row, put into any field, does and tells what an id of no row does: nothing."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from studio.jobs.models import Run
from tests.access.expected import ADDRESSES, Who, Whose
from tests.access.fields import FORMS, QUERIES, RUN
from tests.access.site import ours
from tests.access.trying import Answer, ask
from tests.access.world import World

pytestmark = pytest.mark.django_db

OURS = ours()
POSTS = sorted(set(FORMS) & set(OURS))
GARBAGE = ("not-an-id", "42", "' OR 1=1 --", "\0", "../../etc", "٤٢", "9" * 5000)
WITHOUT_LIMIT = 10**40
HTMX = {"HX-Request": "true"}


def test_every_post_of_the_project_says_which_of_its_fields_name_rows() -> None:
    posts = {name for name, row in ADDRESSES.items() if "POST" in row.methods and row.rule != "nowhere"}
    assert not posts - set(FORMS), "Add them to FORMS in tests/access/fields.py"
    assert not set(FORMS) - posts, "Take them out of FORMS in tests/access/fields.py"


@pytest.fixture
def owner(world: World) -> Client:
    return world.clients[Who.OWNER]


def url_of(world: World, name: str) -> str:
    row = ADDRESSES[name]
    return world.url(OURS[name], row.kind, row.values, Whose.TEAM)


def missing(foreign: object) -> object:
    """An id that no row has, in the same place of every order as one that has a row."""
    return UUID(int=foreign.int ^ 1) if isinstance(foreign, UUID) else uuid.uuid4()


def spelt(foreign: object) -> Iterator[str]:
    """Every way to write an id that Python reads."""
    text = str(foreign)
    yield from (text, text.upper(), text.replace("-", ""), f"{{{text}}}", f"urn:uuid:{text}")


def sent(owner: Client, world: World, name: str, field: str, value: object) -> tuple[Answer, Answer]:
    """The form with that value in that field, plain and from htmx."""
    body, url = FORMS[name].body | {field: str(value)}, url_of(world, name)
    return ask(owner, "POST", url, body), ask(owner, "POST", url, body, **HTMX)


@pytest.mark.parametrize(
    ("name", "field", "kind"), [(name, *item) for name in POSTS for item in FORMS[name].ids.items()]
)
def test_a_field_with_an_id_takes_no_foreign_one(
    world: World, owner: Client, name: str, field: str, kind: str
) -> None:
    foreign = world.foreign[kind]
    for value, nothing in zip(spelt(foreign), spelt(missing(foreign)), strict=True):
        answers = sent(owner, world, name, field, value)
        like_nothing = [answer.essence for answer in sent(owner, world, name, field, nothing)]
        assert [answer.essence for answer in answers] == like_nothing, value
        assert all(answer.status in (404, 422) and not answer.wrote for answer in answers), value
    for value in GARBAGE:
        answer = ask(owner, "POST", url_of(world, name), FORMS[name].body | {field: value}, **HTMX)
        assert answer.status in (404, 422), (value, answer.status)
        assert not answer.wrote, value


@pytest.mark.parametrize(
    ("name", "field", "kind"), [(name, *item) for name in POSTS for item in FORMS[name].hints.items()]
)
def test_a_field_that_is_only_a_hint_tells_nothing_of_a_foreign_row(
    world: World, owner: Client, name: str, field: str, kind: str
) -> None:
    foreign = world.foreign[kind]
    like_nothing = [answer.essence for answer in sent(owner, world, name, field, missing(foreign))]
    assert [answer.essence for answer in sent(owner, world, name, field, foreign)] == like_nothing
    for value in (foreign, *GARBAGE):
        for answer in sent(owner, world, name, field, value):
            assert answer.verdict == "in" or answer.status in (404, 422), (value, answer.status)
            assert not answer.wrote, value


@pytest.mark.parametrize("name", [name for name in POSTS if FORMS[name].ids])
def test_what_is_refused_for_a_foreign_id_is_not_refused_for_ones_own(
    world: World, owner: Client, name: str
) -> None:
    for field, kind in FORMS[name].ids.items():
        # What is put together is of one workspace.
        whose = Whose.TEAM if kind == "team" or ADDRESSES[name].kind else Whose.OWN
        for answer in sent(owner, world, name, field, world.ids[kind][whose]):
            assert answer.verdict == "in", (field, answer.status)
            assert answer.status < 400, (field, answer.status)


@pytest.mark.parametrize(
    ("name", "field", "kind"), [(name, *item) for name in QUERIES for item in QUERIES[name].items()]
)
def test_an_address_tells_nothing_of_a_foreign_id_behind_its_question_mark(
    world: World, owner: Client, name: str, field: str, kind: str
) -> None:
    foreign, url = world.foreign[kind], url_of(world, name)

    def told(value: object) -> Answer:
        answer = ask(owner, "GET", url, {field: str(value)})
        assert answer.verdict in ("in", "missing"), (value, answer.status)
        assert not answer.wrote, value
        return answer

    assert told(foreign).essence == told(missing(foreign)).essence
    for value in GARBAGE:
        told(value)


@pytest.mark.parametrize("name", sorted(name for name in OURS if "user_id" in OURS[name].parameters))
def test_a_person_elsewhere_is_nobody_in_this_team(world: World, name: str) -> None:
    who = Who.OWNER if ADDRESSES[name].rule == "leads" else Who.STAFF
    client, body = world.clients[who], FORMS[name].body

    def asked(user_id: int) -> Answer:
        values = dict.fromkeys(OURS[name].parameters, world.northwind.pk) | {"user_id": user_id}
        return ask(client, "POST", OURS[name].url(values), body)

    nobody = asked(999_999_999)
    assert (nobody.status, nobody.wrote) == (404, frozenset())
    assert asked(WITHOUT_LIMIT).essence == nobody.essence
    if who == Who.OWNER:
        assert asked(world.people[Who.NEIGHBOUR].pk).essence == nobody.essence


def test_the_key_of_somebody_elses_press_makes_a_run_of_ones_own(world: World, owner: Client) -> None:
    Run.objects.filter(pk=str(world.foreign["run"])).update(key="the neighbour's")
    own = ask(owner, "POST", reverse("runs"), RUN | {"idempotency_key": "the neighbour's"})
    assert own.status == 302
    assert str(world.foreign["run"]) not in own.headers["Location"]
    assert "jobs_run" in own.wrote


@pytest.mark.parametrize("quote", ["nothing", "a:b:c", "\0", "9" * 5000])
def test_a_quote_that_this_server_did_not_sign_buys_nothing(world: World, owner: Client, quote: str) -> None:
    for name, url in (("runs", reverse("runs")), ("job_retry", url_of(world, "job_retry"))):
        answer = ask(owner, "POST", url, FORMS[name].body | {"quote": quote})
        assert 400 <= answer.status < 500, (name, answer.status)
        assert not answer.wrote, name
