from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from studio.accounts.models import User
from studio.credits import services as credits
from studio.credits.lots import Grant, Spending, expire_due, used_by_lot
from studio.credits.models import Account, Entry, Hold, Lot

DAY = timedelta(days=1)
START = datetime(2026, 11, 1, tzinfo=UTC)


def grant(number: int, *, seq: int, amount: int, days: int) -> Grant:
    return Grant(number, seq, amount, START + days * DAY)


def test_the_lot_that_expires_soonest_is_used_first() -> None:
    grants = [grant(1, seq=1, amount=10, days=30), grant(2, seq=2, amount=10, days=5)]
    assert used_by_lot(grants, [Spending(3, START, 14)]) == {2: 10, 1: 4}


def test_of_two_lots_that_expire_together_the_older_is_used_first() -> None:
    grants = [grant(1, seq=2, amount=10, days=5), grant(2, seq=1, amount=10, days=5)]
    assert used_by_lot(grants, [Spending(3, START, 4)]) == {2: 4, 1: 0}


def test_a_spending_uses_neither_a_later_grant_nor_an_expired_one() -> None:
    grants = [grant(1, seq=5, amount=10, days=30), grant(2, seq=1, amount=10, days=2)]
    spendings = [Spending(3, START + 2 * DAY, 7)]
    assert used_by_lot(grants, spendings) == {1: 0, 2: 0}


GRANTS = st.lists(st.tuples(st.integers(1, 20), st.integers(1, 50), st.integers(0, 9)), max_size=6)
SPENDINGS = st.lists(st.tuples(st.integers(0, 9), st.integers(1, 50)), max_size=12)


@given(GRANTS, SPENDINGS)
def test_no_lot_is_overdrawn_and_nothing_is_used_twice(
    grants: list[tuple[int, int, int]], spendings: list[tuple[int, int]]
) -> None:
    lots = [
        grant(number, seq=seq, amount=amount, days=days) for number, (seq, amount, days) in enumerate(grants)
    ]
    spent = [
        Spending(seq, START + day * DAY, amount) for seq, (day, amount) in enumerate(sorted(spendings), 5)
    ]
    used = used_by_lot(lots, spent)
    assert all(0 <= used[lot.id] <= lot.amount for lot in lots)
    assert sum(used.values()) <= sum(spending.amount for spending in spent)


@pytest.fixture
def account(alice: User) -> Account:
    return credits.account_of(user=alice)


def add(account: Account, amount: int, key: str, days: int | None = None) -> Lot:
    expires_at = timezone.now() + days * DAY if days else None
    entry = credits.grant(
        account_id=account.pk, amount=amount, key=key, actor=None, reason="Welcome", expires_at=expires_at
    )
    return entry.lot


def after(days: int) -> datetime:
    return timezone.now() + days * DAY


def available(account: Account) -> int:
    account.refresh_from_db()
    return account.available


@pytest.mark.django_db
def test_what_is_left_of_a_due_lot_is_removed_once(account: Account) -> None:
    add(account, 100, "never")
    lot = add(account, 50, "soon", days=5)
    credits.hold(account_id=account.pk, amount=30, key="job:1", label="")
    credits.settle(key="job:1", actual=20)
    assert expire_due(after(4)) == 0
    assert expire_due(after(6)) == 30
    assert expire_due(after(7)) == 0
    lot.refresh_from_db()
    assert (lot.spent, lot.expired, lot.closed_at is not None) == (20, 30, True)
    assert available(account) == 100
    removed = Entry.objects.get(kind=Entry.Kind.EXPIRE)
    assert (removed.d_available, removed.get_kind_display()) == (-30, "Removed")


@pytest.mark.django_db
def test_an_open_hold_keeps_its_credits_and_what_comes_back_late_is_removed(account: Account) -> None:
    lot = add(account, 50, "soon", days=5)
    credits.hold(account_id=account.pk, amount=30, key="job:1", label="")
    assert expire_due(after(6)) == 20
    assert available(account) == 0
    assert credits.settle(key="job:1", actual=10) == 10
    assert available(account) == 20
    assert expire_due(after(6)) == 20
    lot.refresh_from_db()
    assert (lot.spent, lot.expired, lot.closed_at is not None) == (10, 40, True)
    assert available(account) == 0


@pytest.mark.django_db
def test_spending_after_a_lot_fell_due_and_before_it_was_swept_is_never_taken_back(
    account: Account,
) -> None:
    lot = add(account, 50, "soon", days=5)
    credits.hold(account_id=account.pk, amount=40, key="job:1", label="")
    Hold.objects.update(created_at=after(6))
    credits.settle(key="job:1", actual=40)
    assert expire_due(after(7)) == 10
    lot.refresh_from_db()
    assert (lot.spent, lot.expired) == (40, 10)
    assert available(account) == 0


@pytest.mark.django_db
def test_a_removal_by_staff_uses_the_soonest_lot_and_a_refund_never_expires(
    account: Account, dana: User
) -> None:
    add(account, 50, "soon", days=5)
    credits.adjust(account_id=account.pk, amount=-15, key="a", actor=dana, reason="Given twice")
    credits.hold(account_id=account.pk, amount=20, key="job:1", label="")
    credits.settle(key="job:1", actual=20)
    credits.refund(key="job:1", amount=20, refund_key="r", actor=dana, reason="An empty picture")
    assert expire_due(after(6)) == 15
    assert available(account) == 20


@pytest.mark.django_db
def test_a_spending_by_a_clock_that_is_behind_brings_no_credits_back(account: Account) -> None:
    add(account, 50, "soon", days=5)
    add(account, 50, "never")
    credits.hold(account_id=account.pk, amount=10, key="job:1", label="")
    assert expire_due(after(6)) == 40
    credits.hold(account_id=account.pk, amount=45, key="job:2", label="")
    assert expire_due(after(6)) == 0
    assert available(account) == 5


@pytest.mark.django_db
def test_two_lots_due_at_once_go_together(account: Account) -> None:
    add(account, 50, "a", days=5)
    add(account, 50, "b", days=4)
    credits.hold(account_id=account.pk, amount=60, key="job:1", label="")
    assert expire_due(after(6)) == 40
    assert list(Lot.objects.order_by("expires_at").values_list("expired", flat=True)) == [0, 40]
    assert credits.release(key="job:1") == 60
    assert expire_due(after(6)) == 60
    assert available(account) == 0
    assert not Lot.objects.filter(closed_at=None).exists()
