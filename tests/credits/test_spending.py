"""What was spent, by day of the person's zone: it is the ledger's own sum, wherever the midnights are."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from studio.accounts.models import User
from studio.core import clock
from studio.credits import selectors, spending
from studio.credits import services as credits
from studio.credits.models import Account
from studio.jobs import spending as jobs
from studio.jobs.models import Run
from studio.web.credits_rows import exactly
from studio.web.credits_spend import gathered
from studio.web.spans import DAY, KEYS, midnight, span_of
from tests.factories import make_job, make_run

pytestmark = pytest.mark.django_db

# Ends of the world, odd offsets, and clocks that change at midnight or back over it.
ZONES = {
    "UTC": "2026-11-20 09:00",
    "Pacific/Kiritimati": "2026-03-01 00:05",
    "Pacific/Pago_Pago": "2026-01-01 00:05",
    "Asia/Kathmandu": "2026-02-28 23:55",
    "Europe/Berlin": "2026-03-30 12:00",
    "America/St_Johns": "2026-11-04 12:00",
    "Africa/Cairo": "2026-04-26 12:00",
    "America/Havana": "2026-11-03 12:00",
}
"""What time it is in each."""
INSTANT = timedelta(microseconds=1)


@pytest.fixture
def account_id(alice: User) -> UUID:
    """Alice's account, which is a year old and has 100,000 credits."""
    pk = credits.account_of(user=alice).pk
    Account.objects.update(created_at=timezone.now() - timedelta(days=365))
    credits.grant(account_id=pk, amount=1_000_000_000, key="g", actor=None, reason="Welcome")
    return pk


def charge(account_id: UUID, key: str, amount: int, at: datetime, held_for: timedelta = INSTANT) -> None:
    with clock.at(at - held_for):
        credits.hold(account_id=account_id, amount=amount + 7, key=key, label="")
    with clock.at(at):
        credits.settle(key=key, actual=amount)


def test_a_charge_belongs_to_the_span_that_begins_with_it_and_not_to_the_one_that_ends(
    account_id: UUID,
) -> None:
    noon = datetime(2026, 11, 20, 12, tzinfo=ZoneInfo("UTC"))
    charge(account_id, "before", 1, noon - INSTANT)
    charge(account_id, "first", 10, noon)
    charge(account_id, "last", 100, noon + DAY - INSTANT)
    charge(account_id, "after", 1000, noon + DAY)
    assert {hold.key for hold in spending.charges(account_id, noon, noon + DAY)} == {"first", "last"}


def test_what_staff_gave_back_is_taken_off_the_day_of_its_charge(account_id: UUID, dana: User) -> None:
    now = timezone.now()
    charge(account_id, "old", 50, now - timedelta(days=3))
    charge(account_id, "free", 20, now - timedelta(days=3))
    credits.refund(key="old", amount=30, refund_key="r", actor=dana, reason="Empty picture")
    credits.refund(key="free", amount=20, refund_key="s", actor=dana, reason="Empty picture")
    zone = ZoneInfo("UTC")
    rows = jobs.by_day_and_model(account_id, now - timedelta(days=5), now, zone)
    assert [(row.day, row.micros) for row in rows] == [
        ((now - timedelta(days=3)).astimezone(zone).date(), 20)
    ]


def test_the_pace_is_a_seventh_of_the_last_week(account_id: UUID, bob: User) -> None:
    now = timezone.now()
    charge(account_id, "now", 70, now)
    charge(account_id, "week", 7, now - timedelta(days=6, hours=23))
    charge(account_id, "older", 700, now - timedelta(days=7, hours=1))
    assert spending.pace(account_id) == 11


def test_an_account_younger_than_a_week_has_no_pace(account_id: UUID) -> None:
    charge(account_id, "now", 70, timezone.now())
    Account.objects.update(created_at=timezone.now() - timedelta(days=6, hours=23))
    assert spending.pace(account_id) == 0


def test_runs_in_progress_are_those_with_something_on_hold(account_id: UUID, alice: User) -> None:
    both, over = make_run(alice), make_run(alice)
    for job in (make_job(both), make_job(both), make_job(over)):
        credits.hold(account_id=account_id, amount=10, key=job.hold_key, label="")
    credits.hold(account_id=account_id, amount=10, key="of no job", label="")
    credits.release(key=over.jobs.get().hold_key)
    assert jobs.runs_in_progress(account_id) == 1


