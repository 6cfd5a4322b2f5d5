"""Reads the ledger: balances and the statement. Amounts are micros."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, Q, QuerySet, Sum
from django.utils import timezone

from studio.credits.models import Account, Entry, Hold

PAGE_SIZE = 50
HEADS = Q(kind__in=[Entry.Kind.HOLD, Entry.Kind.GRANT, Entry.Kind.ADJUST, Entry.Kind.EXPIRE])
SHOWN = {
    "held": Q(hold__state=Hold.State.OPEN),
    "charged": Q(hold__state=Hold.State.SETTLED, hold__refunded__lt=F("hold__settled")),
    "returned": Q(hold__state=Hold.State.RELEASED)
    | Q(hold__state=Hold.State.SETTLED, hold__refunded=F("hold__settled")),
    "added": Q(hold=None, d_available__gt=0),
    "removed": Q(hold=None, d_available__lt=0),
}
"""The words a statement can be narrowed to, and what each means."""


@dataclass(frozen=True, slots=True)
class Balance:
    """``available`` can be spent; ``held`` waits for jobs to end; ``blocked`` stops new holds."""

    available: int
    held: int
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One entry beneath a row. A charge closes a hold and moves nothing: ``amount`` says what was charged,
    ``balance`` stays."""

    at: datetime
    word: str
    amount: int
    balance: int
    reason: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the statement: a hold with all that became of it, or a movement by itself.

    ``word`` is a key of SHOWN; ``amount`` is what the row did to the balance up to now, signed. ``balance``
    adds up down the page: each row's balance is that of the row below plus its amount. It is None in a
    narrowed statement, where it could not.
    """

    seq: int
    at: datetime
    word: str
    key: str
    label: str
    reason: str
    actor: str
    amount: int
    held: int
    charged: int
    refunded: int
    balance: int | None
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Page:
    """Rows, newest first. ``next`` is the cursor of the page below, None at the end."""

    rows: list[Row]
    next: int | None


def balance(account_id: UUID) -> Balance:
    """What the account has now. Raises Account.DoesNotExist."""
    return Balance(*Account.objects.values_list("available", "held", "blocked").get(pk=account_id))


def charged_for(keys: Iterable[str]) -> int:
    """Micros that these holds took for good up to now: what was charged, less what staff returned of it since."""
    found = Hold.objects.filter(key__in=list(keys)).aggregate(total=Sum(F("settled") - F("refunded")))
    return found["total"] or 0


def statement(account_id: UUID, *, before: int | None = None, show: str = "", limit: int = PAGE_SIZE) -> Page:
    """Rows below the cursor ``before``, narrowed to the word ``show``; three queries however many rows."""
    heads = Entry.objects.filter(HEADS, account_id=account_id).select_related("hold", "actor")
    if before is not None:
        heads = heads.filter(seq__lt=before)
    if show:
        heads = heads.filter(SHOWN[show])
    found = list(heads.order_by("-seq")[: limit + 1])
    page, more = found[:limit], len(found) > limit
    lines = _lines([head.hold_id for head in page if head.hold_id])
    running = None if show or not page else _balance_at(page[0])
    rows = []
    for head in page:
        row = _row(head, lines[head.hold_id] if head.hold_id else [], running)
        rows.append(row)
        running = None if running is None else running - row.amount
    return Page(rows, page[-1].seq if more else None)


def entries(
    account_id: UUID,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    chunk: int = 2000,
) -> Iterator[list[Entry]]:
    """An account's entries from ``since`` on and before ``until``, or all, oldest first.

    In chunks, so that no memory or transaction grows.
    """
    after = 0
    query = _entries(account_id, since, until).order_by("seq")
    while found := list(query.filter(seq__gt=after)[:chunk]):
        yield found
        after = found[-1].seq


def newest_entries(
    account_id: UUID,
    *,
    before: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int,
) -> tuple[list[Entry], int | None]:
    """At most ``limit`` raw entries, newest first, of those numbered below ``before``; and the last one's number where
    there are more. ``since`` and ``until`` are as in ``entries``. One query."""
    found = _entries(account_id, since, until).order_by("-seq")
    if before is not None:
        found = found.filter(seq__lt=before)
    rows = list(found[: limit + 1])
    return rows[:limit], rows[limit - 1].seq if len(rows) > limit else None


def _entries(account_id: UUID, since: datetime | None, until: datetime | None) -> QuerySet[Entry]:
    found = Entry.objects.filter(account_id=account_id).select_related("hold", "actor")
    if since is not None:
        found = found.filter(created_at__gte=since)
    return found if until is None else found.filter(created_at__lt=until)


def given_by_people(account_id: UUID) -> int:
    """What people put into the account by hand, less what they took out: the studio's own grants are left out."""
    by_hand = Entry.objects.filter(account_id=account_id, hold=None, actor__isnull=False)
    return by_hand.aggregate(total=Sum("d_available"))["total"] or 0


