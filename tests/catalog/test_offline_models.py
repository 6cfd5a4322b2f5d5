"""What the catalogue says of the offline models is what was decided and what the painter does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.base import ImageRequest, InputImage
from providers.painter import models as painter
from providers.painter import tokens
from studio.catalog import loader, sizes
from studio.catalog.entries import Entry
from studio.catalog.parameters import Parameters, defaults, kind_of, validate
from studio.catalog.pricing import Ask, actual, quote
from studio.catalog.rules import PerToken

MODELS = {entry.upstream: entry for entry in loader.catalog().entries.values() if entry.provider == "gesso"}
SKETCH, PAINT, STUDIO, PRESS = (MODELS[name] for name in ("sketch", "paint", "studio", "press"))


def request(entry: Entry, chosen: Parameters, prompt: str = "a stair", references: int = 0) -> ImageRequest:
    picture = InputImage(b"", "image/png", 1024, 1024)
    return ImageRequest(
        model=entry.upstream,
        prompt=prompt,
        kind=kind_of(references, has_mask=False),
        n=chosen.n,
        width=chosen.width,
        height=chosen.height,
        preset=chosen.preset,
        quality=chosen.quality,
        output_format=chosen.output_format,
        background=chosen.background,
        references=(picture,) * references,
    )


def every_choice(entry: Entry) -> list[dict[str, str]]:
    field = sizes.FIELDS[entry.sizing.style]
    return [
        {
            field: choice.value,
            "resolution": resolution,
            "quality": quality,
            "output_format": name,
            "n": str(entry.max_n),
        }
        for resolution in entry.sizing.resolutions or ("",)
        for choice in sizes.choices(entry.sizing, resolution)
        for quality in entry.qualities or ("",)
        for name in entry.formats
    ]


def test_there_are_four_of_them() -> None:
    assert list(MODELS) == ["sketch", "paint", "studio", "press"]
    assert [entry.tier for entry in MODELS.values()] == ["budget", "standard", "premium", "standard"]
    assert {entry.note for entry in MODELS.values()} == {"Sketch, not AI"}


@pytest.mark.parametrize("entry", MODELS.values(), ids=lambda entry: entry.id)
def test_the_painter_takes_everything_that_is_offered(entry: Entry) -> None:
    model = painter.MODELS[entry.upstream]
    for data in every_choice(entry):
        painter.check(model, request(entry, validate(entry, data, 0, False, "a stair")))


@pytest.mark.parametrize("entry", MODELS.values(), ids=lambda entry: entry.id)
def test_the_painter_can_do_what_is_said_of_it(entry: Entry) -> None:
    model = painter.MODELS[entry.upstream]
    supports = entry.supports
    assert entry.kinds == model.kinds
    assert entry.max_references == model.references
    assert entry.prompt_limit == painter.PROMPT_LIMIT
    assert (supports.mask, supports.transparency, supports.seed, supports.negative) == (
        model.mask,
        model.transparent,
        model.seed,
        model.negative,
    )
    assert bool(supports.partials) == model.partials
    assert bool(entry.qualities) == model.quality
    assert isinstance(entry.price, PerToken) == model.tokens


@pytest.mark.parametrize("n", [1, 3])
@pytest.mark.parametrize(("entry", "price"), [(SKETCH, 3_000), (PAINT, 30_000)], ids=["sketch", "paint"])
def test_sketch_and_paint_have_one_price_a_picture(entry: Entry, price: int, n: int) -> None:
    assert entry.price is not None
    found = quote(entry.price, 0, Ask(n=n, width=2048, height=2048, references=16, prompt_length=9_000))
    assert (found.low, found.high) == (n * price, n * price)


def test_studio_is_priced_by_quality_and_size() -> None:
    assert STUDIO.price is not None
    prices = {
        (quality, resolution): quote(STUDIO.price, 0, Ask(quality=quality, resolution=resolution)).high
        for quality in STUDIO.qualities
        for resolution in STUDIO.sizing.resolutions
    }
    assert prices == {
        ("low", "1K"): 60_000,
        ("low", "2K"): 80_000,
        ("medium", "1K"): 80_000,
        ("medium", "2K"): 100_000,
        ("high", "1K"): 100_000,
        ("high", "2K"): 120_000,
    }


def test_press_is_a_range() -> None:
    assert PRESS.price is not None
    assert quote(PRESS.price, 0, defaults(PRESS).ask(prompt="a stair")).is_range


@given(
    st.text(min_size=1, max_size=400),
    st.integers(0, 2**31),
    st.integers(0, 16),
    st.sampled_from(every_choice(PRESS)),
)
def test_what_press_reports_lies_within_its_range(
    prompt: str, seed: int, references: int, data: dict[str, str]
) -> None:
    assert PRESS.price is not None
    chosen = validate(PRESS, data, references, False, "a stair")
    ask = chosen.ask(prompt=prompt, references=references)
    found = quote(PRESS.price, 0, ask)
    usage = tokens.usage(request(PRESS, chosen, prompt, references), seed)
    charged = actual(PRESS.price, 0, ask, chosen.n, usage, found.high)
    assert found.low <= charged <= found.high
    assert charged == actual(PRESS.price, 0, ask, chosen.n, usage, found.high * 2)
