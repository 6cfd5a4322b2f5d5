"""The one way in which credits move: a guarded change of the account, and the entries that say why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from studio.accounts.models import User
from studio.core import clock, events
from studio.core.context import request_id
from studio.core.micros import MAX_MICROS
from studio.core.statements import Change, Given, Rows, insert
from studio.credits.models import Account, Entry, Hold

# One statement, so that there is nothing between the look and the move for another process to slip into.
MOVE = """
UPDATE credits_account
   SET available = available + %(available)s, held = held + %(held)s, last_seq = last_seq + %(count)s
 WHERE id = %(account)s
   AND available + %(available)s >= 0
   AND held + %(held)s >= 0
   AND available + %(available)s + held + %(held)s <= %(limit)s
   AND (NOT blocked OR %(even_if_blocked)s)
   AND (available = %(seen)s OR %(any_balance)s)
RETURNING available, held, last_seq, user_id, team_id
"""

FIND = Rows(lambda: Hold.objects.filter(key=Given("key")))
CLOSE = Change(
    lambda: Hold.objects.filter(pk=Given("id"), state=Hold.State.OPEN),
    state=Given("state"),
    settled=Given("settled"),
    resolved_at=Given("at"),
)


@dataclass(frozen=True, slots=True)
class Step:
    """One entry to write: what it adds to available and to held, in micros."""

    kind: str
    key: str
    available: int
    held: int


@dataclass(frozen=True, slots=True)
class Moved:
    """The account after a move, and the entries written, in order."""

    available: int
    held: int
    entries: list[Entry]


@dataclass(frozen=True, slots=True)
class Why:
    """What an entry says besides its amounts."""

    actor: User | None = None
    reason: str = ""


def move(
    account_id: UUID,
    steps: Sequence[Step],
    *,
    hold_id: UUID | None = None,
    why: Why | None = None,
    even_if_blocked: bool = True,
    seen: int | None = None,
) -> Moved | None:
    """Move the account by all steps or not at all; call inside a transaction.

    None, and nothing written, where an amount would fall below zero or the sum above MAX_MICROS, where the
    account is blocked and ``even_if_blocked`` is false, where ``seen`` is no longer what is available, and
    where there is no such account. Publishes ``balance`` to whoever owns the account.
    """
    row = _guarded_update(account_id, steps, even_if_blocked, seen)
    if row is None:
        return None
    available, held, seq, user_id, team_id = row
    why = why or Why()
    # Taken after the update: while the account's row is locked, later entries cannot get an earlier time.
    now = clock.now()
    entries = []
    available_after = available - sum(step.available for step in steps)
    held_after = held - sum(step.held for step in steps)
    for number, step in enumerate(steps, start=seq - len(steps) + 1):
        available_after += step.available
        held_after += step.held
        entries.append(
            Entry(
                account_id=account_id,
                hold_id=hold_id,
                seq=number,
                key=step.key,
                kind=step.kind,
                d_available=step.available,
                d_held=step.held,
                d_external=-step.available - step.held,
                available_after=available_after,
                held_after=held_after,
                actor=why.actor,
                reason=why.reason,
                request_id=request_id.get(),
                created_at=now,
            )
        )
    insert(entries)
    events.publish([_channel(user_id, team_id)], "balance", account_id)
    return Moved(available, held, entries)


def hold_under(key: str) -> Hold | None:
    """The hold of this key, as it is now."""
    return FIND.first(key=key)


def close(hold: Hold) -> bool:
    """Write how the hold was resolved; False, and nothing written, if somebody did before."""
    return bool(CLOSE.make(id=hold.pk, state=hold.state, settled=hold.settled, at=hold.resolved_at))


def _guarded_update(
    account_id: UUID, steps: Sequence[Step], even_if_blocked: bool, seen: int | None
) -> tuple[int, int, int, int | None, str | UUID | None] | None:
    pk = Account._meta.pk.get_db_prep_value(account_id, connection)
    with connection.cursor() as cursor:
        cursor.execute(
            MOVE,
            {
                "account": pk,
                "available": sum(step.available for step in steps),
                "held": sum(step.held for step in steps),
                "count": len(steps),
                "limit": MAX_MICROS,
                "even_if_blocked": even_if_blocked,
                "seen": 0 if seen is None else seen,
                "any_balance": seen is None,
            },
        )
        rows = cursor.fetchall()
    return rows[0] if rows else None


def _channel(user_id: int | None, team_id: str | UUID | None) -> str:
    # SQLite hands a UUID back as its hex digits, PostgreSQL as a UUID.
    return f"user:{user_id}" if team_id is None else f"team:{UUID(str(team_id))}"
