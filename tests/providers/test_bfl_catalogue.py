"""What the catalogue says of these models is what their adapter does."""

from __future__ import annotations

from typing import Any

import pytest

from providers.adapters.bfl.models import FAMILIES
from providers.adapters.bfl.request import fields_of, refuse_what_it_cannot
from studio.catalog import cards, loader, selectors, sizes
from studio.catalog.entries import Entry
from studio.catalog.parameters import defaults, validate
from studio.catalog.pricing import Ask, quote
from tests.providers.requests import as_sent, least

ENTRIES = {each.upstream: each for each in loader.catalog().entries.values() if each.provider == "bfl"}
every_model = pytest.mark.parametrize("entry", ENTRIES.values(), ids=list(ENTRIES))


def test_every_model_of_the_adapter_is_offered_and_needs_a_prompt_where_its_vendor_does() -> None:
    assert set(ENTRIES) == set(FAMILIES)
    for name, entry in ENTRIES.items():
        assert (entry.prompt == "needed") == FAMILIES[name].needs_prompt


@every_model
def test_whatever_the_composer_offers_is_accepted_by_the_adapter(entry: Entry) -> None:
    field = sizes.FIELDS[entry.sizing.style]
    has_mask = "inpaint" in entry.kinds
    for value in [choice.value for choice in sizes.choices(entry.sizing)] or [""]:
        for name in entry.formats:
            for references in {least(entry), entry.max_references}:
                form = {"output_format": name, "n": str(entry.max_n), "seed": "7"}
                form |= {field: value} if value else {}
                form |= {"strength": "0.6"} if entry.supports.strength else {}
                chosen = validate(entry, form, references, has_mask=has_mask, prompt="a stair")
                request = as_sent(entry, chosen, references, has_mask=has_mask)
                refuse_what_it_cannot(request)
                assert fields_of(request)["output_format"] == name


@every_model
@pytest.mark.django_db
def test_what_the_adapter_cannot_do_has_no_control(entry: Entry) -> None:
    family = FAMILIES[entry.upstream]
    form = cards.form(selectors.offer(entry.id), defaults(entry))
    assert (form.qualities, form.backgrounds) == ((), ())
    assert (entry.max_references, entry.max_n) == (family.references, family.max_n)
    assert entry.supports.strength == (family.pictures == "image_prompt")
    assert entry.supports.mask == ("inpaint" in entry.kinds)
    assert not any((entry.supports.negative, entry.supports.transparency))


@pytest.mark.django_db
def test_without_a_key_none_can_be_picked_and_with_one_all_can(settings: Any) -> None:
    for keys in ({}, {"bfl": "a key"}):
        settings.PROVIDER_KEYS = keys
        found = [selectors.offer(entry.id) for entry in ENTRIES.values()]
        assert {offer.available for offer in found} == {bool(keys)}
    settings.PROVIDER_KEYS = {}
    assert selectors.offer("bfl/flux-2-pro").hint == "Add PROVIDER_BFL_KEY to use"


@pytest.mark.parametrize(
    ("model", "ask", "micros"),
    [
        ("flux-2-pro", Ask(width=1024, height=1024), 30_000),
        ("flux-2-pro", Ask(width=2048, height=2048), 75_000),
        ("flux-2-pro", Ask(width=1040, height=1024, references=2), 75_000),
        ("flux-2-max", Ask(width=1024, height=1024, references=8), 310_000),
        ("flux-2-flex", Ask(width=2048, height=2048), 200_000),
        ("flux-2-klein-9b", Ask(width=2048, height=1024, references=1), 19_000),
        ("flux-2-klein-4b", Ask(width=64, height=64), 14_000),
        ("flux-3-image", Ask(n=2), 96_000),
        ("flux-kontext-pro", Ask(references=4), 40_000),
        ("flux-kontext-max", Ask(), 80_000),
        ("flux-pro-1.1", Ask(), 40_000),
        ("flux-pro-1.1-ultra", Ask(), 60_000),
        ("flux-pro", Ask(), 50_000),
        ("flux-dev", Ask(), 25_000),
        ("flux-pro-1.0-fill", Ask(references=1), 50_000),
    ],
)
def test_a_picture_costs_what_the_vendor_publishes(model: str, ask: Ask, micros: int) -> None:
    rule = ENTRIES[model].price
    assert rule is not None
    assert quote(rule, 0, ask).high == micros


def test_a_size_that_the_vendor_chooses_is_held_at_its_dearest() -> None:
    rule = ENTRIES["flux-2-pro"].price
    assert rule is not None
    found = quote(rule, 0, Ask())
    assert (found.low, found.high) == (30_000, 75_000)
