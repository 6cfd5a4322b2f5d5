"""How many jobs a vendor is given at once, and how long it may take for one: its own limits, lowered by settings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings

from studio.catalog import loader

MOST_AT_ONCE = 64
"""Jobs at once for a vendor that states no limit of its own, where settings do not say otherwise."""

DEADLINE_SECONDS = 600
"""For a model that is no longer in its vendor's file."""


@dataclass(frozen=True, slots=True)
class Cap:
    """At most so many jobs run at once of this provider, or of its one model where ``upstream`` is not empty."""

    provider: str
    upstream: str
    most: int


def caps() -> Iterator[Cap]:
    """Those that differ from MOST_AT_ONCE: a provider's, and those of models of which its vendor does fewer."""
    catalog = loader.catalog()
    for name, vendor in catalog.vendors.items():
        wanted = settings.PROVIDER_JOBS.get(name.replace("-", "_"), 0)
        if stated := vendor.most_at_once:
            yield Cap(name, "", min(wanted or stated, stated))
        elif wanted:
            yield Cap(name, "", wanted)
    for entry in catalog.entries.values():
        if entry.most_at_once:
            yield Cap(entry.provider, entry.upstream, entry.most_at_once)


def deadline_seconds(model_id: str) -> float:
    """How long a job of this model may take from its first claim, waits between tries included."""
    known = loader.catalog().entries.get(model_id)
    return min(known.deadline_seconds if known else DEADLINE_SECONDS, settings.JOB_DEADLINE_SECONDS)
