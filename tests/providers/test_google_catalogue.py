"""What the catalogue says of Google's models is what their adapter does, and what the vendor publishes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from providers.adapters.google.models import GEMINI, MODELS
from providers.adapters.google.request import document_of, refuse_what_it_cannot
from providers.base import Usage
from studio.catalog import cards, loader, selectors, sizes
from studio.catalog.entries import Entry
from studio.catalog.parameters import defaults, validate
from studio.catalog.pricing import Ask, actual, quote, token_cost
from studio.catalog.rules import PerToken
from tests.providers.requests import as_sent
from tests.providers.simulators import google_rules

ENTRIES = {e.upstream: e for e in loader.catalog().entries.values() if e.provider == "google"}
VERTEX_ALONE = "imagen-3.0-capability-001"
SPOKEN = [entry for name, entry in ENTRIES.items() if name != VERTEX_ALONE]
GEMINIS = [entry for entry in SPOKEN if MODELS[entry.upstream].dialect == GEMINI]
every_model = pytest.mark.parametrize("entry", SPOKEN, ids=lambda entry: entry.upstream)
every_gemini = pytest.mark.parametrize("entry", GEMINIS, ids=lambda entry: entry.upstream)


def test_every_model_is_known_and_each_but_vertexs_is_spoken_to() -> None:
    assert len(ENTRIES) == 11
    assert set(ENTRIES) == {*MODELS, VERTEX_ALONE}
    assert set(MODELS) == {*google_rules.MODELS, *google_rules.IMAGEN}


@every_model
def test_whatever_the_composer_offers_is_accepted_by_adapter_and_vendor(entry: Entry) -> None:
    model = MODELS[entry.upstream]
    read = google_rules.asked_of_gemini if model.dialect == GEMINI else google_rules.asked_of_imagen
    for resolution in entry.sizing.resolutions or ("",):
        for choice in sizes.choices(entry.sizing, resolution):
            for references in {0, entry.max_references}:
                form = {"aspect_ratio": choice.value, "resolution": resolution, "seed": "4294967295"}
                form |= {"n": str(entry.max_n), "output_format": entry.formats[-1]}
                form |= {"negative_prompt": "rain"} if entry.supports.negative else {}
                chosen = validate(entry, form, references, has_mask=False, prompt="a stair")
                request = as_sent(entry, chosen, references)
                refuse_what_it_cannot(request, model)
                asked = read(entry.upstream, document_of(request, model))
                assert (asked.width, asked.height) == (choice.width, choice.height)


@every_model
def test_the_adapter_and_the_catalogue_agree_on_counts_shapes_and_formats(entry: Entry) -> None:
    model = MODELS[entry.upstream]
    assert (entry.max_n, entry.max_references, entry.formats) == (
        model.max_n,
        model.references,
        model.formats,
    )
    assert set(entry.sizing.ratios) == set(model.ratios)
    assert set(entry.sizing.resolutions) == set(model.sizes)
    assert entry.supports.negative == model.negative
    assert not any((entry.supports.mask, entry.supports.transparency, entry.supports.partials))


@pytest.mark.django_db
def test_imagen_is_known_with_its_end_and_successor_and_cannot_be_picked(settings: Any) -> None:
    settings.PROVIDER_KEYS = {"google": "a-key"}
    retired = [entry for name, entry in ENTRIES.items() if name.startswith("imagen")]
    assert len(retired) == 6
    for entry in retired:
        assert entry.retires == date(2026, 8, 17)
        assert not selectors.entry(entry.successor).retired(date(2026, 11, 20))
        assert not selectors.offer(entry.id).available
        assert selectors.entry(entry.upstream) == entry
    assert ENTRIES["gemini-2.5-flash-image"].successor == "google/gemini-3.1-flash-image"


@pytest.mark.django_db
def test_without_a_key_none_can_be_picked_and_with_one_every_gemini_can(settings: Any) -> None:
    for keys in ({}, {"google": "a-key"}):
        settings.PROVIDER_KEYS = keys
        assert {selectors.offer(entry.id).available for entry in GEMINIS} == {bool(keys)}
    settings.PROVIDER_KEYS = {}
    assert selectors.offer("google/gemini-3-pro-image").hint == "Add PROVIDER_GOOGLE_KEY to use"
    assert selectors.entry("gemini-3-pro-image-preview").id == "google/gemini-3-pro-image"


@pytest.mark.django_db
def test_the_composer_shows_shape_and_resolution_and_what_a_picture_will_measure() -> None:
    entry = ENTRIES["gemini-3.1-flash-image"]
    form = cards.form(selectors.offer(entry.id), defaults(entry))
    assert (form.sizing.style, form.sizing.field) == ("resolution", "aspect_ratio")
    assert [option.value for option in form.sizing.resolutions] == ["512", "1K", "2K", "4K"]
    assert form.sizing.result == "1024 × 1024"
    assert (form.counts.max, form.qualities, form.backgrounds) == (1, (), ())


PUBLISHED: list[tuple[str, str, int, int]] = [
    ("gemini-2.5-flash-image", "", 38_700, 750),
    ("gemini-3-pro-image", "1K", 134_400, 24_000),
    ("gemini-3-pro-image", "2K", 134_400, 24_000),
    ("gemini-3-pro-image", "4K", 240_000, 24_000),
    ("gemini-3.1-flash-image", "512", 44_820, 6_000),
    ("gemini-3.1-flash-image", "1K", 67_200, 6_000),
    ("gemini-3.1-flash-image", "2K", 100_800, 6_000),
    ("gemini-3.1-flash-image", "4K", 151_200, 6_000),
    ("gemini-3.1-flash-lite-image", "", 33_600, 3_000),
    ("gemini-nano-banana-2.1", "1K", 33_600, 15_000),
]


@pytest.mark.parametrize(("model", "resolution", "picture", "text"), PUBLISHED)
def test_a_quote_goes_from_the_published_price_to_that_with_all_the_thinking(
    model: str, resolution: str, picture: int, text: int
) -> None:
    rule = ENTRIES[model].price
    assert rule is not None
    found = quote(rule, 0, Ask(width=1024, height=1024, resolution=resolution))
    prompt = found.lines[-1].micros
    assert found.low == picture
    assert found.high == picture + text + prompt


@pytest.mark.parametrize("resolution", ["2K", "4K"])
def test_a_resolution_whose_price_is_not_published_is_a_range_up_to_the_dearest_that_is_known(
    resolution: str,
) -> None:
    rule = ENTRIES["gemini-nano-banana-2.1"].price
    assert rule is not None
    found = quote(rule, 0, Ask(width=2048, height=2048, resolution=resolution))
    assert (found.low, found.lines[0].micros) == (33_600, 134_400 + 15_000)


@every_gemini
def test_what_the_vendor_reports_at_its_dearest_is_within_the_quote(entry: Entry) -> None:
    rule, known = entry.price, google_rules.MODELS[entry.upstream]
    assert isinstance(rule, PerToken)
    for resolution, tokens in known.tokens.items():
        for references in (0, entry.max_references):
            ask = Ask(
                width=1024,
                height=1024,
                resolution=resolution,
                references=references,
                prompt_length=entry.prompt_limit,
            )
            # A token for every character, and for every reference and thought as many as are allowed for.
            usage = Usage(
                entry.prompt_limit,
                references * rule.estimator.reference_high,
                tokens,
                rule.estimator.text,
            )
            found = quote(rule, 500, ask)
            assert token_cost(rule, usage) <= quote(rule, 0, ask).high
            assert actual(rule, 500, ask, 1, usage, found.high) <= found.high
            least = Usage(output_image=tokens)
            assert quote(rule, 0, Ask(resolution=resolution)).low <= token_cost(rule, least)


@pytest.mark.parametrize(
    ("model", "micros"),
    [
        ("imagen-4.0-generate-001", 40_000),
        ("imagen-4.0-fast-generate-001", 20_000),
        ("imagen-4.0-ultra-generate-001", 60_000),
        ("imagen-3.0-generate-002", 40_000),
        ("imagen-3.0-fast-generate-001", 20_000),
        ("imagen-3.0-capability-001", 40_000),
    ],
)
def test_what_imagen_cost_is_still_known(model: str, micros: int) -> None:
    rule = ENTRIES[model].price
    assert rule is not None
    assert quote(rule, 0, Ask(n=3, resolution="2K")).high == 3 * micros
