"""Teams as their members see them, and the workspace that one stands in."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from studio.accounts.models import Membership, Role, Team, User
from studio.credits import services as credits
from tests.factories import make_image, make_team, request_of


def role_of(team: Team, user: User) -> str | None:
    return Membership.objects.filter(team=team, user=user).values_list("role", flat=True).first()


def test_who_starts_a_team_owns_it_and_stands_in_it(as_alice: Client, alice: User) -> None:
    response = as_alice.post(reverse("team_create"), {"name": "  Northwind  "})
    team = Team.objects.get()
    assert response["Location"] == reverse("team", args=[team.pk])
    assert (team.name, role_of(team, alice)) == ("Northwind", "owner")
    assert as_alice.session["workspace"] == str(team.pk)


def test_a_team_without_a_name_is_not_made_and_the_field_says_why(as_alice: Client) -> None:
    response = as_alice.post(reverse("team_create"), {"name": " "})
    assert response.status_code == 422
    assert "This field is required." in response.content.decode()
    assert not Team.objects.exists()


def test_a_link_brings_somebody_into_the_team_and_to_its_pictures(
    as_alice: Client, as_charlie: Client, alice: User, charlie: User, northwind: Team
) -> None:
    picture = make_image(alice, northwind)
    page = as_alice.post(reverse("team_invite", args=[northwind.pk]), {"role": "viewer"}).content.decode()
    link = re.search(r"/join/[\w-]+/", page)
    assert link
    assert as_charlie.get(reverse("team", args=[northwind.pk])).status_code == 404
    as_charlie.post(link[0])
    assert role_of(northwind, charlie) == "viewer"
    assert picture in type(picture).objects.visible_to(request_of(charlie).actor)


def test_strangers_find_none_of_a_teams_pages(as_charlie: Client, alice: User, northwind: Team) -> None:
    answers = [
        as_charlie.get(reverse("team", args=[northwind.pk])),
        as_charlie.post(reverse("team_invite", args=[northwind.pk]), {"role": "owner"}),
        as_charlie.post(reverse("team_leave", args=[northwind.pk])),
        as_charlie.post(reverse("team_role", args=[northwind.pk, alice.pk]), {"role": "viewer"}),
        as_charlie.post(reverse("team_remove", args=[northwind.pk, alice.pk])),
        as_charlie.post(reverse("workspace"), {"workspace": str(northwind.pk)}),
    ]
    assert [answer.status_code for answer in answers] == 6 * [404]
    assert role_of(northwind, alice) == "owner"


def test_an_editor_sees_the_members_and_no_way_to_change_them(
    as_bob: Client, alice: User, bob: User, northwind: Team
) -> None:
    page = as_bob.get(reverse("team", args=[northwind.pk])).content.decode()
    assert alice.email in page
    assert "Make a link" not in page
    as_bob.post(reverse("team_role", args=[northwind.pk, bob.pk]), {"role": "owner"})
    as_bob.post(reverse("team_remove", args=[northwind.pk, alice.pk]))
    assert as_bob.post(reverse("team_invite", args=[northwind.pk]), {"role": "viewer"}).status_code == 403
    assert (role_of(northwind, alice), role_of(northwind, bob)) == ("owner", "editor")


def test_the_owner_gives_roles_and_takes_them(as_alice: Client, bob: User, northwind: Team) -> None:
    as_alice.post(reverse("team_role", args=[northwind.pk, bob.pk]), {"role": "reviewer"})
    assert role_of(northwind, bob) == "reviewer"
    as_alice.post(reverse("team_remove", args=[northwind.pk, bob.pk]))
    assert role_of(northwind, bob) is None


def test_the_last_owner_is_told_why_they_cannot_leave(as_alice: Client, alice: User, northwind: Team) -> None:
    as_alice.post(reverse("team_leave", args=[northwind.pk]))
    assert role_of(northwind, alice) == "owner"
    assert "A team needs an owner." in as_alice.get(reverse("teams")).content.decode()


def test_a_member_leaves_by_themselves(as_bob: Client, bob: User, northwind: Team) -> None:
    as_bob.post(reverse("team_leave", args=[northwind.pk]))
    assert role_of(northwind, bob) is None


class TestWorkspace:
    def test_a_person_switches_to_a_team_and_back(self, as_bob: Client, northwind: Team) -> None:
        as_bob.post(reverse("workspace"), {"workspace": str(northwind.pk)})
        assert "Workspace: Northwind" in as_bob.get(reverse("teams")).content.decode()
        as_bob.post(reverse("workspace"), {"workspace": ""})
        assert "Workspace: Personal" in as_bob.get(reverse("teams")).content.decode()

    def test_the_page_of_teams_switches_too_for_there_is_no_menu_on_a_phone(
        self, as_bob: Client, northwind: Team
    ) -> None:
        page = as_bob.get(reverse("teams")).content.decode()
        assert f'value="{northwind.pk}" aria-label="Work in Northwind"' in page
        as_bob.post(reverse("workspace"), {"workspace": str(northwind.pk), "next": reverse("teams")})
        assert 'aria-label="Work in Personal"' in as_bob.get(reverse("teams")).content.decode()

    def test_who_was_removed_stands_in_their_own_workspace_again(
        self, as_bob: Client, bob: User, northwind: Team
    ) -> None:
        as_bob.post(reverse("workspace"), {"workspace": str(northwind.pk)})
        Membership.objects.filter(user=bob).delete()
        assert "Workspace: Personal" in as_bob.get(reverse("teams")).content.decode()

    @pytest.mark.parametrize(("url", "to"), [("/gallery/", "/gallery/"), ("https://elsewhere.test/", "/")])
    def test_switching_leads_back_and_never_to_another_site(
        self, as_alice: Client, url: str, to: str
    ) -> None:
        assert as_alice.post(reverse("workspace"), {"workspace": "", "next": url})["Location"] == to

    def test_the_pool_pays_in_a_team_that_has_one_and_else_the_person(self, alice: User, bob: User) -> None:
        poor = make_team("Poor", {bob: Role.EDITOR})
        rich = make_team("Rich", {bob: Role.EDITOR}, pool_pays=True)
        bobs, pool = credits.account_of(user=bob).pk, credits.account_of(team=rich).pk
        payers = [request_of(bob, team).workspace.account_id for team in (None, poor, rich)]
        assert payers == [bobs, bobs, pool]

    def test_a_viewer_may_not_make_runs_in_the_team_but_may_at_home(self, bob: User) -> None:
        team = make_team("Northwind", {bob: Role.VIEWER})
        assert [request_of(bob, where).workspace.can_edit for where in (team, None)] == [False, True]
