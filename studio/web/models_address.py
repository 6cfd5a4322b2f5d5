"""The address of the page of models: what it is narrowed to, in which order, and as a grid or as a list."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from studio.catalog import traits
from studio.catalog.entries import TIERS

USED, NAME, PRICE, SPEED = SORTS = ("used", "name", "price", "speed")
GRID, LIST = "grid", "list"
LONGEST_SEARCH = 100


@dataclass(frozen=True, slots=True)
class Address:
    """What the query says. What it says wrongly is left out, so that an old link still opens.

    A model has to hold all of ``can``, and to be of one of ``tiers``.
    """

    text: str = ""
    can: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    sort: str = USED
    view: str = GRID

    @property
    def filtered(self) -> bool:
        return bool(self.text or self.can or self.tiers)

    @property
    def words(self) -> list[str]:
        """What is looked for, in lower case."""
        return self.text.casefold().split()

    def cleared(self) -> Address:
        """All models, in the same order and view."""
        return replace(self, text="", can=(), tiers=())

    def query(self) -> list[tuple[str, str]]:
        """Names and values; nothing for the plain page."""
        single = {
            "q": self.text,
            "sort": self.sort if self.sort != USED else "",
            "view": self.view if self.view != GRID else "",
        }
        many = [("can", key) for key in self.can] + [("tier", tier) for tier in self.tiers]
        return [pair for pair in single.items() if pair[1]] + many

    def link(self, **changes: Any) -> str:
        """The page as it is, or as it becomes with ``changes``."""
        query = (replace(self, **changes) if changes else self).query()
        return f"{reverse('models')}?{urlencode(query)}" if query else reverse("models")


def address_of(query: QueryDict) -> Address:
    """Read the query of the page's address."""
    asked, tiers = set(query.getlist("can")), set(query.getlist("tier"))
    sort, view = query.get("sort", ""), query.get("view", "")
    return Address(
        text=" ".join(query.get("q", "").replace("\0", "").split())[:LONGEST_SEARCH],
        can=tuple(trait.key for trait in traits.TRAITS if trait.key in asked),
        tiers=tuple(tier for tier in TIERS if tier in tiers),
        sort=sort if sort in SORTS else USED,
        view=view if view in (GRID, LIST) else GRID,
    )
