"""What late jobs teach about the price of token models: the span in which a picture's tokens really cost."""

from __future__ import annotations

from django.db.models import Count, QuerySet

from providers.base import Usage
from studio.catalog import pricing
from studio.catalog.decisions import Terms
from studio.catalog.entries import Entry
from studio.catalog.pricing import LEARN_FROM, Ask, Span
from studio.catalog.rules import PerToken
from studio.core.statements import Given, Rows
from studio.jobs.models import Attempt, State

# Asked at each quote. JSON's null equals nothing: where a model has sizes of its own, the other one is asked.
_SUCH = Rows(
    lambda: _done().filter(
        job__quote__ask__width=Given("width", as_json=True),
        job__quote__ask__height=Given("height", as_json=True),
    )[:LEARN_FROM]
)
_SUCH_WITHOUT_SIZE = Rows(
    lambda: _done().filter(job__quote__ask__width=None, job__quote__ask__height=None)[:LEARN_FROM]
)


def _done() -> QuerySet[Attempt, tuple[dict[str, int] | None, int]]:
    done = Attempt.objects.filter(
        state=Attempt.State.DONE,
        usage__isnull=False,
        job__model=Given("model"),
        job__state=State.SUCCEEDED,
        job__quote__ask__quality=Given("quality", as_json=True),
        job__quote__ask__references=Given("references", as_json=True),
    )
    newest = done.annotate(pictures=Count("job__outputs")).order_by("-finished_at")
    return newest.values_list("usage", "pictures")


def span(entry: Entry, terms: Terms, ask: Ask) -> Span | None:
    """Micros that one picture of the last ``LEARN_FROM`` such jobs cost, lowest and highest; None with fewer.

    "Such" is the same model, size, quality and number of references.
    """
    rule = terms.rule
    if not isinstance(rule, PerToken):
        return None
    given = {"model": entry.id, "quality": ask.quality, "references": ask.references}
    if ask.width is None or ask.height is None:
        rows = _SUCH_WITHOUT_SIZE.all(**given)
    else:
        rows = _SUCH.all(**given, width=ask.width, height=ask.height)
    costs = [-(-pricing.token_cost(rule, Usage(**(usage or {}))) // count) for usage, count in rows if count]
    return pricing.learn(costs)
