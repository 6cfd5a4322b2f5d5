"""Which models there are, which of them can be picked now, and at what price."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from studio.catalog import automatic, decisions, loader, providers, rules, sizes, vendor_prices
from studio.catalog.decisions import Decisions, Terms
from studio.catalog.entries import Entry
from studio.catalog.errors import UnknownModel
from studio.catalog.health import Trouble
from studio.catalog.pricing import Ask, Span, quote, spread
from studio.core.micros import Micros, credits_text


@dataclass(frozen=True, slots=True)
class Offer:
    """One model in the picker. ``reason`` says why it cannot be picked; ``hint`` tells staff what to do.

    ``set_up`` is False for what this server was never made ready for, without a key or a price: only staff see it.
    ``trouble`` is there where all is set up and nothing new is sent for now, and says since when.
    """

    entry: Entry
    terms: Terms
    available: bool
    set_up: bool = True
    retired: bool = False
    reason: str = ""
    hint: str = ""
    price_label: str = ""
    trouble: Trouble | None = None

    @property
    def id(self) -> str:
        """The model's id."""
        return self.entry.id

    @property
    def refusal(self) -> str:
        """A sentence for who asks for it all the same; empty where it can be picked."""
        if self.trouble:
            return self.trouble.refusal(self.entry.label)
        text = _("%(model)s cannot be used now: %(reason)s. Pick another model.")
        return text % {"model": self.entry.label, "reason": self.reason} if self.reason else ""

    def costs(self, ask: Ask) -> Micros | None:
        """The most micros that ``ask`` costs by this model's price and margin, whether it can be used or not; None
        where that is not known."""
        rule = self.terms.rule
        return quote(rule, self.terms.margin, ask).high if rule and self.terms.priced else None

    @property
    def goes(self) -> str:
        """On which day the vendor switches it off; empty for one that stays, or is gone."""
        retires = self.entry.retires
        if retires is None or self.retired:
            return ""
        return _("Goes on %(day)s") % {"day": date_format(retires, "j F Y")}


def entry(model_id: str) -> Entry:
    """The model of this id, or the first that has this name, retired ones too. Raises UnknownModel.

    Which model a program's name means on this server, ``naming`` tells.
    """
    if model_id == automatic.ID:
        return automatic.ENTRY
    if (found := _known(model_id)) is None:
        raise unknown(model_id)
    return found


def unknown(name: str) -> UnknownModel:
    """What to say where no model has this name."""
    return UnknownModel(
        _("There is no model called %(name)s. Pick one from the list.") % {"name": name[:120]}
    )


def _known(name: str) -> Entry | None:
    catalog = loader.catalog()
    having = catalog.names.get(name, (name,))
    return catalog.entries.get(having[0])


def label(model_id: str) -> str:
    """What a model is called; its id, if nobody knows it any more."""
    known = _known(model_id)
    return known.label if known else model_id


def offers(made: Decisions | None = None) -> list[Offer]:
    """All models in the order of the picker, retired ones last; staff's latest decisions, in one query.

    None where they were read before, and are ``made``.
    """
    made, today = made or decisions.latest(), timezone.localdate()
    found = [_offer(entry, made, today) for entry in loader.catalog().entries.values()]
    return sorted(found, key=lambda offer: offer.retired)


def offer(model_id: str, made: Decisions | None = None) -> Offer:
    """One model with what holds for it now; for ``auto``, what holds for all. Raises UnknownModel.

    ``made`` is as in ``offers``.
    """
    known = entry(model_id)
    if known is automatic.ENTRY:
        return automatic_offer(offers(made))
    return _offer(known, made or decisions.latest(), timezone.localdate())


