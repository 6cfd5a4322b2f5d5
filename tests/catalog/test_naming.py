"""Which model a program's name means here. The price of what stands in is tried in ``tests/jobs/test_named.py``."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from studio.accounts.models import AuditRow, User
from studio.catalog import decisions, health, loader, naming, selectors, services
from studio.catalog.errors import CatalogError, UnknownModel
from studio.catalog.models import Breaker, VendorPlace
from studio.catalog.selectors import Offer
from studio.core.errors import Invalid
from tests.catalog import samples

pytestmark = pytest.mark.django_db
FLUX = ["bfl/flux-2-pro", "replicate/flux-2-pro", "fal/flux-2-pro", "deepshi/flux-2-pro", "multi/flux-2-pro"]
"""All that are called flux-2-pro: their maker's first, then in the order of the registry."""


@pytest.fixture(autouse=True)
def no_keys(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PROVIDER_KEYS = {}
    settings.PROVIDER_URLS = {}
    monkeypatch.setattr(timezone, "localdate", lambda: date(2026, 11, 20))


def keys(settings: Settings, *names: str) -> None:
    settings.PROVIDER_KEYS = dict.fromkeys(names, "sk-test")
    settings.PROVIDER_URLS = {
        name: "https://vendor.test" for name in names if name in ("multi", "async_tasks")
    }


def meant(name: str, **how: str) -> str:
    return naming.resolve(name, **how).id


@pytest.mark.parametrize("name", ["auto", "openai/dall-e-2", "gesso/sketch", "async_tasks/auto"])
def test_an_id_and_auto_mean_themselves(name: str, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert naming.resolve(name) == naming.Named(name, name)


@pytest.mark.parametrize(
    "name", ["", "flux-9", "openai/", "openai/flux-2-pro", "FLUX-2-PRO", "a\0b", "x" * 9_999]
)
def test_a_name_that_nobody_has_is_refused(name: str) -> None:
    with pytest.raises(UnknownModel) as caught:
        naming.resolve(name)
    assert len(caught.value.message) < 300


def test_models_that_share_a_name_stand_with_their_maker_first() -> None:
    assert list(loader.catalog().names["flux-2-pro"]) == FLUX


def test_a_bare_name_means_the_first_model_that_can_be_used(
    settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    keys(settings, "fal", "multi", "deepshi")
    with django_assert_num_queries(1):
        assert naming.resolve("flux-2-pro").id == "fal/flux-2-pro"
    keys(settings, "fal", "bfl")
    assert meant("flux-2-pro") == "bfl/flux-2-pro"


def test_a_vendors_long_name_means_that_vendors_model(settings: Settings) -> None:
    keys(settings, "replicate", "bfl")
    assert meant("black-forest-labs/flux-2-pro") == "replicate/flux-2-pro"
    keys(settings, "openai")
    assert meant("gpt-image-2-2026-04-21") == "openai/gpt-image-2"


def test_a_dialects_own_vendor_comes_first_where_it_has_a_key(settings: Settings) -> None:
    keys(settings, "bfl", "deepshi")
    assert meant("flux-2-pro", prefer="deepshi") == "deepshi/flux-2-pro"
    assert meant("flux-2-pro", prefer="multi") == "bfl/flux-2-pro"
    assert meant("gpt-image-2", prefer="deepshi") == "deepshi/gpt-image-2"


def test_a_vendor_that_is_paused_is_passed_over_and_named_where_it_is_the_only_one(
    settings: Settings, dana: User
) -> None:
    keys(settings, "bfl", "fal")
    services.pause(dana, "bfl", reason="billing")
    assert meant("flux-2-pro") == "fal/flux-2-pro"
    services.pause(dana, "fal", reason="billing")
    named = naming.resolve("flux-2-pro")
    assert (named.id, named.alias) == ("bfl/flux-2-pro", False)
    assert "is paused since" in selectors.offer(named.id).refusal


def test_nothing_takes_the_place_of_a_model_that_is_only_down(settings: Settings) -> None:
    keys(settings, "deepshi", "fal")
    soon = timezone.now() + timedelta(minutes=5)
    Breaker.objects.create(
        provider="deepshi", upstream=health.EVERYTHING, opened_at=datetime.now(soon.tzinfo), probe_at=soon
    )
    named = naming.resolve("deepshi-banana-pro")
    assert (named.id, named.alias) == ("deepshi/deepshi-banana-pro", False)


def test_where_none_can_be_used_and_nothing_stands_in_the_first_in_order_is_meant(dana: User) -> None:
    assert meant("flux-pro-1.1") == "bfl/flux-pro-1.1"
    for _time in range(14):
        services.place_vendor(dana, "fal", before=True)
    assert meant("flux-pro-1.1") == "fal/flux-pro-1.1"
    assert not naming.resolve("flux-pro-1.1").alias


@pytest.mark.parametrize("asked", ["dall-e-2", "gpt-image-1", "imagen-4"])
def test_what_cannot_be_used_here_has_others_stand_in_in_the_tables_order(
    settings: Settings, asked: str
) -> None:
    keys(settings, "bfl", "openai", "google")
    named = naming.resolve(asked)
    table = loader.catalog().aliases[asked]
    usable = {offer.id for offer in selectors.offers() if offer.available}
    assert (named.alias, named.offline, named.asked) == (True, False, asked)
    assert [offer.id for offer in named.instead] == [target for target in table if target in usable]
    assert named.id == named.instead[0].id
    assert named.own is not None
    assert named.own.id == loader.catalog().names[asked][0]


def test_a_model_that_can_be_used_is_never_replaced(settings: Settings) -> None:
    keys(settings, "openai")
    assert naming.resolve("gpt-image-2").alias is False
    assert meant("gpt-image-1.5") == "openai/gpt-image-1.5"


def test_without_any_vendor_the_offline_models_stand_in_for_the_names_of_the_table_alone(
    settings: Settings,
) -> None:
    named = naming.resolve("flux-2-pro")
    assert named.offline
    assert {offer.id for offer in named.instead} == {
        entry.id for entry in loader.catalog().entries.values() if entry.stand_in
    }
    assert naming.resolve("flux-pro-1.1").alias is False
    keys(settings, "stability")
    assert naming.resolve("flux-2-pro").instead == ()


def test_a_server_of_ones_own_is_a_vendor_too(settings: Settings) -> None:
    settings.PROVIDER_URLS = {"a1111": "http://127.0.0.1:7860"}
    assert naming.resolve("flux-2-pro").offline is False


def test_a_key_for_some_models_reaches_those_by_name_and_no_others(settings: Settings) -> None:
    keys(settings, "bfl", "fal", "openai")
    assert naming.resolve("flux-2-pro", among={"fal/flux-2-pro"}).id == "fal/flux-2-pro"
    assert naming.resolve("flux-2-pro", among={"openai/gpt-image-2"}).id == "bfl/flux-2-pro"
    named = naming.resolve("dall-e-2", among={"openai/gpt-image-2.5-flare"})
    assert [offer.id for offer in named.instead] == ["openai/gpt-image-2.5-flare"]


def order() -> list[str]:
    return [vendor.name for vendor in naming.order(decisions.latest())]


def test_makers_come_before_those_that_resell_until_staff_say_otherwise(
    settings: Settings, dana: User
) -> None:
    vendors = loader.catalog().vendors
    assert order() == sorted(vendors, key=lambda name: vendors[name].resells)
    keys(settings, "bfl", "replicate")
    while order().index("replicate") > order().index("bfl"):
        services.place_vendor(dana, "replicate", before=True)
    assert meant("flux-2-pro") == "replicate/flux-2-pro"


def test_a_move_goes_by_one_place_is_audited_and_stops_at_the_ends(dana: User) -> None:
    first, second, *_rest, last = order()
    assert services.place_vendor(dana, first, before=False)[:2] == [second, first]
    row = AuditRow.objects.get(action="catalog.order")
    assert (row.actor, row.target) == (dana, first)
    assert (row.before["order"][:2], row.after["order"][:2]) == ([first, second], [second, first])
    assert services.place_vendor(dana, second, before=True) == order()
    assert services.place_vendor(dana, last, before=False) == order()
    assert AuditRow.objects.count() == 1
    with pytest.raises(Invalid, match="There is no provider called nobody"):
        services.place_vendor(dana, "nobody", before=True)


@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_move_at_once_both_are_told_an_order_that_stood(dana: User) -> None:
    usual, start = order(), threading.Barrier(4)

    def move(name: str) -> list[str]:
        try:
            start.wait()
            return services.place_vendor(dana, name, before=False)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        told = list(threads.map(move, usual[:4]))
    assert order() in told
    assert sorted(order()) == sorted(usual)
    assert sorted(VendorPlace.objects.values_list("position", flat=True)) == list(range(len(usual)))


def test_a_vendor_that_is_new_stands_after_those_that_were_placed(dana: User) -> None:
    before = order()
    services.place_vendor(dana, before[0], before=False)
    VendorPlace.objects.filter(provider=before[2]).delete()
    assert order() == [before[1], before[0], *before[3:], before[2]]


def test_each_model_is_told_the_names_that_reach_it(settings: Settings) -> None:
    keys(settings, "fal", "replicate")
    made = decisions.latest()
    found = naming.reached(selectors.offers(made), made)
    assert found["replicate/flux-2-pro"] == ("flux-2-pro", "black-forest-labs/flux-2-pro")
    assert found["fal/flux-2-pro"] == ("fal-ai/flux-2-pro",)
    assert "bfl/flux-2-pro" not in found


def test_lower_levels_follow_a_models_own_choice_where_the_named_model_has_none() -> None:
    levels = samples.model(qualities=["low", "medium", "high", "max"], default_quality="high")
    plain = selectors.offer("gesso/sketch")

    def tried(own: Offer, **wish: str) -> list[str]:
        meant = naming.Named("easel", levels.id, own=own)
        return [each.quality for each in naming.settings(levels, wish, meant)]

    assert tried(plain) == ["high", "medium", "low"]
    assert tried(replace(plain, entry=levels)) == ["high"]
    assert tried(plain, seed="7") == []


TABLES = [
    (["atelier/loom"], "easel-2 names atelier/loom, which is not a model."),
    ([], "easel-2 must name at least one model."),
    (["atelier/gone"], "easel-2 names atelier/gone, which its vendor switches off."),
    ("atelier/easel", "easel-2 must be a list of texts, not 'atelier/easel'."),
]


@pytest.mark.parametrize(("targets", "problem"), TABLES)
def test_every_target_of_the_table_is_checked_at_the_start(targets: object, problem: str) -> None:
    data = samples.data() | {"aliases": {"easel-2": targets}}
    data["models"]["atelier/gone"] = samples.MODEL | {"retires": date(2026, 1, 1)}
    with pytest.raises(CatalogError) as caught:
        loader.parse(data)
    assert caught.value.problems[0] == f"The catalogue: aliases: {problem}"


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("auto", "auto is an id, and means itself."),
        ("atelier/easel", "atelier/easel is an id, and means itself."),
        ("easel", "easel names atelier/easel, which it means anyway."),
    ],
)
def test_the_table_has_no_name_that_means_the_same_without_it(name: str, problem: str) -> None:
    data = samples.data() | {"aliases": {name: ["atelier/easel"]}}
    with pytest.raises(CatalogError) as caught:
        loader.parse(data)
    assert caught.value.problems == [f"The catalogue: aliases: {problem}"]


def test_models_of_two_vendors_may_share_a_name_and_those_of_one_may_not() -> None:
    data = samples.data(aliases=["stand"])
    data["providers"]["shop"] = {"label": "Shop", "tile": "Sh"}
    data["models"]["shop/stand"] = samples.MODEL
    assert loader.parse(data).names["stand"] == ("shop/stand", "atelier/easel")
    data["models"]["atelier/stand"] = samples.MODEL
    with pytest.raises(CatalogError, match="atelier/easel: aliases names 'stand', which is taken"):
        loader.parse(data)
