"""What the catalogue says of Deepshi's models is what its adapter sends and its list takes."""

from __future__ import annotations

from typing import Any

import pytest

from providers.adapters.deepshi.models import fitted, models_of
from providers.adapters.deepshi.request import ONE_AT_A_TIME, fields_of, refuse_what_it_cannot
from studio.catalog import cards, loader, selectors, sizes
from studio.catalog.entries import Entry
from studio.catalog.parameters import defaults, validate
from tests.providers.requests import as_sent
from tests.providers.simulators.deepshi_rules import MODELS

ENTRIES = [entry for entry in loader.catalog().entries.values() if entry.provider == "deepshi"]
STYLES = {
    "deepshi-banana-pro": ("free", {"width", "height"}),
    "flux-2-pro": ("free", {"width", "height"}),
    "nano-banana-2": ("resolution", {"aspect_ratio", "resolution"}),
    "nano-banana-pro": ("resolution", {"aspect_ratio", "resolution"}),
    "grok-imagine": ("ratio", {"aspect_ratio"}),
    "seedream-4.5": ("preset", {"image_size"}),
    "gpt-image-2": ("preset", {"image_size"}),
}
"""The sizing style of each model that seed 4 names, and the fields it is sent in."""


def sent(entry: Entry, **data: str) -> dict[str, Any]:
    """The fields of what the composer can ask for, and as many pictures of it as there can be."""
    request = as_sent(entry, validate(entry, {"n": str(entry.max_n), **data}, 0, False, "a stair"), 0)
    refuse_what_it_cannot(request)
    return fields_of(request)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_every_size_format_and_quality_that_is_offered_can_be_sent(entry: Entry) -> None:
    field = sizes.FIELDS[entry.sizing.style]
    for resolution in entry.sizing.resolutions or ("",):
        for choice in sizes.choices(entry.sizing, resolution):
            assert sent(entry, **{field: choice.value, "resolution": resolution})["n"] == entry.max_n
    for name in entry.formats:
        assert sent(entry, output_format=name)["output_format"] == name
    for quality in entry.qualities:
        assert sent(entry, quality=quality)["quality"] == quality


@pytest.mark.parametrize("name", STYLES)
def test_the_sizing_style_is_that_of_the_seed(name: str) -> None:
    entry = selectors.entry(f"deepshi/{name}")
    style, fields = STYLES[name]
    known = {"width", "height", "aspect_ratio", "resolution", "image_size", "size"}
    assert (entry.sizing.style, known & set(sent(entry))) == (style, fields)
    model = models_of({"data": [MODELS[name]]})[name]
    assert fitted(model, sent(entry), entry.max_references)["model"] == name


def test_two_models_make_one_picture_at_a_time_and_the_others_four() -> None:
    assert {entry.upstream for entry in ENTRIES if entry.max_n == 1} == set(ONE_AT_A_TIME)
    assert {entry.max_n for entry in ENTRIES} == {1, 4}


def test_no_prompt_limit_is_above_what_every_model_takes() -> None:
    assert {entry.prompt_limit for entry in ENTRIES} == {8_000}


@pytest.mark.django_db
def test_the_composer_offers_what_each_style_needs(settings: Any) -> None:
    settings.PROVIDER_KEYS = {"deepshi": "sk-bf-test"}
    forms = {}
    for name in STYLES:
        offer = selectors.offer(f"deepshi/{name}")
        assert offer.available
        forms[name] = cards.form(offer, defaults(offer.entry))
    assert [(form.sizing.style, form.sizing.field) for form in forms.values()] == [
        ("pixels", "size"),
        ("pixels", "size"),
        ("resolution", "aspect_ratio"),
        ("resolution", "aspect_ratio"),
        ("ratio", "aspect_ratio"),
        ("preset", "preset"),
        ("preset", "preset"),
    ]
    assert [name for name, form in forms.items() if form.qualities] == ["gpt-image-2"]
    assert [option.value for option in forms["nano-banana-2"].sizing.resolutions] == ["1K", "2K", "4K"]
    assert forms["deepshi-banana-pro"].counts.max == 1


@pytest.mark.django_db
def test_without_a_key_none_of_them_can_be_picked(settings: Any) -> None:
    settings.PROVIDER_KEYS = {}
    offers = [selectors.offer(entry.id) for entry in ENTRIES]
    assert not any(offer.available for offer in offers)
    assert {offer.hint for offer in offers} == {"Add PROVIDER_DEEPSHI_KEY to use"}
