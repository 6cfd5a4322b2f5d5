"""What a request would cost, without doing it: a dry run, the same for every dialect that has no word for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from django.http import HttpResponseBase
from pydantic import BaseModel, Field

from studio.accounts.models import Team
from studio.api import access
from studio.api.http import ApiRequest, answer
from studio.api.running import Wish, understood
from studio.core.micros import credits_text
from studio.credits import selectors as balances
from studio.credits import services as credits
from studio.jobs import quoting
from studio.jobs.errors import QuoteChanged
from studio.jobs.quoting import Priced

HEADER = "X-Dry-Run"
MICROS = 1_000_000


class Estimate(BaseModel):
    """The most that is charged, and the least."""

    micros: int = Field(description="Millionths of a US dollar.")
    micros_low: int = Field(description="The least, where the price depends on what comes out.")
    usd: float = Field(description="The most, in US dollars.")
    credits: str = Field(description="The most, in the studio's credits: 10,000 micros each.")


class Quote(BaseModel):
    """What a request would cost: the answer to a dry run, which does nothing and costs nothing."""

    object: Literal["quote"] = "quote"
    model: str = Field(description="The model that would run.")
    n: int = Field(description="How many pictures.")
    estimated_cost: Estimate


def is_dry(request: ApiRequest) -> bool:
    """Whether only the price is asked for: by any word that is no plain no, for what was meant as a dry run must cost
    nothing."""
    return request.headers.get(HEADER, "").strip().lower() not in ("", "0", "false", "no", "off")


def told(
    request: ApiRequest, asking: Callable[[], Wish], *, written: Callable[[int], str] = credits_text
) -> HttpResponseBase:
    """The answer to a dry run of what is asked for; the pictures that come along are looked at and not kept."""
    request.keeps = False
    return answer(document(priced(request, asking()), written=written))


def priced(request: ApiRequest, wish: Wish, team: Team | None = None) -> Priced:
    """The wish with what it costs today; no run is written. Raises what ``submit`` raises, but for want of credits.

    It is for ``team``'s workspace where the key has none of its own.
    """
    sides = access.sides_of(request.actor, [ref.image_id for ref in wish.spec.references])
    payer = credits.paying_account(user=request.actor.require_user(), team=request.key.team or team)
    instead = wish.otherwise.measured(sides) if wish.otherwise else None
    meant, most = understood(request, Wish(wish.spec.measured(sides), instead))
    found = quoting.price(spec=meant, available=balances.balance(payer.pk).available)
    if most is not None and found.most > most:
        raise QuoteChanged(found.most)
    return found


def document(found: Priced, *, written: Callable[[int], str] = credits_text) -> dict[str, Any]:
    """The quote: the least and the most that is charged, in micros and dollars, and as ``written`` in credits."""
    low, high = found.quote.low, found.most
    cost = Estimate(micros=high, micros_low=low, usd=high / MICROS, credits=written(high))
    return Quote(model=found.entry.id, n=found.parameters.n, estimated_cost=cost).model_dump()
