"""More settings: what the composer shows, takes, keeps and says of a model's own settings."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from studio.accounts.models import User
from studio.catalog import loader
from studio.jobs.models import Job, Run
from studio.web import run_words
from tests.factories import make_job, make_run
from tests.jobs.conftest import SKETCH, Desk, desk_of
from tests.providers.cases import KEY
from tests.web.test_studio import form, post

FLEX, PRO = "bfl/flux-2-flex", "bfl/flux-2-pro"


@pytest.fixture(autouse=True)
def ready(settings: Any) -> None:
    """The vendor can be picked; nothing here asks it anything."""
    settings.PROVIDER_KEYS = {"bfl": KEY}


@pytest.fixture
def desk(alice: User) -> Desk:
    return desk_of(alice)


def asked(client: Client, model: str, drawn_for: str = "", **own: str) -> str:
    """The form of ``model``, asked for from one that was drawn for another."""
    fields = {f"extra.{name}": text for name, text in own.items()} | {"extra_of": drawn_for}
    answer = post(client, "/parameters", form(model=model, size="1024x1024", **fields))
    return str(answer.content.decode())


@pytest.mark.parametrize(
    ("model", "label", "prompt"),
    [
        (FLEX, "Write a prompt to generate", "needed"),
        ("bfl/flux-pro-1.0-expand", "Add the picture that is to be edited.", "optional"),
        ("recraft/crispUpscale", "Add the picture that is to be edited.", "unread"),
    ],
)
def test_a_tool_asks_for_its_picture_and_for_no_prompt(
    as_alice: Client, desk: Desk, settings: Any, model: str, label: str, prompt: str
) -> None:
    settings.PROVIDER_KEYS = {"bfl": KEY, "recraft": KEY}
    page = as_alice.get(f"/?model={model}").content.decode()
    assert label in page.partition('id="generate-button"')[2].partition("</button>")[0]
    assert f'data-prompt="{prompt}"' in page


def test_how_far_a_picture_grows_stands_open(as_alice: Client, desk: Desk) -> None:
    page = as_alice.get("/?model=bfl/flux-pro-1.0-expand").content.decode()
    assert '<details class="more-settings" id="more-settings" open>' in page
    assert value_of(page, "left") == "0"


def value_of(page: str, name: str) -> str:
    found = re.search(rf'name="extra\.{name}"[^>]* value="([^"]*)"', page)
    assert found, name
    return found[1]


def run_of(alice: User, model: str, **extra: Any) -> tuple[Run, Job]:
    run = make_run(alice)
    parameters = {"size": "1024x1024"} | ({"extra": extra} if extra else {})
    return run, make_job(run, model=model, model_label=model, parameters=parameters)


def test_a_model_with_settings_of_its_own_has_a_closed_part_and_others_have_none(
    as_alice: Client, desk: Desk
) -> None:
    flex, sketch = (as_alice.get(f"/?model={model}").content.decode() for model in (FLEX, SKETCH))
    assert '<details class="more-settings" id="more-settings">' in flex
    assert "more-settings" not in sketch.partition('id="params"')[2].partition("</form>")[0]
    assert (value_of(flex, "steps"), value_of(flex, "guidance")) == ("50", "4.5")
    assert 'type="range" id="extra-steps" name="extra.steps" min="1" max="50" step="1"' in flex


def test_generate_sends_what_was_chosen_and_nothing_that_the_form_opened_with(
    as_alice: Client, desk: Desk
) -> None:
    own = {"extra.steps": "30", "extra.guidance": "4.5", "extra.prompt_upsampling": "", "extra_of": FLEX}
    assert post(as_alice, "/runs", form(model=FLEX, size="64x64", **own)).status_code == 200
    assert Job.objects.get().parameters["extra"] == {"steps": 30}


def test_what_cannot_be_is_said_at_its_field_and_costs_nothing(as_alice: Client, desk: Desk) -> None:
    before = desk.balance
    answer = post(as_alice, "/runs", form(model=FLEX, size="64x64", **{"extra.steps": "51"}))
    assert answer.status_code == 422
    assert '<p class="field-error" data-field="extra.steps">Steps: use a whole' in answer.content.decode()
    assert (desk.balance, Job.objects.count()) == (before, 0)


def test_the_price_stays_and_the_reason_names_the_setting(as_alice: Client, desk: Desk) -> None:
    plain, wrong = (
        post(as_alice, "/price", form(model=FLEX, size="64x64", **own)).content.decode()
        for own in ({}, {"extra.steps": "0"})
    )
    assert "5 credits" in plain
    assert "5 credits" in wrong
    assert "Steps: use a whole number from 1 to 50." in wrong


def test_only_what_somebody_chose_follows_to_another_model(as_alice: Client, desk: Desk) -> None:
    page = asked(as_alice, PRO, FLEX, steps="50", guidance="4.5", safety_tolerance="0")
    assert value_of(page, "safety_tolerance") == "0"
    assert "left out" not in page
    page = asked(as_alice, PRO, FLEX, steps="30", guidance="4.5", safety_tolerance="2")
    assert "Steps left out, this model has no such setting" in page


def test_a_run_names_what_differs_and_reuse_brings_it_back(as_alice: Client, desk: Desk, alice: User) -> None:
    run, job = run_of(alice, FLEX, steps=30, prompt_upsampling=True)
    assert run_words.settings_line(job).endswith("Steps 30 · Rewrite the prompt on")
    taken = run_words.reuse(run, job)
    assert (taken["extra.steps"], taken["extra.prompt_upsampling"]) == ("30", "true")
    assert "extra" not in json.loads(json.dumps(taken))


def test_a_change_of_a_setting_is_a_chip_with_what_the_model_does_by_itself(alice: User, desk: Desk) -> None:
    (_, before), (_, after) = (
        run_of(alice, FLEX, guidance=3.0),
        run_of(alice, FLEX, steps=30, prompt_upsampling=False),
    )
    found = [(each.name, each.before, each.after) for each in run_words.changes(before, after)]
    assert found == [("Guidance", "3", "4.5"), ("Steps", "50", "30"), ("Rewrite the prompt", "", "off")]


def test_a_run_from_before_there_were_any_is_read_as_ever(as_alice: Client, desk: Desk, alice: User) -> None:
    run, job = run_of(alice, FLEX)
    assert "Steps" not in run_words.settings_line(job)
    assert not [name for name in run_words.reuse(run, job) if name.startswith("extra")]


def test_one_that_is_for_programs_is_not_shown_and_not_lost(
    as_alice: Client, desk: Desk, settings: Any
) -> None:
    settings.PROVIDER_URLS = {"a1111": "http://127.0.0.1:9"}
    page = asked(as_alice, "a1111/checkpoint", distilled_cfg_scale="2.5")
    assert '<input type="hidden" name="extra.distilled_cfg_scale" value="2.5">' in page
    assert loader.catalog().entries["a1111/checkpoint"].extra["distilled_cfg_scale"].label not in unescape(
        page
    )
