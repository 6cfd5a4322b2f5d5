"""What a wish costs: checked against the catalogue, priced at today's version, and nothing written."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from studio.catalog import pricing, validation
from studio.catalog import selectors as catalog
from studio.catalog import services as prices
from studio.catalog.entries import Entry
from studio.catalog.models import PriceVersion
from studio.catalog.parameters import Parameters
from studio.core.errors import Invalid
from studio.jobs import learning
from studio.jobs.errors import ModelNotOffered
from studio.jobs.models import Job
from studio.jobs.specs import JobSpec


@dataclass(frozen=True, slots=True)
class Priced:
    """A wish that passed every check, with what it will cost at most."""

    spec: JobSpec
    entry: Entry
    parameters: Parameters
    ask: pricing.Ask
    quote: pricing.Quote
    version: PriceVersion
    retry_of: Job | None = None


def price(*, spec: JobSpec, retry_of: Job | None = None) -> Priced:
    """Check one wish against the catalogue and quote it. Raises Invalid, ModelNotOffered, UnknownModel."""
    offer = catalog.offer(spec.model)
    entry = offer.entry
    if not offer.available:
        raise ModelNotOffered(offer.refusal)
    if spec.kind not in entry.kinds:
        text = _("%(model)s does not edit pictures. Change the reference's role, or pick another model.")
        raise Invalid(text % {"model": entry.label}, fields={"references": text % {"model": entry.label}})
    has_mask, count = spec.mask is not None, len(spec.pictures)
    checked = validation.validate(entry, spec.parameters, count, has_mask, spec.prompt)
    ask = checked.ask(prompt=spec.prompt, references=count, has_mask=has_mask)
    figures, version = quote(offer, ask)
    return Priced(spec, entry, checked, ask, figures, version, retry_of)


def quote(offer: catalog.Offer, ask: pricing.Ask) -> tuple[pricing.Quote, PriceVersion]:
    """What ``ask`` costs today, with what late jobs taught. Raises NotOffered without a price."""
    return prices.quote_for(offer.entry, ask, learning.span(offer.entry, offer.terms, ask))
