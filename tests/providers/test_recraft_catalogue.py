"""What the catalogue says of Recraft's models is what its adapter sends and its pages say."""

from __future__ import annotations

from typing import Any

import pytest

from providers.adapters.recraft.models import FAMILIES, RATIOS, TOOLS
from providers.adapters.recraft.request import fields_of, refuse_what_it_cannot
from studio.catalog import loader, selectors, sizes
from studio.catalog.entries import Entry
from studio.catalog.parameters import validate
from studio.catalog.pricing import Ask, quote
from tests.providers.requests import as_sent
from tests.providers.simulators.recraft_rules import PRICES, TOOL_PRICES

ENTRIES = {e.upstream: e for e in loader.catalog().entries.values() if e.provider == "recraft"}
every_model = pytest.mark.parametrize("name", FAMILIES)


def sent(entry: Entry, data: dict[str, str], references: int = 0, *, mask: bool = False) -> dict[str, Any]:
    """The fields of what the composer can ask for."""
    request = as_sent(entry, validate(entry, data, references, mask, "a stair"), references, has_mask=mask)
    refuse_what_it_cannot(request)
    return fields_of(request)


def test_all_eight_models_and_the_four_tools_are_there() -> None:
    assert set(ENTRIES) == set(FAMILIES) | set(TOOLS)


@pytest.mark.parametrize("name", TOOLS)
def test_a_tool_is_offered_as_its_adapter_takes_it(name: str) -> None:
    entry = ENTRIES[name]
    for asked in ("generate", "edit"):
        assert entry.does(asked) == TOOLS[name].kind
    assert (set(entry.formats), entry.max_references) == (set(TOOLS[name].formats), 1)
    assert entry.price is not None
    assert quote(entry.price, 0, Ask(references=1)).high == TOOL_PRICES[name] * 1_000
    assert "model" not in sent(entry, {}, 1)


@every_model
def test_a_picture_costs_what_the_vendor_publishes(name: str) -> None:
    rule = ENTRIES[name].price
    assert rule is not None
    for references in (0, 1):
        assert quote(rule, 0, Ask(n=6, references=references)).high == 6 * PRICES[name] * 1_000


@every_model
def test_every_shape_and_format_that_is_offered_can_be_sent(name: str) -> None:
    entry, family = ENTRIES[name], FAMILIES[name]
    offered = {choice.value: (choice.width, choice.height) for choice in sizes.choices(entry.sizing)}
    assert list(offered) == list(RATIOS)
    assert [sent(entry, {"aspect_ratio": value, "n": "6"})["size"] for value in offered] == list(RATIOS)
    assert not family.sizes or offered == dict(family.sizes)
    assert set(entry.formats) == set(family.formats)
    for fmt in entry.formats:
        assert sent(entry, {"output_format": fmt}).get("image_format", "svg") == fmt


@pytest.mark.parametrize("name", [name for name, family in FAMILIES.items() if family.sizes])
def test_a_size_in_pixels_is_the_shape_that_has_them(name: str) -> None:
    for ratio, (width, height) in FAMILIES[name].sizes.items():
        assert sent(ENTRIES[name], {"size": f"{width}x{height}"})["size"] == ratio


@every_model
def test_what_is_offered_is_what_a_model_takes(name: str) -> None:
    entry, family = ENTRIES[name], FAMILIES[name]
    assert (entry.prompt_limit, entry.max_n) == (family.prompt_limit, 6)
    assert entry.supports.negative == family.styled
    assert (entry.max_references, entry.supports.mask, entry.supports.strength) == (
        int(family.edits),
        family.edits,
        family.edits,
    )
    assert set(entry.kinds) == {"generate", *(("edit", "inpaint") if family.edits else ())}
    assert not entry.supports.seed


@pytest.mark.parametrize("name", ["recraftv3", "recraftv3_vector"])
def test_a_change_and_an_area_can_be_sent_as_the_composer_asks_for_them(name: str) -> None:
    assert sent(ENTRIES[name], {"strength": "0.3"}, 1)["strength"] == 0.3
    for references, mask in ((0, False), (1, True)):
        assert "strength" not in sent(ENTRIES[name], {"strength": "0.6"}, references, mask=mask)
    assert sent(ENTRIES[name], {"negative_prompt": "rain"})["negative_prompt"] == "rain"


@pytest.mark.django_db
def test_a_key_makes_all_of_them_ready(settings: Any) -> None:
    settings.PROVIDER_KEYS = {}
    offers = [selectors.offer(entry.id) for entry in ENTRIES.values()]
    assert {offer.hint for offer in offers} == {"Add PROVIDER_RECRAFT_KEY to use"}
    settings.PROVIDER_KEYS = {"recraft": "key"}
    assert all(selectors.offer(entry.id).available for entry in ENTRIES.values())
