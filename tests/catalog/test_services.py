from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from studio.accounts.models import AuditRow, User
from studio.catalog import selectors, services
from studio.catalog.decisions import Terms
from studio.catalog.entries import Entry
from studio.catalog.errors import BadPrice, NotOffered, QuoteExpired
from studio.catalog.models import Margin, ModelOverride, PriceVersion
from studio.catalog.pricing import Ask, Quote, Span
from studio.core.micros import Micros

PAINT = selectors.entry("gesso/paint")
DEARER = {"unit": "image", "amount": 40_000}


@pytest.mark.django_db
def test_the_first_look_makes_version_1_and_later_ones_keep_it() -> None:
    first = services.price_version(PAINT)
    assert (first.number, first.margin) == (1, 0)
    assert first.rule == {"unit": "image", "amount": 30_000, "references": {"free": 0, "each": 0}}
    assert services.price_version(PAINT) == first
    assert PriceVersion.objects.count() == 1


@pytest.mark.django_db
def test_every_change_of_price_or_margin_makes_the_next_version(dana: User) -> None:
    numbers = [services.price_version(PAINT).number]
    services.set_price(dana, PAINT, DEARER)
    numbers.append(services.price_version(PAINT).number)
    services.set_margin(dana, "provider", "gesso", 500)
    numbers.append(services.price_version(PAINT).number)
    services.set_margin(dana, "provider", "gesso", None)
    services.set_price(dana, PAINT, None)
    numbers.append(services.price_version(PAINT).number)
    assert numbers == [1, 2, 3, 4]
    assert PriceVersion.objects.get(number=1).fingerprint == PriceVersion.objects.get(number=4).fingerprint


@pytest.mark.django_db
def test_a_job_keeps_the_version_it_was_quoted_at(dana: User) -> None:
    quote, version = services.quote_for(PAINT, Ask(n=2))
    services.set_price(dana, PAINT, DEARER)
    dearer, newer = services.quote_for(PAINT, Ask(n=2))
    version.refresh_from_db()
    assert (quote.high, version.rule["amount"]) == (60_000, 30_000)
    assert (dearer.high, newer.rule["amount"]) == (80_000, 40_000)


@pytest.mark.django_db
def test_a_quote_takes_the_margin_and_what_was_learnt(dana: User) -> None:
    services.set_margin(dana, "default", "", 1_000)
    assert services.quote_for(PAINT, Ask())[0].high == 33_000
    press = selectors.entry("gesso/press")
    learnt, _version = services.quote_for(press, Ask(n=2), Span(100, 200))
    assert (learnt.low, learnt.high) == (220, 440)


@pytest.mark.django_db(transaction=True)
def test_one_version_is_made_however_many_ask_at_once() -> None:
    start = threading.Barrier(8)

    def look() -> int:
        try:
            start.wait()
            return services.price_version(PAINT).number
        finally:
            connection.close()

    for number in (1, 2):
        with ThreadPoolExecutor(8) as threads:
            found = [future.result() for future in [threads.submit(look) for _thread in range(8)]]
        assert found == [number] * 8
        assert PriceVersion.objects.count() == number
        ModelOverride.objects.update_or_create(model=PAINT.id, defaults={"rule": DEARER})


@pytest.mark.django_db
def test_the_loser_of_a_race_finds_the_winners_version(monkeypatch: pytest.MonkeyPatch) -> None:
    terms = selectors.terms
    winner: list[PriceVersion] = []

    def overtaken(entry: Entry) -> Terms:
        found = terms(entry)
        if not winner:
            monkeypatch.setattr(selectors, "terms", terms)
            winner.append(services.price_version(entry))
        return found

    monkeypatch.setattr(selectors, "terms", overtaken)
    assert services.price_version(PAINT) == winner[0]
    assert PriceVersion.objects.count() == 1


