"""Every address, asked by everybody, with every method: the table in expected.py is what happens."""

from __future__ import annotations

from itertools import product

import pytest

from tests.access.expected import ADDRESSES, SIGN_IN_PAGES, SIGNED_IN, Row, Who, Whose
from tests.access.fields import FORMS
from tests.access.site import Address, addresses, named, ours
from tests.access.trying import METHODS, Answer, ask
from tests.access.world import World

pytestmark = pytest.mark.django_db

OURS = ours()
ADMIN = [address for address in addresses() if address.route.startswith("admin/")]
WITHOUT_A_TEAM = (Who.OWNER, Who.STAFF, Who.STRANGER, Who.SUSPENDED, Who.KEY)
"""A role in a team means nothing to the pages of libraries, so that OWNER stands for all who have one."""
OF_EACH_KIND = (Who.STRANGER, Who.OWNER, Who.STAFF, Who.KEY)
"""A method that an address has not is refused before anybody's rows are looked at: by how one is known, if at all."""
LIBRARY = {name: address for name, address in named().items() if address.view.startswith("allauth.")}


def test_every_address_of_the_project_has_a_row_that_says_who_may_open_it() -> None:
    new = sorted(set(OURS) - set(ADDRESSES))
    assert not new, f"Say who may open them: a line each in ADDRESSES of tests/access/expected.py, for {new}"


def test_every_row_is_of_an_address_that_there_is() -> None:
    gone = sorted(set(ADDRESSES) - set(OURS))
    assert not gone, f"Take them out of ADDRESSES in tests/access/expected.py, or give them back: {gone}"


def test_nobody_else_answers_on_this_server() -> None:
    known = {address.route for address in (*OURS.values(), *LIBRARY.values(), *ADMIN)}
    shadowed = {"account/signup/", "account/password/reset/"}
    assert {address.route for address in addresses()} - known <= shadowed


@pytest.mark.parametrize("name", sorted(set(ADDRESSES) & set(OURS)))
def test_an_address_lets_in_whom_it_should_and_nobody_else(world: World, name: str) -> None:
    row, wrong = ADDRESSES[name], []
    for who, whose, method in product(Who, row.whose, METHODS):
        if method not in row.methods and (whose != row.whose[0] or who not in OF_EACH_KIND):
            continue
        answer, expected = ask_for(world, name, who, whose, method), row.answer(who, whose)
        if answer.verdict not in fitting(row, method, expected):
            wrong.append(f"{method} by {who}, {whose} row: {answer.verdict} ({answer.status})")
        if expected != "in" and answer.wrote:
            wrong.append(f"{method} by {who}, {whose} row: wrote to {sorted(answer.wrote)}")
    assert not wrong, f"{name} is not as its row in expected.py says:\n" + "\n".join(wrong)


def ask_for(world: World, name: str, who: Who, whose: Whose, method: str) -> Answer:
    row = ADDRESSES[name]
    url = world.url(OURS[name], row.kind, row.values, whose)
    form = FORMS[name].body if method == "POST" and name in FORMS else None
    return ask(world.clients[who], method, url, form)


def fitting(row: Row, method: str, expected: str) -> set[str]:
    """A method that is not the address's own is 405, but whoever is not let in need not be told so."""
    if method in row.methods:
        return {expected}
    return {"method"} if expected == "in" else {"method", expected}


@pytest.mark.parametrize("name", sorted(name for name, row in ADDRESSES.items() if row.kind and name in OURS))
def test_what_is_foreign_cannot_be_told_from_what_is_missing(world: World, name: str) -> None:
    row = ADDRESSES[name]
    for who, method in product((Who.OWNER, Who.EDITOR, Who.VIEWER, Who.NEIGHBOUR, Who.STAFF), row.methods):
        foreign = [whose for whose in row.whose if row.answer(who, whose) == "missing"]
        answers = {whose: ask_for(world, name, who, whose, method).essence for whose in foreign}
        assert all(answer == answers[Whose.MISSING] for answer in answers.values()), (who, method, answers)


@pytest.mark.parametrize("name", sorted(LIBRARY))
def test_a_page_about_ones_account_is_for_who_is_signed_in(world: World, name: str) -> None:
    url = world.url(LIBRARY[name], "", {}, Whose.TEAM)
    for who, method in product(WITHOUT_A_TEAM, METHODS):
        verdict = ask(world.clients[who], method, url).verdict
        assert verdict != "broken", (who, method)
        if name not in SIGN_IN_PAGES:
            assert (verdict == "sign in") == (who not in SIGNED_IN) or verdict == "method", (
                who,
                method,
                verdict,
            )


def test_every_page_that_is_said_to_be_open_is_there() -> None:
    assert set(LIBRARY) >= SIGN_IN_PAGES


@pytest.mark.parametrize("address", ADMIN, ids=lambda address: address.name or address.route)
def test_djangos_admin_is_for_staff_alone(world: World, address: Address) -> None:
    url = world.url(address, "", {"app_label": "accounts", "url": "nothing"}, Whose.TEAM)
    for who, method in product(WITHOUT_A_TEAM, METHODS):
        answer = ask(world.clients[who], method, url)
        assert answer.verdict != "broken", (who, method)
        if who != Who.STAFF:
            sent_on = answer.headers.get("Location", "").startswith("/admin/")
            assert answer.verdict != "in" or sent_on, (who, method, answer.status)
            assert not answer.wrote, (who, method)