def spent_by(account_ids: Iterable[UUID] | None = None, *, days: int = 30) -> dict[UUID, int]:
    """What each account, or every one, was charged in the last ``days``; those without a charge are left out."""
    since = timezone.now() - timedelta(days=days)
    charged = Hold.objects.filter(resolved_at__gte=since, state=Hold.State.SETTLED)
    if account_ids is not None:
        charged = charged.filter(account_id__in=list(account_ids))
    sums = charged.values_list("account_id").annotate(total=Sum(F("settled") - F("refunded")))
    return dict(sums.values_list("account_id", "total"))


def _lines(hold_ids: list[UUID]) -> defaultdict[UUID | None, list[Line]]:
    found: defaultdict[UUID | None, list[Line]] = defaultdict(list)
    for entry in Entry.objects.filter(hold_id__in=hold_ids).order_by("seq"):
        charge = entry.kind == Entry.Kind.CHARGE
        found[entry.hold_id].append(
            Line(
                at=entry.created_at,
                word=_WORDS[Entry.Kind(entry.kind)],
                amount=-entry.d_external if charge else entry.d_available,
                balance=entry.available_after,
                reason=entry.reason,
            )
        )
    return found


_WORDS = {
    Entry.Kind.HOLD: "held",
    Entry.Kind.CHARGE: "charged",
    Entry.Kind.RELEASE: "returned",
    Entry.Kind.REFUND: "returned",
}


def _balance_at(head: Entry) -> int:
    """The balance after this row as it adds up today: as it was, and what older holds returned since."""
    later = Entry.objects.filter(account_id=head.account_id, seq__gt=head.seq, hold__seq__lte=head.seq)
    return head.available_after + (later.aggregate(total=Sum("d_available"))["total"] or 0)


def _row(head: Entry, lines: list[Line], running: int | None) -> Row:
    hold = head.hold
    return Row(
        seq=head.seq,
        at=head.created_at,
        word=_word(head),
        key=hold.key if hold else head.key,
        label=hold.label if hold else "",
        reason=lines[-1].reason if lines else head.reason,
        actor=str(head.actor) if head.actor else "",
        amount=_effect(hold) if hold else head.d_available,
        held=hold.amount if hold else 0,
        charged=hold.settled if hold else 0,
        refunded=hold.refunded if hold else 0,
        balance=running,
        lines=lines,
    )


def _effect(hold: Hold) -> int:
    """What a hold has done to the available balance up to now: nothing above zero."""
    return -hold.amount if hold.state == Hold.State.OPEN else hold.refunded - hold.settled


def _word(head: Entry) -> str:
    if head.hold is None:
        return "added" if head.d_available > 0 else "removed"
    if head.hold.state == Hold.State.OPEN:
        return "held"
    return "returned" if head.hold.refunded == head.hold.settled else "charged"
