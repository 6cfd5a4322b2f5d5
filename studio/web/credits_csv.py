"""The raw entries of an account as a spreadsheet reads them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID

from studio.credits import selectors

# What a spreadsheet takes for the beginning of a formula, their full-width twins, and what hides one.
FORMULA_LEADS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n", "\0")
HEAD = ("time", "type", "job", "detail", "actor", "available", "held", "balance", "micros", "key")


def cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA_LEADS) else text


def lines(account_id: UUID, since: datetime | None, until: datetime | None) -> Iterator[str]:
    """The entries of a span of time, or all, oldest first, in chunks of text."""
    yield _lines_of([HEAD])
    for entries in selectors.entries(account_id, since=since, until=until):
        yield _lines_of(
            (
                entry.created_at.isoformat(),
                cell(str(entry.get_kind_display())),
                cell(entry.hold.label if entry.hold else ""),
                cell(entry.reason),
                cell(str(entry.actor or "")),
                _decimal(entry.d_available),
                _decimal(entry.d_held),
                _decimal(entry.available_after),
                entry.d_available,
                cell(entry.key),
            )
            for entry in entries
        )


def _lines_of(rows: Iterable[Iterable[object]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue()


def _decimal(micros: int) -> str:
    """Credits exactly, to the micro, as a number that programs read."""
    sign, micros = "-" if micros < 0 else "", abs(micros)
    return f"{sign}{micros // 10_000}.{micros % 10_000:04d}"
