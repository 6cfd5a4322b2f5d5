"""Price rules: what a model costs us, in micros, by what is asked of it.

A rule is read from the catalogue's ``price`` table or from what staff set, and stored with each price
version in the same shape, so ``read(as_json(rule)) == rule``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from studio.catalog.errors import BadPrice
from studio.catalog.reading import Table

MAX_PRICE = 10**10
"""Ten thousand dollars a picture or a million tokens: any job's sum stays far below MAX_MICROS."""

MAX_TOKENS = 10**7

ANY = "any"
"""The quality or size that stands for all that are not named."""


@dataclass(frozen=True, slots=True)
class References:
    """Micros for each reference beyond the ``free`` ones, per picture."""

    free: int = 0
    each: int = 0


@dataclass(frozen=True, slots=True)
class PerImage:
    """The same for every picture."""

    amount: int
    references: References = References()
    unit: str = "image"


@dataclass(frozen=True, slots=True)
class PerQuality:
    """By quality, then by size (``1024x1024``), resolution (``2K``) or ``any``.

    What the table does not name, or the vendor chooses itself, is held at the dearest that fits. ``edits`` is the
    table of pictures that are made from references, where those have a price of their own.
    """

    amounts: Mapping[str, Mapping[str, int]]
    references: References = References()
    unit: str = "quality"
    edits: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PerResolution:
    """By resolution (``1K``)."""

    amounts: Mapping[str, int]
    references: References = References()
    unit: str = "resolution"


@dataclass(frozen=True, slots=True)
class PerMegapixel:
    """By begun megapixels: the ``first``, each ``extra`` one, and ``reference`` for each reference sent.

    ``pixels`` is how many a vendor calls a megapixel; ``dearest`` how many are held when it chooses the size.
    """

    first: int
    extra: int
    reference: int = 0
    pixels: int = 1_000_000
    dearest: int = 4
    references: References = References()
    unit: str = "megapixel"


@dataclass(frozen=True, slots=True)
class Rates:
    """Micros per million tokens."""

    text_in: int
    image_in: int
    image_out: int
    text_out: int = 0


@dataclass(frozen=True, slots=True)
class Estimator:
    """How many tokens a picture will take, before the vendor says so.

    ``table``: the tokens of each quality and size (``1024x1024``), resolution (``2K``) or ``any``; for what it does
    not name, all that it holds are possible. ``area``: tokens per 1,048,576 pixels of each quality.
    ``grid``: cells along the longer side of each quality, for vendors that cut the picture into patches.
    The estimate times ``low`` and ``high`` percent is the range; ``sizes`` are tried when the vendor chooses
    the size; ``reference`` is the range per reference and ``previews`` what previews add at most. ``text`` is the
    most that the model thinks and says beside a picture, paid as text.
    """

    kind: str
    tokens: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    sizes: tuple[str, ...] = ()
    low: int = 100
    high: int = 100
    reference_low: int = 0
    reference_high: int = 0
    previews: int = 0
    text: int = 0


@dataclass(frozen=True, slots=True)
class PerToken:
    """By the tokens that the vendor reports; until then the estimator gives a range."""

    rates: Rates
    estimator: Estimator
    references: References = References()
    unit: str = "token"


@dataclass(frozen=True, slots=True)
class PerEstimate:
    """What the vendor itself says that such a picture costs; it is asked, and its answer kept for a while."""

    references: References = References()
    unit: str = "estimate"


PriceRule = PerImage | PerQuality | PerResolution | PerMegapixel | PerToken | PerEstimate


def as_json(rule: PriceRule) -> dict[str, Any]:
    """The rule as the catalogue writes it."""
    data = asdict(rule)
    if isinstance(rule, PerToken):
        data["estimator"]["sizes"] = list(rule.estimator.sizes)
        if not rule.estimator.text:
            del data["estimator"]["text"]
    if isinstance(rule, PerQuality) and not rule.edits:
        del data["edits"]
    return data


def read(data: object) -> PriceRule:
    """The rule in ``data``. Raises BadPrice with every mistake: negative, broken, huge or missing prices."""
    problems: list[str] = []
    rule = read_from(Table(data, "The price", problems))
    if problems or rule is None:
        raise BadPrice(" ".join(problems) or "The price has no unit.")
    return rule


