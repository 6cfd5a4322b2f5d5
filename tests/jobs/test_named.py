"""A wish to a name goes to the model that runs for it, and never to a dearer one in silence."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from studio.accounts.models import User
from studio.catalog import loader, naming, services
from studio.core.errors import Invalid
from studio.jobs import quoting
from studio.jobs.errors import ModelNotOffered, QuoteChanged
from studio.jobs.models import Reference
from studio.jobs.specs import JobSpec, ReferenceSpec
from tests.jobs.conftest import START, Desk

pytestmark = pytest.mark.django_db
SOURCE = ReferenceSpec(uuid.UUID(int=1), Reference.Role.SOURCE)
NAMES = tuple(loader.catalog().aliases)


@pytest.fixture(autouse=True)
def no_keys(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PROVIDER_KEYS = {}
    settings.PROVIDER_URLS = {}
    monkeypatch.setattr(timezone, "localdate", lambda: date(2026, 12, 2))


def named(name: str, *references: ReferenceSpec, **settings: str) -> tuple[JobSpec, naming.Named]:
    return quoting.named(JobSpec(name, "a stair", settings, references))


@pytest.mark.parametrize("name", NAMES)
def test_without_any_key_every_name_of_the_table_paints_offline_for_no_more_than_it_costs(name: str) -> None:
    own = naming.resolve(name).own
    edits = own is not None and "generate" not in own.entry.kinds
    spec, found = named(name, SOURCE) if edits else named(name)
    assert spec.model == found.id
    assert found.id.startswith("gesso/")
    assert (found.asked, found.alias) == (name, True)
    priced = quoting.price(spec=spec)
    assert found.most is None or priced.quote.high <= found.most


def test_offline_the_cheapest_that_can_do_the_job_is_meant() -> None:
    assert named("dall-e-3")[0].model == "gesso/sketch"
    assert named("gpt-image-2", SOURCE)[0].model == "gesso/paint"
    spec, _found = named("gpt-image-2", quality="high")
    assert (spec.model, spec.parameters["quality"]) == ("gesso/studio", "high")
    spec, found = named("seedream-5", SOURCE)
    assert (spec.model, spec.parameters["quality"]) == ("gesso/press", "low")
    assert found.allows(30_000), "so that the dearer one would do as well"
    spec, _found = named("gpt-image-1", background="transparent", quality="high")
    assert (spec.model, spec.parameters["background"]) == ("gesso/studio", "transparent")


def test_the_most_is_what_the_named_model_itself_would_cost(dana: User) -> None:
    assert [named("dall-e-2", size=size, n="2")[1].most for size in ("256x256", "1024x1024")] == [
        32_000,
        40_000,
    ]
    services.set_margin(dana, "provider", "openai", 1_000)
    assert named("dall-e-2")[1].most == 22_000
    assert named("flux-2-klein")[1].most is None


def test_what_only_dearer_models_can_do_is_refused_with_their_names() -> None:
    with pytest.raises(ModelNotOffered) as caught:
        named("dall-e-2", SOURCE)
    assert caught.value.message == (
        "dall-e-2 is gone. Ask for gesso/press, gesso/paint or gesso/studio by name: it costs more."
    )


def test_a_paid_model_stands_in_where_it_costs_no_more_at_a_lower_level_if_nobody_chose_one(
    settings: Any,
) -> None:
    settings.PROVIDER_KEYS = {"openai": "sk-test"}
    spec, found = named("dall-e-2")
    assert (spec.model, spec.parameters["quality"]) == ("openai/gpt-image-2", "low")
    assert found.most == 20_000
    spec, _found = named("dall-e-3", quality="standard", style="vivid")
    assert (spec.model, spec.parameters["quality"]) == ("openai/gpt-image-2.5-flare", "medium")
    with pytest.raises(ModelNotOffered, match="gpt-image-1-mini is gone") as caught:
        named("gpt-image-1-mini")
    assert "Ask for openai/gpt-image-2.5-flare or openai/gpt-image-2 by name" in caught.value.message


def test_offline_models_never_stand_in_once_a_vendor_is_set_up(settings: Any) -> None:
    settings.PROVIDER_KEYS = {"stability": "sk-test"}
    with pytest.raises(
        ModelNotOffered, match=r"dall-e-2 is gone\. No model that may stand in for it is set up"
    ):
        named("dall-e-2")


@pytest.mark.parametrize(
    "wish",
    [{"style": "natural"}, {"quality": "hd"}, {"size": "1792x1024", "quality": "hd"}],
    ids=lambda wish: "-".join(wish),
)
def test_nothing_of_the_wish_is_left_out_in_silence(settings: Any, wish: dict[str, str]) -> None:
    settings.PROVIDER_KEYS = {"deepshi": "sk-test"}
    assert named("dall-e-3", quality="standard")[0].model == "deepshi/deepshi-banana-pro"
    with pytest.raises(ModelNotOffered, match="does all of this"):
        named("dall-e-3", **wish)


def test_the_named_models_own_rules_hold_where_another_runs() -> None:
    for wish in ({"n": "11"}, {"size": "2048x2048"}, {"quality": "high"}):
        with pytest.raises(Invalid):
            named("dall-e-2", **wish)
    with pytest.raises(Invalid):
        quoting.named(JobSpec("dall-e-2", "a" * 1_001))


def test_a_format_that_nobody_chose_is_left_to_the_model_that_runs(settings: Any) -> None:
    settings.PROVIDER_KEYS = {"xai": "sk-test"}
    spec, _found = named("dall-e-2")
    assert (spec.model, spec.parameters["output_format"]) == ("xai/grok-imagine-image", "jpeg")
    with pytest.raises(ModelNotOffered, match="does all of this"):
        named("dall-e-2", output_format="png")


def test_a_shape_is_said_in_the_other_models_words() -> None:
    spec, _found = named("gpt-image-1.5-t2i", shape="16:9", seed="7", negative_prompt="fog")
    said = spec.parameters
    assert (said["size"], said["seed"], said["negative_prompt"]) == ("1368x768", "7", "fog")


@pytest.mark.parametrize("shape", ["1:1", "16:9", "9:16", "4:3", "3:4"])
def test_a_shape_that_was_said_for_every_model_is_not_lost_in_the_pixels_of_the_named_one(shape: str) -> None:
    spec, _found = named("gpt-image-2", shape=shape, level="hd")
    assert (spec.model, spec.parameters["aspect_ratio"]) == ("gesso/studio", shape)
    assert spec.parameters["quality"] == "high"


def test_a_name_that_can_be_used_keeps_its_wish_as_it_was_said(settings: Any) -> None:
    settings.PROVIDER_KEYS = {"bfl": "sk-test"}
    spec, found = named("flux-2-pro", width="1024", height="768")
    assert spec == JobSpec("bfl/flux-2-pro", "a stair", {"width": "1024", "height": "768"})
    assert (found.alias, found.most) == (False, None)
    assert named("openai/dall-e-2")[0].model == "openai/dall-e-2"


def test_what_runs_is_charged_by_its_own_price(desk: Desk) -> None:
    spec, found = named("dall-e-2", size="256x256")
    run = submitted(desk, spec, found)
    assert run.model == "gesso/sketch"
    assert desk.balance == (START - 3_000, 3_000)


def test_a_price_that_goes_up_between_the_look_and_the_submit_is_not_paid(desk: Desk, dana: User) -> None:
    spec, found = named("dall-e-2", size="256x256")
    services.set_price(dana, loader.catalog().entries["gesso/sketch"], {"unit": "image", "amount": 17_000})
    with pytest.raises(QuoteChanged):
        submitted(desk, spec, found)
    assert desk.balance == (START, 0)


def submitted(desk: Desk, spec: JobSpec, found: naming.Named) -> Any:
    return desk.job(spec.model, parameters=dict(spec.parameters), quoted_high=found.most)
