"""A run of the studio, copied as curl and sent from a shell, is the same run."""

from __future__ import annotations

import json
import shlex
from typing import Any
from uuid import UUID

import pytest
from django.db.models import QuerySet
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from studio.accounts.models import User
from studio.jobs import execution
from studio.jobs.models import Job, Reference, Run
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


def commands(text: str) -> list[str]:
    """Each command of what was copied, as a shell would run them one after the other."""
    return ["curl " + each for each in text.removeprefix("curl ").split("\ncurl ")]


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


def test_references_are_named_by_their_pages(studio: Client, desk: Desk) -> None:
    first = desk.finished().outputs.get().image
    assert first
    run = desk.submit(PAINT, references=(ReferenceSpec(first.pk, Reference.Role.SOURCE),))
    asked = body(copied(studio, run))
    assert asked["references"] == [{"image": f"http://testserver/images/{first.pk}/", "role": "source"}]


def test_models_that_were_told_the_same_are_one_command(studio: Client, desk: Desk) -> None:
    run = desk.submit(PAINT, "gesso/studio", parameters={"aspect_ratio": "4:3"})
    run.jobs.update(seed=7, parameters=run.jobs.all()[0].parameters)
    assert body(copied(studio, run))["models"] == [PAINT, "gesso/studio"]


def test_what_auto_chose_is_asked_of_auto_again(studio: Client, desk: Desk) -> None:
    run = desk.submit("auto", parameters={"aspect_ratio": "16:9"})
    asked = body(copied(studio, run))
    assert (asked["model"], asked["aspect_ratio"]) == ("auto", "16:9")
    assert "seed" not in asked


def test_sent_from_a_shell_it_paints_the_same_pictures_for_the_same_price(
    studio: Client, live_server: LiveServer, key: str, desk: Desk
) -> None:
    """A model that counts pixels and one that knows shapes were told different things, and drew their own seeds."""
    source = desk.finished().outputs.get().image
    assert source
    references = (ReferenceSpec(source.pk, Reference.Role.SOURCE),)
    runs = [desk.submit(PAINT, references=references, prompt='it\'s "dusk"\n$HOME `ls` 日本')]
    script = {"Authorization": f"Bearer {key}"}
    several = {"models": [SKETCH, PAINT], "prompt": "a stair", "aspect_ratio": "16:9"}
    studio.post("/api/runs", several, content_type="application/json", headers=script)
    runs.append(Run.objects.latest("created_at"))
    execution.work()
    for run in runs:
        host = live_server.url.removeprefix("http://")
        before = set(Run.objects.values_list("pk", flat=True))
        for command in commands(copied(studio, run, host)):
            answer = sent(command, base=live_server.url, key=key)
            assert answer.status_code == 202, answer.text
        execution.work()
        again = Job.objects.filter(run__in=Run.objects.exclude(pk__in=before)).order_by(
            "run__created_at", "position"
        )
        assert told(again) == told(run.jobs.order_by("position"))


def told(jobs: QuerySet[Job]) -> list[tuple[str, str, int, list[UUID]]]:
    """What each job was asked, what it cost, and which pixels came."""
    return [
        (
            job.model,
            job.run.prompt,
            job.charged,
            [output.image.blob_id for output in job.outputs.all() if output.image],
        )
        for job in jobs
    ]
