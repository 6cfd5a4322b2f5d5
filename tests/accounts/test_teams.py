"""The rules of a team, without pages."""

from __future__ import annotations

import contextlib
import threading

import pytest
from django.db import connections

from studio.accounts import services, teams
from studio.accounts.errors import LastOwner, LinkSpent
from studio.accounts.models import AuditRow, Membership, Role, Team, User
from studio.core.errors import Forbidden, NotFound
from tests.factories import make_team, person


def token_of(link: str) -> str:
    return link.rstrip("/").rsplit("/", 1)[1]


@pytest.mark.parametrize("role", [Role.EDITOR, Role.REVIEWER, Role.VIEWER])
def test_only_owners_and_admins_lead(alice: User, bob: User, charlie: User, role: str) -> None:
    team = make_team("Northwind", {alice: Role.OWNER, bob: role, charlie: Role.VIEWER})
    with pytest.raises(Forbidden):
        teams.change_role(by=bob, team=team, user=charlie, role=Role.EDITOR)
    with pytest.raises(Forbidden):
        teams.remove(by=bob, team=team, user=charlie)
    with pytest.raises(Forbidden):
        teams.invite(by=bob, team=team, role=Role.VIEWER)
    assert not AuditRow.objects.exists()


def test_an_admin_neither_makes_nor_unmakes_an_owner(alice: User, bob: User, charlie: User) -> None:
    team = make_team("Northwind", {alice: Role.OWNER, bob: Role.ADMIN, charlie: Role.EDITOR})
    with pytest.raises(Forbidden):
        teams.change_role(by=bob, team=team, user=charlie, role=Role.OWNER)
    with pytest.raises(Forbidden):
        teams.change_role(by=bob, team=team, user=bob, role=Role.OWNER)
    with pytest.raises(Forbidden):
        teams.change_role(by=bob, team=team, user=alice, role=Role.EDITOR)
    with pytest.raises(Forbidden):
        teams.remove(by=bob, team=team, user=alice)
    with pytest.raises(Forbidden):
        teams.invite(by=bob, team=team, role=Role.OWNER)
    teams.change_role(by=bob, team=team, user=charlie, role=Role.ADMIN)
    assert Membership.objects.get(user=charlie).role == Role.ADMIN


def test_the_last_owner_neither_leaves_nor_steps_down(alice: User, northwind: Team) -> None:
    with pytest.raises(LastOwner):
        teams.remove(by=alice, team=northwind, user=alice)
    with pytest.raises(LastOwner):
        teams.change_role(by=alice, team=northwind, user=alice, role=Role.ADMIN)


def test_an_owner_who_is_switched_off_does_not_count(alice: User, bob: User) -> None:
    team = make_team("Northwind", {alice: Role.OWNER, bob: Role.OWNER})
    User.objects.filter(pk=bob.pk).update(is_active=False)
    with pytest.raises(LastOwner):
        teams.remove(by=alice, team=team, user=alice)


def test_a_stranger_is_not_in_the_team_for_anybody(alice: User, charlie: User, northwind: Team) -> None:
    with pytest.raises(NotFound):
        teams.change_role(by=alice, team=northwind, user=charlie, role=Role.EDITOR)
    with pytest.raises(NotFound):
        teams.remove(by=charlie, team=northwind, user=alice)


def test_what_leads_do_is_kept_with_before_and_after(alice: User, bob: User, northwind: Team) -> None:
    teams.change_role(by=alice, team=northwind, user=bob, role=Role.VIEWER)
    row = AuditRow.objects.get()
    assert (row.actor, row.action, row.target) == (alice, "team.role", f"{bob.email} in Northwind")
    assert (row.before, row.after) == ({"role": "editor"}, {"role": "viewer"})


@pytest.mark.django_db(transaction=True)
def test_of_two_owners_who_leave_at_once_one_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    alice, bob = person("Alice"), person("Bob")
    team = make_team("Northwind", {alice: Role.OWNER, bob: Role.OWNER})
    both_have_looked = threading.Barrier(2)
    refused: list[User] = []
    check = teams._check_other_owner

    def check_and_wait_for_the_other(team: Team, user: User) -> None:
        check(team, user)
        # The lock is to keep the other from coming here at all, so the wait is in vain.
        with contextlib.suppress(threading.BrokenBarrierError):
            both_have_looked.wait(timeout=0.5)

    def leave(user: User) -> None:
        try:
            teams.remove(by=user, team=team, user=user)
        except LastOwner:
            refused.append(user)
        finally:
            connections.close_all()

    monkeypatch.setattr(teams, "_check_other_owner", check_and_wait_for_the_other)
    threads = [threading.Thread(target=leave, args=[user]) for user in (alice, bob)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert [row.user for row in Membership.objects.select_related("user")] == refused


def test_who_is_put_out_does_not_come_back_with_a_link_of_their_own(alice: User, bob: User) -> None:
    team = make_team("Northwind", {alice: Role.OWNER, bob: Role.ADMIN})
    link = teams.invite(by=bob, team=team, role=Role.ADMIN)
    kept = teams.invite(by=alice, team=team, role=Role.VIEWER)
    teams.remove(by=alice, team=team, user=bob)
    with pytest.raises(LinkSpent):
        services.accept(token=token_of(link), user=bob)
    assert services.accept(token=token_of(kept), user=bob) == team


def test_who_leads_no_more_lets_nobody_in(alice: User, bob: User, charlie: User) -> None:
    team = make_team("Northwind", {alice: Role.OWNER, bob: Role.ADMIN})
    link = teams.invite(by=bob, team=team, role=Role.ADMIN)
    teams.change_role(by=alice, team=team, user=bob, role=Role.VIEWER)
    with pytest.raises(LinkSpent):
        services.accept(token=token_of(link), user=charlie)


def test_who_is_no_owner_any_more_makes_no_owner_with_an_old_link(
    alice: User, bob: User, charlie: User
) -> None:
    team = make_team("Northwind", {alice: Role.OWNER, bob: Role.OWNER})
    link = teams.invite(by=bob, team=team, role=Role.OWNER)
    teams.change_role(by=alice, team=team, user=bob, role=Role.ADMIN)
    with pytest.raises(LinkSpent):
        services.accept(token=token_of(link), user=charlie)


def test_who_is_switched_off_lets_nobody_in(alice: User, bob: User, charlie: User) -> None:
    team = make_team("Northwind", {alice: Role.OWNER, bob: Role.ADMIN})
    link = teams.invite(by=bob, team=team, role=Role.EDITOR)
    services.set_active(by=alice, user=bob, active=False)
    with pytest.raises(LinkSpent):
        services.accept(token=token_of(link), user=charlie)
