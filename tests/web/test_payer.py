"""Who pays for a run: the project's own workspace, wherever the person stands."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.test import Client

from studio.accounts.actors import actor_for
from studio.accounts.models import Role, Team, User
from studio.credits import selectors
from studio.credits import services as credits
from studio.jobs import services
from studio.jobs.models import Job, Project, Run, State
from tests.factories import make_project, make_team
from tests.jobs.conftest import SKETCH

GRANT = 10_000_000


@pytest.fixture
def pool(alice: User, bob: User) -> Team:
    """A team whose pool pays, with alice and bob in it."""
    team = make_team("Southwind", {alice: Role.OWNER, bob: Role.EDITOR}, pool_pays=True)
    for owner in ({"team": team}, {"user": bob}):
        account = credits.account_of(**owner)
        credits.grant(account_id=account.pk, amount=GRANT, key=uuid.uuid4().hex, actor=None, reason="test")
    return team


def held(user: User | None = None, team: Team | None = None) -> int:
    return selectors.balance(credits.account_of(user=user, team=team).pk).held


def stand_in(client: Client, team: Team | None) -> None:
    client.post("/workspace/", {"workspace": str(team.pk) if team else ""})


def press(client: Client, project: Project, path: str = "/runs", **changes: Any) -> Any:
    form = {"model": SKETCH, "prompt": "a stair", "size": "256x256", "n": "1", "project": str(project.pk)}
    key = {"idempotency_key": uuid.uuid4().hex}
    return client.post(path, form | key | changes, headers={"HX-Request": "true"})


def test_a_run_in_a_teams_project_is_paid_by_its_pool_from_another_workspace(
    as_bob: Client, alice: User, bob: User, pool: Team
) -> None:
    project = make_project(alice, pool)
    stand_in(as_bob, None)
    assert press(as_bob, project).status_code == 200
    assert Run.objects.get().team_id == pool.pk
    assert (held(user=bob), held(team=pool)) == (0, 3_000)


def test_a_run_in_a_project_of_ones_own_is_never_paid_by_a_pool(
    as_bob: Client, bob: User, pool: Team
) -> None:
    project = make_project(bob)
    stand_in(as_bob, pool)
    assert press(as_bob, project).status_code == 200
    assert (held(user=bob), held(team=pool)) == (3_000, 0)


def test_a_viewer_of_one_team_still_runs_in_a_project_of_their_own(
    as_bob: Client, bob: User, pool: Team
) -> None:
    looking = make_team("Westwind", {bob: Role.VIEWER})
    project = make_project(bob)
    stand_in(as_bob, looking)
    assert press(as_bob, project).status_code == 200


def test_a_retry_is_paid_where_the_run_was_made(as_bob: Client, alice: User, bob: User, pool: Team) -> None:
    press_at = make_project(alice, pool)
    stand_in(as_bob, pool)
    press(as_bob, press_at)
    services.cancel(job=Job.objects.get())
    stand_in(as_bob, None)
    job = Job.objects.get()
    assert job.state == State.CANCELLED
    answer = as_bob.post(f"/jobs/{job.pk}/retry", {"idempotency_key": uuid.uuid4().hex})
    assert answer.status_code == 302
    assert (held(user=bob), held(team=pool)) == (0, 3_000)


def test_the_price_is_shown_against_the_balance_that_pays(
    as_bob: Client, alice: User, bob: User, pool: Team
) -> None:
    credits.hold(account_id=credits.account_of(user=bob).pk, amount=GRANT, key="all", label="all of it")
    stand_in(as_bob, None)
    answers = [
        press(as_bob, make_project(alice, pool), path=path).content.decode()
        for path in ("/price", "/parameters")
    ]
    page = as_bob.get(f"/projects/{make_project(alice, pool).pk}/").content.decode()
    assert not re.findall("Not enough credits", "".join([*answers, page]))


def test_a_payer_of_another_workspace_than_the_projects_is_a_mistake(
    alice: User, bob: User, pool: Team
) -> None:
    payer = services.Payer(credits.account_of(user=bob).pk)
    with pytest.raises(ValueError, match="payer"):
        services.submit(
            actor=actor_for(bob), payer=payer, project=make_project(alice, pool), specs=[], key="k"
        )


def test_a_viewer_starts_no_project_in_the_team(as_bob: Client, bob: User, pool: Team) -> None:
    looking = make_team("Westwind", {bob: Role.VIEWER})
    stand_in(as_bob, looking)
    assert as_bob.post("/projects/", {"name": "Mine"}).status_code == 403
    assert not Project.objects.exists()


def test_a_projects_name_is_cut_to_what_fits(as_bob: Client, bob: User) -> None:
    as_bob.post("/projects/", {"name": "a" * 300 + "\0"})
    assert Project.objects.get().name == "a" * 120
