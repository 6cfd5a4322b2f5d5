"""The picker of models: what this workspace used, then all others, then what cannot be picked now and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from studio.accounts.actors import Actor
from studio.accounts.models import Team
from studio.catalog import cards, labels, traits
from studio.catalog import selectors as catalog
from studio.catalog.cards import EntryCard
from studio.catalog.entries import TIERS
from studio.catalog.selectors import Offer
from studio.core.micros import CREDIT_MICROS
from studio.gallery import using
from studio.jobs import usage
from studio.jobs.routing import weather
from studio.jobs.routing.weather import Weather
from studio.web.weather_words import words

LITTLE = 10 * CREDIT_MICROS
"""What a picture costs less than to count as cheap, where it is asked for at its cheapest."""

UNDER = "under"


@dataclass(frozen=True, slots=True)
class Row:
    """One model; ``can`` are the keys by which the chips narrow the list, ``seconds`` its median time as a text."""

    card: EntryCard
    can: str
    seconds: str


def picker(offers: Iterable[Offer], actor: Actor, team: Team | None) -> dict[str, Any]:
    """The chips and the groups; staff also see what could be set up. Three queries at most, however many models."""
    known, staff = list(offers), actor.is_staff
    lately = weather.of_models()
    shown = [each for each in known if staff or each.set_up]
    ready = [each for each in shown if each.available]
    used = _used(ready, using.models(actor, team))
    others = [each for each in ready if each not in used]
    automatic = catalog.automatic_offer(known)
    (others if automatic.available else shown).insert(0, automatic)
    groups = [
        (_("Used by your team") if team else _("Used by you"), used),
        (_("All models") if used else _("Ready to use"), others),
        (_("Not available now"), [each for each in shown if not each.available]),
    ]
    return {
        "traits": [(trait.key, trait.label) for trait in traits.TRAITS],
        "prices": [(TIERS[0], labels.tier(TIERS[0])), (UNDER, _("Under %(n)s cr") % {"n": 10})],
        "groups": [
            {"label": label, "rows": [_row(each, lately, staff=staff) for each in members]}
            for label, members in groups
            if members
        ],
    }


def _used(ready: Iterable[Offer], models: Iterable[str]) -> list[Offer]:
    """Those of the models that made pictures here, the most used on this server first."""
    counts, here = usage.of_models(), frozenset(models)
    return sorted((each for each in ready if each.id in here), key=lambda each: -counts.get(each.id, 0))


def _row(offer: Offer, lately: Mapping[str, Weather], *, staff: bool) -> Row:
    can = [*sorted(traits.held(offer.entry)), offer.entry.tier]
    if offer.terms.priced and catalog.price_span(offer.entry, offer.terms).low < LITTLE:
        can.append(UNDER)
    return Row(cards.card(offer, staff=staff), " ".join(can), words(lately.get(offer.id)).seconds)
