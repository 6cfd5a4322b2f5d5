"""Which models can do a job, best first: for ``auto``, and for a job that failed elsewhere.

Best is measured on this server: first how often a model delivered, then how long it took, then what it costs. Both are
compared in steps, so that a difference within chance decides nothing. What only stands in for a model comes last.
"""

from __future__ import annotations

import math
import re
from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from studio.catalog import asking, automatic, pricing, vendor_prices
from studio.catalog import selectors as catalog
from studio.catalog.entries import NEEDED
from studio.catalog.errors import UnknownModel
from studio.catalog.fields import TRANSPARENT, Parameters
from studio.catalog.rules import PerEstimate, PriceRule
from studio.catalog.selectors import Offer
from studio.catalog.switching import nearest, same_size
from studio.catalog.validation import validate
from studio.core.errors import Invalid
from studio.core.micros import MAX_MICROS, Micros, credits_text, from_credits
from studio.jobs.routing import weather
from studio.jobs.routing.weather import Weather
from studio.jobs.specs import JobSpec

BUDGET = "budget"
"""The setting of ``auto`` that says the most credits a run may cost."""

AMOUNT = re.compile(r"([0-9]{1,20}|[0-9]{1,3}(,[0-9]{3}){1,5})(\.[0-9]{1,20})?")
"""``5``, ``5.5`` or ``1,200.5``."""

PRIOR, PRIOR_RUNS = 0.9, 5
"""What is thought of a model before it ran here, and how many runs outweigh that."""

STEPS = 20
"""Success is compared in steps of 5 %."""

SPARES = 2
"""Of how many vendors after the best a quote for ``auto`` pays for a model as well."""

SVG = "svg"
"""A drawing is no picture in another format: who asked for pixels wants pixels."""

USUAL_SECONDS = 10.0
NO_WEATHER = Weather()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model that can do the job, with its settings for it, what that costs, and a note for each that differs."""

    offer: Offer
    parameters: Parameters
    quote: pricing.Quote
    weather: Weather
    notes: tuple[str, ...] = ()

    def spec_for(self, spec: JobSpec) -> JobSpec:
        """The same wish to this model."""
        return spec.told(self.offer.id, self.parameters)


@dataclass(frozen=True, slots=True)
class Route:
    """The models for a wish that named ``auto``, best first, and the most micros that it may cost, if it says so."""

    options: tuple[Candidate, ...]
    most: int | None = None

    @property
    def within(self) -> int:
        """Micros that pay for the best model or, should its vendor be out of order, for one of the next vendors that
        cost anything: a server of one's own that is off must not leave a wish with nowhere to go."""
        first: dict[str, int] = {}
        for option in self.options:
            first.setdefault(option.offer.entry.provider, option.quote.high)
        best, *others = first.values()
        return max(best, *[high for high in others if high][:SPARES], 0)


def facts(spec: JobSpec, route: Route, chosen: Candidate) -> dict[str, Any]:
    """Why ``chosen`` was, for the job's snapshot, with the wish as it was made, so that it can be routed anew."""
    seen = chosen.weather
    return {
        "asked": dict(spec.parameters),
        "of": len(route.options),
        "runs": seen.runs,
        "success": seen.success,
        "seconds": seen.seconds,
    } | ({"among": list(spec.among)} if spec.among else {})


def candidates(
    spec: JobSpec, *, without: Container[str] = (), among: Container[str] | None = None
) -> list[Candidate]:
    """The models that can be used now and can do this very job, best first: ``among`` some, ``without`` others.

    The same kind of work, references, mask, count, shape and size, and nothing of the wish left out but what ``notes``
    says. Quotes are of today's price, without what late jobs taught. A model whose vendor has to be asked is there
    while what it said last is young enough, at the dearest of that.
    """
    measured, work = weather.of_models(), _work(spec)
    offers = [
        offer
        for offer in catalog.offers()
        if offer.available and offer.id not in without and (among is None or offer.id in among)
    ]
    estimated = any(isinstance(offer.terms.rule, PerEstimate) for offer in offers)
    told = vendor_prices.known() if estimated else {}
    fitting = [
        found
        for offer in offers
        if (found := _fitting(offer, spec, work, measured.get(offer.id, NO_WEATHER), told.get(offer.id)))
    ]
    return sorted(fitting, key=_rank)


