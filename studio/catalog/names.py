"""The names that models answer to beside their ids, as the catalogue's files give them.

Which of several models a name means on this server is decided in ``naming``.
"""

from __future__ import annotations

from collections.abc import Mapping

from studio.catalog.entries import AUTO, Entry
from studio.catalog.reading import Table


def of(entries: Mapping[str, Entry], problems: list[str]) -> dict[str, tuple[str, ...]]:
    """Each bare id and each other name with the models that have it, their makers' before those that are resold.

    Models of several vendors may share a name, those of one may not: a sentence goes into ``problems`` for each that
    is taken.
    """
    found: dict[str, list[str]] = {}
    for entry in sorted(entries.values(), key=lambda each: each.vendor.resells):
        if entry.bare != AUTO:
            found.setdefault(entry.bare, []).append(entry.id)
    for entry in entries.values():
        for name in entry.aliases:
            sharing = found.setdefault(name, [])
            if name in (*entries, AUTO) or any(entries[each].vendor == entry.vendor for each in sharing):
                problems.append(f"{entry.id}: aliases names {name!r}, which is taken.")
            sharing.append(entry.id)
    return {name: tuple(ids) for name, ids in found.items()}


def aliases(
    table: Table, entries: Mapping[str, Entry], names: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """The names of the table with the models that stand in for each, best first; mistakes go to its problems."""
    found = {name: table.texts(name) for name in table.names()}
    for name, targets in found.items():
        if name in (*entries, AUTO):
            table.problem("is an id, and means itself", name)
        if not targets:
            table.problem("must name at least one model", name)
        for target in targets:
            if target not in entries:
                table.problem(f"names {target}, which is not a model", name)
            elif target in names.get(name, ()):
                table.problem(f"names {target}, which it means anyway", name)
            elif entries[target].retires:
                table.problem(f"names {target}, which its vendor switches off", name)
    return found
