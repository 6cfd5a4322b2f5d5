"""A model's own settings from the wish to the wire: held, kept, repeated, and left out where another model has none."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from studio.catalog import automatic, loader
from studio.catalog.entries import Catalog, Entry
from studio.core.errors import Invalid
from studio.jobs import services
from studio.jobs.errors import KeyReused
from studio.jobs.models import Job, Run
from studio.jobs.routing import again
from studio.jobs.specs import JobSpec, body_hash, spec_of
from tests.jobs.conftest import SKETCH, Desk
from tests.providers.cases import KEY
from tests.providers.simulators.base import Fault
from tests.providers.simulators.bfl import BFLSimulator
from tests.providers.simulators.recraft import RecraftSimulator
from tests.providers.tasks import at_rest, references_of

FLEX, PRO = "bfl/flux-2-flex", "bfl/flux-2-pro"
SIZE = {"size": "64x64"}
NOTHING_WRONG = Fault("none")


@pytest.fixture
def bfl(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[BFLSimulator]:
    monkeypatch.setattr("providers.adapters.bfl.adapter.NEW_SECONDS", 0.0)
    with BFLSimulator() as vendor:
        settings.PROVIDER_KEYS, settings.PROVIDER_URLS = {"bfl": KEY}, {"bfl": vendor.url}
        yield vendor


def refused(desk: Desk, model: str, **extra: str) -> Mapping[str, str]:
    with pytest.raises(Invalid) as caught:
        desk.submit(model, extra=extra)
    assert not Run.objects.exists()
    return caught.value.fields


def failed(desk: Desk, **more: Any) -> Job:
    job = desk.job(FLEX, parameters=SIZE, **more)
    services.cancel(job=job)
    job.refresh_from_db()
    return job


def test_what_was_set_is_kept_with_the_job_and_arrives_at_the_vendor_as_its_own_kind(
    busy: Desk, bfl: BFLSimulator, settings: Any
) -> None:
    extra = {"steps": "30", "guidance": "3.5", "prompt_upsampling": "true"}
    job = at_rest(busy, FLEX, NOTHING_WRONG, settings, parameters=SIZE, extra=extra)
    told = bfl.bills[0].fields
    assert (told["steps"], told["guidance"], told["prompt_upsampling"]) == (30, 3.5, True)
    assert job.parameters["extra"] == {"prompt_upsampling": True, "steps": 30, "guidance": 3.5}
    assert job.charged == job.quote["high"]


def test_what_the_vendor_does_anyway_is_not_sent(busy: Desk, bfl: BFLSimulator, settings: Any) -> None:
    job = at_rest(busy, FLEX, NOTHING_WRONG, settings, parameters=SIZE, extra={"steps": "50"})
    assert "steps" not in bfl.bills[0].fields
    assert job.parameters["extra"] == {}


def test_a_setting_within_a_table_of_the_vendors_arrives_there(busy: Desk, settings: Any) -> None:
    with RecraftSimulator() as vendor:
        settings.PROVIDER_KEYS, settings.PROVIDER_URLS = {"recraft": KEY}, {"recraft": vendor.url}
        settings.PROVIDER_HOSTS_ALLOWED = ["127.0.0.1"]
        extra = {"controls.no_text": "true", "controls.artistic_level": "2"}
        at_rest(busy, "recraft/recraftv3", NOTHING_WRONG, settings, extra=extra)
        assert vendor.bills[0].fields["controls"] == {"no_text": True, "artistic_level": 2}


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("steps", "51", "Steps: use a whole number from 1 to 50."),
        ("steps", "4.5", "Steps: use a whole number from 1 to 50."),
        ("guidance", "1.4", "Guidance: use a number from 1.5 to 10."),
        ("guidance", "infinity", "Guidance: use a number from 1.5 to 10."),
        ("prompt_upsampling", "yes", "Rewrite the prompt: choose on or off."),
        (
            "webhook_url",
            "https://elsewhere.test",
            "FLUX.2 [flex] has no setting called webhook_url. Leave it out.",
        ),
        ("seed", "5", "FLUX.2 [flex] has no setting called seed. Leave it out."),
        ("raw", "true", "FLUX.2 [flex] has no setting called raw. Leave it out."),
    ],
)
def test_what_a_model_cannot_be_told_is_refused_at_its_field_and_costs_nothing(
    busy: Desk, bfl: BFLSimulator, name: str, text: str, sentence: str
) -> None:
    before = busy.balance
    assert refused(busy, FLEX, **{name: text}) == {f"extra.{name}": sentence}
    assert (busy.balance, bfl.bills) == (before, [])


def test_auto_has_no_settings_of_a_models_own(busy: Desk) -> None:
    assert refused(busy, automatic.ID, steps="30") == {
        "extra.steps": "Auto has no setting called steps. Leave it out."
    }


def test_another_setting_is_another_wish_under_the_same_key(busy: Desk, bfl: BFLSimulator) -> None:
    first = busy.submit(FLEX, parameters=SIZE, key="press", extra={"steps": "30"})
    assert busy.submit(FLEX, parameters=SIZE, key="press", extra={"steps": "30"}) == first
    with pytest.raises(KeyReused):
        busy.submit(FLEX, parameters=SIZE, key="press", extra={"steps": "31"})


def test_a_wish_without_any_has_the_hash_that_it_had_before_there_were_any(busy: Desk) -> None:
    spec = JobSpec(SKETCH, "a stair", {"n": "1"})
    fields = {"model": SKETCH, "prompt": "a stair", "parameters": {"n": "1"}, "references": []}
    body = json.dumps([str(busy.project.pk), fields], sort_keys=True)
    assert body_hash(busy.project.pk, [spec]) == hashlib.sha256(body.encode()).hexdigest()


def test_a_retry_asks_for_the_same_once_more(busy: Desk, bfl: BFLSimulator) -> None:
    job = failed(busy, extra={"steps": "30", "prompt_upsampling": "false"})
    retried = again.retry(actor=busy.actor, payer=busy.payer, job=job, key="again").jobs.get()
    assert retried.parameters["extra"] == {"prompt_upsampling": False, "steps": 30}


def test_elsewhere_takes_over_what_the_other_model_has_and_says_what_it_leaves_out(
    busy: Desk, bfl: BFLSimulator
) -> None:
    job = failed(busy, extra={"steps": "30", "safety_tolerance": "1"})
    found = {each.candidate.offer.id: each for each in again.elsewhere(job=job, most=50)}
    assert "Steps left out, this model has no such setting" in found[PRO].candidate.notes
    assert found[PRO].priced.parameters.extra == {"safety_tolerance": 1}
    moved = again.retry(actor=busy.actor, payer=busy.payer, job=job, key="there", model=PRO).jobs.get()
    assert (moved.model, moved.parameters["extra"]) == (PRO, {"safety_tolerance": 1})


def test_a_job_from_before_there_were_any_is_retried_as_it_was(busy: Desk, bfl: BFLSimulator) -> None:
    job = failed(busy)
    del job.parameters["extra"]
    job.save(update_fields=["parameters"])
    assert spec_of(job, n=1).extra == {}
    assert again.price_retry(job=job).parameters.extra == {}


def test_a_model_that_takes_a_setting_alone_is_no_choice_for_a_job_with_references(
    busy: Desk, bfl: BFLSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = failed(busy, extra={"safety_tolerance": "1"}, references=references_of(busy, 1))
    assert PRO in [each.candidate.offer.id for each in again.elsewhere(job=job, most=50)]
    entry = loader.catalog().entries[PRO]
    alone = {"safety_tolerance": replace(entry.extra["safety_tolerance"], alone=True)}
    monkeypatch.setitem(dict_of(loader.catalog()), PRO, replace(entry, extra=alone))
    assert PRO not in [each.candidate.offer.id for each in again.elsewhere(job=job, most=50)]


def dict_of(catalog: Catalog) -> dict[str, Entry]:
    assert isinstance(catalog.entries, dict)
    return catalog.entries
