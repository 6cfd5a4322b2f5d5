"""Statements that every job comes by: the ORM composes them once, and they are asked again with other values.

To compose a query takes it ten times as long as the database takes to answer. A statement is written as any query is,
with a ``Given`` wherever the next asker has another value::

    BY_KEY = Rows(lambda: Run.objects.filter(owner=Given("owner"), key=Given("key")))
    run = BY_KEY.first(owner=owner.pk, key=key)

What is no ``Given`` is the same for ever: no moment, no id and no setting may be written out in one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import AutoField, Expression, Field, Model, QuerySet, sql
from django.db.models.sql.compiler import SQLCompiler


class Given(Expression):
    """A value that each asker gives under this name; never None, for which SQL has another word.

    ``as_json`` is for one that is compared with what a JSON column holds.
    """

    def __init__(self, name: str, *, as_json: bool = False) -> None:
        super().__init__()
        self.name, self._as_json = name, as_json

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        return "%s", (self,)

    def bound(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        """The value as this database takes it."""
        if self._as_json or isinstance(value, dict):
            return connection.ops.adapt_json_value(value, None)
        if isinstance(value, UUID):
            return value if connection.features.has_native_uuid_field else value.hex
        if isinstance(value, datetime):
            return connection.ops.adapt_datetimefield_value(value)
        return value


@dataclass(frozen=True, slots=True)
class _Composed:
    """The text of a statement and its parameters, some of them still to be given, and what they were made of."""

    queryset: Any
    compiler: Any
    text: str
    parameters: tuple[Any, ...]
    names: frozenset[str]

    def bound(self, given: Mapping[str, Any], connection: BaseDatabaseWrapper) -> list[Any]:
        if given.keys() != self.names:
            raise TypeError(f"{sorted(self.names)} are to be given, not {sorted(given)}")
        return [
            each.bound(given[each.name], connection) if isinstance(each, Given) else each
            for each in self.parameters
        ]


class _Statement:
    """What is asked again and again; composed when it is first asked, for each kind of database."""

    def __init__(self, compose: Callable[[], QuerySet[Any, Any]]) -> None:
        self._compose = compose
        self._composed: dict[str, _Composed] = {}

    def _query(self, queryset: QuerySet[Any, Any]) -> sql.Query:
        return queryset.query

    def _for(self, connection: BaseDatabaseWrapper) -> _Composed:
        found = self._composed.get(connection.vendor)
        if found is None:
            queryset = self._compose()
            compiler: Any = self._query(queryset).get_compiler(connection=connection)
            text, parameters = compiler.as_sql()
            names = frozenset(each.name for each in parameters if isinstance(each, Given))
            # This thread's, which would be kept, open perhaps, when the thread is long gone.
            compiler.connection = None
            found = _Composed(queryset, compiler, text, tuple(parameters), names)
            self._composed[connection.vendor] = found
        return found


class Rows[Row](_Statement):
    """A query whose rows are asked for; each is what the composed queryset makes of it."""

    def __init__(self, compose: Callable[[], QuerySet[Any, Row]]) -> None:
        super().__init__(compose)

    def all(self, **given: Any) -> list[Row]:
        """The rows for these values."""
        connection = connections[DEFAULT_DB_ALIAS]
        composed = self._for(connection)
        queryset, compiler = composed.queryset, copy(composed.compiler)
        parameters = composed.bound(given, connection)
        compiler.connection, compiler.as_sql = connection, lambda: (composed.text, parameters)
        answered: Any = _Answered(queryset.query, compiler)
        asked: Any = QuerySet(model=queryset.model, query=answered)
        asked._fields = queryset._fields
        return list(queryset._iterable_class(asked))

    def first(self, **given: Any) -> Row | None:
        """The first row, or None; to be composed with an end after it where there may be many."""
        return next(iter(self.all(**given)), None)


class _Answered:
    """Stands in for a query that was compiled: whoever compiles it gets the text that is there."""

    def __init__(self, query: sql.Query, compiler: SQLCompiler) -> None:
        self._query, self._compiler = query, compiler

    def get_compiler(self, using: str | None = None, **_how: Any) -> SQLCompiler:
        return self._compiler

    def __getattr__(self, name: str) -> Any:
        return getattr(self._query, name)


class Change(_Statement):
    """An update of the composed rows, guarded by whatever they are filtered by."""

    def __init__(self, compose: Callable[[], QuerySet[Any]], **values: Any) -> None:
        super().__init__(compose)
        self._values = values

    def _query(self, queryset: QuerySet[Any, Any]) -> sql.Query:
        query: Any = queryset.query.chain(sql.UpdateQuery)
        query.add_update_values(self._values)
        return query  # type: ignore[no-any-return]

    def make(self, **given: Any) -> int:
        """How many rows it changed."""
        connection = connections[DEFAULT_DB_ALIAS]
        composed = self._for(connection)
        with connection.cursor() as cursor:
            cursor.execute(composed.text, composed.bound(given, connection))
            return int(cursor.rowcount)


def prefetched(row: Model, name: str, related: Sequence[Model]) -> None:
    """Have the row know these rows as its related ones of this name, as if they had been prefetched."""
    known: Any = getattr(row, name).all()
    known._result_cache, known._prefetch_done = list(related), True
    row.__dict__.setdefault("_prefetched_objects_cache", {})[name] = known


def insert(rows: Sequence[Model], *, unless: str = "") -> int:
    """Write new rows of one model; how many were written. None that has the same in the column ``unless`` as one that
    is there. A number that the database counts up itself is not read back."""
    fields, text = _insertion(type(rows[0]), unless)
    connection = connections[DEFAULT_DB_ALIAS]
    values = [
        [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields]
        for row in rows
    ]
    with connection.cursor() as cursor:
        if len(values) == 1:
            cursor.execute(text, values[0])
        else:
            cursor.executemany(text, values)
        written = int(cursor.rowcount)
    for row in rows:
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    return written


@cache
def _insertion(model: type[Model], unless: str) -> tuple[list[Field[Any, Any]], str]:
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, AutoField)]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    rest = f' ON CONFLICT ("{unless}") DO NOTHING' if unless else ""
    # Names of our own tables and columns, nothing from outside.
    return fields, f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({marks}){rest}'  # noqa: S608