def read_from(table: Table) -> PriceRule | None:
    """The rule in ``table``; mistakes go to its problems. None when its unit is not known."""
    unit = table.choice("unit", tuple(_READERS))
    references = _references(table.table("references"))
    rule = _READERS[unit](table, references)
    table.done()
    return rule


def _amount(table: Table, key: str, default: int | None = None) -> int:
    return table.number(key, default, most=MAX_PRICE)


def _amounts(table: Table, most: int = MAX_PRICE) -> dict[str, int]:
    amounts = {key: table.number(key, most=most) for key in table.names()}
    if not amounts:
        table.problem("is empty")
    return amounts


def _nested(table: Table, most: int = MAX_PRICE) -> dict[str, dict[str, int]]:
    nested = {key: _amounts(table.table(key), most) for key in table.names()}
    if not nested:
        table.problem("is empty")
    return nested


def _references(table: Table) -> References:
    references = References(table.number("free", 0, most=100), _amount(table, "each", 0))
    table.done()
    return references


def _per_image(table: Table, references: References) -> PriceRule:
    return PerImage(_amount(table, "amount"), references)


def _per_estimate(table: Table, references: References) -> PriceRule:
    return PerEstimate(references)


def _per_quality(table: Table, references: References) -> PriceRule:
    amounts = _nested(table.table("amounts"))
    return PerQuality(amounts, references, edits=_nested(table.table("edits")) if table.has("edits") else {})


def _per_resolution(table: Table, references: References) -> PriceRule:
    return PerResolution(_amounts(table.table("amounts")), references)


def _per_megapixel(table: Table, references: References) -> PriceRule:
    return PerMegapixel(
        first=_amount(table, "first"),
        extra=_amount(table, "extra"),
        reference=_amount(table, "reference", 0),
        pixels=table.number("pixels", 1_000_000, least=1_000_000, most=1_048_576),
        dearest=table.number("dearest", 4, least=1, most=64),
        references=references,
    )


def _per_token(table: Table, references: References) -> PriceRule:
    rates = table.table("rates")
    read_rates = Rates(
        text_in=_amount(rates, "text_in"),
        image_in=_amount(rates, "image_in"),
        image_out=_amount(rates, "image_out"),
        text_out=_amount(rates, "text_out", 0),
    )
    rates.done()
    return PerToken(read_rates, _estimator(table.table("estimator")), references)


def _estimator(table: Table) -> Estimator:
    estimator = Estimator(
        kind=table.choice("kind", ("table", "area", "grid")),
        tokens=_nested(table.table("tokens"), MAX_TOKENS),
        sizes=table.texts("sizes", ()),
        low=table.number("low", 100, least=1, most=100),
        high=table.number("high", 100, least=100, most=1000),
        reference_low=table.number("reference_low", 0, most=MAX_TOKENS),
        reference_high=table.number("reference_high", 0, most=MAX_TOKENS),
        previews=table.number("previews", 0, most=MAX_TOKENS),
        text=table.number("text", 0, most=MAX_TOKENS),
    )
    if estimator.reference_low > estimator.reference_high:
        table.problem("is above reference_high", "reference_low")
    if estimator.kind != "table":
        _check_sizes(table, estimator)
    table.done()
    return estimator


def _check_sizes(table: Table, estimator: Estimator) -> None:
    if not estimator.sizes or any(sides(size) is None for size in estimator.sizes):
        table.problem("must name at least one size such as 1024x1024", "sizes")
    if any(ANY not in sizes for sizes in estimator.tokens.values()):
        table.problem("must give 'any' for each quality", "tokens")


def sides(size: str) -> tuple[int, int] | None:
    """``1536x1024`` as (1536, 1024); None when it is not a size."""
    width, _, height = size.partition("x")
    if not (width.isascii() and height.isascii() and width.isdigit() and height.isdigit()):
        return None
    pair = int(width[:6]), int(height[:6])
    return pair if all(pair) else None


_READERS = {
    "image": _per_image,
    "quality": _per_quality,
    "resolution": _per_resolution,
    "megapixel": _per_megapixel,
    "token": _per_token,
    "estimate": _per_estimate,
}
