"""What a vendor's own list says beside what the catalogue says, and the part of it that staff may take over.

Files are never written. A model is never switched on: it is offered by its file and its price, or by staff.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from providers.base import Listed
from studio.catalog import decisions, loader, providers, selectors, services
from studio.catalog.decisions import Terms
from studio.catalog.entries import Entry
from studio.catalog.rules import PerImage
from studio.core.micros import dollars_text

NEW, GONE, PRICE, PROMPT, REFERENCES, ENDS = "new", "gone", "price", "prompt", "references", "ends"
TAKEN_OVER = frozenset({GONE, PRICE})
"""What is written with ``apply``: a model that is gone is switched off, a price that is stated becomes staff's. The
rest is for whoever keeps the files."""

REASON = "The vendor's list of models"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing in which the list and the catalogue differ. ``price`` is the vendor's, in micros, where that is it."""

    kind: str
    model: str
    text: str
    entry: Entry | None = None
    price: int = 0


def differences(name: str, told: Sequence[Listed]) -> list[Difference]:
    """How the provider's own list differs from its catalogue, in the catalogue's order, what is new last."""
    made, today = decisions.latest(), timezone.localdate()
    ours = [entry for entry in loader.catalog().entries.values() if entry.provider == name]
    theirs = {each.id: each for each in told}
    found: list[Difference] = []
    for entry in ours:
        if not entry.retired(today):
            found += _differences(entry, made.terms(entry), theirs.get(entry.upstream))
    return found + list(_new(ours, told))


def _differences(entry: Entry, terms: Terms, told: Listed | None) -> Iterator[Difference]:
    if told is None:
        if terms.offered:
            yield Difference(GONE, entry.id, "not on the vendor's list", entry)
        return
    yield from _price(entry, terms, told)
    for kind, said, known in (
        (PROMPT, told.prompt_limit, entry.prompt_limit),
        (REFERENCES, told.max_references, entry.max_references),
    ):
        if said is not None and said != known:
            yield Difference(kind, entry.id, f"{known:,} here, {said:,} at the vendor", entry)
    if told.ends is not None and told.ends != entry.retires:
        known_day = entry.retires.isoformat() if entry.retires else "no day"
        yield Difference(ENDS, entry.id, f"{known_day} here, {told.ends.isoformat()} at the vendor", entry)


def _price(entry: Entry, terms: Terms, told: Listed) -> Iterator[Difference]:
    """Only where one amount holds for every picture can one amount be compared, or stand in for a missing price."""
    if told.price is None or not isinstance(terms.rule, PerImage | None):
        return
    known = terms.rule.amount if terms.rule else None
    if told.price != known:
        before = dollars_text(known) if known is not None else "no price"
        text = f"{before} here, {dollars_text(told.price)} at the vendor"
        yield Difference(PRICE, entry.id, text, entry, told.price)


def _new(ours: Iterable[Entry], told: Sequence[Listed]) -> Iterator[Difference]:
    known = {entry.upstream for entry in ours} | {alias for entry in ours for alias in entry.aliases}
    for each in told:
        if each.id not in known and _makes_pictures(each):
            yield Difference(NEW, each.id, "not in the catalogue")


def _makes_pictures(told: Listed) -> bool:
    """Guess [?]: where a list of every kind of model does not say so, a name tells."""
    if told.pictures is not None:
        return told.pictures
    return bool(re.search(r"imag|flux|dall-e|diffusion|sd-?xl|seedream|banana", told.id, re.IGNORECASE))


def apply(found: Iterable[Difference]) -> list[Difference]:
    """Take over what may be, all of it or nothing, each change in the audit log; what was written.

    A new price has its version at once. Raises BadPrice for one that cannot be charged.
    """
    written = [each for each in found if each.kind in TAKEN_OVER and each.entry]
    with transaction.atomic():
        for each in written:
            assert each.entry
            if each.kind == GONE:
                services.set_offered(None, each.entry, offered=False, reason=REASON)
            else:
                _set_price(each.entry, each.price)
    return written


def _set_price(entry: Entry, micros: int) -> None:
    """The stated amount for every picture; what references cost beyond it stays."""
    before = selectors.terms(entry).rule
    references = before.references if before else PerImage(0).references
    rule = {
        "unit": "image",
        "amount": micros,
        "references": {"free": references.free, "each": references.each},
    }
    services.set_price(None, entry, rule, reason=REASON)
    services.price_version(entry)


def askable() -> list[str]:
    """The providers that are set up, in the order of the registry."""
    return [name for name in loader.catalog().vendors if providers.is_configured(name)]
