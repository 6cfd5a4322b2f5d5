"""Small catalogues and rules for the tests of the room."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from studio.catalog import loader
from studio.catalog.entries import Entry
from studio.catalog.pricing import Ask
from studio.catalog.rules import (
    Estimator,
    PerImage,
    PerMegapixel,
    PerQuality,
    PerResolution,
    PerToken,
    PriceRule,
    Rates,
    References,
)

QUALITIES = ("low", "high")
RESOLUTIONS = ("1K", "2K")
SIZES = ("1024x1024", "1536x1024")

MODEL: dict[str, Any] = {
    "upstream": "easel",
    "label": "Easel",
    "tier": "standard",
    "kinds": ["generate"],
    "prompt_limit": 100,
    "sizing": {"style": "pixels", "default": "1024x1024", "sizes": list(SIZES)},
    "price": {"unit": "image", "amount": 1000},
}


def data(**over: Any) -> dict[str, Any]:
    """A catalogue of one model, ``atelier/easel``, as its file would give it."""
    return {
        "providers": {"atelier": {"label": "Atelier", "tile": "At"}},
        "models": {"atelier/easel": MODEL | over},
    }


def model(**over: Any) -> Entry:
    """The model of that catalogue."""
    return loader.parse(data(**over)).entries["atelier/easel"]


prices = st.integers(0, 10**7)
_references = st.builds(References, free=st.integers(0, 4), each=prices)
_tokens = st.dictionaries(
    st.sampled_from(QUALITIES), st.fixed_dictionaries({"any": st.integers(1, 100)}), min_size=1
)
_table = st.dictionaries(
    st.sampled_from(QUALITIES),
    st.dictionaries(st.sampled_from([*SIZES, *RESOLUTIONS, "any"]), st.integers(1, 100), min_size=1),
    min_size=1,
)


def _estimator(kind: str) -> st.SearchStrategy[Estimator]:
    return st.builds(
        Estimator,
        kind=st.just(kind),
        tokens=_table if kind == "table" else _tokens,
        sizes=st.just(SIZES),
        low=st.integers(50, 100),
        high=st.integers(100, 200),
        reference_low=st.integers(0, 100),
        reference_high=st.integers(100, 2000),
        previews=st.integers(0, 300),
        text=st.integers(0, 3000),
    )


_per_image = st.builds(PerImage, amount=prices, references=_references)
_by_quality = st.dictionaries(
    st.sampled_from(QUALITIES),
    st.dictionaries(st.sampled_from([*SIZES, *RESOLUTIONS, "any"]), prices, min_size=1),
    min_size=1,
)


@st.composite
def _qualities(draw: st.DrawFn) -> PerQuality:
    """Some with a table for edits, in which nothing is cheaper than without a reference."""
    amounts, more = draw(_by_quality), draw(st.one_of(st.none(), prices))
    dearer = {
        name: {size: price + (more or 0) for size, price in row.items()} for name, row in amounts.items()
    }
    return PerQuality(amounts, draw(_references), edits={} if more is None else dearer)


_per_quality = _qualities()
_per_resolution = st.builds(
    PerResolution,
    amounts=st.dictionaries(st.sampled_from(RESOLUTIONS), prices, min_size=1),
    references=_references,
)
_per_megapixel = st.builds(
    PerMegapixel,
    first=prices,
    extra=prices,
    reference=prices,
    pixels=st.sampled_from([1_000_000, 1_048_576]),
    dearest=st.integers(1, 16),
    references=_references,
)
token_rules: st.SearchStrategy[PerToken] = st.builds(
    PerToken,
    rates=st.builds(Rates, text_in=prices, image_in=prices, image_out=prices, text_out=prices),
    estimator=st.sampled_from(["table", "area", "grid"]).flatmap(_estimator),
    references=_references,
)
picture_rules: st.SearchStrategy[PriceRule] = st.one_of(
    _per_image, _per_quality, _per_resolution, _per_megapixel
)
rules: st.SearchStrategy[PriceRule] = st.one_of(picture_rules, token_rules)
margins = st.integers(0, 20_000)
sides = st.one_of(st.none(), st.integers(64, 4096))


@st.composite
def asks(draw: st.DrawFn) -> Ask:
    """Any request, sizes and qualities that no rule names among them."""
    width = draw(sides)
    return Ask(
        n=draw(st.integers(1, 10)),
        width=width,
        height=None if width is None else draw(st.integers(64, 4096)),
        quality=draw(st.sampled_from(["", "auto", *QUALITIES])),
        resolution=draw(st.sampled_from(["", *RESOLUTIONS])),
        references=draw(st.integers(0, 16)),
        prompt_length=draw(st.integers(0, 32_000)),
        mask=draw(st.booleans()),
    )
