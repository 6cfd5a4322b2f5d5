from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from studio.accounts.models import AuditRow, Team, User
from studio.core.errors import Conflict, Invalid, NotFound
from studio.core.micros import MAX_MICROS
from studio.core.models import Event
from studio.credits import services as credits
from studio.credits.errors import AccountBlocked, BalanceMoved, InsufficientCredits
from studio.credits.models import Account, Entry, Hold

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(alice: User) -> Account:
    """Alice's account with 100 micros in it."""
    account = credits.account_of(user=alice)
    credits.grant(account_id=account.pk, amount=100, key="start", actor=None, reason="Welcome")
    return account


def amounts(account: Account) -> tuple[int, int]:
    account.refresh_from_db()
    return account.available, account.held


def test_an_account_is_made_once_and_has_one_owner(alice: User, northwind: Team) -> None:
    assert credits.account_of(user=alice) == credits.account_of(user=alice)
    assert credits.account_of(team=northwind) != credits.account_of(user=alice)
    with pytest.raises(ValueError, match="one owner"):
        credits.account_of(user=alice, team=northwind)
    with pytest.raises(ValueError, match="one owner"):
        credits.account_of()


def test_a_hold_moves_credits_aside(account: Account) -> None:
    hold = credits.hold(account_id=account.pk, amount=30, key="job:1", label="Gesso Sketch × 4")
    assert amounts(account) == (70, 30)
    assert hold.state == Hold.State.OPEN
    entry = Entry.objects.get(hold=hold)
    assert (entry.seq, entry.available_after, entry.held_after) == (hold.seq, 70, 30)


def test_a_settle_charges_what_was_used_and_returns_the_rest(account: Account) -> None:
    credits.hold(account_id=account.pk, amount=30, key="job:1", label="")
    assert credits.settle(key="job:1", actual=12, reason="2 of 4 delivered") == 12
    assert amounts(account) == (88, 0)
    kinds = list(Entry.objects.filter(hold__key="job:1").order_by("seq").values_list("kind", "reason"))
    assert kinds == [("hold", ""), ("charge", "2 of 4 delivered"), ("release", "2 of 4 delivered")]


def test_a_settle_never_charges_more_than_was_held(account: Account) -> None:
    credits.hold(account_id=account.pk, amount=30, key="job:1", label="")
    assert credits.settle(key="job:1", actual=31) == 30
    assert amounts(account) == (70, 0)


def test_a_settle_of_nothing_returns_all_of_it(account: Account) -> None:
    credits.hold(account_id=account.pk, amount=30, key="job:1", label="")
    assert credits.settle(key="job:1", actual=0) == 0
    assert amounts(account) == (100, 0)
    assert Hold.objects.get(key="job:1").state == Hold.State.RELEASED


def test_the_second_resolution_does_nothing_and_answers_what_was(account: Account) -> None:
    for number in (1, 2, 3):
        credits.hold(account_id=account.pk, amount=30, key=f"job:{number}", label="")
    assert credits.settle(key="job:1", actual=12) == 12
    assert credits.release(key="job:2") == 30
    before = (amounts(account), Entry.objects.count())
    assert credits.settle(key="job:1", actual=20) == 12
    assert credits.release(key="job:1") == 18
    assert credits.settle(key="job:2", actual=20) == 0
    assert credits.release(key="job:2") == 30
    assert (amounts(account), Entry.objects.count()) == before


def test_too_little_holds_nothing_and_says_both_numbers(account: Account) -> None:
    with pytest.raises(InsufficientCredits) as refusal:
        credits.hold(account_id=account.pk, amount=200_000, key="job:1", label="")
    assert (refusal.value.needed, refusal.value.available, refusal.value.status) == (200_000, 100, 402)
    assert refusal.value.message == "Not enough credits. You have 0.01, this needs 20."
    assert amounts(account) == (100, 0)
    assert not Hold.objects.exists()


