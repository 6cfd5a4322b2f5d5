"""Who hears of a change, and that nobody hears of one that was rolled back."""

from __future__ import annotations

import pytest
from django.db import transaction

from studio.accounts.actors import Visibility, actor_for
from studio.accounts.models import Team, User
from studio.core import events
from studio.credits import services as credits
from studio.jobs import notices, outcomes, queue, services
from studio.jobs.models import Job
from studio.jobs.services import Payer
from tests.factories import make_project, make_run
from tests.jobs.conftest import Desk, desk_of


def heard(since: int = 0) -> list[tuple[str, str, str]]:
    """Channel, topic and ref of what was published, in order."""
    return [(notice.channel, notice.topic, notice.ref) for notice in events.since(since)]


def of_runs(since: int = 0) -> list[tuple[str, str, str]]:
    return [line for line in heard(since) if line[1] != "balance"]


def test_a_personal_run_is_told_to_its_owner_alone(desk: Desk, alice: User) -> None:
    run = desk.submit()
    assert of_runs() == [(f"user:{alice.pk}", notices.RUNS_ADDED, str(run.pk))]


def test_a_run_in_a_team_is_told_to_the_team(alice: User, northwind: Team) -> None:
    desk = desk_of(alice)
    desk.actor, desk.project = actor_for(alice), make_project(alice, northwind)
    desk.payer = Payer(desk.payer.account_id, northwind)
    run = desk.submit()
    assert of_runs() == [(f"team:{northwind.pk}", notices.RUNS_ADDED, str(run.pk))]


def test_a_private_run_in_a_team_is_told_to_its_owner_alone(alice: User, northwind: Team) -> None:
    run = make_run(alice, northwind, visibility=Visibility.PRIVATE)
    notices.run_changed(run)
    assert of_runs() == [(f"user:{alice.pk}", notices.RUN, str(run.pk))]


def taken(job: Job) -> queue.Claim:
    claim = queue.claim_next(job.pk)
    assert claim is not None
    return claim


@pytest.mark.parametrize(
    "change",
    [
        lambda job: outcomes.fail(taken(job), job, code="upstream", detail="no"),
        lambda job: outcomes.park(taken(job), job, detail="lost"),
        lambda job: outcomes.put_back(taken(job), job, seconds=1, clean=True),
        lambda job: outcomes.cancel_running(taken(job), job),
        lambda job: outcomes.cancel_waiting(job),
        lambda job: taken(job) and services.cancel(job=job),
    ],
    ids=["fail", "park", "put back", "cancel running", "cancel waiting", "wish to cancel"],
)
def test_every_change_of_a_job_is_told(desk: Desk, change: object) -> None:
    job = desk.job()
    before = events.latest_id()
    assert callable(change)
    assert change(job)
    assert [line[1:] for line in of_runs(before)] == [(notices.RUN, str(job.run_id))]


def test_a_hold_and_a_grant_move_the_balance_of_their_owner_on_every_page(desk: Desk, alice: User) -> None:
    before = events.latest_id()
    desk.submit()
    credits.grant(account_id=desk.payer.account_id, amount=5, key="more", actor=None, reason="More")
    told = [line for line in heard(before) if line[1] == "balance"]
    assert told == [(f"user:{alice.pk}", "balance", str(desk.payer.account_id))] * 2


def test_nothing_is_told_of_what_was_rolled_back(desk: Desk) -> None:
    before = events.latest_id()
    with transaction.atomic():
        desk.submit()
        assert events.since(before)
        transaction.set_rollback(True)
    assert events.since(before) == []


def test_notices_come_oldest_first_and_no_more_than_were_asked_for(db: None) -> None:
    before = events.latest_id()
    for number in range(3):
        events.publish(["all"], "topic", number)
    first = events.since(before, limit=2)
    assert [notice.ref for notice in first] == ["0", "1"]
    assert [notice.ref for notice in events.since(first[-1].id)] == ["2"]
