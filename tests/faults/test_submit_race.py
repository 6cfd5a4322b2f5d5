"""Many press Generate, or end the same job, in the same instant."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import QuerySet

from studio.accounts.actors import actor_for
from studio.accounts.models import Team
from studio.credits.errors import InsufficientCredits
from studio.credits.models import Hold
from studio.jobs import outcomes, projects, queue, quoting, selectors, services, sweeping
from studio.jobs.errors import NotCancellable, NothingToRetry
from studio.jobs.models import FINAL, Job, Project, Run, State
from studio.jobs.routing import again
from tests.faults import desk as desks
from tests.faults.conftest import assert_nothing_is_left_open, assert_the_books_are_right
from tests.faults.processes import Processes
from tests.jobs.conftest import SKETCH, START, Desk
from tests.racing import at_once

THREADS, PROCESSES, ADMITTED, PRICE = 50, 8, 10, 3_000
ROUNDS = int(os.environ.get("ROUNDS") or (200 if os.environ.get("SOAK") else 20))


REFUSALS = (InsufficientCredits, NotCancellable, NothingToRetry)


def race(busy: Desk, processes: Processes, number: int) -> None:
    """One round: 50 threads and 8 processes for ten, in a project of its own."""
    project = projects.new_project(actor=busy.actor, team=None)
    press: dict[str, Any] = {"project_id": str(project.pk), "model": SKETCH}
    press["user_id"] = busy.actor.require_user().pk
    processes.start("submit", count=PROCESSES, wait=True, key=f"{number}-process-{{number}}", **press)

    def submit(place: int) -> Callable[[], object]:
        return lambda: desks.press(key=f"{number}-thread-{place}", **press)

    answers = at_once([*map(submit, range(THREADS)), processes.go], refusals=REFUSALS)
    codes = processes.all_ended()
    runs = [answer for answer in answers if isinstance(answer, Run)]
    assert len(runs) + codes.count(0) == ADMITTED
    assert answers.count(InsufficientCredits) == THREADS - len(runs)
    assert codes.count(3) == PROCESSES - codes.count(0)
    numbers = Run.objects.filter(project=project).order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, ADMITTED + 1))


def settle_all(busy: Desk) -> None:
    for job in Job.objects.filter(state=State.QUEUED).select_related("run"):
        assert outcomes.cancel_waiting(job)
    assert busy.balance == (ADMITTED * PRICE, 0)


def admitted_for_ten(busy: Desk, processes: Processes, rounds: int) -> None:
    desk_with(busy, ADMITTED * PRICE)
    for number in range(rounds):
        race(busy, processes, number)
        assert busy.balance == (0, ADMITTED * PRICE)
        assert Hold.objects.filter(state=Hold.State.OPEN).count() == ADMITTED
        assert_the_books_are_right()
        settle_all(busy)
        processes.end_all()


def desk_with(busy: Desk, micros: int) -> None:
    """Leave the desk with so much, and warm the price so that nobody in the race writes it."""
    from studio.credits import services as credits

    credits.hold(account_id=busy.payer.account_id, amount=START - micros, key="elsewhere", label="Elsewhere")
    credits.settle(key="elsewhere", actual=START)
    assert busy.balance == (micros, 0)


def test_of_58_who_press_at_once_with_credits_for_ten_exactly_ten_are_admitted(
    busy: Desk, processes: Processes
) -> None:
    admitted_for_ten(busy, processes, 1)


@pytest.mark.slow
def test_of_58_who_press_at_once_exactly_ten_are_admitted_round_after_round(
    busy: Desk, processes: Processes
) -> None:
    admitted_for_ten(busy, processes, ROUNDS)


def test_two_presses_of_one_button_are_one_run(busy: Desk) -> None:
    press: dict[str, Any] = {"project_id": str(busy.project.pk), "model": SKETCH, "key": "the same"}
    press["user_id"] = busy.actor.require_user().pk
    runs = at_once([lambda: desks.press(**press)] * 8)
    assert len(set(runs)) == Run.objects.count() == 1
    assert busy.balance == (START - PRICE, PRICE)


def priced_together(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """Nobody goes on from the price of a retry before all have seen that there is something to retry."""
    barrier, price = threading.Barrier(count), again.price_retry

    def and_wait(**given: Any) -> quoting.Priced:
        priced = price(**given)
        barrier.wait()
        return priced

    monkeypatch.setattr(again, "price_retry", and_wait)


@pytest.mark.parametrize("keys", [("one tab", "another"), ("the same", "the same")])
def test_two_retries_of_one_job_at_once_are_paid_once(
    busy: Desk, monkeypatch: pytest.MonkeyPatch, keys: tuple[str, str]
) -> None:
    job = busy.job(SKETCH)
    services.cancel(job=job)
    job.refresh_from_db()
    priced_together(monkeypatch, len(keys))

    def retry(key: str) -> Callable[[], object]:
        ours = Job.objects.select_related("run__project").get(pk=job.pk)
        return lambda: again.retry(actor=busy.actor, payer=busy.payer, job=ours, key=key)

    answers = at_once([*map(retry, keys)], refusals=REFUSALS)
    run = Job.objects.get(retry_of=job).run
    assert Counter(answers) == ({run: 2} if keys[0] == keys[1] else {run: 1, NothingToRetry: 1})
    assert busy.balance == (START - PRICE, PRICE)


class Look:
    """Somebody's projects, at which they look first when all the others do."""

    def __init__(self, rows: QuerySet[Project], barrier: threading.Barrier) -> None:
        self.rows, self.barrier, self.looked = rows, barrier, False

    def first(self) -> Project | None:
        found = self.rows.first()
        if not self.looked:
            self.looked = True
            self.barrier.wait()
        return found