def test_the_same_key_is_the_same_hold_even_when_nothing_is_left(account: Account) -> None:
    first = credits.hold(account_id=account.pk, amount=100, key="job:1", label="")
    assert credits.hold(account_id=account.pk, amount=100, key="job:1", label="") == first
    credits.release(key="job:1")
    assert credits.hold(account_id=account.pk, amount=100, key="job:1", label="").state == "released"
    assert amounts(account) == (100, 0)


def test_the_same_key_with_other_facts_is_refused(account: Account, bob: User) -> None:
    credits.hold(account_id=account.pk, amount=10, key="job:1", label="")
    with pytest.raises(Conflict):
        credits.hold(account_id=account.pk, amount=11, key="job:1", label="")
    with pytest.raises(Conflict):
        credits.hold(account_id=credits.account_of(user=bob).pk, amount=10, key="job:1", label="")
    with pytest.raises(Conflict):
        credits.grant(account_id=account.pk, amount=99, key="start", actor=None, reason="Welcome")
    with pytest.raises(Conflict):
        credits.grant(account_id=account.pk, amount=100, key="start", actor=bob, reason="Welcome")
    assert amounts(account) == (90, 10)


def test_a_blocked_account_holds_nothing_new_but_finishes_what_is_open(account: Account, dana: User) -> None:
    credits.hold(account_id=account.pk, amount=10, key="job:1", label="")
    assert credits.set_blocked(account_id=account.pk, blocked=True, actor=None, reason="Mismatch")
    with pytest.raises(AccountBlocked):
        credits.hold(account_id=account.pk, amount=10, key="job:2", label="")
    assert credits.settle(key="job:1", actual=10) == 10
    assert credits.set_blocked(account_id=account.pk, blocked=False, actor=dana, reason="Looked at")
    credits.hold(account_id=account.pk, amount=10, key="job:2", label="")
    assert list(AuditRow.objects.order_by("id").values_list("action", flat=True)) == [
        "credits.grant",
        "credits.block",
        "credits.unblock",
    ]


def test_a_grant_leaves_a_lot_an_audit_row_and_one_entry_however_often_it_is_sent(
    account: Account, dana: User
) -> None:
    expires_at = timezone.now() + timedelta(days=30)
    facts: dict[str, Any] = {
        "account_id": account.pk,
        "amount": 7,
        "key": "form-1",
        "actor": dana,
        "reason": "November",
    }
    first = credits.grant(**facts, expires_at=expires_at)
    assert credits.grant(**facts, expires_at=expires_at) == first
    with pytest.raises(Conflict):
        credits.grant(**facts, expires_at=expires_at + timedelta(days=1))
    assert amounts(account) == (107, 0)
    assert (first.lot.amount, first.lot.expires_at) == (7, expires_at)
    row = AuditRow.objects.get(actor=dana)
    assert (row.action, row.target, row.reason) == ("credits.grant", f"account:{account.pk}", "November")
    assert (row.before, row.after) == ({"available": 100}, {"available": 107})


def test_a_grant_needs_a_reason_a_future_expiry_and_room(account: Account, dana: User) -> None:
    facts: dict[str, Any] = {"account_id": account.pk, "amount": 7, "key": "form-1", "actor": dana}
    with pytest.raises(Invalid) as refusal:
        credits.grant(**facts, reason=" ")
    assert "reason" in refusal.value.fields
    with pytest.raises(Invalid) as refusal:
        credits.grant(**facts, reason="x", expires_at=timezone.now())
    assert "expires_at" in refusal.value.fields
    with pytest.raises(Invalid, match="more than an account can hold"):
        credits.grant(**facts | {"amount": MAX_MICROS}, reason="x")
    assert amounts(account) == (100, 0)


