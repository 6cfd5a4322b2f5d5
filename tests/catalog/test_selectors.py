from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from studio.catalog import loader, selectors
from studio.catalog.errors import UnknownModel
from studio.catalog.models import Margin, ModelOverride
from studio.catalog.selectors import Offer
from tests.catalog import samples


@pytest.fixture(autouse=True)
def no_keys(settings: Settings) -> None:
    settings.PROVIDER_KEYS = {}
    settings.PROVIDER_URLS = {}


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, date(2026, 11, 20))


def on(monkeypatch: pytest.MonkeyPatch, day: date) -> None:
    monkeypatch.setattr(timezone, "localdate", lambda: day)


def offered() -> dict[str, Offer]:
    return {offer.id: offer for offer in selectors.offers()}


@pytest.mark.parametrize("name", ["gpt-image-2", "gpt-image-2-2026-04-21", "openai/gpt-image-2"])
def test_a_model_answers_to_its_aliases(name: str) -> None:
    assert selectors.entry(name).id == "openai/gpt-image-2"


@pytest.mark.parametrize("name", ["", "gpt-image-3", "openai/", "Gesso/sketch", "x" * 10_000])
def test_a_model_that_nobody_knows_is_refused(name: str) -> None:
    with pytest.raises(UnknownModel) as caught:
        selectors.entry(name)
    assert (caught.value.status, caught.value.code) == (404, "unknown_model")
    assert len(caught.value.message) < 300


@pytest.mark.django_db
@pytest.mark.usefixtures("today")
def test_offline_models_need_no_key_and_others_say_what_is_missing() -> None:
    found = offered()
    assert [model for model, offer in found.items() if offer.available] == [
        "gesso/sketch",
        "gesso/paint",
        "gesso/studio",
        "gesso/press",
    ]
    missing = found["openai/gpt-image-2"]
    assert missing.reason == "Not set up on this server"
    assert missing.hint == "Add PROVIDER_OPENAI_KEY to use"


@pytest.mark.django_db
@pytest.mark.usefixtures("today")
def test_a_key_makes_the_models_of_its_provider_available(settings: Settings) -> None:
    settings.PROVIDER_KEYS = {"openai": "sk-test"}
    assert [model for model, offer in offered().items() if offer.available and "openai" in model] == [
        "openai/gpt-image-2.5-sunburst",
        "openai/gpt-image-2.5-flare",
        "openai/gpt-image-2",
        "openai/gpt-image-1.5",
        "openai/chatgpt-image-latest",
        "openai/gpt-image-1-mini",
    ]


@pytest.mark.django_db
@pytest.mark.usefixtures("today")
def test_retired_models_are_known_come_last_and_cannot_be_picked(settings: Settings) -> None:
    settings.PROVIDER_KEYS = {"openai": "sk-test"}
    found = selectors.offers()
    retired = [offer for offer in found if offer.retired]
    assert retired == found[-len(retired) :]
    assert [offer.reason for offer in retired if offer.entry.provider == "openai"] == [
        "Retired on 23 October 2026",
        "Retired on 12 May 2026",
        "Retired on 12 May 2026",
    ]
    assert not any(offer.available for offer in retired)
    assert selectors.entry("dall-e-2").label == "DALL·E 2"


@pytest.mark.django_db
@pytest.mark.usefixtures("today")
def test_a_model_that_goes_moves_to_the_end_wherever_the_file_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    data = samples.data(retires=date(2026, 11, 20))
    data["models"]["atelier/loom"] = samples.MODEL
    monkeypatch.setattr(loader, "catalog", lambda: loader.parse(data))
    assert [offer.id for offer in selectors.offers()] == ["atelier/loom", "atelier/easel"]


@pytest.mark.django_db
@pytest.mark.parametrize(("day", "retired"), [(date(2026, 11, 30), False), (date(2026, 12, 1), True)])
def test_a_model_goes_on_its_day(monkeypatch: pytest.MonkeyPatch, day: date, retired: bool) -> None:
    on(monkeypatch, day)
    assert offered()["openai/gpt-image-1.5"].retired is retired


