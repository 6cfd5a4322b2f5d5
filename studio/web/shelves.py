"""The gallery's address: which shelf it names, and how a link says the same shelf with one thing changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.http import urlencode

from studio.accounts.models import Team
from studio.gallery.shelves import KINDS, Shelf
from studio.web.numbers import whole

DAYS = (7, 30, 90, 365)
MOST_STARS = 5
LONGEST_SEARCH = 200
MOST_CHOSEN = 20


@dataclass(frozen=True, slots=True)
class Address:
    """What the query says. What it says wrongly is left out, so that an old link still opens.

    Days are the person's: ``first`` and ``last`` are both shown.
    """

    mine: bool = False
    favourites: bool = False
    collection: UUID | None = None
    bin: bool = False
    text: str = ""
    models: tuple[str, ...] = ()
    people: tuple[int, ...] = ()
    days: int = 0
    first: date | None = None
    last: date | None = None
    stars: int = 0
    kind: str = ""

    @property
    def filtered(self) -> bool:
        """Something narrows it beyond the shelf that was opened."""
        return self.cleared() != self

    def cleared(self) -> Address:
        """The same shelf with nothing to narrow it."""
        return Address(self.mine, self.favourites, self.collection, self.bin)

    def shelf(self, team: Team | None) -> Shelf:
        """The pictures that it names in a workspace."""
        since, until = self._times()
        return Shelf(
            team=team,
            mine=self.mine and team is not None,
            favourites=self.favourites,
            text=self.text,
            models=self.models,
            people=self.people if team else (),
            since=since,
            until=until,
            stars=self.stars,
            kind=self.kind,
            collection=self.collection,
            bin=self.bin,
        )

    def _times(self) -> tuple[datetime | None, datetime | None]:
        if self.days:
            return _begin(timezone.localdate() - timedelta(days=self.days - 1)), None
        since = _begin(self.first) if self.first else None
        until = _begin(self.last + timedelta(days=1)) if self.last and self.last < date.max else None
        return since, until

    def query(self) -> list[tuple[str, str]]:
        """Names and values of the address; nothing for the plain shelf."""
        single = {
            "scope": "mine" if self.mine else "",
            "favourites": "1" if self.favourites else "",
            "collection": str(self.collection) if self.collection else "",
            "bin": "1" if self.bin else "",
            "q": self.text,
            "days": str(self.days or ""),
            "from": self.first.isoformat() if self.first else "",
            "to": self.last.isoformat() if self.last else "",
            "rating": str(self.stars or ""),
            "kind": self.kind,
        }
        many = [("model", model) for model in self.models] + [("by", str(person)) for person in self.people]
        return [pair for pair in single.items() if pair[1]] + many

    def link(self, page: str = "gallery", **changes: Any) -> str:
        """The address of a page that shows this shelf, or the one it becomes with ``changes``."""
        query = (replace(self, **changes) if changes else self).query()
        return f"{reverse(page)}?{urlencode(query)}" if query else reverse(page)


def address_of(query: QueryDict) -> Address:
    """Read the query of a gallery's address."""
    days = whole(query.get("days", ""))
    first, last = _day(query, "from"), _day(query, "to")
    kind = query.get("kind", "")
    return Address(
        mine=query.get("scope") == "mine",
        favourites=query.get("favourites") == "1",
        collection=uuid_or_none(query.get("collection", "")),
        bin=query.get("bin") == "1",
        text=" ".join(query.get("q", "").replace("\x00", "").split())[:LONGEST_SEARCH],
        models=_models(query),
        people=tuple(sorted({n for n in map(whole, query.getlist("by")) if n}))[:MOST_CHOSEN],
        days=days if days in DAYS else 0,
        first=None if days in DAYS else first,
        last=None if days in DAYS else last,
        stars=min(MOST_STARS, whole(query.get("rating", "")) or 0),
        kind=kind if kind in KINDS else "",
    )


def _models(query: QueryDict) -> tuple[str, ...]:
    """Those that are named, but for one with a NUL, which PostgreSQL refuses in a text."""
    named = {name for name in query.getlist("model") if name and "\x00" not in name}
    return tuple(sorted(named))[:MOST_CHOSEN]


def uuid_or_none(text: str) -> UUID | None:
    """A place in the gallery; what is no id counts as the beginning."""
    try:
        return UUID(text)
    except ValueError:
        return None


def day_or_none(text: str) -> date | None:
    """A day as ``2026-11-20``; what is none counts as not said."""
    try:
        return parse_date(text)
    except ValueError:
        return None


def _day(query: Mapping[str, str], name: str) -> date | None:
    day = day_or_none(query.get(name, ""))
    # Outside these years an aware moment, or an id's 48 bits of milliseconds, has no place for it.
    return day if day and 1970 < day.year < 9000 else None


def _begin(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
