"""What late jobs teach about the price of token models: the span in which a picture's tokens really cost."""

from __future__ import annotations

from django.db.models import Count

from providers.base import Usage
from studio.catalog import pricing
from studio.catalog.decisions import Terms
from studio.catalog.entries import Entry
from studio.catalog.pricing import LEARN_FROM, Ask, Span
from studio.catalog.rules import PerToken
from studio.jobs.models import Attempt, State


def span(entry: Entry, terms: Terms, ask: Ask) -> Span | None:
    """Micros that one picture of the last ``LEARN_FROM`` such jobs cost, lowest and highest; None with fewer.

    "Such" is the same model, size, quality and number of references.
    """
    rule = terms.rule
    if not isinstance(rule, PerToken):
        return None
    done = Attempt.objects.filter(
        state=Attempt.State.DONE,
        usage__isnull=False,
        job__model=entry.id,
        job__state=State.SUCCEEDED,
        job__quote__ask__width=ask.width,
        job__quote__ask__height=ask.height,
        job__quote__ask__quality=ask.quality,
        job__quote__ask__references=ask.references,
    )
    rows = (
        done.annotate(pictures=Count("job__outputs"))
        .order_by("-finished_at")
        .values_list("usage", "pictures")
    )
    costs = [
        -(-pricing.token_cost(rule, Usage(**(usage or {}))) // count)
        for usage, count in rows[:LEARN_FROM]
        if count
    ]
    return pricing.learn(costs)
