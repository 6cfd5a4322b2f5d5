"""What a run would cost, job by job, without running it."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpResponseBase
from pydantic import Field

from studio.api import quotes
from studio.api.http import ApiRequest, answer
from studio.api.own import wishes
from studio.api.own.answers import Span, amount
from studio.api.own.errors import at_own_fields
from studio.api.own.fields import Ask
from studio.jobs.quoting import Priced


class Part(Span):
    """What one job would cost."""

    model: str = Field(description="The id of the model that would run.")
    n: int


class Quote(Span):
    """What a run would cost, which is what is held for it at most; nothing was run."""

    jobs: list[Part]


def quote(request: ApiRequest, body: Ask) -> HttpResponseBase:
    """The price of what the body asks for, today."""
    return answer(quoted(request, body).model_dump())


def quoted(request: ApiRequest, body: Ask) -> Quote:
    """The same as a document. Raises what a run would, but for want of credits."""
    request.keeps = False
    order = wishes.order(request, body)
    team = order.project.team if order.project else None
    with at_own_fields(body):
        return document([quotes.priced(request, wish, team) for wish in order.wishes])


def document(found: Sequence[Priced]) -> Quote:
    """The quote of these jobs together."""
    parts = [
        Part(model=each.entry.id, n=each.parameters.n, low=amount(each.quote.low), high=amount(each.most))
        for each in found
    ]
    return Quote(
        low=amount(sum(part.low.micros for part in parts)),
        high=amount(sum(part.high.micros for part in parts)),
        jobs=parts,
    )