def choose(spec: JobSpec, *, available: int | None = None, without: Container[str] = ()) -> Route:
    """The models for a wish that names ``auto``, best first: those that ``available`` micros pay for, or else the
    cheapest alone.

    Raises Invalid for settings that are none, and where no model can do all of it within the budget.
    """
    has_mask, count = spec.mask is not None, len(spec.pictures)
    wanted, common = asking.apart(spec.form)
    most = _budget(wanted.pop(BUDGET, ""))
    checked = validate(automatic.ENTRY, wanted, count, has_mask, spec.prompt)
    asked = JobSpec(spec.model, spec.prompt, _asked(checked, common), spec.references)
    able = candidates(asked, without=without, among=spec.among or None)
    paid = [each for each in able if most is None or each.quote.high <= most]
    if not paid:
        raise nothing_fits(able)
    if available is not None:
        payable = [each for each in paid if each.quote.high <= available]
        paid = payable or [min(paid, key=lambda each: each.quote.high)]
    return Route(tuple(paid), most)


def _asked(checked: Parameters, common: dict[str, str]) -> dict[str, str]:
    """What was wished for, without what only follows from the lack of a wish: those are every model's own.

    ``common`` are the words for every model; a shape among them stands in the place of the aspect ratio.
    """
    texts = checked.as_form()
    named = ("n", "negative_prompt") if asking.SHAPE in common else ("n", "aspect_ratio", "negative_prompt")
    background = {"background": TRANSPARENT} if checked.background == TRANSPARENT else {}
    return {name: texts[name] for name in named if texts[name]} | background | common


def _budget(text: str) -> int | None:
    """Credits as a text in micros; None where none is set. Raises Invalid.

    A comma stands between thousands, as the page writes them: read as nothing in ``5,5`` it would allow ten times that.
    """
    if not (given := text.strip()):
        return None
    micros = from_credits(given.replace(",", "")) if AMOUNT.fullmatch(given) else Micros(0)
    if not 0 < micros <= MAX_MICROS:
        words = _("Use a number of credits above 0, such as 5.5, or leave it empty.")
        raise Invalid(words, fields={BUDGET: words})
    return micros


def nothing_fits(able: Sequence[Candidate]) -> Invalid:
    """What to say where no model can do all of a wish, or none of those that can (``able``) for its budget."""
    if able:
        cheapest = min(each.quote.high for each in able)
        words = _("The cheapest model for this needs %(credits)s credits. Raise the most it may cost.") % {
            "credits": credits_text(cheapest)
        }
        return Invalid(words, fields={BUDGET: words})
    words = _(
        "No model that can be used now does all of this. Use fewer references, or pick a model yourself."
    )
    return Invalid(words, fields={"model": words})


def _work(spec: JobSpec) -> str:
    """The kind of work that the wish is of its own model. Enlarging is nobody's answer to an edit, nor the reverse."""
    try:
        return catalog.entry(spec.model).does(spec.kind)
    except UnknownModel:
        return spec.kind


def _fitting(offer: Offer, spec: JobSpec, work: str, seen: Weather, told: int | None) -> Candidate | None:
    entry, rule = offer.entry, offer.terms.rule
    count, has_mask = len(spec.pictures), spec.mask is not None
    able = (
        work in entry.kinds
        and entry.does(spec.kind) == work
        and count <= entry.max_references
        and (entry.supports.mask or not has_mask)
        and len(spec.prompt) <= entry.prompt_limit
        and (bool(spec.prompt.strip()) or entry.prompt != NEEDED)
    )
    if not able or rule is None or (told is None and not offer.terms.priced):
        return None
    try:
        wanted = asking.own_words(entry, spec.form)
    except Invalid:
        return None
    parameters, notes = nearest(entry, wanted)
    kept = (
        str(parameters.n) == (wanted.get("n") or "1")
        and parameters.negative_prompt == wanted.get("negative_prompt", "")
        and (parameters.background == TRANSPARENT) == (wanted.get("background") == TRANSPARENT)
        and (parameters.output_format == SVG) == (wanted.get("output_format") == SVG)
        and same_size(parameters, wanted)
        and not (count and any(entry.extra[name].alone for name in parameters.extra))
    )
    if not kept:
        return None
    ask = parameters.ask(prompt=spec.prompt, references=count, has_mask=has_mask)
    quote = pricing.quote(rule, offer.terms.margin, ask, _word(rule, told))
    return Candidate(offer, parameters, quote, seen, tuple(notes))


def _word(rule: PriceRule, told: int | None) -> pricing.Span | None:
    """What the vendor said that a picture costs, where that is the price."""
    return pricing.Span(told, told) if told is not None and isinstance(rule, PerEstimate) else None


def _rank(each: Candidate) -> tuple[bool, int, int, int]:
    seen = each.weather
    success = (seen.delivered + PRIOR * PRIOR_RUNS) / (seen.runs + PRIOR_RUNS)
    pace = round(math.log2(max(seen.seconds or USUAL_SECONDS, 1.0)))
    return each.offer.entry.stand_in, -round(success * STEPS), pace, each.quote.high
