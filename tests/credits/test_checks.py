from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from studio.accounts.models import AuditRow, User
from studio.credits import selectors
from studio.credits import services as credits
from studio.credits.checks import check_account
from studio.credits.errors import AccountBlocked
from studio.credits.models import Account

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(alice: User) -> Account:
    account = credits.account_of(user=alice)
    credits.grant(account_id=account.pk, amount=1000, key="g", actor=None, reason="Welcome")
    for number in (1, 2, 3):
        credits.hold(account_id=account.pk, amount=20, key=f"job:{number}", label="")
    credits.settle(key="job:1", actual=12)
    credits.release(key="job:2")
    return account


def tamper(statement: str) -> None:
    """Change a row as somebody with the database's password could, past the triggers."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER credits_entry_no_update")
            cursor.execute("DROP TRIGGER credits_entry_no_delete")
        else:
            # What the test's transaction still owes its foreign keys stands in the way of an ALTER.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE credits_entry DISABLE TRIGGER USER")
        cursor.execute(statement)


def test_a_ledger_that_was_only_used_adds_up(account: Account) -> None:
    assert check_account(account.pk) == []
    out = io.StringIO()
    call_command("ledger_check", stdout=out)
    assert out.getvalue() == "The books of 1 accounts add up.\n"


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE credits_account SET available = available + 1", "I1"),
        ("UPDATE credits_account SET held = held + 1", "I5: open holds"),
        ("UPDATE credits_account SET last_seq = last_seq + 1", "I9"),
        ("UPDATE credits_hold SET settled = 13 WHERE key = 'job:1'", "I5: job:1"),
        ("UPDATE credits_hold SET state = 'open' WHERE key = 'job:2'", "I5: job:2"),
        ("UPDATE credits_hold SET state = 'released' WHERE key = 'job:3'", "I5: job:3"),
        ("UPDATE credits_hold SET refunded = 1 WHERE key = 'job:1'", "I5: job:1"),
        ("DELETE FROM credits_entry WHERE key = 'job:2:release'", "I9"),
        ("UPDATE credits_entry SET available_after = available_after + 1 WHERE seq = 3", "I9: entry 3"),
        (
            "UPDATE credits_entry SET d_available = 1001, d_external = -1001 WHERE kind = 'grant'",
            "I9: entry 1",
        ),
        ("UPDATE credits_entry SET kind = 'release' WHERE kind = 'grant'", "I4"),
        ("UPDATE credits_lot SET amount = 1001", "I9: lot"),
        ("UPDATE credits_lot SET expired = 1", "I4: lots"),
    ],
)
def test_every_change_behind_the_ledgers_back_is_found_and_blocks_the_account(
    account: Account, statement: str, problem: str
) -> None:
    tamper(statement)
    assert any(found.startswith(problem) for found in check_account(account.pk))
    err = io.StringIO()
    with pytest.raises(CommandError, match="do not add up"):
        call_command("ledger_check", stdout=io.StringIO(), stderr=err)
    assert problem in err.getvalue()
    assert selectors.balance(account.pk).blocked
    assert AuditRow.objects.filter(action="credits.block", target=f"account:{account.pk}").count() == 1
    with pytest.raises(AccountBlocked):
        credits.hold(account_id=account.pk, amount=1, key="job:9", label="")


def test_a_missing_trigger_is_found(account: Account) -> None:
    tamper("UPDATE credits_account SET available = available")
    err = io.StringIO()
    with pytest.raises(CommandError):
        call_command("ledger_check", stdout=io.StringIO(), stderr=err)
    assert "the trigger credits_entry_no_update is missing" in err.getvalue()
    assert not selectors.balance(account.pk).blocked


def test_grant_credits_adds_to_the_balance_and_says_so(alice: User) -> None:
    out = io.StringIO()
    call_command("grant_credits", "ALICE@northwind.test", "500", "--reason", "Launch week", stdout=out)
    call_command("grant_credits", alice.email, "0.5", "--reason", "Launch week", stdout=out)
    assert out.getvalue().splitlines()[1] == "0.5 credits added to Alice, who now has 500.5."
    assert AuditRow.objects.filter(reason="Launch week").count() == 2


@pytest.mark.parametrize(
    ("email", "amount", "message"),
    [
        ("nobody@northwind.test", "5", "Nobody signs in as nobody@northwind.test."),
        ("alice@northwind.test", "five", "'five' is not a number of credits."),
        ("alice@northwind.test", "NaN", "'NaN' is not a number of credits."),
        ("alice@northwind.test", "-5", "That is not an amount of credits."),
        ("alice@northwind.test", "1e99", "That is not an amount of credits."),
    ],
)
def test_grant_credits_says_what_is_wrong(alice: User, email: str, amount: str, message: str) -> None:
    with pytest.raises(CommandError, match=message):
        call_command("grant_credits", email, "--reason=x", "--", amount)
    assert not AuditRow.objects.exists()
