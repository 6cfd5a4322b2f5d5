"""Holds credits, charges them and gives them back. Nothing else in the studio moves money.

Every function joins the caller's transaction or opens its own; on any error nothing has moved. All amounts
are whole micros. A repeat with the same key changes nothing and answers what was; the same key with other
facts raises Conflict. There is no look before the move: the guarded update and the unique keys decide, and
only when they refuse is it asked why.

Order of locks: an account's row first, then its holds, its lots, then a cap. So whoever waits for a hold already
has its account, and two transactions that touch the same account cannot wait for one another.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError
from django.db.models import F
from django.utils.translation import gettext as _

from studio.accounts.models import AuditRow, Team, User
from studio.core import clock, db
from studio.core.context import request_id
from studio.core.errors import Conflict, Invalid, NotFound
from studio.core.micros import MAX_MICROS, Micros
from studio.core.statements import Given, Rows, insert
from studio.credits import caps
from studio.credits.errors import AccountBlocked, BalanceMoved, InsufficientCredits, LedgerBroken
from studio.credits.models import Account, Entry, Hold, Lot
from studio.credits.movements import Moved, Step, Why, close, hold_under, move

KEY_LENGTH = 80

_OF_USER = Rows(lambda: Account.objects.filter(user=Given("owner"), team=None))
_OF_TEAM = Rows(lambda: Account.objects.filter(team=Given("owner"), user=None))


class _Refused(Exception):
    """The guard said no; rolls back what was begun."""


def account_of(*, user: User | None = None, team: Team | None = None) -> Account:
    """The account of a person or of a team, made on first use. Raises ValueError unless one is given."""
    if (user is None) == (team is None):
        raise ValueError("an account has one owner")
    found = _OF_USER.first(owner=user.pk) if user else _OF_TEAM.first(owner=team.pk) if team else None
    return found or Account.objects.get_or_create(user=user, team=team)[0]


def paying_account(*, user: User, team: Team | None) -> Account:
    """The account that pays in a workspace: the team's pool when it is on, else the person's. Never a fall-back."""
    if team is not None and team.pool_pays:
        return account_of(team=team)
    return account_of(user=user)


def hold(*, account_id: UUID, amount: int, key: str, label: str, under: caps.Under | None = None) -> Hold:
    """Set ``amount`` aside under ``key`` (``job:<id>``); ``label`` is what the statement says of it, ``under`` the
    cap that it counts against, if there is one.

    The same key, account and amount: the same hold, whatever has become of it. A free job has no hold: an
    amount of 0 raises Invalid. Raises InsufficientCredits, CapReached, AccountBlocked, Conflict, NotFound.
    """
    _check_amount(amount)
    _check_key(key)
    try:
        with db.atomic():
            return _open(account_id, amount, key, label, under)
    except (IntegrityError, _Refused) as refusal:
        existing = Hold.objects.filter(key=key).first()
        if existing is None:
            _explain(refusal, account_id, amount)
        elif (existing.account_id, existing.amount) == (account_id, amount):
            return existing
        raise Conflict(_("This key already holds something else.")) from refusal


def settle(*, key: str, actual: int, reason: str = "") -> Micros:
    """Charge ``min(actual, held)`` and return the rest at once; answers what is charged.

    ``reason`` goes with it on the statement ("2 of 4 delivered"). Resolves once: a second settle or release
    moves nothing and answers what the first one charged. 0 returns all of it. Raises NotFound, Invalid.
    """
    _check_amount(actual, least=0)
    found = _find(key)
    return Micros(_resolve(found, min(actual, found.amount), reason).settled)


def release(*, key: str, reason: str = "") -> Micros:
    """Give back all that is held; answers how much came back: 0 where all of it was charged before.

    Resolves once, like settle. Raises NotFound.
    """
    done = _resolve(_find(key), 0, reason)
    return Micros(done.amount - done.settled)


def refund(*, key: str, amount: int, refund_key: str, actor: User | None, reason: str) -> Entry:
    """Staff give back up to what the hold ``key`` charged; ``refund_key`` makes it safe to repeat. No ``actor`` means
    that the studio itself does, for a picture that turned out to be none.

    Raises Invalid where more than the charge would come back, Conflict, NotFound.
    """
    _check_amount(amount)
    found = _find(key)
    step = Step(Entry.Kind.REFUND, _entry_key("refund", refund_key), amount, 0)
    try:
        with db.atomic():
            moved = _by_staff(found.account_id, step, actor, reason, hold_id=found.pk)
            left = Hold.objects.filter(pk=found.pk, settled__gte=F("refunded") + amount)
            if not left.update(refunded=F("refunded") + amount):
                raise _Refused
            caps.give_back(found.cap_id, amount)
            return moved.entries[0]
    except (IntegrityError, _Refused) as refusal:
        if existing := _same_entry(found.account_id, step, actor, reason):
            return existing
        raise Invalid(_("No more can be returned than was charged.")) from refusal


def grant(
    *,
    account_id: UUID,
    amount: int,
    key: str,
    actor: User | None,
    reason: str,
    expires_at: datetime | None = None,
) -> Entry:
    """Add ``amount`` as a lot of its own, which may expire; no ``actor`` means that the studio itself grants.

    Raises Invalid (amount, expiry in the past, more than an account can hold), Conflict, NotFound.
    """
    _check_amount(amount)
    step = Step(Entry.Kind.GRANT, _entry_key("grant", key), amount, 0)
    try:
        with db.atomic():
            moved = _by_staff(account_id, step, actor, reason)
            if expires_at is not None and expires_at <= clock.now():
                raise Invalid(
                    _("Choose a day in the future."), fields={"expires_at": _("Choose a later day.")}
                )
            Lot.objects.create(
                account_id=account_id, entry=moved.entries[0], amount=amount, expires_at=expires_at
            )
            return moved.entries[0]
    except (IntegrityError, _Refused) as refusal:
        existing = _same_entry(account_id, step, actor, reason)
        if existing and existing.lot.expires_at == expires_at:
            return existing
        if existing:
            raise _other_facts() from refusal
        _explain(refusal, account_id, -amount)
        raise Invalid(_("That is more than an account can hold.")) from refusal


def adjust(
    *, account_id: UUID, amount: int, key: str, actor: User | None, reason: str, seen: int | None = None
) -> Entry:
    """Staff add (above 0) or remove (below 0) credits that never expire; no ``actor`` means the studio itself.

    ``seen`` is the available balance that the change was worked out from ("set to"): BalanceMoved if it is
    another by now. Raises InsufficientCredits rather than go below zero, Invalid, Conflict, NotFound.
    """
    _check_amount(abs(amount) if _is_whole(amount) else amount)
    step = Step(Entry.Kind.ADJUST, _entry_key("adjust", key), amount, 0)
    try:
        with db.atomic():
            return _by_staff(account_id, step, actor, reason, seen=seen).entries[0]
    except (IntegrityError, _Refused) as refusal:
        if existing := _same_entry(account_id, step, actor, reason):
            return existing
        _explain(refusal, account_id, -amount, seen)
        raise Invalid(_("That is more than an account can hold.")) from refusal


def set_blocked(*, account_id: UUID, blocked: bool, actor: User | None, reason: str) -> bool:
    """Stop new holds on an account, or allow them again; answers whether anything changed."""
    with db.atomic():
        changed = Account.objects.filter(pk=account_id, blocked=not blocked).update(blocked=blocked)
        if changed:
            action = "credits.block" if blocked else "credits.unblock"
            _audit(action, account_id, actor, reason, {"blocked": not blocked}, {"blocked": blocked})
    return bool(changed)


def _open(account_id: UUID, amount: int, key: str, label: str, under: caps.Under | None) -> Hold:
    opened = Hold(account_id=account_id, key=key, amount=amount, label=label[:200])
    step = Step(Entry.Kind.HOLD, f"{key}:hold", -amount, amount)
    moved = move(account_id, [step], hold_id=opened.pk, even_if_blocked=False)
    if moved is None:
        raise _Refused
    opened.seq, opened.created_at = moved.entries[0].seq, moved.entries[0].created_at
    if under:
        opened.cap = caps.take(under, amount)
    insert([opened])
    return opened


def _resolve(found: Hold, charged: int, reason: str) -> Hold:
    """Close the hold with ``charged``, unless somebody has closed it: then as it was closed."""
    rest = found.amount - charged
    steps = [Step(Entry.Kind.CHARGE, f"{found.key}:charge", 0, -charged)] if charged else []
    steps += [Step(Entry.Kind.RELEASE, f"{found.key}:release", rest, -rest)] if rest else []
    try:
        with db.atomic():
            moved = move(found.account_id, steps, hold_id=found.pk, why=Why(reason=reason[:300]))
            if moved is None or not _close(found, charged):
                raise _Refused
            caps.give_back(found.cap_id, rest)
    except (IntegrityError, _Refused) as refusal:
        found.refresh_from_db()
        if found.state == Hold.State.OPEN:
            raise LedgerBroken(f"account {found.account_id} holds less than {found.key}") from refusal
    return found


def _close(found: Hold, charged: int) -> bool:
    found.state = Hold.State.SETTLED if charged else Hold.State.RELEASED
    found.settled, found.resolved_at = charged, clock.now()
    return close(found)


def _by_staff(
    account_id: UUID,
    step: Step,
    actor: User | None,
    reason: str,
    *,
    hold_id: UUID | None = None,
    seen: int | None = None,
) -> Moved:
    """A move that leaves an audit row; raises _Refused where the guard says no."""
    if not reason.strip():
        raise Invalid(_("Say why."), fields={"reason": _("Say why: it is kept in the audit log.")})
    moved = move(account_id, [step], hold_id=hold_id, why=Why(actor, reason[:300]), seen=seen)
    if moved is None:
        raise _Refused
    before = {"available": moved.available - step.available}
    _audit(f"credits.{step.kind}", account_id, actor, reason, before, {"available": moved.available})
    return moved


def _audit(
    action: str,
    account_id: UUID,
    actor: User | None,
    reason: str,
    before: dict[str, int],
    after: dict[str, int],
) -> None:
    AuditRow.objects.create(
        actor=actor,
        action=action,
        target=f"account:{account_id}",
        before=before,
        after=after,
        reason=reason[:300],
        request_id=request_id.get(),
    )


def _find(key: str) -> Hold:
    if found := hold_under(key):
        return found
    raise NotFound(_("Nothing is held under this key."))


def _same_entry(account_id: UUID, step: Step, actor: User | None, reason: str) -> Entry | None:
    """The entry that this step wrote before; raises Conflict if its key belongs to another story."""
    entry = Entry.objects.filter(key=step.key).first()
    if entry is None:
        return None
    actor_id = actor.pk if actor else None
    was = (entry.account_id, entry.d_available, entry.actor_id, entry.reason)
    if was != (account_id, step.available, actor_id, reason[:300]):
        raise _other_facts()
    return entry


def _other_facts() -> Conflict:
    return Conflict(_("This was already done with other values. Reload the page and look at the balance."))


def _explain(refusal: Exception, account_id: UUID, needed: int, seen: int | None = None) -> None:
    """Raise what stood in the way of moving ``needed`` out; returns where only the upper limit can have."""
    if isinstance(refusal, IntegrityError):
        raise refusal
    account = Account.objects.filter(pk=account_id).first()
    if account is None:
        raise NotFound(_("There is no such account."))
    if seen is not None and account.available != seen:
        raise BalanceMoved(account.available)
    if needed > 0 and account.blocked and account.available >= needed:
        raise AccountBlocked
    if needed > 0:
        raise InsufficientCredits(needed, account.available)


def _entry_key(kind: str, key: str) -> str:
    _check_key(key)
    return f"{kind}:{key}"


def _check_key(key: str) -> None:
    if not 0 < len(key) <= KEY_LENGTH:
        raise Invalid(_("A key has 1 to 80 characters."))


def _is_whole(amount: object) -> bool:
    return isinstance(amount, int) and not isinstance(amount, bool)


def _check_amount(amount: int, least: int = 1) -> None:
    """Prices come from the world, so what mypy promises is looked at again. Raises Invalid."""
    if not _is_whole(amount) or not least <= amount <= MAX_MICROS:
        raise Invalid(
            _("That is not an amount of credits."), fields={"amount": _("Give a number of credits.")}
        )
