"""A run of the studio, copied as curl and sent from a shell, is the same run."""

from __future__ import annotations

import json
import shlex
from typing import Any

import pytest
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from studio.accounts.models import User
from studio.jobs import execution
from studio.jobs.models import Reference, Run
from studio.jobs.specs import ReferenceSpec
from tests.api.curl import sent
from tests.factories import signed_in
from tests.jobs.conftest import PAINT, SKETCH, Desk


@pytest.fixture
def studio(alice: User) -> Client:
    return signed_in(alice)


def copied(studio: Client, run: Run, host: str = "testserver") -> str:
    answer = studio.get(f"/runs/{run.pk}/curl", headers={"host": host})
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/plain; charset=utf-8")
    return answer.text


def body(command: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shlex.split(command.replace("\\\n", " "))[-1])
    return found


def test_the_command_asks_for_the_same_model_settings_and_seed(studio: Client, desk: Desk) -> None:
    run = desk.submit(prompt="it's a “stair”\n$HOME `ls`", n=2, parameters={"negative_prompt": "people"})
    asked = body(copied(studio, run))
    assert asked == {
        "prompt": run.prompt,
        "model": SKETCH,
        "n": 2,
        "size": "256x256",
        "output_format": "png",
        "negative_prompt": "people",
        "seed": run.jobs.get().seed,
    }


def test_several_models_are_one_command_and_references_are_named_by_their_pages(
    studio: Client, desk: Desk
) -> None:
    first = desk.finished().outputs.get().image
    assert first
    references = (ReferenceSpec(first.pk, Reference.Role.SOURCE),)
    run = desk.submit(PAINT, "gesso/press", references=references)
    asked = body(copied(studio, run))
    assert asked["models"] == [PAINT, "gesso/press"]
    assert asked["references"] == [{"image": f"http://testserver/images/{first.pk}/", "role": "source"}]


def test_what_auto_chose_is_asked_of_auto_again(studio: Client, desk: Desk) -> None:
    run = desk.submit("auto", parameters={"aspect_ratio": "16:9"})
    asked = body(copied(studio, run))
    assert (asked["model"], asked["aspect_ratio"]) == ("auto", "16:9")
    assert "seed" not in asked


def test_sent_from_a_shell_it_paints_the_same_picture(
    studio: Client, live_server: LiveServer, key: str, desk: Desk
) -> None:
    source = desk.finished().outputs.get().image
    assert source
    job = desk.job(PAINT, references=(ReferenceSpec(source.pk, Reference.Role.SOURCE),))
    execution.work()
    host = live_server.url.removeprefix("http://")
    answer = sent(copied(studio, job.run, host), base=live_server.url, key=key)
    assert answer.status_code == 202, answer.text
    execution.work()
    twins = [each.jobs.get().outputs.get().image for each in Run.objects.filter(jobs__model=PAINT)]
    assert [image.blob_id for image in twins if image] == [twins[0].blob_id] * 2  # type: ignore[union-attr]