def test_charges_of_any_number_cost_one_query(account_id: UUID, alice: User) -> None:
    now = timezone.now()
    for number in range(12):
        job = make_job(make_run(alice), model_label=f"Model {number}")
        charge(account_id, job.hold_key, 10, now - DAY)
    with CaptureQueriesContext(connection) as queries:
        rows = jobs.by_day_and_model(account_id, now - DAY * 2, now, ZoneInfo("UTC"))
    assert len(queries) == 1
    assert len(rows) == 12


def test_the_sum_of_a_span_is_found_over_its_index(account_id: UUID) -> None:
    now = timezone.now()
    plan = spending.charges(account_id, now - DAY, now).explain()
    assert connection.vendor == "postgresql" or "hold_charged" in plan


def history(account_id: UUID, staff: User, run: Run, zone: ZoneInfo, chance: random.Random) -> None:
    """Some forty jobs around the midnights of the zone: charged, part charged, given back, released, open."""
    moments = [_moment(zone, chance) for _ in range(40)]
    for number, at in enumerate(sorted(moments)):
        job = make_job(run, payer_id=account_id, model_label=f"Model {chance.randrange(8)}")
        key = job.hold_key if chance.random() < 0.9 else f"other:{number}"
        amount, fate = chance.randrange(1, 60_000), chance.random()
        held_for = timedelta(seconds=chance.choice([0.000001, 40, 7200]))
        if fate < 0.8:
            charge(account_id, key, amount, at, held_for)
        else:
            credits.hold(account_id=account_id, amount=amount, key=key, label="")
        if fate < 0.15:
            back = amount if fate < 0.07 else chance.randrange(1, amount + 1)
            with clock.at(at + timedelta(days=chance.choice([0, 1, 40]))):
                credits.refund(key=key, amount=back, refund_key=str(number), actor=staff, reason="Empty")
        elif fate > 0.9:
            with clock.at(at):
                credits.release(key=key)


def _moment(zone: ZoneInfo, chance: random.Random) -> datetime:
    """Some time of the last forty days, half of them within an instant of a midnight; never in the future."""
    now = timezone.now()
    day = timezone.localdate(now, zone) - DAY * chance.choice(
        [0, 1, 5, 6, 7, 28, 29, 30, chance.randrange(40)]
    )
    border = midnight(day, zone) + INSTANT * chance.choice([-1, 0, 1])
    at = border if chance.random() < 0.5 else border + timedelta(seconds=chance.randrange(86_400))
    return min(at, now)


def by_the_ledger(account_id: UUID, zone: ZoneInfo) -> Counter[date]:
    """Charged less given back, by the day of the charge, added up from the rows that the statement shows."""
    spent: Counter[date] = Counter()
    cursor = None
    while True:
        page = selectors.statement(account_id, before=cursor, limit=7)
        for row in page.rows:
            for line in row.lines:
                if line.word == "charged":
                    spent[line.at.astimezone(zone).date()] += row.charged - row.refunded
        if (cursor := page.next) is None:
            return spent


@pytest.fixture
def stop_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Makes a moment the present, until the test ends."""
    return lambda moment: monkeypatch.setattr(timezone, "now", lambda: moment)


@pytest.mark.parametrize("name", ZONES)
def test_chart_figure_and_ledger_add_up_to_the_same(
    as_alice: Client,
    alice: User,
    dana: User,
    account_id: UUID,
    stop_at: Callable[[datetime], None],
    name: str,
) -> None:
    zone = ZoneInfo(name)
    stop_at(datetime.fromisoformat(ZONES[name]).replace(tzinfo=zone))
    alice.timezone = name
    alice.save()
    run = make_run(alice)
    history(account_id, dana, run, zone, random.Random(name))
    spent = by_the_ledger(account_id, zone)
    with timezone.override(zone):
        for key in KEYS:
            span = span_of(key)
            rows = jobs.by_day_and_model(account_id, span.since, span.until, span.zone)
            shown = gathered(rows, span)
            ledger = {day: micros for day, micros in spent.items() if span.first <= day <= span.last}
            for column in shown.columns:
                of_column = (m for day, m in ledger.items() if column.first <= day <= column.last)
                assert column.micros == sum(of_column), (key, column.first)
            assert shown.micros == sum(ledger.values())
            assert shown.micros == sum(one.micros for one in shown.series)
            assert f'data-tip="{exactly(shown.micros)}"' in as_alice.get(f"/credits/?range={key}").text
    assert sum(spent.values()) > 0
