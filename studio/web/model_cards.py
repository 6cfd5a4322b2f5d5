"""Models as their page shows them: one card each, every text finished."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from studio.catalog import labels, traits
from studio.catalog import selectors as catalog
from studio.catalog.entries import TIERS
from studio.catalog.selectors import Offer
from studio.gallery.using import Sample
from studio.images import selectors as images
from studio.jobs.routing.weather import Weather
from studio.web.models_address import NAME, PRICE, SPEED, Address
from studio.web.moulds import Mould, together
from studio.web.weather_words import WeatherWords, words

ICONS = {"good": "circle-check", "slow": "triangle-alert", "failed": "circle-alert", "": "circle-check"}
"""What is drawn beside the share that was delivered, so that it is not told by colour alone."""


SAMPLE = ("src", "srcset", "width", "height", "color")
"""What ``models/_sample.html`` is made of, all of our own making."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The part of a card that stays the same until a price or a language changes; every text finished."""

    name: str
    provider: str
    tile: str
    tier: int
    tier_name: str
    price: str
    chips: tuple[str, ...]
    sizing: str
    goes: str
    limits: tuple[str, ...]
    scripts: str

    @classmethod
    def of(cls, offer: Offer, names: Sequence[str]) -> Facts:
        """Those of a model at its price of now, with the ``names`` by which a script reaches it."""
        entry = offer.entry
        return cls(
            name=entry.label,
            provider=entry.vendor.label,
            tile=entry.vendor.tile,
            tier=TIERS.index(entry.tier) + 1,
            tier_name=labels.tier(entry.tier),
            price=offer.price_label,
            chips=tuple(traits.words(entry)),
            sizing=traits.sizing(entry),
            goes=offer.goes,
            limits=(traits.prompt(entry), traits.editing(entry)),
            scripts=in_scripts(names),
        )


@dataclass(frozen=True, slots=True)
class ModelCard:
    """One model. ``use`` is the studio with it selected, empty for one that cannot be picked, where ``reason`` says
    why, or tells staff what to do about it; ``state`` is down, paused or off. ``facts`` and ``strip`` are HTML."""

    id: str
    name: str
    facts: str
    weather: WeatherWords
    icon: str
    strip: str
    count: int
    made: str
    use: str
    reason: str
    state: str


@dataclass(frozen=True, slots=True)
class Known:
    """What was measured, found and counted on this server, and what scripts say, by the models' ids."""

    weather: Mapping[str, Weather]
    usage: Mapping[str, int]
    samples: Mapping[str, Sequence[Sample]]
    names: Mapping[str, Sequence[str]]


def card(offer: Offer, known: Known, *, staff: bool) -> ModelCard:
    """The model with what is known of it."""
    entry = offer.entry
    weather = words(known.weather.get(entry.id))
    samples = known.samples.get(entry.id, ())
    return ModelCard(
        id=entry.id,
        name=entry.label,
        facts=facts_html(Facts.of(offer, known.names.get(entry.id, ()))),
        weather=weather,
        icon=ICONS[weather.mood],
        strip=strip_html(samples),
        count=len(samples),
        made=_made(entry.label, len(samples)),
        use=f"{reverse('studio')}?{urlencode({'model': entry.id})}" if offer.available else "",
        reason=(staff and offer.hint) or offer.reason,
        state=_state(offer),
    )


def in_scripts(names: Sequence[str]) -> str:
    """The first name without a vendor in it; a longer one says no more than the card does."""
    short = next((name for name in names if "/" not in name), "")
    return _("In scripts: %(name)s") % {"name": short} if short else ""


def _state(offer: Offer) -> str:
    if offer.trouble:
        return "paused" if offer.trouble.paused else "down"
    return "" if offer.available else "off"


@lru_cache(maxsize=2048)
def facts_html(facts: Facts) -> str:
    """Rendered once: a page of 150 models has nothing to ask or to look up for what it said before."""
    return render_to_string("models/_facts.html", {"facts": facts})


def strip_html(samples: Sequence[Sample]) -> str:
    """The pictures that the model made, the first one larger."""
    return strip_of([_sample(each) for each in samples])


def strip_of(values: Sequence[Mapping[str, str]]) -> str:
    """Pictures whose ``SAMPLE`` values are at hand."""
    return together(_mould(first=not place).pour(each, {}) for place, each in enumerate(values))


def said() -> dict[str, str]:
    """The words that every card says."""
    return {"speed": _("Median time"), "success": _("Delivered"), "use": _("Use")}


@cache
def _mould(*, first: bool) -> Mould:
    return Mould("models/_sample.html", values=SAMPLE, texts=(), first=first)


def _sample(sample: Sample) -> dict[str, str]:
    src, srcset = images.sources(sample.id, sample.renditions, sample.width)
    width, height = str(sample.width), str(sample.height)
    return {"src": src, "srcset": srcset, "width": width, "height": height, "color": sample.color}


def _made(name: str, count: int) -> str:
    if not count:
        return ""
    text = ngettext("%(count)d picture made with %(name)s", "%(count)d pictures made with %(name)s", count)
    return text % {"count": count, "name": name}


def found(offers: Iterable[Offer], address: Address) -> list[Offer]:
    """Those that hold all that is asked for and have every word in their name, provider, id or abilities."""
    wanted, can = address.words, frozenset(address.can)
    return [
        offer
        for offer in offers
        if can <= traits.held(offer.entry)
        and (not address.tiers or offer.entry.tier in address.tiers)
        and all(word in _text(offer) for word in wanted)
    ]


def _text(offer: Offer) -> str:
    entry = offer.entry
    parts = (entry.label, entry.vendor.label, entry.id, traits.sizing(entry), *traits.words(entry))
    return " ".join(parts).casefold()


def ordered(offers: Iterable[Offer], known: Known, sort: str) -> list[Offer]:
    """In the order that was chosen, what can be used before what cannot; those alike stay as the picker has them."""

    def key(offer: Offer) -> tuple[bool, tuple[object, ...]]:
        return not offer.available, _key(offer, known, sort)

    return sorted(offers, key=key)


def _key(offer: Offer, known: Known, sort: str) -> tuple[object, ...]:
    if sort == NAME:
        return (offer.entry.label.casefold(),)
    if sort == PRICE:
        if not offer.terms.priced:
            return (True, 0, 0)
        span = catalog.price_span(offer.entry, offer.terms)
        return (False, span.low, span.high)
    if sort == SPEED:
        weather = known.weather.get(offer.id)
        seconds = weather.seconds if weather else None
        return (seconds is None, seconds or 0.0)
    return (-known.usage.get(offer.id, 0),)
