"""What the catalogue says of xAI's models is what their adapter does, and what the vendor publishes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from providers.adapters.xai.request import (
    MAX_N,
    MAX_REFERENCES,
    QUALITIES,
    RATIOS,
    RESOLUTIONS,
    document_of,
    refuse_what_it_cannot,
)
from studio.catalog import cards, loader, selectors, sizes
from studio.catalog.entries import Entry
from studio.catalog.parameters import defaults, validate
from studio.catalog.pricing import Ask, quote
from tests.providers.requests import as_sent
from tests.providers.simulators.xai import COSTS

ENTRIES = {e.upstream: e for e in loader.catalog().entries.values() if e.provider == "xai"}
every_model = pytest.mark.parametrize("entry", ENTRIES.values(), ids=list(ENTRIES))


@every_model
def test_whatever_the_composer_offers_is_accepted_by_the_adapter(entry: Entry) -> None:
    for resolution in entry.sizing.resolutions:
        for choice in sizes.choices(entry.sizing, resolution):
            for quality in entry.qualities or ("",):
                for references in {0, entry.max_references}:
                    form = {"aspect_ratio": choice.value, "resolution": resolution, "quality": quality}
                    form |= {"n": str(entry.max_n)}
                    chosen = validate(entry, form, references, has_mask=False, prompt="a stair")
                    request = as_sent(entry, chosen, references)
                    refuse_what_it_cannot(request)
                    sent = document_of(request)
                    assert sent["aspect_ratio"] == choice.value
                    assert sent["resolution"] == RESOLUTIONS[resolution]
                    assert sent.get("quality", "") == quality


@every_model
def test_the_adapter_and_the_catalogue_agree(entry: Entry) -> None:
    assert set(ENTRIES) == set(QUALITIES)
    assert (entry.max_n, entry.max_references) == (MAX_N, MAX_REFERENCES)
    assert entry.qualities == QUALITIES[entry.upstream]
    assert set(entry.sizing.ratios) == set(RATIOS)
    assert set(entry.sizing.resolutions) == set(RESOLUTIONS)
    supports = entry.supports
    assert not any((supports.seed, supports.negative, supports.mask, supports.strength, supports.partials))


@pytest.mark.parametrize(
    ("model", "quality", "micros"),
    [
        ("grok-imagine-image", "", 20_000),
        ("grok-imagine-image-pro", "", 50_000),
        ("grok-imagine-image-quality", "", 50_000),
        ("grok-imagine-image-2.0", "low", 40_000),
        ("grok-imagine-image-2.0", "medium", 60_000),
    ],
)
def test_a_picture_costs_what_the_vendor_publishes(model: str, quality: str, micros: int) -> None:
    rule = ENTRIES[model].price
    assert rule is not None
    for resolution in RESOLUTIONS:
        found = quote(rule, 0, Ask(n=3, quality=quality, resolution=resolution, references=3))
        assert (found.low, found.high) == (3 * micros, 3 * micros)
    if model in COSTS:
        assert COSTS[model][quality] == micros * 10_000


def test_a_quality_that_the_vendor_chooses_is_held_at_its_dearest() -> None:
    rule = ENTRIES["grok-imagine-image-2.0"].price
    assert rule is not None
    assert quote(rule, 0, Ask(quality="auto")).high == 60_000


@pytest.mark.django_db
def test_one_is_retired_with_its_successor_and_the_others_need_a_key(settings: Any) -> None:
    retired = ENTRIES["grok-imagine-image-quality"]
    assert (retired.retires, retired.successor) == (date(2026, 11, 2), "xai/grok-imagine-image-2.0")
    for keys in ({}, {"xai": "a-key"}):
        settings.PROVIDER_KEYS = keys
        found = {name: selectors.offer(entry.id).available for name, entry in ENTRIES.items()}
        assert found == dict.fromkeys(ENTRIES, bool(keys)) | {"grok-imagine-image-quality": False}
    settings.PROVIDER_KEYS = {}
    assert selectors.offer("grok-imagine-image").hint == "Add PROVIDER_XAI_KEY to use"


@pytest.mark.django_db
def test_the_composer_opens_with_a_square_and_offers_the_vendors_own_choice() -> None:
    entry = ENTRIES["grok-imagine-image-2.0"]
    form = cards.form(selectors.offer(entry.id), defaults(entry))
    assert (form.sizing.style, form.sizing.options[0].value, form.sizing.options[-1].value) == (
        "resolution",
        "1:1",
        "auto",
    )
    assert [option.value for option in form.qualities if option.selected] == ["medium"]
    assert [option.value for option in form.formats] == ["jpeg"]
