"""A model of one account beside the real one: after every step both must say the same.

Keys are few on purpose: with many, a second settle of the same hold hardly ever comes up.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from types import ModuleType
from typing import Any, ClassVar

from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from studio.accounts.models import User
from studio.core.errors import Conflict, Invalid, NotFound
from studio.credits import services
from studio.credits.checks import check_account
from studio.credits.errors import InsufficientCredits
from studio.credits.lots import expire_due
from studio.credits.models import Account, Entry, Hold

KEYS = st.integers(0, 3)
AMOUNTS = st.integers(1, 40_000)
# None: no crash. A hold takes some seven statements, so most numbers fall inside an operation.
CRASHES = st.none() | st.integers(0, 10)
STEPS_PER_EXAMPLE = 50
# Not fewer: the first example of a seed is always the emptiest.
EXAMPLES_PER_SEED = 10
_people = itertools.count(1)


class Crash(Exception):
    """The process died at this statement."""


@dataclass
class Held:
    amount: int
    state: str = "open"
    settled: int = 0
    refunded: int = 0


class LedgerMachine(RuleBasedStateMachine):
    ledger: ClassVar[ModuleType] = services
    steps: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        number = next(_people)
        self.staff = User.objects.create(email=f"machine-{number}@northwind.test", is_staff=True)
        self.account = Account.objects.create(user=self.staff)
        self.row = Account._meta.pk.get_db_prep_value(self.account.pk, connection)
        self.prefix = f"m{number}-"
        self.available = 0
        self.holds: dict[int, Held] = {}
        self.by_staff: dict[tuple[str, int], tuple[int, ...]] = {}

    def attempt(self, crash_at: int | None, call: Callable[..., Any], **facts: Any) -> Any:
        """The call's answer; Crash once statement ``crash_at`` was reached, as if the process had died."""
        type(self).steps += 1
        count = itertools.count()

        def crash(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            if next(count) == crash_at:
                raise Crash(sql)
            return execute(sql, params, many, context)

        with connection.execute_wrapper(crash):
            return call(**facts)

    def refused(
        self, crash_at: int | None, why: type[Exception], call: Callable[..., Any], **facts: Any
    ) -> None:
        try:
            self.attempt(crash_at, call, **facts)
        except (why, Crash):
            return
        raise AssertionError(f"{call.__name__} was not refused with {why.__name__}")

    @rule(key=KEYS, amount=AMOUNTS, crash_at=CRASHES)
    def hold(self, key: int, amount: int, crash_at: int | None) -> None:
        facts = {"account_id": self.account.pk, "amount": amount, "key": f"{self.prefix}{key}", "label": ""}
        known = self.holds.get(key)
        if known and known.amount != amount:
            return self.refused(crash_at, Conflict, self.ledger.hold, **facts)
        if not known and amount > self.available:
            return self.refused(crash_at, InsufficientCredits, self.ledger.hold, **facts)
        try:
            self.attempt(crash_at, self.ledger.hold, **facts)
        except Crash:
            return None
        if not known:
            self.holds[key] = Held(amount)
            self.available -= amount
        return None

    @rule(keys=st.tuples(KEYS, KEYS), amount=AMOUNTS, fails=st.booleans())
    def hold_for_two_jobs_in_one_transaction(self, keys: tuple[int, int], amount: int, fails: bool) -> None:
        if keys[0] == keys[1] or any(key in self.holds for key in keys):
            return
        try:
            with transaction.atomic():
                for key in keys:
                    self.attempt(
                        None,
                        self.ledger.hold,
                        account_id=self.account.pk,
                        amount=amount,
                        key=f"{self.prefix}{key}",
                        label="",
                    )
                if fails:
                    raise Crash
        except Crash:
            return
        except InsufficientCredits:
            assert 2 * amount > self.available
            return
        self.available -= 2 * amount
        self.holds |= {key: Held(amount) for key in keys}

    @rule(key=KEYS, actual=AMOUNTS | st.just(0), crash_at=CRASHES)
    def settle(self, key: int, actual: int, crash_at: int | None) -> None:
        self.resolve(key, actual, crash_at, self.ledger.settle, {"actual": actual})

    @rule(key=KEYS, crash_at=CRASHES)
    def release(self, key: int, crash_at: int | None) -> None:
        self.resolve(key, 0, crash_at, self.ledger.release, {})

    def resolve(
        self, key: int, actual: int, crash_at: int | None, call: Callable[..., Any], facts: dict[str, int]
    ) -> None:
        known = self.holds.get(key)
        if known is None:
            return self.refused(crash_at, NotFound, call, key=f"{self.prefix}{key}", **facts)
        try:
            answer = self.attempt(crash_at, call, key=f"{self.prefix}{key}", **facts)
        except Crash:
            return None
        if known.state == "open":
            known.settled = min(actual, known.amount)
            known.state = "settled" if known.settled else "released"
            self.available += known.amount - known.settled
        assert answer == (known.settled if facts else known.amount - known.settled)
        return None

    @rule(key=KEYS, refund_key=KEYS, amount=AMOUNTS, crash_at=CRASHES)
    def refund(self, key: int, refund_key: int, amount: int, crash_at: int | None) -> None:
        facts: dict[str, Any] = {"key": f"{self.prefix}{key}", "amount": amount, "actor": self.staff}
        facts |= {"refund_key": f"{self.prefix}{refund_key}", "reason": "An empty picture"}
        known, done = self.holds.get(key), self.by_staff.get(("refund", refund_key))
        if known is None:
            return self.refused(crash_at, NotFound, self.ledger.refund, **facts)
        if done and done != (amount,):
            return self.refused(crash_at, Conflict, self.ledger.refund, **facts)
        if not done and known.refunded + amount > known.settled:
            return self.refused(crash_at, Invalid, self.ledger.refund, **facts)
        try:
            self.attempt(crash_at, self.ledger.refund, **facts)
        except Crash:
            return None
        if not done:
            known.refunded += amount
            self.available += amount
            self.by_staff["refund", refund_key] = (amount,)
        return None

    @rule(key=KEYS, amount=AMOUNTS, expires=st.booleans(), crash_at=CRASHES)
    def grant(self, key: int, amount: int, expires: bool, crash_at: int | None) -> None:
        expires_at = timezone.now() + timedelta(hours=1) if expires else None
        facts = {"account_id": self.account.pk, "expires_at": expires_at}
        if expires and ("grant", key) in self.by_staff:
            return
        self.staffs("grant", key, amount, crash_at, facts)

    @rule(key=KEYS, amount=AMOUNTS, away=st.booleans(), crash_at=CRASHES)
    def adjust(self, key: int, amount: int, away: bool, crash_at: int | None) -> None:
        self.staffs("adjust", key, -amount if away else amount, crash_at, {"account_id": self.account.pk})

    def staffs(self, kind: str, key: int, amount: int, crash_at: int | None, facts: dict[str, Any]) -> None:
        call = getattr(self.ledger, kind)
        facts |= {"amount": amount, "key": f"{self.prefix}{key}", "actor": self.staff, "reason": "A test"}
        same = (amount, "expires_at" in facts and facts["expires_at"] is not None)
        done = self.by_staff.get((kind, key))
        if done and done != same:
            return self.refused(crash_at, Conflict, call, **facts)
        if not done and self.available + amount < 0:
            return self.refused(crash_at, InsufficientCredits, call, **facts)
        try:
            self.attempt(crash_at, call, **facts)
        except Crash:
            return None
        if not done:
            self.available += amount
            self.by_staff[kind, key] = same
        return None

    @rule()
    def expire(self) -> None:
        removed = expire_due(timezone.now() + timedelta(hours=2))
        assert 0 <= removed <= self.available
        self.available -= removed

    @precondition(lambda self: self.by_staff)
    @rule(delete=st.booleans())
    def tamper(self, delete: bool) -> None:
        entries = Entry.objects.filter(account=self.account)
        try:
            with transaction.atomic():
                _ = entries._raw_delete("default") if delete else entries.update(d_available=1, d_external=-1)
        except DatabaseError:
            return
        raise AssertionError("an entry was changed")

    @invariant()
    def both_say_the_same(self) -> None:
        open_holds = sum(held.amount for held in self.holds.values() if held.state == "open")
        with connection.cursor() as cursor:  # asked after every step, so without the ORM's detour
            cursor.execute("SELECT available, held FROM credits_account WHERE id = %s", [self.row])
            assert cursor.fetchone() == (self.available, open_holds)

    def teardown(self) -> None:
        """Checks the books, which keep every fault, and leaves no lot that the next example would sweep."""
        assert check_account(self.account.pk) == []
        for held in Hold.objects.filter(account=self.account, state=Hold.State.OPEN):
            services.release(key=held.key)
        expire_due(timezone.now() + timedelta(hours=2))


def run_machine(
    ledger: ModuleType, *, steps: int, first_seed: int = 0, phases: tuple[Phase, ...] = tuple(Phase)
) -> int:
    """Run until ``steps`` operations were tried; answers how many were. Raises what the machine found."""
    tried = 0
    for number in itertools.count(first_seed):

        class Machine(LedgerMachine):
            pass

        Machine.ledger, Machine.steps = ledger, 0
        run_state_machine_as_test(
            seed(number)(Machine),
            settings=settings(
                max_examples=EXAMPLES_PER_SEED,
                stateful_step_count=STEPS_PER_EXAMPLE,
                deadline=None,
                database=None,
                phases=phases,
                suppress_health_check=list(HealthCheck),
            ),
        )
        tried += Machine.steps
        if tried >= steps:
            return tried
    raise AssertionError("unreachable")