@pytest.mark.django_db
@pytest.mark.usefixtures("today")
def test_prices_are_the_same_as_decided() -> None:
    labels = {model: offer.price_label for model, offer in offered().items() if model.startswith("gesso/")}
    assert labels == {
        "gesso/sketch": "0.3 cr",
        "gesso/paint": "3 cr",
        "gesso/studio": "6–12 cr",
        "gesso/press": "0.65–18.73 cr",
    }


@pytest.mark.django_db
def test_what_staff_decide_is_seen_at_once() -> None:
    assert offered()["gesso/paint"].price_label == "3 cr"
    row = ModelOverride.objects.create(model="gesso/paint", rule={"unit": "image", "amount": 50_000})
    assert offered()["gesso/paint"].price_label == "5 cr"
    Margin.objects.create(scope="default", basis_points=2_000)
    assert offered()["gesso/paint"].price_label == "6 cr"
    row.offered = False
    row.save()
    assert offered()["gesso/paint"].reason == "Switched off on this server"
    row.delete()
    assert offered()["gesso/paint"].price_label == "3.6 cr"


@pytest.mark.django_db
def test_the_most_specific_margin_wins() -> None:
    paint = selectors.entry("gesso/paint")
    assert selectors.terms(paint).margin == 0
    for scope, name, points in [
        ("default", "", 1),
        ("group", "standard", 2),
        ("provider", "gesso", 3),
        ("model", "gesso/paint", 4),
    ]:
        Margin.objects.create(scope=scope, name=name, basis_points=points)
        assert selectors.terms(paint).margin == points
    assert selectors.terms(selectors.entry("gpt-image-2")).margin == 1


@pytest.mark.django_db
def test_a_margin_of_nothing_for_a_model_wins_over_the_default() -> None:
    Margin.objects.create(scope="default", basis_points=2_000)
    Margin.objects.create(scope="model", name="gesso/paint", basis_points=0)
    assert selectors.terms(selectors.entry("gesso/paint")).margin == 0


@pytest.mark.django_db
def test_all_offers_take_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    ModelOverride.objects.create(model="gesso/paint", rule={"unit": "image", "amount": 5})
    ModelOverride.objects.create(model="gesso/sketch")
    Margin.objects.create(scope="default", basis_points=100)
    with django_assert_num_queries(1):
        selectors.offers()
    with django_assert_num_queries(1):
        selectors.offer("gesso/paint")
    with django_assert_num_queries(0):
        selectors.entry("gesso/paint")


@pytest.mark.django_db
def test_a_price_that_went_bad_leaves_no_price_rather_than_the_old_one() -> None:
    ModelOverride.objects.create(model="gesso/paint", rule={"unit": "image", "amount": -5})
    broken = offered()["gesso/paint"]
    assert (broken.available, broken.reason, broken.price_label) == (False, "No price yet", "")


@pytest.mark.django_db
def test_a_model_without_a_price_is_not_offered(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    settings.PROVIDER_KEYS = {"atelier": "k"}
    data = samples.data()
    del data["models"]["atelier/easel"]["price"]
    monkeypatch.setattr(loader, "catalog", lambda: loader.parse(data))
    easel = selectors.offer("atelier/easel")
    assert (easel.reason, easel.hint) == ("No price yet", "Set a price to offer it")
    with pytest.raises(ValueError, match="no price"):
        selectors.price_span(easel.entry, easel.terms)


@pytest.mark.django_db
@pytest.mark.usefixtures("today")
def test_the_cheapest_picture_is_one_that_can_be_picked() -> None:
    assert selectors.cheapest_label(selectors.offers()) == "0.3"
    ModelOverride.objects.create(model="gesso/sketch", offered=False)
    assert selectors.cheapest_label(selectors.offers()) == "0.65"
    assert selectors.cheapest_label([]) == ""
