"""Price versions, signed quotes, and what staff change: prices, what is offered, and which provider is paused."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from studio.accounts.models import AuditRow, User
from studio.catalog import decisions, health, loader, naming, pricing, rules, selectors, vendor_prices
from studio.catalog.entries import Entry
from studio.catalog.errors import BadPrice, NotOffered, QuoteExpired
from studio.catalog.fields import defaults
from studio.catalog.models import Breaker, Margin, ModelOverride, Pause, PriceVersion, VendorPlace
from studio.catalog.pricing import Ask, Quote, Span
from studio.core.context import request_id
from studio.core.errors import Invalid
from studio.core.statements import Given, Rows

QUOTE_SECONDS = 24 * 3600
SALT = "studio.catalog.quote"
RACES = 10

_LATEST = Rows(lambda: PriceVersion.objects.filter(model=Given("model")).order_by("-number")[:1])


@dataclass(frozen=True, slots=True)
class SignedQuote:
    """What a form was shown: the model, the price version's number, and the most it would cost in micros."""

    model: str
    version: int
    high: int


def price_version(entry: Entry) -> PriceVersion:
    """The version of the price that holds now; made, with the next number, if rule or margin changed.

    Best called before a longer transaction begins: on PostgreSQL a new number makes others wait for its commit.
    Raises NotOffered for a model without a price.
    """
    # The version is read before the terms: who works with terms that are older than the latest version loses
    # the race for its number, and then finds the winner's row on the second look.
    for _attempt in range(RACES):
        latest = _LATEST.first(model=entry.id)
        terms = selectors.terms(entry)
        if terms.rule is None:
            raise NotOffered(_("%(model)s has no price yet. Pick another model.") % {"model": entry.label})
        rule = rules.as_json(terms.rule)
        fingerprint = _fingerprint(rule, terms.margin)
        if latest is not None and latest.fingerprint == fingerprint:
            return latest
        number = latest.number + 1 if latest else 1
        try:
            with transaction.atomic():
                return PriceVersion.objects.create(
                    model=entry.id, number=number, rule=rule, margin=terms.margin, fingerprint=fingerprint
                )
        except IntegrityError:
            continue
    raise NotOffered(_("The price of %(model)s is just changing. Try again.") % {"model": entry.label})


def quote_for(entry: Entry, ask: Ask, learnt: Span | None = None) -> tuple[Quote, PriceVersion]:
    """What ``ask`` costs at today's price, and the version of that price. Raises NotOffered without one."""
    version = price_version(entry)
    return pricing.quote(rules.read(version.rule), version.margin, ask, learnt), version


def keep_estimates() -> None:
    """Have each vendor's own word of what its models cost as they open, where that is their price; asking is free."""
    for offer in selectors.estimated():
        vendor_prices.keep(offer.entry, defaults(offer.entry).ask())


def sign(quote: Quote, version: PriceVersion, model: str) -> str:
    """A token for the form, so that a price that moved in between is noticed."""
    return signed(SignedQuote(model, version.number, quote.high))


def signed(shown: SignedQuote) -> str:
    """The token of what a form shows."""
    return signing.dumps({"m": shown.model, "v": shown.version, "h": shown.high}, salt=SALT)


def read_signed(token: str, max_age: int = QUOTE_SECONDS) -> SignedQuote:
    """What ``sign`` wrote. Raises QuoteExpired for one that is not ours or older than ``max_age`` seconds."""
    try:
        data = signing.loads(token, salt=SALT, max_age=max_age)
    except signing.BadSignature as error:
        raise QuoteExpired(
            _("This price was shown too long ago. Look at the new one and send again.")
        ) from error
    return SignedQuote(data["m"], data["v"], data["h"])


@transaction.atomic
def set_price(actor: User | None, entry: Entry, rule: Mapping[str, Any] | None, *, reason: str = "") -> None:
    """Replace the model's price rule, or go back to the catalogue's with None. Raises BadPrice."""
    checked = rules.as_json(rules.read(rule)) if rule is not None else None
    row, _made = ModelOverride.objects.select_for_update().get_or_create(model=entry.id)
    before, row.rule = row.rule, checked
    row.save(update_fields=["rule", "changed_at"])
    _audit(actor, "catalog.price", entry.id, {"rule": before}, {"rule": checked}, reason)


@transaction.atomic
def set_offered(actor: User | None, entry: Entry, offered: bool, *, reason: str = "") -> None:
    """Switch the model on or off for everybody."""
    row, _made = ModelOverride.objects.select_for_update().get_or_create(model=entry.id)
    before, row.offered = row.offered, offered
    row.save(update_fields=["offered", "changed_at"])
    _audit(actor, "catalog.offered", entry.id, {"offered": before}, {"offered": offered}, reason)


