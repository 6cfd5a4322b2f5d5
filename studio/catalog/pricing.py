"""What a request costs: pure, in whole micros, from a price rule and a margin.

Margins are basis points (100 = 1 %) and are rounded up to 1 micro on each line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext_noop

from providers.base import Usage
from studio.catalog.estimates import picture_tokens
from studio.catalog.rules import (
    ANY,
    PerEstimate,
    PerImage,
    PerMegapixel,
    PerQuality,
    PerResolution,
    PerToken,
    PriceRule,
    Rates,
)
from studio.core.micros import Micros

MAX_MARGIN = 100_000
"""Ten times the price on top."""

LEARN_FROM = 40
BASIS = 10_000
MILLION = 1_000_000

IMAGES = gettext_noop("Images")
REFERENCES = gettext_noop("References")
PROMPT = gettext_noop("Prompt")
MARGIN = gettext_noop("Margin")


@dataclass(frozen=True, slots=True)
class Ask:
    """What the price depends on. ``width`` and ``height`` are None where the vendor chooses the size."""

    n: int = 1
    width: int | None = None
    height: int | None = None
    quality: str = ""
    resolution: str = ""
    references: int = 0
    prompt_length: int = 0
    mask: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the breakdown. ``label`` is one of four words, for gettext; ``detail`` is figures alone."""

    label: str
    detail: str
    micros: Micros


@dataclass(frozen=True, slots=True)
class Quote:
    """What a job will cost: at least ``low``, at most ``high``, which is held and is the sum of the lines."""

    low: Micros
    high: Micros
    lines: tuple[Line, ...]

    @property
    def is_range(self) -> bool:
        """Whether the price is known only within bounds."""
        return self.low < self.high

    def as_json(self) -> dict[str, Any]:
        """For the job's snapshot."""
        lines = [{"label": line.label, "detail": line.detail, "micros": line.micros} for line in self.lines]
        return {"low": self.low, "high": self.high, "is_range": self.is_range, "lines": lines}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Quote:
        """The quote that ``as_json`` wrote."""
        lines = tuple(Line(row["label"], row["detail"], Micros(row["micros"])) for row in data["lines"])
        return cls(Micros(data["low"]), Micros(data["high"]), lines)


@dataclass(frozen=True, slots=True)
class Span:
    """Micros between two bounds, without margin."""

    low: int
    high: int

    def times(self, n: int) -> Span:
        """The same ``n`` times."""
        return Span(self.low * n, self.high * n)


@dataclass(frozen=True, slots=True)
class _Part:
    label: str
    count: int
    each: Span

    @property
    def total(self) -> Span:
        return self.each.times(self.count)


def quote(rule: PriceRule, margin_bp: int, ask: Ask, learnt: Span | None = None) -> Quote:
    """The price of ``ask``. ``learnt`` is what one picture costs by late jobs, in place of a token estimate, or by
    the vendor's own word, where that is the rule.

    Raises ValueError for a count or margin that is out of bounds, and without the vendor's word where that is the rule.
    """
    if ask.n < 1 or ask.references < 0 or ask.prompt_length < 0 or not 0 <= margin_bp <= MAX_MARGIN:
        raise ValueError("A quote needs at least one picture and a margin from 0 to 1,000 %.")
    parts = [part for part in _parts(rule, ask, learnt) if part.count]
    lines = [Line(part.label, _detail(part), Micros(part.total.high)) for part in parts]
    margin = Span(
        sum(margin_of(part.total.low, margin_bp) for part in parts),
        sum(margin_of(part.total.high, margin_bp) for part in parts),
    )
    if margin_bp:
        lines.append(Line(MARGIN, f"{margin_bp / 100:g} %", Micros(margin.high)))
    low = sum(part.total.low for part in parts) + margin.low
    return Quote(Micros(low), Micros(sum(line.micros for line in lines)), tuple(lines))


def actual(
    rule: PriceRule, margin_bp: int, ask: Ask, delivered: int, usage: Usage | None, held: int
) -> Micros:
    """What is charged: our rule over ``delivered`` pictures, or over reported tokens; never above ``held``.

    Nothing delivered is 0. Tokens are charged at most at the delivered pictures' share of the hold, so that
    part of a job never costs what the whole would. Where a vendor that is priced by token reports none, the
    high end of the quote stands. What the vendor estimated is charged by the share that was delivered.
    """
    delivered = min(delivered, ask.n)
    if delivered < 1:
        return Micros(0)
    if isinstance(rule, PerEstimate):
        return Micros(min(_ceil(held * delivered, ask.n), held))
    if isinstance(rule, PerToken) and usage is not None and usage.output_image > 0:
        cost = token_cost(rule, usage)
        surcharge = _surcharge(rule, ask).high * delivered
        charged = cost + margin_of(cost, margin_bp) + surcharge + margin_of(surcharge, margin_bp)
        return Micros(min(charged, _ceil(held * delivered, ask.n), held))
    return Micros(min(quote(rule, margin_bp, replace(ask, n=delivered)).high, held))


def margin_of(micros: int, margin_bp: int) -> int:
    """The margin on a line, rounded up to 1 micro."""
    return _ceil(micros * margin_bp, BASIS)


