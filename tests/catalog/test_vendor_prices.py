"""Prices that the vendor is asked for: when it is, when it is not, and what follows where it does not answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.models import F
from pytest_django import DjangoAssertNumQueries

from providers.base import ImageRequest
from providers.errors import AnswerLost
from studio.catalog import pricing, providers, rules, selectors, services, vendor_prices
from studio.catalog.errors import NotOffered
from studio.catalog.models import PriceFact, PriceVersion
from studio.catalog.pricing import Ask, Span
from studio.jobs import quoting
from tests.providers.simulators import base
from tests.providers.simulators.base import Fault
from tests.providers.simulators.fairstack import FairStackSimulator

TURBO, KONTEXT = selectors.entry("fairstack/z-image-turbo"), selectors.entry("fairstack/flux-kontext-dev")
SQUARE = Ask(width=1024, height=1024)
pytestmark = pytest.mark.django_db


@pytest.fixture
def vendor(settings: Any) -> Iterator[FairStackSimulator]:
    with FairStackSimulator() as simulator:
        settings.PROVIDER_KEYS = {"fairstack": "fs-test-canary"}
        settings.PROVIDER_URLS = {"fairstack": simulator.url}
        yield simulator


@pytest.fixture
def asked(vendor: FairStackSimulator, monkeypatch: pytest.MonkeyPatch) -> list[ImageRequest]:
    """Every question that went out."""
    questions = list[ImageRequest]()
    adapter = providers.adapter("fairstack")
    estimate = adapter.estimate

    def heard(request: ImageRequest) -> int | None:
        questions.append(request)
        return estimate(request)

    monkeypatch.setattr(adapter, "estimate", heard)
    return questions


def quoted(ask: Ask = SQUARE, model: str = TURBO.id) -> tuple[pricing.Quote, PriceVersion]:
    return quoting.quote(selectors.offer(model), ask)


def test_a_model_without_a_price_costs_what_its_vendor_says(asked: list[ImageRequest]) -> None:
    offer = selectors.offer(TURBO.id)
    assert (offer.available, offer.price_label, offer.terms.priced) == (True, "By estimate", False)
    quote, version = quoted()
    assert (quote.low, quote.high, quote.is_range) == (3_000, 3_000, False)
    assert version.rule["unit"] == "estimate"
    fact = PriceFact.objects.get()
    assert (fact.model, fact.micros) == (TURBO.id, 3_000)


def test_the_vendor_is_not_asked_again_while_a_person_types(asked: list[ImageRequest]) -> None:
    for length in (1, 2, 300):
        assert quoted(replace(SQUARE, prompt_length=length))[0].high == 3_000
    quoted(replace(SQUARE, n=1))
    assert len(asked) == 1
    assert asked[0].prompt == "a picture"
    assert PriceVersion.objects.filter(model=TURBO.id).count() == 1


def test_another_size_is_another_question_and_an_old_answer_is_asked_for_anew(
    asked: list[ImageRequest],
) -> None:
    quoted()
    quoted(Ask(width=1280, height=720))
    assert [(request.width, request.height) for request in asked] == [(1024, 1024), (1280, 720)]
    PriceFact.objects.update(at=F("at") - vendor_prices.KEPT - timedelta(seconds=1))
    quoted()
    assert (len(asked), PriceFact.objects.count()) == (3, 2)


def test_an_edit_is_estimated_with_a_picture_of_one_pixel_also_before_one_is_chosen(
    asked: list[ImageRequest], vendor: FairStackSimulator
) -> None:
    for count in (0, 1):
        assert quoted(Ask(width=1024, height=1024, references=count), KONTEXT.id)[0].high == 25_000
    assert [(request.kind, len(request.references)) for request in asked] == [("edit", 1)]
    assert vendor.bills == []


def test_the_margin_is_added_and_part_of_a_job_costs_its_share(asked: list[ImageRequest], dana: Any) -> None:
    services.set_margin(dana, "provider", "fairstack", 1_000)
    quote, version = quoted()
    rule = rules.read(version.rule)
    assert (quote.high, version.margin) == (3_300, 1_000)
    assert pricing.actual(rule, 1_000, SQUARE, delivered=1, usage=None, held=3_300) == 3_300
    assert pricing.actual(rule, 1_000, Ask(n=3), delivered=2, usage=None, held=9_901) == 6_601
    assert pricing.actual(rule, 1_000, SQUARE, delivered=0, usage=None, held=3_300) == 0


def test_without_the_vendors_word_there_is_no_quote() -> None:
    with pytest.raises(ValueError, match="asked"):
        pricing.quote(rules.PerEstimate(), 0, Ask())
    assert pricing.quote(rules.PerEstimate(), 0, Ask(n=2), Span(5, 5)).high == 10


@pytest.mark.parametrize("told", [0, -1, rules.MAX_PRICE + 1, None])
def test_a_price_that_cannot_be_charged_is_none(
    vendor: FairStackSimulator, monkeypatch: pytest.MonkeyPatch, told: int | None
) -> None:
    monkeypatch.setattr(providers.adapter("fairstack"), "estimate", lambda request: told)
    with pytest.raises(NotOffered):
        quoted()
    assert not PriceFact.objects.exists()


def test_a_vendor_that_does_not_say_leaves_no_price_and_is_left_alone_for_a_minute(
    asked: list[ImageRequest], vendor: FairStackSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(request: ImageRequest) -> int | None:
        asked.append(request)
        raise AnswerLost("reset")

    monkeypatch.setattr(providers.adapter("fairstack"), "estimate", lost)
    for _ in range(3):
        with pytest.raises(NotOffered) as caught:
            quoted()
    assert caught.value.message == (
        "Z-Image Turbo has no price yet: FairStack did not say what it costs. Try again in a minute."
    )
    offer = selectors.offer(TURBO.id)
    assert (len(asked), offer.available, offer.reason) == (1, False, "No price yet")
    assert "asked again" in offer.hint
    assert selectors.offer(KONTEXT.id).available
    monkeypatch.undo()
    cache.clear()
    assert quoted()[0].high == 3_000


def test_a_slow_vendor_is_not_waited_for(vendor: FairStackSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vendor_prices, "ASK_SECONDS", 0.2)
    answer = vendor.answer

    def slow(request: base.Request) -> base.Reply:
        return replace(answer(request), fault=Fault(base.TIMEOUT, seconds=2.0))

    monkeypatch.setattr(vendor, "answer", slow)
    with pytest.raises(NotOffered):
        quoted()
    assert not selectors.offer(TURBO.id).available


def test_nobody_is_asked_for_a_model_that_cannot_be_picked(asked: list[ImageRequest], dana: Any) -> None:
    services.pause(dana, "fairstack")
    with pytest.raises(NotOffered):
        quoted()
    assert asked == []


def test_staffs_own_price_stands_over_the_vendors_word(asked: list[ImageRequest], dana: Any) -> None:
    services.set_price(dana, TURBO, {"unit": "image", "amount": 4_000})
    assert quoted()[0].high == 4_000
    assert asked == []


def test_no_connection_is_held_while_the_vendor_is_asked(
    transactional_db: None, vendor: FairStackSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = list[bool]()

    def look(request: ImageRequest) -> int | None:
        held.append(connection.in_atomic_block or connection.connection is not None)
        return 3_000

    monkeypatch.setattr(providers.adapter("fairstack"), "estimate", look)
    quoted()
    assert held == [False]


def test_an_answer_that_is_kept_costs_one_query_beside_the_price(
    asked: list[ImageRequest], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    quoted()
    with django_assert_num_queries(1):
        vendor_prices.span(TURBO, SQUARE)