def automatic_offer(known: Sequence[Offer]) -> Offer:
    """``auto`` among these models: it can be picked while any of them can, and costs what they do."""
    ready = [each for each in known if each.available and each.terms.priced]
    spans = [price_span(each.entry, each.terms) for each in ready]
    label = span_label(Span(min(s.low for s in spans), max(s.high for s in spans))) if spans else ""
    reason = automatic.reason(ready)
    none = Terms(rule=None, margin=0, offered=True)
    return Offer(automatic.ENTRY, none, available=not reason, reason=reason, price_label=label)


def terms(known: Entry) -> Terms:
    """What holds for this model now, in one query."""
    return decisions.latest().terms(known)


def _offer(entry: Entry, made: Decisions, today: date) -> Offer:
    terms = made.terms(entry)
    reason, hint = _refusal(entry, terms, today)
    trouble = None if reason else made.trouble(entry)
    return Offer(
        entry=entry,
        terms=terms,
        available=not reason and trouble is None,
        set_up=terms.rule is not None and providers.is_configured(entry.provider),
        retired=entry.retired(today),
        reason=trouble.reason if trouble else reason,
        hint=hint,
        price_label=price_label(entry, terms),
        trouble=trouble,
    )


def _refusal(entry: Entry, terms: Terms, today: date) -> tuple[str, str]:
    if entry.retires is not None and entry.retired(today):
        return _("Retired on %(day)s") % {"day": date_format(entry.retires, "j F Y")}, ""
    if not terms.offered:
        return _("Switched off on this server"), _("Switch it on under Prices")
    if missing := providers.missing(entry.provider):
        variables = get_text_list(list(missing), _("and"))
        return _("Not set up on this server"), _("Add %(variables)s to use") % {"variables": variables}
    if terms.rule is None:
        return _("No price yet"), _("Set a price to offer it")
    if isinstance(terms.rule, rules.PerEstimate) and vendor_prices.unanswered(entry):
        return _("No price yet"), _("Its vendor did not say what it costs. It is asked again in a minute")
    return "", ""


def price_label(entry: Entry, terms: Terms) -> str:
    """``3 cr`` or ``6–12 cr`` for one picture over all qualities and sizes; empty without a price.

    Where the vendor has to be asked, it says that instead.
    """
    if isinstance(terms.rule, rules.PerEstimate):
        return _("By estimate")
    return span_label(price_span(entry, terms)) if terms.rule else ""


def span_label(span: Span) -> str:
    """A price or a range of them in credits."""
    if not span.high:
        return _("Free")
    low, high = credits_text(span.low), credits_text(span.high)
    return _("%(credits)s cr") % {"credits": low if low == high else f"{low}–{high}"}


def cheapest_label(known: list[Offer]) -> str:
    """What the cheapest picture costs that is not free, among the models that can be picked, in credits; or empty."""
    ready = (each for each in known if each.available and each.terms.priced)
    priced = [low for each in ready if (low := price_span(each.entry, each.terms).low)]
    return credits_text(min(priced)) if priced else ""


def price_span(entry: Entry, terms: Terms) -> Span:
    """The cheapest and the dearest picture of this model. Raises ValueError where the price is not known."""
    if terms.rule is None or not terms.priced:
        raise ValueError(f"{entry.id} has no price")
    return _span(entry.id, json.dumps(rules.as_json(terms.rule), sort_keys=True), terms.margin)


@lru_cache(maxsize=1024)
def _span(model_id: str, rule: str, margin: int) -> Span:
    return spread(rules.read(json.loads(rule)), margin, list(_asks(entry(model_id))))


def estimated() -> list[Offer]:
    """The models that can be used now and cost what their vendor says of each request."""
    return [each for each in offers() if each.available and isinstance(each.terms.rule, rules.PerEstimate)]


def _asks(entry: Entry) -> Iterator[Ask]:
    for resolution in entry.sizing.resolutions or ("",):
        known = sizes.choices(entry.sizing, resolution) or [sizes.Choice("", None, None)]
        for choice in known:
            for quality in entry.qualities or ("",):
                yield Ask(width=choice.width, height=choice.height, quality=quality, resolution=resolution)
