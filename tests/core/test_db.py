from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections, transaction

from studio.core import db
from studio.core.sqlite3 import base
from studio.core.sqlite3.base import DatabaseWrapper

pytestmark = pytest.mark.django_db(transaction=True)
LONG = 30.0


@pytest.fixture
def elsewhere() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool
        pool.submit(connections.close_all).result()


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


def opened() -> Any:
    connection.ensure_connection()
    return connection.connection


def test_waiting_holds_no_connection_and_sqlites_goes_to_the_next_thread(
    elsewhere: ThreadPoolExecutor,
) -> None:
    mine = opened()
    db.release()
    assert connection.connection is None
    assert connection.vendor != "sqlite" or elsewhere.submit(opened).result() is mine
    elsewhere.submit(connections.close_all).result()


@pytest.fixture
def a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DatabaseWrapper]:
    monkeypatch.setattr(base, "_idle", base._Idle())
    facts = connections.configure_settings({"default": {"ENGINE": "studio.core.sqlite3"}})["default"]
    wrapper = DatabaseWrapper(facts | {"NAME": str(tmp_path / "a.sqlite3"), "OPTIONS": {}}, alias="a file")
    with closing(base._idle), closing(wrapper):
        yield wrapper


def numbers(wrapper: DatabaseWrapper) -> list[int]:
    with wrapper.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS number (value)")
        return [value for (value,) in cursor.execute("SELECT value FROM number")]


def test_what_a_closed_sqlite_connection_left_undone_is_taken_back(a_file: DatabaseWrapper) -> None:
    assert numbers(a_file) == []
    a_file.cursor().execute("BEGIN")
    a_file.cursor().execute("INSERT INTO number VALUES (1)")
    a_file.close()
    assert numbers(a_file) == []


def taken(wrapper: DatabaseWrapper) -> Any:
    """The connection that somebody else gets to the same file, and gives back."""
    with closing(DatabaseWrapper(wrapper.settings_dict, alias="another")) as other:
        other.ensure_connection()
        return other.connection


def test_the_threads_of_a_process_share_a_few_sqlite_connections(
    a_file: DatabaseWrapper, elsewhere: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "MOST_USED", 1)
    a_file.ensure_connection()
    mine = a_file.connection
    waiting = elsewhere.submit(taken, a_file)
    assert not wait([waiting], timeout=0.05).done
    a_file.close()
    assert waiting.result() is mine


def test_who_waits_in_vain_for_a_connection_opens_one(
    a_file: DatabaseWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "MOST_USED", 0)
    monkeypatch.setattr(base, "PATIENCE", 0.0)
    assert numbers(a_file) == []


def test_a_database_file_that_took_anothers_place_is_opened_anew(a_file: DatabaseWrapper) -> None:
    numbers(a_file)
    a_file.cursor().execute("INSERT INTO number VALUES (1)")
    a_file.close()
    assert numbers(a_file) == [1]
    a_file.close()
    Path(a_file.settings_dict["NAME"]).rename(f"{a_file.settings_dict['NAME']}.old")
    assert numbers(a_file) == []


def test_a_file_is_replaced_while_it_is_used_and_the_next_one_gets_the_new(
    a_file: DatabaseWrapper, tmp_path: Path
) -> None:
    assert numbers(a_file) == []
    with closing(sqlite3.connect(tmp_path / "new.sqlite3")) as new:
        new.executescript("CREATE TABLE number (value); INSERT INTO number VALUES (2)")
    (tmp_path / "new.sqlite3").rename(a_file.settings_dict["NAME"])
    a_file.close()
    assert numbers(a_file) == [2]


def test_references_are_checked_whatever_the_one_before_left_off(a_file: DatabaseWrapper) -> None:
    a_file.ensure_connection()
    a_file.disable_constraint_checking()
    a_file.close()
    assert a_file.cursor().execute("PRAGMA foreign_keys").fetchone() == (1,)


@pytest.mark.filterwarnings("ignore:This process.*is multi-threaded:DeprecationWarning")
def test_a_forked_process_neither_closes_nor_uses_its_parents_connection(a_file: DatabaseWrapper) -> None:
    a_file.ensure_connection()
    parents = a_file.connection
    child = os.fork()
    if not child:
        try:
            a_file.close()
            parents.execute("SELECT 1")
            a_file.ensure_connection()
            os._exit(a_file.connection is parents)
        finally:
            os._exit(2)
    assert os.waitpid(child, 0)[1] == 0
