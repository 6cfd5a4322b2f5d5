"""What a job is worth: our price rule over what arrived, never above its hold."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from providers.base import Usage
from studio.catalog import pricing, rules
from studio.core.micros import Micros
from studio.jobs.models import Job


def snapshot(quote: pricing.Quote, ask: pricing.Ask) -> dict[str, Any]:
    """What a job keeps of its quote: the figures, and what they were worked out from."""
    return {**quote.as_json(), "ask": asdict(ask)}


def quoted(job: Job) -> pricing.Quote:
    """The quote that the job was submitted under; its high end is what is held."""
    return pricing.Quote.from_json(job.quote)


def is_held(job: Job) -> bool:
    """Whether credits are set aside for the job: a free one has no hold."""
    return quoted(job).high > 0


def worth(job: Job, *, delivered: int, usage: Usage | None = None) -> Micros:
    """Micros to charge for ``delivered`` pictures at the price version of the submit; 0 for none."""
    version = job.price_version
    return pricing.actual(
        rules.read(version.rule),
        version.margin,
        pricing.Ask(**job.quote["ask"]),
        delivered=delivered,
        usage=usage,
        held=quoted(job).high,
    )
