"""Models and their settings as the pages show them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from studio.catalog import labels, sizes, traits
from studio.catalog.entries import AUTO, TIERS, Entry, Limits
from studio.catalog.fields import BACKGROUNDS, MODERATIONS, Parameters
from studio.catalog.pricing import Ask, Span, spread
from studio.catalog.selectors import Offer, span_label


@dataclass(frozen=True, slots=True)
class Abilities:
    """What the composer shows controls for; ``partials`` is the most previews, 0 for none."""

    negative: bool
    seed: bool
    mask: bool
    references: bool
    partials: int
    transparency: bool
    edit: bool
    strength: bool


@dataclass(frozen=True, slots=True)
class EntryCard:
    """One row of the picker. ``tier`` is 1 to 3 dots or 0; ``disabled_reason`` is empty for what can be picked."""

    id: str
    name: str
    provider_name: str
    provider_tile: str
    tier: int
    tier_name: str
    price_label: str
    badges: tuple[str, ...]
    note: str
    prompt_limit: int
    prompt: str
    supports: Abilities
    max_references: int
    disabled_reason: str
    retired: bool


@dataclass(frozen=True, slots=True)
class Option:
    """One segment of a group of radio buttons."""

    value: str
    label: str
    selected: bool


@dataclass(frozen=True, slots=True)
class SizeOption:
    """One size: ``hint`` is its shape or ratio, ``price`` a label where the size changes the price."""

    value: str
    label: str
    hint: str
    width: int | None
    height: int | None
    selected: bool
    price: str


@dataclass(frozen=True, slots=True)
class SizingForm:
    """The size control. ``style`` is pixels, ratio, resolution, preset or none; ``field`` names the options.

    ``limits`` is there where any size within them can be typed, too. ``result`` is the size in pixels.
    """

    style: str
    field: str
    options: tuple[SizeOption, ...]
    resolutions: tuple[Option, ...]
    limits: Limits | None
    result: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How many pictures: 1 to ``max``."""

    max: int
    value: int


@dataclass(frozen=True, slots=True)
class Missing:
    """One quiet line for what the model cannot do."""

    label: str
    reason: str


@dataclass(frozen=True, slots=True)
class Form:
    """The composer's settings for one model. An empty group has no control."""

    sizing: SizingForm
    counts: Counts
    qualities: tuple[Option, ...]
    formats: tuple[Option, ...]
    backgrounds: tuple[Option, ...]
    styles: tuple[Option, ...]
    moderations: tuple[Option, ...]
    parameters: Parameters
    missing: tuple[Missing, ...]


def card(offer: Offer, *, staff: bool = False) -> EntryCard:
    """The model's row in the picker; staff read what to do where others read why it is greyed out."""
    entry = offer.entry
    return EntryCard(
        id=entry.id,
        name=entry.label,
        provider_name=entry.vendor.label,
        provider_tile=entry.vendor.tile,
        tier=TIERS.index(entry.tier) + 1 if entry.tier else 0,
        tier_name=labels.tier(entry.tier),
        price_label=offer.price_label,
        badges=tuple(_badges(entry)),
        note=_note(offer),
        prompt_limit=entry.prompt_limit,
        prompt=entry.prompt,
        supports=_abilities(entry),
        max_references=entry.max_references,
        disabled_reason=(staff and offer.hint) or offer.reason,
        retired=offer.retired,
    )


def form(offer: Offer, parameters: Parameters) -> Form:
    """The controls of this model, set to ``parameters``."""
    entry = offer.entry
    backgrounds = BACKGROUNDS if entry.supports.transparency else ()
    moderations = MODERATIONS if entry.supports.moderation else ()
    return Form(
        sizing=_sizing(offer, parameters),
        counts=Counts(entry.max_n, parameters.n),
        qualities=_options(entry.qualities, parameters.quality, labels.quality),
        formats=_options(entry.formats, parameters.output_format, labels.image_format),
        backgrounds=_options(backgrounds, parameters.background, labels.background),
        styles=_options(entry.styles, parameters.style, labels.style),
        moderations=_options(moderations, parameters.moderation, labels.moderation),
        parameters=parameters,
        missing=tuple(_missing(entry)),
    )