@transaction.atomic
def set_margin(actor: User, scope: str, name: str, basis_points: int | None, *, reason: str = "") -> None:
    """Set the margin of a model, provider, tier or (no name) the default; None takes it away.

    Raises BadPrice.
    """
    if scope not in Margin.Scope.values or bool(name) == (scope == Margin.Scope.DEFAULT):
        raise BadPrice(_("Say which model, provider or group the margin is for."))
    if basis_points is not None and not 0 <= basis_points <= pricing.MAX_MARGIN:
        raise BadPrice(_("Use a margin from 0 to 1,000 %."))
    row = Margin.objects.select_for_update().filter(scope=scope, name=name).first()
    before = row.basis_points if row else None
    if basis_points is None:
        Margin.objects.filter(scope=scope, name=name).delete()
    else:
        Margin.objects.update_or_create(scope=scope, name=name, defaults={"basis_points": basis_points})
    target = f"{scope} {name}".strip()
    _audit(actor, "catalog.margin", target, {"basis_points": before}, {"basis_points": basis_points}, reason)


@transaction.atomic
def pause(actor: User, provider: str, *, reason: str = "") -> Pause:
    """Send nothing new to the provider until ``resume``. Queued jobs wait, tasks it has taken go on.

    A provider that is paused already stays so, since its first pause. Raises Invalid for one that nobody knows.
    """
    if provider not in loader.catalog().vendors:
        raise Invalid(_("There is no provider called %(name)s.") % {"name": provider[:40]})
    said = _said(reason)
    row, made = Pause.objects.get_or_create(provider=provider, defaults={"by": actor, "reason": said})
    if made:
        _audit(actor, "catalog.pause", provider, {"paused": False}, {"paused": True}, said)
    return row


@transaction.atomic
def resume(actor: User, provider: str, *, reason: str = "") -> bool:
    """Call the provider again; jobs that waited for it run within a sweep. False where it was not paused."""
    gone, _rows = Pause.objects.filter(provider=provider).delete()
    if gone:
        _audit(actor, "catalog.pause", provider, {"paused": True}, {"paused": False}, _said(reason))
    return bool(gone)


@transaction.atomic
def close_breaker(actor: User, breaker: Breaker, *, reason: str = "") -> bool:
    """Call again what was stopped for its failures, without waiting for a probe; once a key was mended, say.

    False where it was closed by then.
    """
    rows = Breaker.objects.filter(pk=breaker.pk, opened_at__isnull=False)
    if not health.close(rows):
        return False
    _audit(actor, "catalog.breaker", str(breaker), {"open": True}, {"open": False}, _said(reason))
    return True


@transaction.atomic
def place_vendor(actor: User, provider: str, *, before: bool) -> list[str]:
    """Move the vendor one place towards the front (``before``) or the back of those that a name is looked for at.

    The new order; at its end it stays the same. Raises Invalid for a vendor that nobody knows.
    """
    order = [vendor.name for vendor in naming.order(decisions.latest())]
    if provider not in order:
        raise Invalid(_("There is no provider called %(name)s.") % {"name": provider[:40]})
    here = order.index(provider)
    there = min(max(here + (-1 if before else 1), 0), len(order) - 1)
    if here == there:
        return order
    moved = order.copy()
    moved.insert(there, moved.pop(here))
    rows = [VendorPlace(provider=name, position=place) for place, name in enumerate(moved)]
    # All rows, in one order: of two people at once the second waits, and the order is that of one of them.
    VendorPlace.objects.bulk_create(
        sorted(rows, key=lambda row: row.provider),
        update_conflicts=True,
        unique_fields=["provider"],
        update_fields=["position"],
    )
    _audit(actor, "catalog.order", provider, {"order": order}, {"order": moved}, "")
    return moved


def _said(reason: str) -> str:
    """A reason as it can be kept: PostgreSQL refuses a NUL in a text."""
    return reason.replace("\0", "").strip()[:300]


def _fingerprint(rule: Mapping[str, Any], margin: int) -> str:
    text = json.dumps({"rule": rule, "margin": margin}, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _audit(
    actor: User | None, action: str, target: str, before: dict[str, Any], after: dict[str, Any], reason: str
) -> None:
    AuditRow.objects.create(
        actor=actor,
        action=action,
        target=target,
        before=before,
        after=after,
        reason=reason,
        request_id=request_id.get(),
    )
