"""What the catalogue says of these models is what their adapter does."""

from __future__ import annotations

from typing import Any

import pytest

from providers.adapters.stability.models import MODELS
from providers.adapters.stability.request import form_of, refuse_what_it_cannot
from studio.catalog import cards, loader, selectors, sizes
from studio.catalog.entries import Entry
from studio.catalog.parameters import defaults, validate
from studio.catalog.pricing import Ask, quote
from tests.providers.requests import as_sent

ENTRIES = {each.upstream: each for each in loader.catalog().entries.values() if each.provider == "stability"}
every_model = pytest.mark.parametrize("entry", ENTRIES.values(), ids=list(ENTRIES))
UNPRICED = {"inpaint", "outpaint", "remove-background", "fast", "conservative", "creative"}
LEFT_OUT = {"erase", "search-and-replace", "search-and-recolor"}


def test_every_model_of_the_adapter_but_three_is_offered_and_reads_a_prompt_where_its_vendor_does() -> None:
    assert set(ENTRIES) == set(MODELS) - LEFT_OUT
    for name, entry in ENTRIES.items():
        model = MODELS[name]
        assert (entry.prompt == "needed") == ("prompt" in model.needs)
        assert (entry.prompt == "unread") == ("prompt" not in model.takes)


@every_model
def test_whatever_the_composer_offers_is_accepted_by_the_adapter(entry: Entry) -> None:
    """With a picture the shape is left to it, which is what these models open with."""
    for references in {0 if "generate" in entry.kinds else 1, entry.max_references}:
        offered = [choice.value for choice in sizes.choices(entry.sizing)] or [""]
        for ratio in [entry.sizing.default] if references else offered:
            for name in entry.formats:
                form = {"output_format": name} | ({"aspect_ratio": ratio} if ratio else {})
                form |= {"seed": "7"} if entry.supports.seed else {}
                form |= {"strength": "0.6"} if entry.supports.strength else {}
                form |= {"negative_prompt": "rain"} if entry.supports.negative else {}
                chosen = validate(
                    entry, form, references, has_mask="inpaint" in entry.kinds, prompt="a stair"
                )
                request = as_sent(entry, chosen, references)
                refuse_what_it_cannot(request)
                sent = dict(form_of(request))
                assert (sent.get("seed") == "7", sent["output_format"]) == (entry.supports.seed, name)
                assert ("aspect_ratio" in sent) == (ratio not in ("", "auto"))
                assert sent.get("negative_prompt") == ("rain" if entry.supports.negative else None)


@every_model
@pytest.mark.django_db
def test_what_the_adapter_cannot_do_has_no_control(entry: Entry) -> None:
    model = MODELS[entry.upstream]
    form = cards.form(selectors.offer(entry.id), defaults(entry))
    assert (form.qualities, form.backgrounds, form.counts.max) == ((), (), 1)
    supports = entry.supports
    assert supports.strength == ("strength" in model.takes)
    assert supports.negative == ("negative_prompt" in model.takes)
    assert supports.seed == ("seed" in model.takes)
    assert supports.mask == ("mask" in model.takes)
    assert not supports.transparency
    assert entry.max_references == ("image" in model.takes)
    assert set(entry.kinds) == set(model.works)
    assert set(entry.formats) == set(model.formats)


@pytest.mark.django_db
def test_without_a_key_none_can_be_picked_and_with_one_those_that_have_a_price(settings: Any) -> None:
    for keys in ({}, {"stability": "a key"}):
        settings.PROVIDER_KEYS = keys
        found = {entry.upstream for entry in ENTRIES.values() if selectors.offer(entry.id).available}
        assert found == (set(ENTRIES) - UNPRICED if keys else set())
    assert {selectors.offer(f"stability/{name}").reason for name in UNPRICED} == {"No price yet"}
    settings.PROVIDER_KEYS = {}
    assert selectors.offer("sd3.5-large").hint == "Add PROVIDER_STABILITY_KEY to use"


@pytest.mark.parametrize(
    ("model", "micros"),
    [
        ("core", 30_000),
        ("ultra", 80_000),
        ("sd3.5-large", 65_000),
        ("sd3.5-large-turbo", 40_000),
        ("sd3.5-medium", 35_000),
        *((name, None) for name in sorted(UNPRICED)),
    ],
)
def test_a_picture_costs_what_is_firm_and_has_no_price_where_nothing_is(
    model: str, micros: int | None
) -> None:
    rule = ENTRIES[model].price
    assert (quote(rule, 0, Ask(references=1)).high if rule else None) == micros
