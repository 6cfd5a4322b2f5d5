"""What ``auto`` chooses and why, and where a failed job may go on: abilities first, then weather, then price."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from studio.catalog import automatic, services
from studio.catalog.models import PriceFact
from studio.core.errors import Invalid
from studio.core.micros import from_credits
from studio.jobs.models import State
from studio.jobs.routing import choosing, moving, weather
from studio.jobs.routing.weather import Weather
from studio.jobs.specs import JobSpec, ReferenceSpec
from tests.jobs.conftest import PAID, PAINT, PRESS, SKETCH, Desk
from tests.providers.simulators.fairstack import FairStackSimulator
from tests.providers.simulators.openai import OpenAISimulator
from tests.providers.tasks import references_of

STUDIO = "gesso/studio"
PAINTED = {SKETCH, PAINT, STUDIO, PRESS}


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> dict[str, Weather]:
    """The weather, for the test to fill in."""
    found: dict[str, Weather] = {}
    monkeypatch.setattr(weather, "of_models", lambda: found)
    return found


def wish(references: tuple[ReferenceSpec, ...] = (), **parameters: str) -> JobSpec:
    return JobSpec(automatic.ID, "a stair", parameters, references)


def names(spec: JobSpec, **more: Any) -> list[str]:
    return [each.offer.id for each in choosing.candidates(spec, **more)]


def mixed(**weathers: Weather) -> dict[str, Weather]:
    return {f"gesso/{name}": seen for name, seen in weathers.items()}


@pytest.mark.django_db
def test_only_models_that_can_do_the_whole_job_are_candidates(desk: Desk) -> None:
    assert set(names(wish())) == PAINTED
    source = references_of(desk, 1)
    assert set(names(wish(source))) == PAINTED - {SKETCH}
    assert names(wish(references_of(desk, 1, mask=True))) == [STUDIO]
    assert names(wish(background="transparent")) == [STUDIO]
    assert set(names(wish(negative_prompt="fog"))) == PAINTED - {PRESS}
    assert set(names(wish(n="8"))) == {SKETCH, PAINT}
    assert names(wish(references_of(desk, 17))) == []


@pytest.mark.django_db
def test_a_tool_is_no_answer_to_an_edit_and_an_edit_none_to_a_tool(desk: Desk, settings: Any) -> None:
    upscaler = "a1111/extras-upscale"
    settings.PROVIDER_URLS = {"a1111": "http://127.0.0.1:1"}
    for role in ("source", "subject"):
        (found,) = references_of(desk, 1)
        spec = wish((ReferenceSpec(found.image_id, role),))
        assert "a1111/checkpoint" in names(spec)
        assert upscaler not in names(spec)
        assert names(JobSpec(upscaler, "a stair", {}, spec.references)) == [upscaler]
        assert upscaler not in names(JobSpec("a model/that is no more", "a stair", {}, spec.references))


@pytest.mark.django_db
def test_another_shape_or_a_size_far_off_is_another_picture() -> None:
    assert set(names(wish(aspect_ratio="21:9"))) == {PAINT, STUDIO}
    assert set(names(wish(size="2048x2048", width="2048", height="2048"))) == {SKETCH}
    assert PRESS in names(wish(size="1024x1024"))


@pytest.mark.django_db
def test_auto_takes_a_shape_and_a_level_that_not_every_model_has() -> None:
    """In the words for every model: each option has them in its own."""
    assert set(names(wish(shape="2:1"))) == {SKETCH}
    assert set(names(wish(level="hd"))) == {STUDIO, PRESS}
    route = choosing.choose(wish(level="hd", shape="16:9", n="2"))
    assert {option.parameters.quality for option in route.options} == {"high"}
    for option in route.options:
        assert option.spec_for(wish()).parameters["quality"] == "high"
    with pytest.raises(Invalid):
        choosing.choose(wish(level="hd", shape="2:1"))


@pytest.mark.django_db
def test_who_asked_for_pixels_is_given_no_drawing_and_the_reverse(settings: Any) -> None:
    settings.PROVIDER_KEYS = {"recraft": "a key"}
    assert not [name for name in names(wish()) if name.endswith("_vector")]
    drawn = names(wish(output_format="svg"))
    assert drawn
    assert all(name.endswith("_vector") for name in drawn)


@pytest.mark.django_db
def test_what_delivers_more_often_comes_first_then_what_is_quicker_then_what_is_cheaper(
    measured: dict[str, Weather],
) -> None:
    measured |= mixed(
        sketch=Weather(100, 80, 1.0), paint=Weather(100, 99, 30.0), studio=Weather(100, 99, 4.0)
    )
    assert names(wish())[:2] == [STUDIO, PAINT]
    measured |= mixed(sketch=Weather(100, 99, 4.0))
    assert names(wish())[:2] == [SKETCH, STUDIO]


@pytest.mark.django_db
def test_a_difference_within_chance_decides_nothing_and_the_price_does(measured: dict[str, Weather]) -> None:
    measured |= mixed(sketch=Weather(100, 95, 4.5), paint=Weather(100, 96, 4.0), press=Weather(100, 96, 5.0))
    assert names(wish())[0] == SKETCH


@pytest.mark.django_db
def test_what_only_stands_in_for_a_model_comes_after_every_real_one(
    vendor: OpenAISimulator, measured: dict[str, Weather]
) -> None:
    measured |= mixed(sketch=Weather(100, 100, 1.0)) | {PAID: Weather(100, 60, 90.0)}
    found = names(wish())
    assert set(found[-4:]) == PAINTED
    assert PAID in found[:-4]


@pytest.mark.django_db
def test_the_balance_is_preferred_and_a_budget_is_kept() -> None:
    dear = choosing.choose(wish(), available=10**9).options[0]
    able = {each.offer.id: each.quote.high for each in choosing.choose(wish()).options}
    cheap = choosing.choose(wish(), available=3_000).options[0]
    assert (cheap.offer.id, cheap.quote.high) == (SKETCH, 3_000)
    assert dear.quote.high >= cheap.quote.high
    within = choosing.choose(wish(budget="3.5")).options
    assert choosing.choose(wish(budget=" 1,200.50 ")).most == 12_005_000
    assert {each.offer.id for each in within} == {name for name, high in able.items() if high <= 35_000}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "budget", ["0", "-3", "much", "1e99", "NaN", "0.1", "5,5", "1,20", "1_0", "1e1", "9" * 30]
)
def test_a_budget_that_is_none_or_too_small_is_said_at_its_field(budget: str) -> None:
    with pytest.raises(Invalid) as caught:
        choosing.choose(wish(budget=budget))
    assert set(caught.value.fields) == {"budget"}


@pytest.mark.django_db
def test_a_job_that_no_model_can_do_says_so_before_it_costs(desk: Desk) -> None:
    with pytest.raises(Invalid) as caught:
        desk.submit(
            automatic.ID,
            n=4,
            parameters={"background": "transparent", "negative_prompt": "x", "aspect_ratio": "9:21"},
        )
    assert caught.value.fields
    assert desk.balance[1] == 0


def test_auto_runs_the_best_model_and_says_which_and_why(busy: Desk, measured: dict[str, Weather]) -> None:
    measured |= mixed(paint=Weather(120, 118, 2.0))
    job = busy.finished(automatic.ID, parameters={"aspect_ratio": "4:5", "budget": "4"})
    assert (job.state, job.model, job.width, job.height) == (State.SUCCEEDED, PAINT, 1024, 1280)
    assert job.route == {
        "asked": {"n": "1", "aspect_ratio": "4:5", "budget": "4"},
        "of": 2,
        "runs": 120,
        "success": pytest.approx(118 / 120),
        "within": job.quote["high"],
        "seconds": 2.0,
    }
    assert job.charged <= from_credits(Decimal(4))


def test_the_same_key_gives_the_same_run_although_the_weather_turned(
    desk: Desk, measured: dict[str, Weather]
) -> None:
    first = desk.submit(automatic.ID, key="once")
    measured |= mixed(press=Weather(100, 100, 1.0), sketch=Weather(100, 1, 1.0), paint=Weather(100, 1, 1.0))
    assert desk.submit(automatic.ID, key="once").pk == first.pk


@pytest.mark.django_db
def test_after_an_outage_another_vendor_comes_before_another_model_of_the_same(
    desk: Desk, measured: dict[str, Weather], settings: Any
) -> None:
    settings.PROVIDER_KEYS = {"recraft": "a key", "bfl": "a key"}
    measured |= {f"bfl/flux-2-{name}": Weather(200, 200, 1.0) for name in ("pro", "max", "flex")}
    job = desk.job(automatic.ID)
    assert job.provider == "bfl"
    following = moving._next(job)
    assert following is not None
    assert following.entry.provider == "recraft"


@pytest.mark.django_db
def test_servers_of_ones_own_come_first_and_a_vendor_that_costs_is_paid_for_should_they_be_off(
    measured: dict[str, Weather], settings: Any
) -> None:
    settings.PROVIDER_URLS = dict.fromkeys(("a1111", "openai_compatible"), "http://127.0.0.1:1")
    settings.PROVIDER_KEYS = {"openai_compatible": "a key", "recraft": "a key"}
    free = ["a1111/checkpoint", "openai_compatible/stablediffusion", "openai_compatible/sd-cpp-local"]
    measured |= dict.fromkeys(free, Weather(200, 200, 1.0))
    route = choosing.choose(wish())
    assert {option.offer.id for option in route.options[:3]} == set(free)
    assert route.options[0].quote.high == 0
    after = next(option for option in route.options if option.offer.entry.provider == "recraft")
    assert route.within >= after.quote.high > 0


@pytest.mark.django_db(transaction=True)  # No connection is held while the vendor is asked.
def test_a_model_that_its_vendor_prices_is_a_candidate_once_the_vendor_has_told_and_is_quoted_anew(
    desk: Desk, settings: Any, measured: dict[str, Weather]
) -> None:
    turbo = "fairstack/z-image-turbo"
    measured[turbo] = Weather(200, 200, 1.0)
    with FairStackSimulator() as vendor:
        settings.PROVIDER_KEYS, settings.PROVIDER_URLS = {"fairstack": "a key"}, {"fairstack": vendor.url}
        assert turbo not in names(wish())
        services.keep_estimates()
        (found,) = choosing.candidates(wish(aspect_ratio="16:9"), among=[turbo])
        assert found.quote.high == 3_000
        job = desk.job(automatic.ID)
        assert (job.model, job.quote["high"], vendor.bills) == (turbo, 3_000, [])
        asked = PriceFact.objects.count()
        services.keep_estimates()
        assert PriceFact.objects.count() == asked
