"""Who may see and change which rows: the table that every page relies on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from studio.accounts.models import Membership, Role, Team, User
from studio.core.errors import Forbidden, NotFound
from studio.images.models import Image
from studio.jobs.models import Project, Run
from studio.web import access
from tests.factories import make_image, make_job, make_project, make_run, request_of

KINDS: dict[str, tuple[Callable[..., Any], Callable[..., Any], Callable[..., Any]]] = {
    "image": (make_image, access.image_for, access.editable_image_for),
    "run": (make_run, access.run_for, access.editable_run_for),
    "project": (make_project, access.project_for, access.editable_project_for),
}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> tuple[Callable[..., Any], Callable[..., Any], Callable[..., Any]]:
    return KINDS[request.param]


def verdict(look: Callable[..., Any], user: User | None, row: Image | Run | Project) -> str:
    try:
        found = look(request_of(user), row.pk)
    except NotFound:
        return "missing"
    except Forbidden:
        return "forbidden"
    assert found == row
    return "yes"


def test_a_personal_row_is_its_owners_alone(
    kind: Any, alice: User, bob: User, charlie: User, dana: User, northwind: Team
) -> None:
    make, see, change = kind
    row = make(alice)
    assert [verdict(see, user, row) for user in (alice, bob, charlie, dana, None)] == ["yes"] + 4 * [
        "missing"
    ]
    assert [verdict(change, user, row) for user in (alice, bob, None)] == ["yes", "missing", "missing"]


def test_two_people_of_a_team_share_its_rows_and_a_third_sees_nothing(
    kind: Any, alice: User, bob: User, charlie: User, dana: User, northwind: Team
) -> None:
    make, see, change = kind
    row = make(alice, northwind)
    assert [verdict(see, user, row) for user in (alice, bob, charlie, dana)] == [
        "yes",
        "yes",
        "missing",
        "missing",
    ]
    assert [verdict(change, user, row) for user in (alice, bob, charlie)] == ["yes", "yes", "missing"]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.REVIEWER])
def test_who_only_looks_in_a_team_is_told_so_when_they_change(
    kind: Any, alice: User, bob: User, northwind: Team, role: str
) -> None:
    make, see, change = kind
    Membership.objects.filter(user=bob).update(role=role)
    row = make(alice, northwind)
    assert verdict(see, bob, row) == "yes"
    assert verdict(change, bob, row) == "forbidden"


def test_a_private_row_in_a_team_is_its_owners_alone_even_before_the_teams_owner(
    kind: Any, alice: User, bob: User, northwind: Team
) -> None:
    make, see, change = kind
    row = make(bob, northwind, visibility="private")
    assert [verdict(see, user, row) for user in (bob, alice)] == ["yes", "missing"]
    assert [verdict(change, user, row) for user in (bob, alice)] == ["yes", "missing"]


def test_who_leaves_a_team_leaves_its_rows_behind_their_own_too(
    kind: Any, alice: User, bob: User, northwind: Team
) -> None:
    make, see, _change = kind
    shared, private = make(bob, northwind), make(bob, northwind, visibility="private")
    Membership.objects.filter(user=bob).delete()
    assert [verdict(see, bob, row) for row in (shared, private)] == ["missing", "missing"]
    assert verdict(see, alice, shared) == "yes"


def test_what_is_missing_and_what_is_foreign_read_the_same(alice: User, charlie: User) -> None:
    row = make_image(alice)
    messages = []
    for wanted in (row.pk, uuid4()):
        with pytest.raises(NotFound) as refusal:
            access.image_for(request_of(charlie), wanted)
        messages.append(refusal.value.message)
    assert messages[0] == messages[1]


def test_a_job_is_seen_by_whoever_sees_its_run(
    alice: User, bob: User, charlie: User, northwind: Team
) -> None:
    job = make_job(make_run(alice, northwind))
    assert access.job_for(request_of(bob), job.pk) == job
    assert access.editable_job_for(request_of(bob), job.pk) == job
    for look in (access.job_for, access.editable_job_for):
        with pytest.raises(NotFound):
            look(request_of(charlie), job.pk)


def test_a_team_is_found_by_its_members_alone(alice: User, charlie: User, northwind: Team) -> None:
    assert access.team_for(request_of(alice), northwind.pk) == northwind
    with pytest.raises(NotFound):
        access.team_for(request_of(charlie), northwind.pk)


def test_staff_is_asked_for_by_who_they_are(dana: User, alice: User) -> None:
    assert access.staff(request_of(dana)) == dana
    with pytest.raises(NotFound):
        access.staff(request_of(alice))


@pytest.mark.parametrize("text", ["", "42", "not-an-id", "../../etc"])
def test_an_id_that_is_none_is_missing(text: str) -> None:
    with pytest.raises(NotFound):
        access.id_of(text)
