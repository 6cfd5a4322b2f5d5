"""Reading tables of unknown content: every mistake becomes a sentence, and reading goes on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any


class Table:
    """One table of the file. ``where`` opens each sentence in ``problems``, which tables within share."""

    def __init__(self, data: object, where: str, problems: list[str]) -> None:
        self.where = where
        self.problems = problems
        self._data: Mapping[str, Any] = data if isinstance(data, Mapping) else {}
        self._read: set[str] = set()
        if not isinstance(data, Mapping):
            self.problem("must be a table")

    def problem(self, sentence: str, key: str = "") -> None:
        """Note a mistake of this table, or of its ``key``."""
        self.problems.append(f"{self.where}: {key} {sentence}." if key else f"{self.where} {sentence}.")

    def has(self, key: str) -> bool:
        """Whether the key is there at all."""
        return key in self._data

    def names(self) -> list[str]:
        """All keys, in the file's order; counts them as read."""
        self._read.update(self._data)
        return [str(key) for key in self._data]

    def text(self, key: str, default: str | None = None) -> str:
        """A text that is not empty; without a default it must be there."""
        value = self._take(key, default)
        if isinstance(value, str) and (value or default is not None):
            return value
        self._wrong(key, value, "a text")
        return default or ""

    def number(self, key: str, default: int | None = None, *, least: int = 0, most: int = 10**12) -> int:
        """A whole number from ``least`` to ``most``; true, 1.0 and nan are none."""
        value = self._take(key, default)
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        self._wrong(key, value, f"a whole number from {least:,} to {most:,}")
        return default if default is not None else least

    def decimal(
        self, key: str, default: float | None = None, *, least: float = 0, most: float = 10**6
    ) -> float:
        """A number from ``least`` to ``most``, whole or not; true and nan are none."""
        value = self._take(key, default)
        if isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most:
            return float(value)
        self._wrong(key, value, f"a number from {least:g} to {most:g}")
        return default if default is not None else least

    def is_false(self, key: str) -> bool:
        """Whether the key says no more than ``false``, where a table would be."""
        return self._data.get(key) is False

    def flag(self, key: str, default: bool = False) -> bool:
        """True or false."""
        value = self._take(key, default)
        if isinstance(value, bool):
            return value
        self._wrong(key, value, "true or false")
        return default

    def day(self, key: str) -> date | None:
        """A date, or None where there is none."""
        value = self._take(key, "")
        if type(value) is date:
            return value
        if value != "":
            self._wrong(key, value, "a date")
        return None

    def texts(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """A list of different texts."""
        value = self._take(key, default)
        if isinstance(value, (list, tuple)) and all(isinstance(item, str) and item for item in value):
            if len(set(value)) == len(value):
                return tuple(value)
            self.problem("names something twice", key)
            return tuple(dict.fromkeys(value))
        self._wrong(key, value, "a list of texts")
        return default or ()

    def choice(self, key: str, choices: tuple[str, ...], default: str | None = None) -> str:
        """One of ``choices``."""
        value = self._take(key, default)
        if value in choices:
            return str(value)
        self._wrong(key, value, f"one of {', '.join(choices)}")
        return choices[0]

    def table(self, key: str) -> Table:
        """The table under ``key``; an empty one where there is none."""
        return Table(self._take(key, {}), f"{self.where}: {key}", self.problems)

    def done(self) -> None:
        """Report keys that nobody asked for: most are misspelt."""
        for key in self._data:
            if key not in self._read:
                self.problem("is not a known key", str(key))

    def _take(self, key: str, default: object) -> Any:
        self._read.add(key)
        return self._data.get(key, default)

    def _wrong(self, key: str, value: object, wanted: str) -> None:
        if value is None:
            self.problem(f"is missing; it must be {wanted}", key)
        else:
            self.problem(f"must be {wanted}, not {value!r}", key)
