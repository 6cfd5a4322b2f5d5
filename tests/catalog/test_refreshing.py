"""What a vendor lists beside what we know: shown first, and only what staff may decide is written."""

from __future__ import annotations

from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from providers.base import Listed
from studio.accounts.models import AuditRow
from studio.catalog import loader, providers, refreshing, selectors, services
from studio.catalog.models import ModelOverride, PriceVersion
from studio.catalog.refreshing import ENDS, NEW, PRICE, PROMPT, REFERENCES
from tests.catalog import samples
from tests.providers.cases import KEY
from tests.providers.simulators.deepshi import DeepshiSimulator

pytestmark = pytest.mark.django_db

EASEL = "atelier/easel"


@pytest.fixture(autouse=True)
def atelier(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """A catalogue with the one model of a vendor that is set up, on a day before it goes."""
    settings.PROVIDER_KEYS = {"atelier": KEY}
    monkeypatch.setattr(timezone, "localdate", lambda *given: date(2026, 11, 20))
    data = samples.data()
    data["models"][EASEL]["price"] = {
        "unit": "image",
        "amount": 40_000,
        "references": {"free": 1, "each": 500},
    }
    catalog = loader.parse(data)
    monkeypatch.setattr(loader, "catalog", lambda: catalog)


def easel(**told: Any) -> Listed:
    return Listed(loader.catalog().entries[EASEL].upstream, **told)


def kinds(*told: Listed) -> list[tuple[str, str]]:
    return [(each.kind, each.model) for each in refreshing.differences("atelier", told)]


def run(monkeypatch: pytest.MonkeyPatch, told: list[Listed] | None, *options: str) -> str:
    monkeypatch.setattr(providers, "listed", lambda name: told)
    monkeypatch.setattr(providers, "missing", lambda name: ())
    out = StringIO()
    call_command("refresh_catalog", "atelier", *options, stdout=out)
    return out.getvalue()


def test_a_list_that_tells_nothing_else_differs_in_nothing() -> None:
    assert kinds(easel()) == []


def test_what_differs_is_named_with_both_sides() -> None:
    entry = loader.catalog().entries[EASEL]
    told = easel(
        prompt_limit=entry.prompt_limit + 1,
        max_references=entry.max_references + 2,
        price=50_000,
        ends=date(2027, 1, 1),
    )
    assert kinds(told) == [(kind, EASEL) for kind in (PRICE, PROMPT, REFERENCES, ENDS)]
    found = {each.kind: each.text for each in refreshing.differences("atelier", [told])}
    assert found[PRICE] == "$0.04 here, $0.05 at the vendor"
    assert found[ENDS] == "no day here, 2027-01-01 at the vendor"


def test_new_models_are_those_that_make_pictures() -> None:
    told = [
        Listed("brush", pictures=True),
        Listed("chat", pictures=False),
        Listed("image-9"),
        Listed("words-2"),
    ]
    assert kinds(easel(), *told) == [(NEW, "brush"), (NEW, "image-9")]


def test_without_apply_nothing_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    said = run(monkeypatch, [Listed("brush", pictures=True)])
    assert "atelier: 1 models listed, 2 differences." in said
    assert f" * gone       {EASEL}: not on the vendor's list" in said
    assert "   new        brush: not in the catalogue" in said
    assert not ModelOverride.objects.exists()
    assert not AuditRow.objects.exists()


def test_a_model_that_is_gone_is_switched_off_and_never_on_again(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "1 written" in run(monkeypatch, [], "--apply")
    assert selectors.offer(EASEL).reason == "Switched off on this server"
    row = AuditRow.objects.get(action="catalog.offered")
    assert (row.actor, row.target, row.reason) == (None, EASEL, refreshing.REASON)
    assert "0 written" in run(monkeypatch, [easel()], "--apply")
    assert not selectors.offer(EASEL).available


def test_a_stated_price_becomes_staffs_with_a_version_and_keeps_what_references_cost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entry = loader.catalog().entries[EASEL]
    first = services.price_version(entry)
    assert "1 written" in run(monkeypatch, [easel(price=50_000, prompt_limit=9)], "--apply")
    latest = PriceVersion.objects.order_by("-number")[0]
    assert (latest.number, latest.rule["amount"]) == (first.number + 1, 50_000)
    assert latest.rule["references"] == {"free": 1, "each": 500}
    assert AuditRow.objects.filter(action="catalog.price", target=EASEL, actor=None).count() == 1
    assert "0 written" in run(monkeypatch, [easel(price=50_000)], "--apply")


def test_a_price_by_anything_but_the_picture_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    services.set_price(None, loader.catalog().entries[EASEL], {"unit": "resolution", "amounts": {"1K": 7}})
    assert kinds(easel(price=50_000)) == []


def test_all_of_it_is_written_or_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="nothing was written"):
        run(monkeypatch, [easel(price=10**12)], "--apply")
    assert not ModelOverride.objects.exists()


def test_one_without_a_list_and_one_that_does_not_answer_are_said(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    assert "has no list of models" in run(monkeypatch, None)
    with pytest.raises(CommandError, match="no provider called nobody"):
        call_command("refresh_catalog", "nobody")
    monkeypatch.undo()
    settings.PROVIDER_KEYS = {"deepshi": "sk-wrong"}
    with DeepshiSimulator() as vendor:
        settings.PROVIDER_URLS = {"deepshi": f"{vendor.url}/nowhere"}
        with pytest.raises(CommandError, match="Nothing was compared for deepshi"):
            call_command("refresh_catalog", "deepshi", stderr=StringIO())
    settings.PROVIDER_KEYS = {}
    with pytest.raises(CommandError, match="PROVIDER_OPENAI_KEY is missing"):
        call_command("refresh_catalog", "openai")


@pytest.mark.django_db(transaction=True)
def test_a_vendors_real_list_is_read_over_the_wire(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.undo()
    settings.PROVIDER_KEYS = {"deepshi": KEY}
    out = StringIO()
    with DeepshiSimulator() as vendor:
        settings.PROVIDER_URLS = {"deepshi": vendor.url}
        call_command("refresh_catalog", "deepshi", stdout=out)
        assert vendor.bills == []
    assert out.getvalue().startswith("deepshi: 10 models listed")
