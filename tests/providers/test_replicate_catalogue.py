"""What the catalogue says of these models is what their adapter does."""

from __future__ import annotations

from typing import Any

import pytest

from providers.adapters.replicate.models import MODELS
from providers.adapters.replicate.request import input_of, refuse_what_it_cannot
from studio.catalog import cards, loader, selectors, sizes
from studio.catalog.entries import Entry
from studio.catalog.parameters import defaults, validate
from studio.catalog.pricing import Ask, quote
from tests.providers.requests import as_sent

ENTRIES = {e.upstream: e for e in loader.catalog().entries.values() if e.provider == "replicate"}
every_model = pytest.mark.parametrize("entry", ENTRIES.values(), ids=list(ENTRIES))


def test_every_model_of_the_adapter_is_offered() -> None:
    assert set(ENTRIES) == set(MODELS)


@every_model
def test_whatever_the_composer_offers_is_accepted_by_the_adapter(entry: Entry) -> None:
    model = MODELS[entry.upstream]
    for choice in sizes.choices(entry.sizing):
        for name in entry.formats:
            for resolution in entry.sizing.resolutions or [""]:
                for references in {0 if "generate" in entry.kinds else 1, entry.max_references}:
                    form = {"aspect_ratio": choice.value, "output_format": name, "resolution": resolution}
                    form |= {"n": str(entry.max_n), "seed": "7"}
                    chosen = validate(entry, form, references, has_mask=False, prompt="a stair")
                    request = as_sent(entry, chosen, references)
                    refuse_what_it_cannot(request)
                    assert input_of(request)["seed"] == 7
    assert {ratio for ratio in entry.sizing.ratios if ratio != "auto"} == set(model.ratios)
    assert (entry.max_references, entry.max_n) == (model.references, model.max_n)


@every_model
@pytest.mark.django_db
def test_what_the_adapter_cannot_do_has_no_control(entry: Entry) -> None:
    form = cards.form(selectors.offer(entry.id), defaults(entry))
    assert (form.qualities, form.backgrounds) == ((), ())
    supports = entry.supports
    assert not any((supports.negative, supports.mask, supports.transparency, supports.strength))


@pytest.mark.django_db
def test_without_a_key_none_can_be_picked_and_with_one_all_can(settings: Any) -> None:
    for keys in ({}, {"replicate": "a key"}):
        settings.PROVIDER_KEYS = keys
        found = [selectors.offer(entry.id) for entry in ENTRIES.values()]
        assert {offer.available for offer in found} == {bool(keys)}
    settings.PROVIDER_KEYS = {}
    offer = selectors.offer("black-forest-labs/flux-schnell")
    assert (offer.id, offer.hint) == ("replicate/flux-schnell", "Add PROVIDER_REPLICATE_KEY to use")


@pytest.mark.parametrize(
    ("model", "ask", "micros"),
    [
        ("flux-schnell", Ask(n=4), 12_000),
        ("flux-dev", Ask(), 25_000),
        ("flux-kontext-pro", Ask(references=1), 40_000),
        ("flux-2-pro", Ask(resolution="1 MP"), 30_000),
        ("flux-2-pro", Ask(resolution="4 MP"), 75_000),
        ("flux-2-pro", Ask(resolution="4 MP", references=8), 195_000),
    ],
)
def test_a_picture_costs_what_is_published(model: str, ask: Ask, micros: int) -> None:
    rule = ENTRIES[f"black-forest-labs/{model}"].price
    assert rule is not None
    found = quote(rule, 0, ask)
    assert (found.low, found.high) == (micros, micros)