def _abilities(entry: Entry) -> Abilities:
    supports = entry.supports
    return Abilities(
        negative=supports.negative,
        seed=supports.seed,
        mask=supports.mask,
        references=entry.max_references > 0,
        partials=supports.partials,
        transparency=supports.transparency,
        edit="edit" in entry.kinds,
        strength=supports.strength,
    )


def _badges(entry: Entry) -> Iterable[str]:
    yield from traits.words(entry, short=True)
    if len(entry.sizing.resolutions) > 1:
        yield max(entry.sizing.resolutions, key=lambda name: entry.sizing.resolutions[name])


def _note(offer: Offer) -> str:
    return offer.goes or (_(offer.entry.note) if offer.entry.note else "")


def _missing(entry: Entry) -> Iterable[Missing]:
    supports = entry.supports
    if not entry.qualities:
        yield Missing(_("Quality"), _("one level"))
    if not supports.seed:
        yield Missing(_("Seed"), _("not with this model"))
    if not supports.mask and not supports.transparency:
        yield Missing(_("Mask, transparency"), _("not with this model"))
    elif not supports.mask:
        yield Missing(_("Mask"), _("not with this model"))
    elif not supports.transparency:
        yield Missing(_("Transparency"), _("not with this model"))


def _options(values: Iterable[str], chosen: str, label: Callable[[str], str]) -> tuple[Option, ...]:
    return tuple(Option(value, label(value), value == chosen) for value in values)


def _sizing(offer: Offer, parameters: Parameters) -> SizingForm:
    sizing = offer.entry.sizing
    field = sizes.FIELDS[sizing.style]
    chosen = getattr(parameters, field) if field else ""
    known = sizes.choices(sizing, parameters.resolution)
    if chosen and all(choice.value != chosen for choice in known):
        known.insert(0, sizes.Choice(chosen, parameters.width, parameters.height))
    return SizingForm(
        style="pixels" if sizing.style == "free" else sizing.style,
        field=field,
        options=tuple(_size_option(offer, choice, chosen) for choice in known),
        resolutions=_options(sizing.resolutions, parameters.resolution, str),
        limits=sizing.limits,
        result=labels.pixels(parameters.width, parameters.height),
    )


def _size_option(offer: Offer, choice: sizes.Choice, chosen: str) -> SizeOption:
    preset = next((p for p in offer.entry.sizing.presets if p.value == choice.value), None)
    return SizeOption(
        value=choice.value,
        label=_(preset.label) if preset else labels.size(choice.value),
        hint=_hint(choice, is_preset=preset is not None),
        width=choice.width,
        height=choice.height,
        selected=choice.value == chosen,
        price=_size_price(offer, choice),
    )


def _hint(choice: sizes.Choice, *, is_preset: bool) -> str:
    if choice.width is None or choice.height is None:
        return labels.pixels(None, None)
    return (labels.ratio if is_preset else labels.shape)(choice.width, choice.height)


def _size_price(offer: Offer, choice: sizes.Choice) -> str:
    """What one picture of this size costs over all qualities; empty where sizes do not show a price."""
    entry, rule = offer.entry, offer.terms.rule
    if rule is None or not offer.terms.priced or entry.sizing.style not in ("pixels", "free"):
        return ""
    asks = [Ask(width=choice.width, height=choice.height, quality=name) for name in entry.qualities or ("",)]
    span = spread(rule, offer.terms.margin, asks)
    if not span.high:
        return ""
    if choice.value == AUTO:
        return _("up to %(price)s") % {"price": span_label(Span(span.high, span.high))}
    return span_label(span)
