from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone, translation
from pytest_django import Settings

from studio.catalog import cards, loader, selectors
from studio.catalog.decisions import Terms
from studio.catalog.entries import Entry
from studio.catalog.parameters import Parameters, defaults, validate
from studio.catalog.selectors import Offer
from tests.catalog import samples

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setattr(timezone, "localdate", lambda: date(2026, 11, 20))
    settings.PROVIDER_KEYS = {}


def form_of(model_id: str, **data: str) -> cards.Form:
    offer = selectors.offer(model_id)
    return cards.form(offer, validate(offer.entry, data, 0, False, "a stair"))


def test_a_card_says_what_the_picker_shows() -> None:
    card = cards.card(selectors.offer("gesso/studio"))
    assert (card.id, card.name) == ("gesso/studio", "Gesso Studio")
    assert (card.provider_name, card.provider_tile) == ("Gesso", "Ge")
    assert (card.tier, card.tier_name) == (3, "Premium")
    assert card.price_label == "6–12 cr"
    assert card.badges == ("Edit", "Mask", "Seed", "Transp.", "Stream", "16 refs", "2K")
    assert card.note == "Sketch, not AI"
    assert (card.prompt_limit, card.max_references, card.disabled_reason) == (32_000, 16, "")


def test_a_card_says_what_the_composer_shows_controls_for() -> None:
    supports = cards.card(selectors.offer("gesso/sketch")).supports
    assert supports == cards.Abilities(
        negative=True,
        seed=True,
        mask=False,
        references=False,
        partials=0,
        transparency=False,
        edit=False,
        strength=False,
    )


def test_staff_read_what_to_do_where_others_read_why() -> None:
    offer = selectors.offer("gpt-image-2")
    assert cards.card(offer).disabled_reason == "Not set up on this server"
    assert cards.card(offer, staff=True).disabled_reason == "Add PROVIDER_OPENAI_KEY to use"
    retired = selectors.offer("dall-e-2")
    assert cards.card(retired, staff=True).disabled_reason == "Retired on 12 May 2026"
    assert cards.card(retired).retired


def test_a_model_that_will_go_says_when() -> None:
    assert cards.card(selectors.offer("gpt-image-1.5")).note == "Goes on 1 December 2026"


def test_ratios_carry_their_pixels_and_no_price() -> None:
    sizing = form_of("gesso/paint", aspect_ratio="4:5").sizing
    assert (sizing.style, sizing.field, sizing.result) == ("ratio", "aspect_ratio", "1024 × 1280")
    chosen = [option for option in sizing.options if option.selected]
    assert chosen == [
        cards.SizeOption(
            value="4:5", label="4:5", hint="Portrait", width=1024, height=1280, selected=True, price=""
        )
    ]
    assert sizing.resolutions == ()


def test_resolutions_scale_every_ratio() -> None:
    sizing = form_of("gesso/studio", aspect_ratio="4:5", resolution="2K").sizing
    assert (sizing.style, sizing.result) == ("resolution", "2048 × 2560")
    assert [(option.value, option.selected) for option in sizing.resolutions] == [("1K", False), ("2K", True)]
    assert (sizing.options[0].width, sizing.options[0].height) == (2048, 2048)


def test_pixel_sizes_carry_the_price_range_over_all_qualities() -> None:
    sizing = form_of("gpt-image-1.5", size="1536x1024").sizing
    assert [(option.label, option.hint, option.price) for option in sizing.options] == [
        ("1024 × 1024", "Square", "0.87–14.28 cr"),
        ("1536 × 1024", "Landscape", "1.28–20.83 cr"),
        ("1024 × 1536", "Portrait", "1.31–20.94 cr"),
        ("Auto", "Model decides", "up to 20.94 cr"),
    ]
    assert form_of("gpt-image-1.5", size="auto").sizing.result == "Model decides"


def test_a_size_that_was_typed_is_listed_first() -> None:
    sizing = form_of("gesso/sketch", size="264x2048").sizing
    assert (sizing.style, sizing.field) == ("pixels", "size")
    assert sizing.options[0].value == "264x2048"
    assert [option.selected for option in sizing.options].count(True) == 1
    assert sizing.limits is not None
    assert (sizing.limits.least, sizing.limits.most) == (256, 2048)


def test_presets_have_names_and_ratios() -> None:
    options = form_of("gesso/press").sizing.options
    assert [(option.value, option.label, option.hint) for option in options] == [
        ("square", "Square", "1:1"),
        ("poster", "Poster", "2:3"),
        ("cover", "Cover", "3:2"),
        ("banner", "Banner", "16:9"),
    ]


def test_a_model_that_takes_no_size_has_no_size_control() -> None:
    entry = samples.model(sizing={"style": "none"})
    offer = Offer(entry, Terms(entry.price, 0, offered=True), available=True)
    sizing = cards.form(offer, defaults(entry)).sizing
    assert (sizing.style, sizing.field, sizing.options) == ("none", "", ())


def test_groups_say_what_is_chosen_and_are_empty_where_there_is_no_choice() -> None:
    form = form_of("gesso/studio", quality="high", background="transparent", output_format="webp", n="3")
    assert form.counts == cards.Counts(max=4, value=3)
    assert [(option.label, option.selected) for option in form.qualities] == [
        ("Low", False),
        ("Medium", False),
        ("High", True),
    ]
    assert [option.label for option in form.formats if option.selected] == ["WebP"]
    assert [option.value for option in form.backgrounds if option.selected] == ["transparent"]
    assert form_of("gesso/paint").qualities == form_of("gesso/paint").backgrounds == ()


def test_what_a_model_cannot_do_is_named_once() -> None:
    assert form_of("gesso/studio").missing == ()
    assert [(row.label, row.reason) for row in form_of("gesso/paint").missing] == [
        ("Quality", "one level"),
        ("Mask, transparency", "not with this model"),
    ]
    assert [row.label for row in form_of("gpt-image-2").missing] == ["Seed", "Transparency"]


@pytest.mark.parametrize("entry", loader.catalog().entries.values(), ids=lambda entry: entry.id)
def test_every_model_opens_with_one_choice_in_each_group(entry: Entry) -> None:
    form = cards.form(selectors.offer(entry.id), defaults(entry))
    for group in (form.qualities, form.formats, form.backgrounds, form.sizing.resolutions):
        assert [option.selected for option in group].count(True) == (1 if group else 0)
    assert [option.selected for option in form.sizing.options].count(True) == (1 if form.sizing.field else 0)
    assert form.parameters == defaults(entry)
    assert isinstance(form.parameters, Parameters)


def test_texts_follow_the_reader() -> None:
    with translation.override("de"):
        assert cards.card(selectors.offer("gpt-image-1.5")).note.endswith("1 Dezember 2026")
