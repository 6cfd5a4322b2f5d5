"""Which grant a charge used, and what is removed when a grant expires.

The rules, in the order in which they decide:

1. A spending is a hold, at the time it was opened: its whole amount while it is open, what was charged once
   it is settled, nothing once it is released. A removal by staff is a spending too.
2. A spending uses the lots that were granted before it and expire after it, the soonest-expiring first, two
   of the same day in the order of their grants. What they do not cover comes from credits that never expire.
3. When a lot falls due, what no spending used is removed, but never more than is available: spent meanwhile
   is spent, and nobody falls below zero.
4. A hold that is open then keeps what it set aside. What of it comes back later is removed when it comes
   back; until the last such hold is resolved the lot stays open.
5. What staff return after a charge (refund) or add by hand (adjust) never expires.

Nothing of this runs while a job waits: it is worked out from the entries when a lot falls due.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from studio.credits.models import Account, Entry, Hold, Lot
from studio.credits.movements import Step, Why, move


@dataclass(frozen=True, slots=True)
class Grant:
    """A lot that expires: ``seq`` is when it was granted, in entries of its account."""

    id: int
    seq: int
    amount: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Spending:
    seq: int
    at: datetime
    amount: int


def used_by_lot(grants: Sequence[Grant], spendings: Iterable[Spending]) -> dict[int, int]:
    """How much of each lot was used, by rule 2; ``spendings`` in the order of ``seq``."""
    left = {grant.id: grant.amount for grant in grants}
    soonest_first = sorted(grants, key=lambda grant: (grant.expires_at, grant.seq))
    for spending in spendings:
        missing = spending.amount
        for grant in soonest_first:
            if grant.seq < spending.seq and spending.at < grant.expires_at:
                used = min(missing, left[grant.id])
                left[grant.id] -= used
                missing -= used
    return {grant.id: grant.amount - left[grant.id] for grant in grants}


def expire_due(now: datetime) -> int:
    """Remove what is left of every lot due at ``now``; answers how many micros went. Safe to repeat."""
    due = Lot.objects.filter(expires_at__lte=now, closed_at=None)
    accounts = due.order_by("account_id").values_list("account_id", flat=True).distinct()
    return sum(_expire_account(account_id, now) for account_id in list(accounts))


def _expire_account(account_id: UUID, now: datetime) -> int:
    with transaction.atomic():
        # The account's row first, as everywhere: nothing of it moves while its entries are read.
        account = Account.objects.select_for_update().get(pk=account_id)
        lots = list(
            Lot.objects.filter(account=account, expires_at__isnull=False)
            .select_related("entry")
            .order_by("expires_at", "id")
        )
        used = used_by_lot([_grant(lot) for lot in lots], _spendings(account_id))
        removed = 0
        for lot in lots:
            if lot.closed_at is None and _expiry(lot) <= now:
                removed += _expire_lot(lot, used[lot.pk], account.available - removed, now)
        return removed


def _expire_lot(lot: Lot, used: int, available: int, now: datetime) -> int:
    """Remove what is due of one lot and close it where no hold can give back to it."""
    # Below zero where another machine's clock is behind: it spent from a lot that was gone already.
    left = max(0, lot.amount - used - lot.expired)
    gone = min(left, available)
    waits = Hold.objects.filter(
        account_id=lot.account_id, state=Hold.State.OPEN, created_at__lt=lot.expires_at
    ).exists()
    if gone:
        step = Step(Entry.Kind.EXPIRE, f"expire:{lot.pk}:{lot.expired}", -gone, 0)
        if move(lot.account_id, [step], why=Why(reason=_("Credits expired"))) is None:
            raise AssertionError("the account is locked and has what is removed")
    lot.expired += gone
    if not waits:
        lot.spent, lot.closed_at = lot.amount - lot.expired, now
    else:
        lot.spent = min(used, lot.amount - lot.expired)
    lot.save(update_fields=["spent", "expired", "closed_at"])
    return gone


def _spendings(account_id: UUID) -> list[Spending]:
    holds = Hold.objects.filter(account_id=account_id).exclude(state=Hold.State.RELEASED)
    removals = Entry.objects.filter(account_id=account_id, kind=Entry.Kind.ADJUST, d_available__lt=0)
    spendings = [
        Spending(seq, at, amount if state == Hold.State.OPEN else settled)
        for seq, at, state, amount, settled in holds.values_list(
            "seq", "created_at", "state", "amount", "settled"
        ).iterator()
    ]
    spendings += [
        Spending(seq, at, -amount)
        for seq, at, amount in removals.values_list("seq", "created_at", "d_available")
    ]
    return sorted(spendings, key=lambda spending: spending.seq)


def _grant(lot: Lot) -> Grant:
    return Grant(lot.pk, lot.entry.seq, lot.amount, _expiry(lot))


def _expiry(lot: Lot) -> datetime:
    if lot.expires_at is None:
        raise AssertionError("only lots that expire are read")
    return lot.expires_at
