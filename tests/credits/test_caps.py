"""What a key may spend: never more than its cap, whatever comes at once, and what comes back is free again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from uuid import UUID

import pytest
from django.db import connection

from studio.accounts.models import User
from studio.core.errors import Invalid, StudioError
from studio.credits import caps, selectors
from studio.credits import services as credits
from studio.credits.checks import check_account, check_all
from studio.credits.errors import CapReached
from studio.credits.models import Cap
from tests.racing import at_once

UNDER = caps.Under(caps.KEY, "a key")


@pytest.fixture
def account_id(alice: User) -> UUID:
    account = credits.account_of(user=alice)
    credits.grant(account_id=account.pk, amount=1000, key="g", actor=None, reason="Welcome")
    return account.pk


def hold(account_id: UUID, key: str, amount: int) -> str:
    """``held``, or the code of the refusal."""
    try:
        credits.hold(account_id=account_id, amount=amount, key=key, label="", under=UNDER)
    except StudioError as error:
        return error.code
    return "held"


def used() -> int:
    return caps.read(caps.KEY, ["a key"])["a key"].used


def books(account_id: UUID) -> list[str]:
    return [*check_account(account_id), *next(problems for _account, problems in check_all())]


@pytest.mark.django_db
def test_a_hold_past_the_cap_moves_nothing_and_says_what_is_left(account_id: UUID, alice: User) -> None:
    caps.set_limit(caps.KEY, "a key", 100)
    assert hold(account_id, "job:1", 60) == "held"
    with pytest.raises(CapReached) as refused:
        credits.hold(account_id=account_id, amount=41, key="job:2", label="", under=UNDER)
    assert (refused.value.needed, refused.value.left) == (41, 40)
    assert (selectors.balance(account_id).available, used()) == (940, 60)
    assert hold(account_id, "job:2", 40) == "held"
    assert books(account_id) == []


@pytest.mark.django_db
def test_what_comes_back_may_be_spent_again(account_id: UUID, alice: User) -> None:
    caps.set_limit(caps.KEY, "a key", 100)
    for key in ("job:1", "job:2"):
        hold(account_id, key, 50)
    credits.settle(key="job:1", actual=30)
    credits.release(key="job:2")
    credits.release(key="job:2")
    assert used() == 30
    credits.refund(key="job:1", amount=10, refund_key="r", actor=alice, reason="a bad picture")
    assert used() == 20
    assert hold(account_id, "job:3", 80) == "held"
    assert hold(account_id, "job:4", 1) == "cap_reached"
    assert books(account_id) == []


@pytest.mark.django_db
def test_the_same_hold_again_counts_once_even_at_a_full_cap(account_id: UUID) -> None:
    caps.set_limit(caps.KEY, "a key", 50)
    assert [hold(account_id, "job:1", 50) for _press in range(3)] == ["held"] * 3
    assert used() == 50


@pytest.mark.django_db
def test_a_limit_goes_up_but_not_below_what_is_used_and_can_be_taken_away(account_id: UUID) -> None:
    caps.set_limit(caps.KEY, "a key", 50)
    hold(account_id, "job:1", 50)
    with pytest.raises(Invalid):
        caps.set_limit(caps.KEY, "a key", 49)
    caps.set_limit(caps.KEY, "a key", 51)
    assert caps.read(caps.KEY, ["a key"])["a key"].left == 1
    caps.set_limit(caps.KEY, "a key", None)
    assert hold(account_id, "job:2", 500) == "held"
    credits.release(key="job:1")
    assert caps.read(caps.KEY, ["a key"]) == {}
    assert books(account_id) == []


@pytest.mark.django_db
def test_a_cap_that_was_changed_behind_the_ledgers_back_is_found(account_id: UUID) -> None:
    caps.set_limit(caps.KEY, "a key", 50)
    hold(account_id, "job:1", 20)
    Cap.objects.update(used=19)
    assert books(account_id) == ["I10: the holds under key a key come to 20, not 19"]


@pytest.mark.django_db(transaction=True)
def test_of_forty_at_once_only_as_many_are_held_as_the_cap_has_room_for(account_id: UUID) -> None:
    caps.set_limit(caps.KEY, "a key", 100)
    calls: list[Callable[[], object]] = [
        partial(hold, account_id, f"job:{number}", 10) for number in range(40)
    ]
    connected = 8 if connection.vendor == "postgresql" else None
    assert Counter(at_once(calls, connected=connected)) == {"held": 10, "cap_reached": 30}
    assert (selectors.balance(account_id).available, used()) == (900, 100)
    assert books(account_id) == []
