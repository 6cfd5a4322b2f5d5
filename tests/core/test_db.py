from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from studio.core import db

pytestmark = pytest.mark.django_db(transaction=True)
LONG = 30.0


@pytest.fixture
def elsewhere() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


def is_free() -> bool:
    """Whether another thread could begin to write now."""
    got = db._writer.acquire(blocking=False)
    if got:
        db._writer.release()
    return got


def test_only_where_the_database_has_one_writer_do_threads_wait_for_their_turn(
    elsewhere: ThreadPoolExecutor,
) -> None:
    with db.atomic():
        during = elsewhere.submit(is_free).result()
    assert during == (connection.vendor != "sqlite")


def test_a_transaction_that_fails_lets_the_next_one_write(elsewhere: ThreadPoolExecutor) -> None:
    with pytest.raises(ValueError, match="on purpose"), db.atomic():
        raise ValueError("on purpose")
    assert elsewhere.submit(is_free).result()


def test_who_writes_already_does_not_wait_for_those_who_wait_for_them(elsewhere: ThreadPoolExecutor) -> None:
    holds, goes_on = threading.Event(), threading.Event()

    def hold() -> bool:
        with db.one_writer():
            holds.set()
            return goes_on.wait(LONG)

    with transaction.atomic():
        other = elsewhere.submit(hold)
        assert holds.wait(LONG)
        with db.atomic():
            goes_on.set()
    assert other.result()


def test_waiting_keeps_sqlites_connection_until_hundreds_of_threads_would(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connection.ensure_connection()
    db.release()
    assert (connection.connection is not None) == (connection.vendor == "sqlite")
    connection.ensure_connection()
    monkeypatch.setattr(db, "MANY_THREADS", 0)
    db.release()
    assert connection.connection is None