@pytest.mark.django_db
def test_who_read_the_price_before_it_moved_does_not_bring_it_back(
    monkeypatch: pytest.MonkeyPatch, dana: User
) -> None:
    terms = selectors.terms
    services.price_version(PAINT)
    services.set_margin(dana, "default", "", 100)

    def overtaken(entry: Entry) -> Terms:
        found = terms(entry)
        monkeypatch.setattr(selectors, "terms", terms)
        services.set_price(dana, entry, DEARER)
        services.price_version(entry)
        return found

    monkeypatch.setattr(selectors, "terms", overtaken)
    version = services.price_version(PAINT)
    assert (version.number, version.rule["amount"]) == (2, 40_000)


@pytest.mark.django_db
def test_a_model_without_a_price_has_no_version() -> None:
    ModelOverride.objects.create(model=PAINT.id, rule={"unit": "image", "amount": -1})
    with pytest.raises(NotOffered, match="Gesso Paint has no price yet"):
        services.price_version(PAINT)


@pytest.mark.django_db
def test_a_signed_quote_comes_back_as_it_was() -> None:
    quote, version = services.quote_for(PAINT, Ask(n=3))
    signed = services.read_signed(services.sign(quote, version, PAINT.id))
    assert signed == services.SignedQuote("gesso/paint", 1, 90_000)


@pytest.mark.parametrize("forge", [lambda token: token[:-2] + "xx", lambda token: "", lambda token: "a:b:c"])
def test_a_quote_that_we_did_not_sign_is_refused(forge: object) -> None:
    assert callable(forge)
    quote = Quote(Micros(1), Micros(1), ())
    token = services.sign(quote, PriceVersion(number=1), PAINT.id)
    with pytest.raises(QuoteExpired) as caught:
        services.read_signed(forge(token))
    assert caught.value.status == 409


def test_an_old_quote_is_refused() -> None:
    token = services.sign(Quote(Micros(1), Micros(1), ()), PriceVersion(number=1), PAINT.id)
    with pytest.raises(QuoteExpired):
        services.read_signed(token, max_age=-1)


@pytest.mark.django_db
def test_what_staff_change_is_written_down(dana: User) -> None:
    services.set_price(dana, PAINT, DEARER, reason="Vendor raised it")
    services.set_offered(dana, PAINT, False)
    services.set_margin(dana, "default", "", 2_500)
    rows = list(
        AuditRow.objects.order_by("at").values_list("actor__name", "action", "target", "before", "reason")
    )
    assert rows == [
        ("Dana", "catalog.price", "gesso/paint", {"rule": None}, "Vendor raised it"),
        ("Dana", "catalog.offered", "gesso/paint", {"offered": True}, ""),
        ("Dana", "catalog.margin", "default", {"basis_points": None}, ""),
    ]
    assert selectors.offer("gesso/paint").reason == "Switched off on this server"


@pytest.mark.django_db
@pytest.mark.parametrize("amount", [-1, float("nan"), 10**15, None])
def test_a_price_that_cannot_be_charged_changes_nothing(dana: User, amount: object) -> None:
    with pytest.raises(BadPrice):
        services.set_price(dana, PAINT, {"unit": "image", "amount": amount})
    assert not ModelOverride.objects.exists()
    assert not AuditRow.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("scope", "name", "points"),
    [
        ("default", "", -1),
        ("default", "", 100_001),
        ("default", "gesso", 1),
        ("model", "", 1),
        ("planet", "x", 1),
    ],
)
def test_a_margin_that_makes_no_sense_changes_nothing(dana: User, scope: str, name: str, points: int) -> None:
    with pytest.raises(BadPrice):
        services.set_margin(dana, scope, name, points)
    assert not Margin.objects.exists()


def test_a_bad_rule_is_refused_in_the_admin_too() -> None:
    with pytest.raises(ValidationError, match="whole number"):
        ModelOverride(model="gesso/paint", rule={"unit": "image", "amount": -1}).clean()
    ModelOverride(model="gesso/paint").clean()
