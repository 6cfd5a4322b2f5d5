"""The cast: alice owns, bob is in her team Northwind, charlie must not get in, dana runs the server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management.color import Style
from django.core.management.commands import flush as flush_command
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.sqlite3.base import DatabaseWrapper as SQLite
from django.test import Client
from hypothesis import settings as hypothesis_settings

from studio.accounts.actors import Actor, actor_for
from studio.accounts.models import Role, Team, User
from tests.factories import make_team, person, signed_in

if settings.SETTINGS_MODULE != "tests.settings":
    # Any other would run the tests over the data of a real studio.
    raise pytest.UsageError(f"These tests run with tests.settings, not {settings.SETTINGS_MODULE}.")

KEPT = ("django_content_type", "auth_permission")
"""The tables that say which models there are, and what may be done with them: no test writes to them."""

# The same examples in every run, and no example fails for a slow machine.
hypothesis_settings.register_profile("tests", deadline=None, derandomize=True)
hypothesis_settings.load_profile("tests")


def sql_flush(style: Style, connection: BaseDatabaseWrapper, **options: Any) -> list[str]:
    """The statements that empty every table but those of ``KEPT``."""
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return connection.ops.sql_flush(style, [table for table in tables if table not in KEPT], **options)


@pytest.fixture(scope="session", autouse=True)
def flush_what_a_test_wrote() -> Iterator[None]:
    """After a test that commits, leave what Django itself wrote: making it anew takes longer than most of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flush_command, "sql_flush", sql_flush)
        patch.setattr(flush_command, "emit_post_migrate_signal", lambda *given, **named: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def flush_past_the_triggers() -> Iterator[None]:
    """Let a test that commits empty its tables: on SQLite a flush is a DELETE, which the ledger refuses.

    The triggers are taken off and put back in the flush's own transaction, from the database's own text.
    """
    operations_class = SQLite.ops_class
    flush = operations_class.execute_sql_flush

    def without_triggers(operations: Any, statements: list[str]) -> None:
        with operations.connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
        drops = [f"DROP TRIGGER {name}" for name, _ in triggers]
        flush(operations, [*drops, *statements, *(text for _, text in triggers)])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations_class, "execute_sql_flush", without_triggers)
        yield


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    """Rate limits count in the cache: one test's wrong passwords must not lock out the next."""
    cache.clear()


@pytest.fixture
def alice(db: None) -> User:
    return person("Alice")


@pytest.fixture
def bob(db: None) -> User:
    return person("Bob")


@pytest.fixture
def charlie(db: None) -> User:
    return person("Charlie")


@pytest.fixture
def dana(db: None) -> User:
    return person("Dana", is_staff=True, is_superuser=True)


@pytest.fixture
def northwind(alice: User, bob: User) -> Team:
    """The team of alice, its owner, and bob, an editor."""
    return make_team("Northwind", {alice: Role.OWNER, bob: Role.EDITOR})


@pytest.fixture
def as_alice(alice: User) -> Client:
    return signed_in(alice)


@pytest.fixture
def as_bob(bob: User) -> Client:
    return signed_in(bob)


@pytest.fixture
def as_charlie(charlie: User) -> Client:
    return signed_in(charlie)


@pytest.fixture
def as_dana(dana: User) -> Client:
    return signed_in(dana)


@pytest.fixture
def actor_alice(alice: User) -> Actor:
    """Alice outside any team; tests that need ``northwind`` call ``actor_for`` after it exists."""
    return actor_for(alice)
