"""Recomputes the whole ledger from its entries and says what does not add up.

I1 entries sum to what is available and held; I2 neither is below zero, after any entry; I3 every entry sums
to zero; I4 added = available + held + charged + removed; I5 a hold resolves once and to at most its amount;
I9 nothing written was changed: numbers without a gap, each entry's amounts follow from the one before, the
triggers stand, and each lot is its grant; I10 a cap's use is what its holds took.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from uuid import UUID

from django.db import connection, transaction
from django.db.models import BigIntegerField, F, Q, Sum, Value
from django.db.models.functions import Coalesce

from studio.credits import services
from studio.credits.models import Account, Cap, Entry, Hold, Lot

TRIGGERS = frozenset(
    f"{table}_no_{verb}" for table in ("credits_entry", "accounts_auditrow") for verb in ("update", "delete")
)


def check_all() -> Iterator[tuple[UUID | None, list[str]]]:
    """Each account and what is wrong with it, which blocks it; first the ledger's own tables (None)."""
    yield None, [*_missing_triggers(), *_check_caps()]
    for account_id in Account.objects.order_by("pk").values_list("pk", flat=True).iterator():
        problems = check_account(account_id)
        if problems:
            services.set_blocked(
                account_id=account_id, blocked=True, actor=None, reason="; ".join(problems)[:300]
            )
        yield account_id, problems


def check_account(account_id: UUID) -> list[str]:
    """What does not add up, in words; empty where all does. Locks the account while it reads."""
    with transaction.atomic():
        account = Account.objects.select_for_update().get(pk=account_id)
        return [*_check_entries(account), *_check_holds(account), *_check_lots(account)]


def _check_entries(account: Account) -> Iterator[str]:
    columns = ("seq", "kind", "d_available", "d_held", "d_external", "available_after", "held_after")
    entries = Entry.objects.filter(account=account).order_by("seq").values_list(*columns)
    number = available = held = 0
    outside: Counter[str] = Counter()
    for seq, kind, d_available, d_held, d_external, available_after, held_after in entries.iterator():
        number, available, held = number + 1, available + d_available, held + d_held
        outside[kind] -= d_external
        if seq != number:
            yield f"I9: entry {number} is missing"
            number = seq
        if d_available + d_held + d_external != 0:
            yield f"I3: entry {seq} does not sum to zero"
        if (available, held) != (available_after, held_after):
            yield f"I9: entry {seq} does not follow from the one before"
            available, held = available_after, held_after
        if min(available_after, held_after) < 0:
            yield f"I2: entry {seq} went below zero"
    if (account.available, account.held) != (available, held):
        yield f"I1: the entries give {available} and {held}, not {account.available} and {account.held}"
    if account.last_seq != number:
        yield f"I9: {account.last_seq} entries were written, {number} are there"
    if sum(outside.values()) != account.available + account.held or outside["hold"] or outside["release"]:
        yield "I4: what was added is not what is there, charged and removed"


def _check_holds(account: Account) -> Iterator[str]:
    def total(field: str, kind: str) -> Coalesce:
        return Coalesce(
            Sum(f"entries__{field}", filter=Q(entries__kind=kind)), Value(0), output_field=BigIntegerField()
        )

    holds = Hold.objects.filter(account=account)
    summed = holds.annotate(
        was_held=total("d_held", Entry.Kind.HOLD),
        was_charged=total("d_external", Entry.Kind.CHARGE),
        was_returned=total("d_available", Entry.Kind.RELEASE),
        was_refunded=total("d_available", Entry.Kind.REFUND),
    )
    is_open = Q(state=Hold.State.OPEN, was_charged=0, was_returned=0, settled=0)
    resolved = ~Q(state=Hold.State.OPEN) & Q(was_returned=F("amount") - F("settled"))
    right = Q(was_held=F("amount"), was_charged=F("settled"), was_refunded=F("refunded")) & (
        is_open | resolved
    )
    for key in summed.exclude(right).values_list("key", flat=True)[:20]:
        yield f"I5: {key} is not what its entries say"
    still_held = holds.filter(state=Hold.State.OPEN).aggregate(total=Sum("amount"))["total"] or 0
    if still_held != account.held:
        yield f"I5: open holds come to {still_held}, not {account.held}"


def _check_lots(account: Account) -> Iterator[str]:
    lots = Lot.objects.filter(account=account)
    for number in lots.exclude(amount=F("entry__d_available"), entry__account=account).values_list("pk"):
        yield f"I9: lot {number[0]} is not its grant"
    expired = lots.aggregate(total=Sum("expired"))["total"] or 0
    entries = Entry.objects.filter(account=account, kind=Entry.Kind.EXPIRE)
    removed = -(entries.aggregate(total=Sum("d_available"))["total"] or 0)
    if expired != removed:
        yield f"I4: lots lost {expired}, the entries say {removed}"


def _check_caps() -> Iterator[str]:
    """A cap's use is what its holds hold and charged, less what came back."""
    for cap_id in Cap.objects.order_by("pk").values_list("pk", flat=True).iterator():
        with transaction.atomic():
            cap = Cap.objects.select_for_update().filter(pk=cap_id).first()
            if cap is None:
                continue
            is_open = Q(state=Hold.State.OPEN)
            sums = cap.holds.aggregate(
                held=Sum("amount", filter=is_open), charged=Sum(F("settled") - F("refunded"), filter=~is_open)
            )
            used = (sums["held"] or 0) + (sums["charged"] or 0)
            if used != cap.used:
                yield f"I10: the holds under {cap.scope} {cap.ref} come to {used}, not {cap.used}"


def _missing_triggers() -> list[str]:
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        present = {name for (name,) in cursor.fetchall()}
    return [f"I9: the trigger {name} is missing" for name in sorted(TRIGGERS - present)]