def token_cost(rule: PerToken, usage: Usage) -> int:
    """What these tokens cost us, rounded up to 1 micro; a vendor's negative count is none."""
    return _tokens(rule.rates, usage.input_text, usage.input_image, usage.output_image, usage.output_text)


def learn(per_picture: Sequence[int]) -> Span | None:
    """The range of what one picture cost in the last 40 jobs, newest first; None while there are fewer."""
    late = per_picture[:LEARN_FROM]
    return Span(min(late), max(late)) if len(late) == LEARN_FROM else None


def spread(rule: PriceRule, margin_bp: int, asks: Iterable[Ask]) -> Span:
    """The cheapest and the dearest of several requests."""
    quotes = [quote(rule, margin_bp, ask) for ask in asks]
    return Span(min(each.low for each in quotes), max(each.high for each in quotes))


def _parts(rule: PriceRule, ask: Ask, learnt: Span | None) -> list[_Part]:
    surcharge = _surcharge(rule, ask)
    if not isinstance(rule, PerToken | PerEstimate):
        return [_Part(IMAGES, ask.n, _image(rule, ask)), _Part(REFERENCES, _paid(ask, surcharge), surcharge)]
    if learnt is not None:
        return [_Part(IMAGES, ask.n, learnt), _Part(REFERENCES, _paid(ask, surcharge), surcharge)]
    if isinstance(rule, PerEstimate):
        raise ValueError("The vendor was not asked what this costs.")
    return [*_token_parts(rule, ask), _Part(REFERENCES, _paid(ask, surcharge), surcharge)]


def _paid(ask: Ask, surcharge: Span) -> int:
    return ask.n if surcharge.high else 0


def _surcharge(rule: PriceRule, ask: Ask) -> Span:
    each = max(ask.references - rule.references.free, 0) * rule.references.each
    if isinstance(rule, PerMegapixel):
        each += ask.references * rule.reference
    return Span(each, each)


def _image(rule: PerImage | PerQuality | PerResolution | PerMegapixel, ask: Ask) -> Span:
    match rule:
        case PerImage(amount=amount):
            return Span(amount, amount)
        case PerQuality():
            amounts = (rule.edits if ask.references else None) or rule.amounts
            tables = [amounts[ask.quality]] if ask.quality in amounts else list(amounts.values())
            return _bounds(price for table in tables for price in _sized(table, ask))
        case PerResolution(amounts=amounts):
            return _bounds([amounts[ask.resolution]] if ask.resolution in amounts else amounts.values())
        case PerMegapixel():
            return _megapixels(rule, ask)


def _sized(table: Mapping[str, int], ask: Ask) -> list[int]:
    for key in (f"{ask.width}x{ask.height}", ask.resolution, ANY):
        if key in table:
            return [table[key]]
    return list(table.values())


def _bounds(prices: Iterable[int]) -> Span:
    known = list(prices)
    return Span(min(known), max(known))


def _megapixels(rule: PerMegapixel, ask: Ask) -> Span:
    if ask.width is None or ask.height is None:
        return Span(rule.first, rule.first + (rule.dearest - 1) * rule.extra)
    begun = max(_ceil(ask.width * ask.height, rule.pixels), 1)
    return Span(*[rule.first + (begun - 1) * rule.extra] * 2)


def _token_parts(rule: PerToken, ask: Ask) -> list[_Part]:
    estimator, rates = rule.estimator, rule.rates
    least, most = picture_tokens(estimator, ask.quality, ask.width, ask.height, ask.resolution)
    inputs = ask.references + ask.mask
    return [
        _Part(
            IMAGES,
            ask.n,
            Span(_tokens(rates, image_out=least), _tokens(rates, image_out=most, text_out=estimator.text)),
        ),
        _Part(
            REFERENCES,
            inputs,
            Span(_tokens(rates, 0, estimator.reference_low), _tokens(rates, 0, estimator.reference_high)),
        ),
        # From six characters a token (English) to one (most other scripts), plus what vendors wrap around it.
        _Part(
            PROMPT,
            1,
            Span(_tokens(rates, _ceil(ask.prompt_length, 6)), _tokens(rates, ask.prompt_length + 16)),
        ),
    ]


def _tokens(rates: Rates, text_in: int = 0, image_in: int = 0, image_out: int = 0, text_out: int = 0) -> int:
    amounts = (
        (text_in, rates.text_in),
        (image_in, rates.image_in),
        (image_out, rates.image_out),
        (text_out, rates.text_out),
    )
    return _ceil(sum(max(tokens, 0) * rate for tokens, rate in amounts), MILLION)


def _detail(part: _Part) -> str:
    low, high = _dollars(part.each.low), _dollars(part.each.high)
    each = low if low == high else f"{low}–{high}"
    return each if part.label == PROMPT else f"{part.count} × {each}"


def _dollars(micros: int) -> str:
    """Exact to the micro, so that a line can be checked by hand: ``$0.03``, ``$0.02415``."""
    whole, rest = divmod(micros, MILLION)
    return f"${whole:,}.{f'{rest:06}'.rstrip('0'):0<2}"


def _ceil(value: int, by: int) -> int:
    return -(-value // by)
