"""Loading is safe to repeat, to break off and to do twice at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from studio.accounts.models import User
from studio.core import leases
from studio.core.models import Event, Lease
from studio.credits import checks
from studio.images.models import Image
from studio.jobs import queue
from studio.jobs.models import Run
from studio.sample import services, telling
from studio.sample.models import Sample
from tests.sample.conftest import few

OURS = ("accounts", "catalog", "core", "credits", "images", "jobs", "gallery", "sample")


def counts() -> dict[str, int]:
    """Rows of every table, but the hints for open browsers and the leases."""
    models = [model for model in apps.get_models() if model._meta.app_label in OURS]
    return {
        model._meta.label: model._default_manager.count() for model in models if model not in (Event, Lease)
    }


def test_a_second_load_changes_nothing(small: Sample, dana: User) -> None:
    before = counts()
    assert services.begin(dana) == small
    assert services.load(runs=few())
    assert counts() == before


def test_one_that_broke_off_is_finished_by_the_next(
    dana: User, painted: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell = telling.tell

    def break_off(sample: Sample, cast: Any, told: Any, *rest: Any) -> Run:
        if told.name == "a7":
            raise OSError("the disk went away")
        return tell(sample, cast, told, *rest)

    services.begin(dana)
    with monkeypatch.context() as patch:
        patch.setattr(telling, "tell", break_off)
        with pytest.raises(OSError, match="went away"):
            services.load(runs=few())
    assert Run.objects.count() == 4
    assert not Sample.objects.get().ready_at
    assert services.load(runs=few())
    assert Run.objects.count() == len(few())
    assert Image.objects.filter(kind=Image.Kind.OUTPUT).count() == 13
    assert Sample.objects.get().ready_at
    assert [problems for _account, problems in checks.check_all() if problems] == []


def test_only_one_process_paints(dana: User) -> None:
    services.begin(dana)
    assert leases.hold(services.LEASE, holder="another", seconds=60)
    assert not services.load(runs=few())
    assert not Run.objects.exists()


def test_it_never_waits_for_those_who_look_for_work(
    dana: User, painted: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They hold the look and wait to write, while whoever tells a run is the writer."""

    class Held:
        def __enter__(self) -> None:
            raise AssertionError("the look is held by somebody who waits to write")

        def __exit__(self, *_: object) -> None: ...

    services.begin(dana)
    monkeypatch.setattr(queue, "_look", Held())
    assert services.load(runs=few()[:1])


def test_a_worker_is_asked_again_until_it_is_there(small: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []
    monkeypatch.setattr(services, "ask", lambda: asked.append(True))
    services.remind()
    assert not asked
    Sample.objects.update(ready_at=None, tries=0, tried_at=None)
    services.remind()
    assert asked == [True]


def test_somebody_has_to_own_it(db: None) -> None:
    with pytest.raises(CommandError, match="Nobody here can own it"):
        call_command("seed_demo")


def test_the_command_loads_it_says_so_and_removes_it(
    dana: User, painted: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(services.load, "__kwdefaults__", {"runs": few(), "progress": None})
    for arguments in ([], [], ["--remove"], ["--remove"]):
        call_command("seed_demo", *arguments)
    assert capsys.readouterr().out.splitlines() == [
        "The sample studio is ready.",
        "The sample studio is there already.",
        "The sample studio is removed.",
        "There is no sample studio.",
    ]


def test_a_load_that_keeps_failing_is_tried_less_and_less_often(
    dana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []
    monkeypatch.setattr(services, "ask", lambda: asked.append(True))
    services.begin(dana)
    now = timezone.now()
    for tries, rest in ((1, 30), (2, 60), (99, 15 * 1024)):
        for seconds, expected in ((rest - 1, []), (rest, [True])):
            Sample.objects.update(tries=tries, tried_at=now - timedelta(seconds=seconds))
            asked.clear()
            with monkeypatch.context() as patch:
                patch.setattr(timezone, "now", lambda: now)
                services.remind()
            assert asked == expected


def test_nobody_manages_the_people_who_are_only_told_of(as_dana: Client, small: Sample) -> None:
    stand_in = small.people.all()[0]

    assert as_dana.post(f"/manage/people/{stand_in.pk}/active/", {"active": "1"}).status_code == 404
    assert as_dana.post(f"/manage/people/{stand_in.pk}/reset/").status_code == 404
    assert stand_in.email not in as_dana.get("/manage/people/").content.decode()
