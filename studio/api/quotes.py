"""What a request would cost, without doing it: a dry run, the same for every dialect that has no word for it."""

from __future__ import annotations

from typing import Any

from studio.api import access
from studio.api.http import ApiRequest
from studio.api.running import Wish, understood
from studio.core.micros import credits_text
from studio.credits import selectors as balances
from studio.credits import services as credits
from studio.jobs import quoting
from studio.jobs.errors import QuoteChanged
from studio.jobs.quoting import Priced

HEADER = "X-Dry-Run"
MICROS = 1_000_000


def is_dry(request: ApiRequest) -> bool:
    """Whether only the price is asked for."""
    return request.headers.get(HEADER, "").strip().lower() in ("1", "true", "yes")


def priced(request: ApiRequest, wish: Wish) -> Priced:
    """The wish with what it costs today; no run is written. Raises what ``submit`` raises, but for want of credits."""
    sides = access.sides_of(request.actor, [ref.image_id for ref in wish.spec.references])
    payer = credits.paying_account(user=request.actor.require_user(), team=request.key.team)
    instead = wish.otherwise.measured(sides) if wish.otherwise else None
    meant, most = understood(request, Wish(wish.spec.measured(sides), instead))
    found = quoting.price(spec=meant, available=balances.balance(payer.pk).available)
    if most is not None and found.most > most:
        raise QuoteChanged(found.most)
    return found


def document(found: Priced) -> dict[str, Any]:
    """The quote: the least and the most that is charged, in micros, dollars and credits."""
    low, high = found.quote.low, found.most
    return {
        "object": "quote",
        "model": found.entry.id,
        "n": found.parameters.n,
        "estimated_cost": {
            "micros": high,
            "micros_low": low,
            "usd": high / MICROS,
            "credits": credits_text(high),
        },
    }
