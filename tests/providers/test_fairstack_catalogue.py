"""What the catalogue says of FairStack's models is what its adapter sends."""

from __future__ import annotations

from typing import Any

import pytest

from providers.adapters.fairstack import SHAPES, fields_of, refuse_what_it_cannot
from studio.catalog import cards, loader, selectors
from studio.catalog.entries import Entry
from studio.catalog.parameters import defaults, validate
from tests.providers.requests import as_sent, least

ENTRIES = [entry for entry in loader.catalog().entries.values() if entry.provider == "fairstack"]


SENT = {size: {"aspect_ratio": shape} for size, shape in SHAPES.items()} | {
    size: {"image_size": size} for size in ("256x2048", "1024x768", "1919x1080")
}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_every_shape_and_any_other_size_is_sent(entry: Entry) -> None:
    assert entry.sizing.sizes == tuple(SHAPES)
    for size, sent in SENT.items():
        data = {"size": size, "seed": "7", "negative_prompt": "rain"}
        chosen = validate(entry, data, least(entry), False, "a stair")
        request = as_sent(entry, chosen, least(entry))
        refuse_what_it_cannot(request)
        expected = {"model": entry.upstream, "prompt": "a stair", "seed": 7, "negative_prompt": "rain"}
        assert {**fields_of(request), "image": ""} == {**expected, **sent, "image": ""}


@pytest.mark.django_db
def test_the_composer_offers_a_shape_a_seed_and_a_negative_prompt_and_nothing_else(settings: Any) -> None:
    settings.PROVIDER_KEYS = {"fairstack": "fs_live_test"}
    offer = selectors.offer("gpt-image-1.5-t2i")
    form, card = cards.form(offer, defaults(offer.entry)), cards.card(offer)
    assert (form.sizing.style, form.sizing.field, form.counts.max) == ("pixels", "size", 1)
    assert (form.qualities, form.backgrounds, [option.value for option in form.formats]) == ((), (), ["png"])
    assert (card.supports.seed, card.supports.negative, card.supports.references) == (True, True, False)
    assert (card.price_label, card.disabled_reason) == ("0.9 cr", "")


@pytest.mark.django_db
def test_trap_4_no_price_is_taken_from_the_tiers(settings: Any) -> None:
    settings.PROVIDER_KEYS = {"fairstack": "fs_live_test"}
    offers = [selectors.offer(entry.id) for entry in ENTRIES]
    assert [offer.id for offer in offers if offer.terms.priced] == ["fairstack/gpt-image-1.5-t2i"]
    assert {offer.price_label for offer in offers if not offer.terms.priced} == {"By estimate"}


@pytest.mark.django_db
def test_without_a_key_none_of_them_can_be_picked(settings: Any) -> None:
    settings.PROVIDER_KEYS = {}
    offer = selectors.offer("gpt-image-1.5-t2i")
    assert (offer.available, offer.hint) == (False, "Add PROVIDER_FAIRSTACK_KEY to use")
