"""The line above Generate: what pressing it would hold, and why it cannot be pressed, if so."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from studio.catalog import automatic, validation
from studio.catalog import services as prices
from studio.catalog.errors import NotOffered
from studio.catalog.fields import Parameters
from studio.catalog.models import PriceVersion
from studio.catalog.pricing import Quote
from studio.catalog.selectors import Offer
from studio.core.errors import Invalid
from studio.core.micros import credits_text, dollars_text
from studio.credits import selectors as credits
from studio.jobs import quoting
from studio.jobs.routing import choosing
from studio.web.composer import Draft

NO_PROMPT_YET = "…"
"""Stands for a prompt while none is written, so that the other settings are checked and priced all the same."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the breakdown."""

    label: str
    detail: str
    amount: str


@dataclass(frozen=True, slots=True)
class WayOut:
    """A smaller run that the balance pays for."""

    n: int
    label: str


@dataclass(frozen=True, slots=True)
class Cost:
    """Amounts are texts in credits, unless they say dollars. ``token`` is the signed quote for the form.

    ``route`` names the model that ``auto`` would choose now.
    """

    credits: str
    balance_after: str
    button_label: str
    dollars: str = ""
    low_credits: str = ""
    is_range: bool = False
    lines: tuple[Line, ...] = ()
    held: str = ""
    short: bool = False
    short_by: str = ""
    reason: str = ""
    refund_rule: str = ""
    way_out: WayOut | None = None
    token: str = ""
    route: str = ""


def cost(offer: Offer, draft: Draft, parameters: Parameters, account_id: UUID) -> Cost:
    """The cost of the draft with ``parameters``, for the account that pays."""
    available = credits.balance(account_id).available
    if offer.id != automatic.ID:
        return _cost(offer, draft, parameters, available)
    try:
        route = _route(draft, parameters, available)
    except Invalid as invalid:
        label = button_label(parameters.n)
        return Cost("–", credits_text(available), label, reason=next(iter(invalid.fields.values())))
    best = route.options[0]
    there = replace(draft, model=best.offer.id, parameters=best.parameters.as_form())
    return _routed(_cost(best.offer, there, best.parameters, available), best, route.within, available)


def _routed(shown: Cost, best: choosing.Candidate, within: int, available: int) -> Cost:
    """The cost of the best model, up to what one of the next may take should it be out of order."""
    named = replace(shown, route=_("Auto picks %(model)s") % {"model": best.offer.entry.label})
    if not shown.token or within <= (quoted := prices.read_signed(shown.token)).high:
        return named
    return replace(
        named,
        credits=credits_text(within),
        dollars=dollars_text(within),
        balance_after=credits_text(max(0, available - within)),
        is_range=True,
        refund_rule=_refund_rule(within),
        token=prices.signed(replace(quoted, high=within)),
    )


def _route(draft: Draft, parameters: Parameters, available: int) -> choosing.Route:
    """What ``auto`` would choose. Raises Invalid with the field that stands in the way."""
    given = {name: text for name, text in parameters.as_form().items() if text}
    given[choosing.BUDGET] = draft.parameters.get(choosing.BUDGET, "")
    spec = replace(draft.spec, parameters=given, prompt=draft.prompt.strip() or NO_PROMPT_YET)
    return choosing.choose(spec, available=available)


def _cost(offer: Offer, draft: Draft, parameters: Parameters, available: int) -> Cost:
    label = button_label(parameters.n)
    try:
        quote, version = _quoted(offer, draft, parameters)
    except NotOffered as refused:
        return Cost("–", credits_text(available), label, reason=refused.message)
    shown = Cost(
        credits=credits_text(quote.high),
        balance_after=credits_text(max(0, available - quote.high)),
        button_label=label,
        dollars=dollars_text(quote.high),
        low_credits=credits_text(quote.low),
        is_range=quote.is_range,
        lines=tuple(Line(_(each.label), each.detail, credits_text(each.micros)) for each in quote.lines),
        held=credits_text(quote.high),
        reason=_reason(offer, draft),
        refund_rule=_refund_rule(quote.high),
        token=prices.sign(quote, version, offer.entry.id),
    )
    return (
        shown if quote.high <= available else _short(shown, offer, draft, parameters, available, quote.high)
    )


def _refund_rule(most: int) -> str:
    if not most:
        return _("This model is free: nothing is held.")
    return _("You pay for images that arrive. What fails or is cancelled comes back at once.")


def _short(
    shown: Cost, offer: Offer, draft: Draft, parameters: Parameters, available: int, high: int
) -> Cost:
    return replace(
        shown,
        short=True,
        short_by=credits_text(high - available),
        reason=shown.reason or _("Not enough credits"),
        way_out=_way_out(offer, draft, parameters, available),
    )


def _quoted(offer: Offer, draft: Draft, parameters: Parameters) -> tuple[Quote, PriceVersion]:
    return quoting.quote(offer, quoting.ask_of(offer.entry, parameters, draft.spec))


def button_label(count: int) -> str:
    return ngettext("Generate %(count)d image", "Generate %(count)d images", count) % {"count": count}


def _reason(offer: Offer, draft: Draft) -> str:
    """Why these settings cannot run, apart from the prompt, which the page itself watches."""
    if not offer.available:
        if offer.trouble:
            return offer.trouble.reason
        return _("%(model)s cannot be used now") % {"model": offer.entry.label}
    spec = draft.spec
    prompt = draft.prompt if draft.prompt.strip() else NO_PROMPT_YET
    try:
        has_mask = spec.mask is not None
        chosen = validation.validate(offer.entry, draft.parameters, len(spec.pictures), has_mask, prompt)
    except Invalid as invalid:
        return next((text for name, text in invalid.fields.items() if name != "prompt"), "")
    wrong = quoting.refused_result(offer.entry, chosen, spec)
    return validation.refused_kind(offer.entry, spec.kind) or next(iter(wrong.values()), "")


def _way_out(offer: Offer, draft: Draft, parameters: Parameters, available: int) -> WayOut | None:
    """The most images that the balance pays for, when it pays for any."""
    for count in range(parameters.n - 1, 0, -1):
        fewer, _version = _quoted(offer, draft, replace(parameters, n=count))
        if fewer.high <= available:
            label = ngettext(
                "Run %(count)d image for %(credits)s", "Run %(count)d images for %(credits)s", count
            )
            return WayOut(count, label % {"count": count, "credits": credits_text(fewer.high)})
    return None
