"""What the catalogue says of the multi-provider API's models is what seed 2's tables say and its adapter sends."""

from __future__ import annotations

from typing import Any

import pytest

from providers.adapters.multi.models import FAMILIES
from providers.adapters.multi.request import fields_of, refuse_what_it_cannot
from studio.catalog import cards, loader, selectors, sizes
from studio.catalog.entries import Entry
from studio.catalog.parameters import validate
from studio.catalog.pricing import Ask, quote
from tests.providers.requests import as_sent

ENTRIES = {e.upstream: e for e in loader.catalog().entries.values() if e.provider == "multi"}
PRICES = {
    "imagen-4": 40_000,
    "imagen-4-fast": 20_000,
    "imagen-4-ultra": 60_000,
    "flux-2-pro": 50_000,
    "flux-2-klein": None,
    "flux-1.1-pro": 40_000,
    "recraft-v4": 40_000,
    "recraft-v3": 40_000,
    "ideogram-v3": 90_000,
    "sd-3.5": 30_000,
    "qwen-image": 75_000,
    "flux-kontext": None,
    "qwen-image-edit": 75_000,
    "seedream-5": 40_000,
}
"""Seed 2's prices in micros, of a range the upper end; None where it has no figure."""


def sent(entry: Entry, **data: str) -> dict[str, Any]:
    """The fields of what the composer can ask for."""
    chosen = validate(entry, data, entry.max_references, False, "a stair")
    request = as_sent(entry, chosen, entry.max_references)
    refuse_what_it_cannot(request)
    return fields_of(request)


def test_the_catalogue_holds_both_tables() -> None:
    assert set(ENTRIES) == set(FAMILIES) == set(PRICES)
    assert sum("generate" in entry.kinds for entry in ENTRIES.values()) == 11


@pytest.mark.parametrize("name", PRICES)
def test_a_picture_costs_what_the_seed_says(name: str) -> None:
    rule, price = ENTRIES[name].price, PRICES[name]
    assert (None if rule is None else quote(rule, 0, Ask()).high) == price


@pytest.mark.parametrize("name", FAMILIES)
def test_what_is_offered_is_what_its_maker_takes(name: str) -> None:
    entry, family = ENTRIES[name], FAMILIES[name]
    assert (entry.max_n, entry.supports.seed) == (family.max_n, family.seed)
    assert entry.kinds == (("edit",) if family.edits else ("generate",))
    assert (entry.sizing.style == "free") == family.pixels
    assert bool(entry.sizing.resolutions) == family.resolutions
    assert (entry.sizing.style == "none", entry.max_references) == (family.edits, int(family.edits))


@pytest.mark.parametrize("name", FAMILIES)
def test_every_size_that_is_offered_can_be_sent(name: str) -> None:
    entry = ENTRIES[name]
    field = sizes.FIELDS[entry.sizing.style]
    for resolution in entry.sizing.resolutions or ("",):
        for choice in sizes.choices(entry.sizing, resolution):
            fields = sent(entry, **{field: choice.value, "resolution": resolution}, n=str(entry.max_n))
            if entry.sizing.style == "free":
                assert f"{fields['width']}x{fields['height']}" == choice.value
            else:
                assert (fields["aspect_ratio"], fields["image_size"]) == (choice.value, resolution)
    assert sent(entry)["model"] == name


@pytest.mark.parametrize("side", [256, 2048])
@pytest.mark.parametrize("name", sorted(name for name, family in FAMILIES.items() if family.pixels))
def test_the_bounds_of_free_sizes_are_the_adapters(name: str, side: int) -> None:
    limits = ENTRIES[name].sizing.limits
    assert limits is not None
    assert (limits.least, limits.most) == (256, 2048)
    assert sent(ENTRIES[name], size=f"{side}x{side}")["width"] == side


@pytest.mark.django_db
def test_a_model_without_a_price_waits_for_one_and_imagen_says_that_it_may_be_gone(settings: Any) -> None:
    settings.PROVIDER_KEYS, settings.PROVIDER_URLS = {"multi": "ck_test"}, {"multi": "http://127.0.0.1:1"}
    offers = {name: selectors.offer(entry.id) for name, entry in ENTRIES.items()}
    assert {name for name, offer in offers.items() if not offer.available} == {"flux-2-klein", "flux-kontext"}
    notes = {name for name, offer in offers.items() if cards.card(offer).note}
    assert notes == {"imagen-4", "imagen-4-fast", "imagen-4-ultra"}
