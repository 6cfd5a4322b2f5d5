from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from studio.accounts.models import AuditRow, User
from studio.credits import services as credits
from studio.credits.models import Entry
from tests.factories import person

pytestmark = pytest.mark.django_db(transaction=True)

COLUMNS = {"credits_entry": "reason", "accounts_auditrow": "reason"}


@pytest.fixture
def written(alice: User) -> Entry:
    account = credits.account_of(user=alice)
    return credits.grant(account_id=account.pk, amount=10, key="g", actor=None, reason="Welcome")


@pytest.mark.parametrize("table", COLUMNS)
@pytest.mark.parametrize("verb", ["UPDATE {0} SET {1} = 'x'", "DELETE FROM {0}"])
def test_the_database_itself_refuses_to_change_what_was_written(
    written: Entry, table: str, verb: str
) -> None:
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(verb.format(table, COLUMNS[table]))
    assert Entry.objects.get().reason == "Welcome"
    assert AuditRow.objects.get().reason == "Welcome"


def test_the_triggers_outlive_the_flush_that_tests_end_with(alice: User) -> None:
    call_command("flush", verbosity=0, interactive=False)
    account = credits.account_of(user=person("Alice"))
    credits.grant(account_id=account.pk, amount=10, key="g", actor=None, reason="Welcome")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Entry.objects.update(reason="x")