def test_an_adjustment_goes_both_ways_and_never_below_zero(account: Account, dana: User) -> None:
    facts: dict[str, Any] = {"account_id": account.pk, "actor": dana, "reason": "Typo in the last grant"}
    credits.adjust(**facts, amount=-60, key="a")
    credits.adjust(**facts, amount=-60, key="a")
    credits.adjust(**facts, amount=5, key="b")
    with pytest.raises(InsufficientCredits):
        credits.adjust(**facts, amount=-46, key="c")
    assert amounts(account) == (45, 0)


def test_an_adjustment_worked_out_from_another_balance_is_refused(account: Account, dana: User) -> None:
    facts: dict[str, Any] = {"account_id": account.pk, "amount": 50, "actor": dana, "reason": "Set to 150"}
    with pytest.raises(BalanceMoved) as refusal:
        credits.adjust(**facts, key="a", seen=99)
    assert refusal.value.available == 100
    credits.adjust(**facts, key="a", seen=100)
    credits.adjust(**facts, key="a", seen=100)
    assert amounts(account) == (150, 0)


def test_a_refund_gives_back_at_most_the_charge(account: Account, dana: User) -> None:
    credits.hold(account_id=account.pk, amount=30, key="job:1", label="")
    facts: dict[str, Any] = {"key": "job:1", "actor": dana, "reason": "The picture was empty"}
    with pytest.raises(Invalid):
        credits.refund(**facts, amount=1, refund_key="early")
    credits.settle(key="job:1", actual=20)
    credits.refund(**facts, amount=15, refund_key="one")
    credits.refund(**facts, amount=15, refund_key="one")
    with pytest.raises(Invalid):
        credits.refund(**facts, amount=6, refund_key="two")
    assert amounts(account) == (95, 0)
    assert Hold.objects.get(key="job:1").refunded == 15


@pytest.mark.parametrize("amount", [0, -1, MAX_MICROS + 1, 1.5, float("nan"), True, "10", None])
def test_only_whole_amounts_in_range_move(account: Account, dana: User, amount: object) -> None:
    credits.hold(account_id=account.pk, amount=10, key="job:1", label="")
    before = (amounts(account), Entry.objects.count())
    with pytest.raises(Invalid):
        credits.hold(account_id=account.pk, amount=amount, key="job:2", label="")  # type: ignore[arg-type]
    with pytest.raises(Invalid):
        credits.grant(account_id=account.pk, amount=amount, key="g", actor=dana, reason="x")  # type: ignore[arg-type]
    if amount not in (0, -1):
        with pytest.raises(Invalid):
            credits.adjust(account_id=account.pk, amount=amount, key="a", actor=dana, reason="x")  # type: ignore[arg-type]
    if amount != 0 or amount is False:
        with pytest.raises(Invalid):
            credits.settle(key="job:1", actual=amount)  # type: ignore[arg-type]
    assert (amounts(account), Entry.objects.count()) == before


def test_what_is_not_there_is_not_found(account: Account, dana: User) -> None:
    with pytest.raises(NotFound):
        credits.settle(key="job:none", actual=1)
    with pytest.raises(NotFound):
        credits.release(key="job:none")
    with pytest.raises(NotFound):
        credits.hold(account_id=uuid.uuid4(), amount=1, key="job:1", label="")
    with pytest.raises(NotFound):
        credits.grant(account_id=uuid.uuid4(), amount=1, key="g", actor=dana, reason="x")


def test_every_movement_tells_its_owner(alice: User, northwind: Team) -> None:
    mine, pool = credits.account_of(user=alice), credits.account_of(team=northwind)
    for account in (mine, pool):
        credits.grant(account_id=account.pk, amount=10, key=f"g{account.pk}", actor=None, reason="x")
        credits.hold(account_id=account.pk, amount=10, key=f"h{account.pk}", label="")
        credits.release(key=f"h{account.pk}")
    told = list(Event.objects.values_list("channel", "topic", "ref"))
    assert told.count((f"user:{alice.pk}", "balance", str(mine.pk))) == 3
    assert told.count((f"team:{northwind.pk}", "balance", str(pool.pk))) == 3
    assert len(told) == 6
