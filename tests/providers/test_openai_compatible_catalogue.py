"""What the catalogue says of an OpenAI-compatible server's models is what its adapter does."""

from __future__ import annotations

from typing import Any

import pytest

from providers.adapters.openai.local import call_of
from studio.catalog import loader, selectors, sizes
from studio.catalog.entries import Entry
from studio.catalog.parameters import validate
from tests.providers.requests import as_sent

ENTRIES = [entry for entry in loader.catalog().entries.values() if entry.provider == "openai_compatible"]
LOCAL = [entry for entry in ENTRIES if "(gateway)" not in entry.label]


def test_the_gateways_models_are_those_of_its_table_at_openais_prices() -> None:
    for entry in ENTRIES:
        if entry not in LOCAL:
            original = selectors.entry(f"openai/{entry.upstream}")
            assert (entry.price, entry.sizing, entry.supports) == (
                original.price,
                original.sizing,
                original.supports,
            )
            assert entry.retires is None
    assert {entry.upstream for entry in ENTRIES if entry not in LOCAL} == {
        "gpt-image-1.5", "gpt-image-1-mini", "gpt-image-1", "dall-e-3", "dall-e-2",
    }  # fmt: skip


@pytest.mark.parametrize("entry", LOCAL, ids=lambda entry: entry.id)
def test_whatever_the_composer_offers_of_a_local_server_can_be_sent(entry: Entry) -> None:
    field = sizes.FIELDS[entry.sizing.style]
    masks = {entry.supports.mask, "generate" not in entry.kinds}
    for choice in sizes.choices(entry.sizing):
        for name in entry.formats:
            for references in {0, entry.max_references} if "generate" in entry.kinds else {1}:
                for has_mask in masks if references else (False,):
                    form = {field: choice.value, "output_format": name, "n": str(entry.max_n)}
                    form |= {"seed": "7"} if entry.supports.seed else {}
                    form |= {"negative_prompt": "rain"} if entry.supports.negative else {}
                    form |= {"strength": "0.6"} if entry.supports.strength else {}
                    chosen = validate(entry, form, references, has_mask=has_mask, prompt="a stair")
                    call_of(as_sent(entry, chosen, references, has_mask=has_mask))


@pytest.mark.django_db
def test_an_address_is_all_that_is_needed_and_is_asked_for_by_name(settings: Any) -> None:
    settings.PROVIDER_KEYS = {"openai_compatible": "a key"}
    settings.PROVIDER_URLS = {}
    offers = [selectors.offer(entry.id) for entry in ENTRIES]
    assert {(each.available, each.hint) for each in offers} == {
        (False, "Add PROVIDER_OPENAI_COMPATIBLE_URL to use")
    }
    settings.PROVIDER_KEYS = {}
    settings.PROVIDER_URLS = {"openai_compatible": "http://127.0.0.1:1/v1"}
    offers = [selectors.offer(entry.id) for entry in ENTRIES]
    assert all(each.available for each in offers)
    assert {each.price_label for each in offers if each.entry in LOCAL} == {"Free"}