@pytest.mark.parametrize("in_team", [False, True])
def test_first_presses_at_once_go_to_one_new_project(
    busy: Desk, northwind: Team, monkeypatch: pytest.MonkeyPatch, in_team: bool
) -> None:
    barrier, known = threading.Barrier(4), selectors.projects
    monkeypatch.setattr(selectors, "projects", lambda *of: Look(known(*of), barrier))
    team = northwind if in_team else None
    Project.objects.all().delete()
    actor = actor_for(busy.actor.require_user())
    found = at_once([lambda: projects.latest_project(actor=actor, team=team)] * barrier.parties)
    assert set(found) == {Project.objects.get()}


@pytest.mark.parametrize("round_number", range(8))
def test_a_job_that_is_finished_failed_cancelled_and_swept_at_once_ends_once(
    busy: Desk, settings: Any, round_number: int
) -> None:
    settings.JOB_LEASE_SECONDS = 0.0
    job = busy.job(SKETCH)
    claim = queue.claim_next()
    assert claim is not None
    attempt = job.attempts.create(number=1, client_ref=job.pk.hex)
    loaded = [Job.objects.select_related("run", "price_version").get(pk=job.pk) for _ in range(4)]
    enders: list[Callable[[], object]] = [
        lambda: outcomes.finish(claim, loaded[0], attempt, actual=PRICE, answer=outcomes.Answer()),  # type: ignore[arg-type]
        lambda: outcomes.fail(claim, loaded[1], code="upstream", detail="no"),
        lambda: outcomes.cancel_running(claim, loaded[2]),
        lambda: outcomes.put_back(claim, loaded[3], seconds=0, clean=False),
        sweeping.sweep,
        lambda: services.cancel(job=Job.objects.select_related("run").get(pk=job.pk)),
    ]
    answers = at_once(enders, refusals=REFUSALS)
    assert Counter(answers[:4])[True] <= 1
    job.refresh_from_db()
    if job.state in FINAL:
        assert busy.balance[1] == 0
    assert_nothing_is_left_open(busy, settings)
    job.refresh_from_db()
    assert busy.balance == (START - job.charged, 0)
