"""Two people, one last credit: what is decided at the same moment is decided once.

Real threads and processes over committed rows; PostgreSQL or SQLite, as DATABASE_URL says.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from functools import partial
from uuid import UUID

import pytest
from django.db import connection

from studio.accounts.models import User
from studio.credits import selectors
from studio.credits import services as credits
from studio.credits.checks import check_account
from studio.credits.models import Entry, Hold
from tests.credits.racing import Racers, try_hold
from tests.racing import at_once

pytestmark = pytest.mark.django_db(transaction=True)

PRICE = 7_000
# A pool of eight connections serves the threads: PostgreSQL's limit is for everybody.
CONNECTED = 8 if connection.vendor == "postgresql" else None


@pytest.fixture
def account_id(alice: User) -> UUID:
    return credits.account_of(user=alice).pk


def race_for_ten(account_id: UUID, racers: Racers, name: str) -> None:
    """50 threads and 8 processes want ten things that only ten can have."""
    credits.grant(account_id=account_id, amount=10 * PRICE, key=name, actor=None, reason="A race")
    calls: list[Callable[[], object]] = [
        partial(try_hold, account_id, PRICE, f"{name}-t{number}") for number in range(50)
    ]
    racers.shoot(name, PRICE)
    answers = Counter([*at_once(calls, connected=CONNECTED), *racers.answers()])
    assert answers == {"held": 10, "insufficient_credits": 48}
    assert selectors.balance(account_id).available == 0
    assert check_account(account_id) == []


def run_races(account_id: UUID, rounds: int) -> None:
    racers = Racers(account_id, 8)
    try:
        for number in range(rounds):
            race_for_ten(account_id, racers, f"round-{number}")
    finally:
        racers.close()
    assert Hold.objects.filter(account_id=account_id).count() == 10 * rounds


def test_of_58_at_once_exactly_the_ten_that_are_paid_for_get_in(account_id: UUID) -> None:
    run_races(account_id, rounds=1)


@pytest.mark.slow
def test_of_58_at_once_exactly_ten_get_in_twenty_times(account_id: UUID) -> None:
    run_races(account_id, rounds=20)


def finishers(key: str) -> dict[str, Callable[[], object]]:
    """Who may want to end a job at the same moment."""
    return {
        "worker": partial(credits.settle, key=key, actual=PRICE // 2),
        "webhook": partial(credits.settle, key=key, actual=PRICE),
        "cancel": partial(credits.release, key=key, reason="Cancelled"),
        "sweeper": partial(credits.release, key=key, reason="Timed out"),
        "nothing": partial(credits.settle, key=key, actual=0),
    }


@pytest.mark.parametrize("pair", list(itertools.combinations_with_replacement(finishers(""), 2)))
def test_whoever_finishes_first_decides_and_the_other_hears_the_same(
    account_id: UUID, pair: tuple[str, str]
) -> None:
    rounds = 4
    credits.grant(account_id=account_id, amount=rounds * PRICE, key="g", actor=None, reason="A race")
    for number in range(rounds):
        key = f"job:{number}"
        credits.hold(account_id=account_id, amount=PRICE, key=key, label="")
        calls = finishers(key)
        answers = at_once([calls[name] for name in (*pair, *pair)])
        hold = Hold.objects.get(key=key)
        said = {"settle": hold.settled, "release": hold.amount - hold.settled}
        expected = [said["release" if name in ("cancel", "sweeper") else "settle"] for name in (*pair, *pair)]
        assert hold.state != Hold.State.OPEN
        assert answers == expected
        resolved = Entry.objects.filter(hold=hold).exclude(kind=Entry.Kind.HOLD)
        assert -sum(resolved.values_list("d_held", flat=True)) == PRICE
    assert selectors.balance(account_id).held == 0
    assert check_account(account_id) == []


def test_a_grant_that_is_sent_twenty_times_at_once_arrives_once(account_id: UUID) -> None:
    send = partial(credits.grant, account_id=account_id, amount=PRICE, key="g", actor=None, reason="A race")
    answers = at_once([send] * 20, connected=CONNECTED)
    assert all(isinstance(answer, Entry) for answer in answers)
    assert len({answer.pk for answer in answers if isinstance(answer, Entry)}) == 1
    assert selectors.balance(account_id).available == PRICE


def test_a_hold_that_is_asked_for_twenty_times_at_once_is_held_once(account_id: UUID) -> None:
    credits.grant(account_id=account_id, amount=PRICE, key="g", actor=None, reason="A race")
    ask = partial(credits.hold, account_id=account_id, amount=PRICE, key="job:1", label="")
    answers = at_once([ask] * 20, connected=CONNECTED)
    assert {answer.pk for answer in answers if isinstance(answer, Hold)} == {Hold.objects.get().pk}
    assert all(isinstance(answer, Hold) for answer in answers)


def test_an_account_that_twenty_ask_for_at_once_is_made_once(bob: User) -> None:
    answers = at_once([partial(credits.account_of, user=bob)] * 20, connected=CONNECTED)
    assert len({str(getattr(answer, "pk", answer)) for answer in answers}) == 1
