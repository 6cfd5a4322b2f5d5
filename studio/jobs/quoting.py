"""What a wish costs: checked against the catalogue, priced at today's version, and nothing written."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import ngettext

from studio.catalog import asking, automatic, naming, pricing, results, validation, vendor_prices
from studio.catalog import selectors as catalog
from studio.catalog import services as prices
from studio.catalog.entries import Entry
from studio.catalog.errors import NotOffered
from studio.catalog.models import PriceVersion
from studio.catalog.parameters import Parameters
from studio.catalog.rules import PerEstimate
from studio.core.errors import Invalid
from studio.images.limits import MAX_PIXELS
from studio.jobs import learning
from studio.jobs.errors import ModelNotOffered
from studio.jobs.models import Job
from studio.jobs.routing import choosing
from studio.jobs.specs import JobSpec


@dataclass(frozen=True, slots=True)
class Priced:
    """A wish that passed every check, with what it will cost at most; ``route`` says why ``auto`` chose the model."""

    spec: JobSpec
    entry: Entry
    parameters: Parameters
    ask: pricing.Ask
    quote: pricing.Quote
    version: PriceVersion
    retry_of: Job | None = None
    route: Mapping[str, Any] | None = None

    @property
    def most(self) -> int:
        """Micros that the person is asked to agree to: ``auto`` may go on to a dearer model within them."""
        return self.route["within"] if self.route else self.quote.high


def price(*, spec: JobSpec, retry_of: Job | None = None, available: int | None = None) -> Priced:
    """Check one wish against the catalogue and quote it. Raises Invalid, ModelNotOffered, UnknownModel.

    ``auto`` becomes the best model that can do it, if possible within the ``available`` micros.
    """
    if spec.model == automatic.ID:
        return _routed(spec, choosing.choose(spec, available=available), retry_of)
    return _priced(spec, retry_of)


def _routed(spec: JobSpec, route: choosing.Route, retry_of: Job | None) -> Priced:
    found = first_of(spec, route, most=route.most, retry_of=retry_of)
    if found is None:
        raise choosing.nothing_fits(route.options)
    return found


def first_of(
    spec: JobSpec,
    route: choosing.Route,
    *,
    most: int | None,
    retry_of: Job | None = None,
    within: int | None = None,
) -> Priced | None:
    """The first option whose quote, with what late jobs taught of it, is still at most ``most`` micros.

    One that was switched off between two looks is passed over. ``within`` is as in ``routed``.
    """
    for option in route.options:
        try:
            found = routed(spec, route, option, retry_of=retry_of, within=within)
        except (ModelNotOffered, NotOffered):
            continue
        if most is None or found.quote.high <= most:
            return found
    return None


def routed(
    spec: JobSpec,
    route: choosing.Route,
    option: choosing.Candidate,
    *,
    retry_of: Job | None = None,
    within: int | None = None,
) -> Priced:
    """The wish as ``option`` of its route would do it; ``within`` micros were quoted to the person before, if any.

    Raises what ``price`` raises.
    """
    found = _priced(option.spec_for(spec), retry_of)
    quoted = {"within": max(found.quote.high, route.within) if within is None else within}
    return replace(found, route=choosing.facts(spec, route, option) | quoted)


def _priced(spec: JobSpec, retry_of: Job | None) -> Priced:
    offer = catalog.offer(spec.model)
    if not offer.available:
        # What comes back by itself is told apart from what has to be switched on.
        raise ModelNotOffered(offer.refusal, code="model_down" if offer.trouble else "")
    checked = _checked(offer.entry, spec)
    ask = ask_of(offer.entry, checked, spec)
    figures, version = quote(offer, ask)
    return Priced(spec, offer.entry, checked, ask, figures, version, retry_of)


def _checked(entry: Entry, spec: JobSpec) -> Parameters:
    has_mask, count = spec.mask is not None, len(spec.pictures)
    form = asking.own_words(entry, spec.form)
    checked = validation.validate(entry, form, count, has_mask, spec.prompt)
    if refusal := validation.refused_kind(entry, spec.kind):
        raise Invalid(refusal, fields={"references": refusal})
    if wrong := refused_result(entry, checked, spec):
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    if spec.previews > (most := entry.supports.partials):
        text = ngettext(
            "%(model)s sends at most %(most)s preview. Ask for no more.",
            "%(model)s sends at most %(most)s previews. Ask for no more.",
            most,
        )
        text %= {"model": entry.label, "most": most}
        raise Invalid(text, fields={"previews": text})
    return replace(checked, unused=spec.unused) if spec.unused else checked


type Fit = Callable[[JobSpec, Entry | None], JobSpec]
"""Makes a wish that was said without knowing the model fit the one that is named; None where only stand-ins are."""


def named(
    spec: JobSpec, *, prefer: str = "", among: Container[str] | None = None, fit: Fit | None = None
) -> tuple[JobSpec, naming.Named]:
    """The wish to the model that its name means now, and how it was found; ``prefer`` and ``among`` are ``resolve``'s.
    Where the model's own rules are to be known before the wish can be said, ``fit`` says it.

    Where other models stand in for the one that was named, the wish is checked by the named model's own rules, and
    said in the words of the first that can do all of it for no more than ``Named.most``: to be submitted with that as
    ``quoted_high``. Raises UnknownModel, Invalid, and ModelNotOffered where none can.
    """
    meant = naming.resolve(spec.model, prefer=prefer, among=among)
    if fit:
        spec = fit(spec, naming.ruling(meant))
    if not meant.alias:
        return replace(spec, model=meant.id), meant
    wish = spec.form
    if own := meant.own:
        checked = _checked(own.entry, spec)
        meant = replace(meant, most=own.costs(ask_of(own.entry, checked, spec)))
        wish = naming.wish(own.entry, checked, spec.form)
    able = []
    for offer in meant.instead:
        if found := _instead(spec, offer.entry, wish, meant):
            able.append(found)
            # Of what stands in by the table the first will do; of the offline models the cheapest is looked for.
            if meant.allows(found.quote.high) and not meant.offline:
                break
    by_price = sorted(able, key=lambda each: each.quote.high)
    best = next((each for each in by_price if meant.allows(each.quote.high)), None)
    if best is None:
        raise ModelNotOffered(naming.refusal(meant, [each.entry.id for each in by_price]))
    return best.spec, replace(meant, id=best.entry.id)


def _instead(spec: JobSpec, entry: Entry, wish: Mapping[str, str], meant: naming.Named) -> Priced | None:
    """What the wish costs with this model in another's place, if possible no more than that one; None where it cannot
    do all of it."""
    found = None
    if spec.previews > entry.supports.partials:
        return None
    try:
        own = asking.own_words(entry, wish)
    except Invalid:
        return None
    for parameters in naming.settings(entry, own, meant):
        with suppress(Invalid, ModelNotOffered, NotOffered):
            found = _priced(spec.told(entry.id, parameters), None)
        if found and meant.allows(found.quote.high):
            break
    return found


def ask_of(entry: Entry, chosen: Parameters, spec: JobSpec) -> pricing.Ask:
    """What the price depends on. A tool that multiplies its source's sides makes a picture of that size."""
    ask = chosen.ask(prompt=spec.prompt, references=len(spec.pictures), has_mask=spec.mask is not None)
    source = spec.pictures[0].sides if spec.pictures else None
    made = results.sides(entry, chosen, source) if source else None
    return replace(ask, width=made[0], height=made[1]) if made else ask


def refused_result(entry: Entry, chosen: Parameters, spec: JobSpec) -> dict[str, str]:
    """What to do, by field, where a tool would make nothing of its source, or more than can be kept here."""
    return results.refused(entry, chosen, spec.pictures[0].sides if spec.pictures else None, MAX_PIXELS)


def quote(offer: catalog.Offer, ask: pricing.Ask) -> tuple[pricing.Quote, PriceVersion]:
    """What ``ask`` costs today, with what late jobs taught, or by its vendor's own word. Raises NotOffered without.

    Best called outside a transaction: where the vendor has to be asked, no connection is held while it thinks.
    """
    if isinstance(offer.terms.rule, PerEstimate):
        told: pricing.Span | None = vendor_prices.span(offer.entry, ask, may_ask=offer.available)
    else:
        told = learning.span(offer.entry, offer.terms, ask)
    return prices.quote_for(offer.entry, ask, told)
