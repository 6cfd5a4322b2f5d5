from __future__ import annotations

from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from studio.accounts.models import User
from studio.credits import selectors
from studio.credits import services as credits
from studio.credits.models import Account
from studio.credits.selectors import Row

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(alice: User) -> Account:
    return credits.account_of(user=alice)


@pytest.fixture
def history(account: Account, dana: User) -> UUID:
    """A grant of 1,000; a job of which 12 of 20 were charged, one that failed, one under way; 5 taken away."""
    pk = account.pk
    credits.grant(account_id=pk, amount=1000, key="november", actor=dana, reason="November allowance")
    credits.hold(account_id=pk, amount=20, key="job:1", label="Gesso Paint × 4")
    credits.hold(account_id=pk, amount=28, key="job:2", label="Gesso Studio × 1")
    credits.settle(key="job:1", actual=12, reason="3 of 4 delivered")
    credits.hold(account_id=pk, amount=40, key="job:3", label="Gesso Sketch × 2")
    credits.release(key="job:2", reason="The provider timed out")
    credits.adjust(account_id=pk, amount=-5, key="typo", actor=dana, reason="Typo")
    return pk


def brief(rows: list[Row]) -> list[tuple[str, str, int, int | None]]:
    return [(row.word, row.key, row.amount, row.balance) for row in rows]


def test_a_statement_has_one_row_for_each_hold_and_adds_up(history: UUID) -> None:
    page = selectors.statement(history)
    assert brief(page.rows) == [
        ("removed", "adjust:typo", -5, 943),
        ("held", "job:3", -40, 948),
        ("returned", "job:2", 0, 988),
        ("charged", "job:1", -12, 988),
        ("added", "grant:november", 1000, 1000),
    ]
    assert page.next is None
    assert selectors.balance(history).available == page.rows[0].balance


def test_beneath_a_row_stand_its_entries_with_the_balance_after_each(history: UUID) -> None:
    charged = selectors.statement(history, show="charged").rows[0]
    assert [(line.word, line.amount, line.balance) for line in charged.lines] == [
        ("held", -20, 980),
        ("charged", -12, 952),
        ("returned", 8, 960),
    ]
    assert (charged.label, charged.reason, charged.held) == ("Gesso Paint × 4", "3 of 4 delivered", 20)


def test_the_balance_runs_on_over_pages(history: UUID) -> None:
    whole = selectors.statement(history).rows
    rows: list[Row] = []
    cursor = None
    for _ in range(3):
        page = selectors.statement(history, before=cursor, limit=2)
        rows += page.rows
        cursor = page.next
    assert brief(rows) == brief(whole)
    assert cursor is None


@pytest.mark.parametrize(
    ("word", "keys"),
    [
        ("held", ["job:3"]),
        ("charged", ["job:1"]),
        ("returned", ["job:2"]),
        ("added", ["grant:november"]),
        ("removed", ["adjust:typo"]),
    ],
)
def test_a_statement_can_be_narrowed_to_one_word(history: UUID, word: str, keys: list[str]) -> None:
    rows = selectors.statement(history, show=word).rows
    assert [(row.key, row.word, row.balance) for row in rows] == [(key, word, None) for key in keys]


def test_a_charge_that_staff_gave_back_whole_reads_as_returned(history: UUID, dana: User) -> None:
    credits.refund(key="job:1", amount=12, refund_key="r", actor=dana, reason="Empty pictures")
    row = next(row for row in selectors.statement(history).rows if row.key == "job:1")
    assert (row.word, row.amount) == ("returned", 0)
    assert row.lines[-1].word == "returned"
    assert selectors.statement(history).rows[0].balance == 955


def test_a_statement_costs_the_same_queries_however_long_it_is(history: UUID) -> None:
    with CaptureQueriesContext(
        connection,
    ) as few:
        selectors.statement(history)
    for number in range(10, 30):
        credits.hold(account_id=history, amount=1, key=f"job:{number}", label="")
    with CaptureQueriesContext(connection) as many:
        selectors.statement(history)
    assert len(few) == len(many) == 3


def test_what_an_account_was_charged_is_summed(history: UUID) -> None:
    assert selectors.spent_by([history]) == {history: 12}


def test_nobody_elses_entries_are_on_a_statement(history: UUID, bob: User) -> None:
    other = credits.account_of(user=bob)
    credits.grant(account_id=other.pk, amount=7, key="bob", actor=None, reason="Welcome")
    assert [row.amount for row in selectors.statement(other.pk).rows] == [7]
    assert len(selectors.statement(history).rows) == 5


def test_entries_come_in_chunks_oldest_first(history: UUID) -> None:
    chunks = [[entry.seq for entry in chunk] for chunk in selectors.entries(history, chunk=3)]
    assert chunks == [[1, 2, 3], [4, 5, 6], [7, 8]]
