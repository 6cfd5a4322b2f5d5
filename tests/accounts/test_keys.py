"""API keys: made by rules, shown once, found by their text alone, worthless once revoked, expired or left behind."""

from __future__ import annotations

import importlib
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.utils import timezone

from studio.accounts import keys, selectors, teams
from studio.accounts.actors import GUEST, Visibility, actor_for, actor_for_key, may_edit
from studio.accounts.models import ApiKey, AuditRow, Membership, Role, Team, User
from studio.core.errors import Conflict, Invalid
from studio.core.ids import uuid7
from studio.images.models import Image
from tests.factories import make_image


def test_a_key_is_found_by_its_text_and_only_its_hash_is_kept(alice: User) -> None:
    row, text = keys.make(owner=alice, name="Script")
    assert keys.find(text) == row
    assert text.startswith("gs_live_")
    stored = ApiKey.objects.values().get()
    assert text not in str(stored)
    assert text[-20:] not in str(stored)


def test_a_teams_key_reaches_nothing_that_is_its_owners_alone(alice: User, northwind: Team) -> None:
    """It lies in the team's scripts, where others read it."""
    own, shared = make_image(alice), make_image(alice, northwind)
    private = make_image(alice, northwind, visibility=Visibility.PRIVATE)
    for team, reached in ((None, {own, shared, private}), (northwind, {shared, private})):
        actor = actor_for_key(keys.make(owner=alice, name="Script", team=team)[0])
        assert set(Image.objects.visible_to(actor)) == reached
        assert set(Image.objects.editable_by(actor)) == reached
        assert {image for image in (own, shared, private) if may_edit(actor, image)} == reached


@pytest.mark.parametrize("at", [0, 8, 16, 30, -1])
def test_a_text_with_one_letter_changed_is_no_key_and_asks_nothing(
    alice: User, at: int, django_assert_num_queries: Any
) -> None:
    _row, text = keys.make(owner=alice, name="Script")
    wrong = list(text)
    wrong[at] = "A" if text[at] != "A" else "B"
    with django_assert_num_queries(0):
        assert keys.find("".join(wrong)) is None
        assert keys.find(text + "x") is None
        assert keys.find("gs_live_ä" + text[9:]) is None


def test_a_right_checksum_over_a_wrong_secret_is_no_key(alice: User) -> None:
    _row, text = keys.make(owner=alice, name="Script")
    body = text[:16] + "0" * keys.SECRET_LENGTH
    assert keys.find(body + keys._checksum(body)) is None


def test_a_key_that_is_revoked_or_past_its_time_or_whose_owner_left_is_worthless(alice: User) -> None:
    row, text = keys.make(owner=alice, name="Script")
    past = timezone.now() - timedelta(seconds=1)
    for change in ({"revoked_at": past}, {"expires_at": past}):
        ApiKey.objects.filter(pk=row.pk).update(**change)
        assert keys.find(text) is None
        ApiKey.objects.filter(pk=row.pk).update(**dict.fromkeys(change))
    assert keys.find(text)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert keys.find(text) is None


@pytest.mark.parametrize("end", ["revoked_at", "expires_at"])
def test_only_who_has_the_whole_of_a_key_hears_that_it_was_one(alice: User, end: str) -> None:
    row, text = keys.make(owner=alice, name="Script")
    assert not keys.ended(text)
    ApiKey.objects.update(**{end: timezone.now()})
    assert keys.ended(text) == row
    body = text[:16] + "0" * keys.SECRET_LENGTH
    for other in ("", text[:-1], body + keys._checksum(body)):
        assert not keys.ended(other)


def test_when_it_was_used_is_noted_once_a_minute(alice: User, django_assert_num_queries: Any) -> None:
    _row, text = keys.make(owner=alice, name="Script")
    keys.find(text)
    used = ApiKey.objects.get().last_used_at
    assert used is not None
    with django_assert_num_queries(1):
        keys.find(text)
    ApiKey.objects.update(last_used_at=used - timedelta(minutes=2))
    keys.find(text)
    assert ApiKey.objects.filter(last_used_at__gt=used - timedelta(seconds=1)).exists()


def test_a_new_key_may_do_everything_or_what_it_was_made_for(alice: User) -> None:
    assert keys.make(owner=alice, name="All")[0].scopes == ["generate", "pictures", "credits"]
    assert keys.make(owner=alice, name="One", scopes=["credits", "credits"])[0].scopes == ["credits"]


def test_keys_from_before_scopes_go_on_doing_everything(alice: User) -> None:
    row, _text = keys.make(owner=alice, name="Old")
    other, _text = keys.make(owner=alice, name="New", scopes=["pictures"])
    ApiKey.objects.filter(pk=row.pk).update(scopes=[])
    importlib.import_module("studio.accounts.migrations.0004_key_scopes").allow_all(apps, None)
    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.scopes, other.scopes) == (["generate", "pictures", "credits"], ["pictures"])


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("name", {"name": " \0 "}),
    ("name", {"name": 81 * "x"}),
    ("dialect", {"dialect": "latin"}),
    ("scopes", {"scopes": []}),
    ("scopes", {"scopes": ["generate", "everything"]}),
    ("expires_at", {"expires_at": timezone.now() - timedelta(seconds=1)}),
]


@pytest.mark.parametrize(("field", "given"), WRONG)
def test_a_key_that_breaks_a_rule_is_not_made_and_the_field_is_named(
    alice: User, field: str, given: dict[str, Any]
) -> None:
    asked: dict[str, Any] = {"owner": alice, "name": "Script"}
    with pytest.raises(Invalid) as caught:
        keys.make(**asked | given)
    assert list(caught.value.fields) == [field]
    assert not ApiKey.objects.exists()
    assert not AuditRow.objects.exists()


def test_a_name_is_kept_in_one_line_and_two_keys_may_share_it(alice: User) -> None:
    first, _text = keys.make(owner=alice, name="  Night\n shift  ")
    second, _text = keys.make(owner=alice, name=first.name)
    assert (first.name, second.name) == ("Night shift", "Night shift")
    assert keys.make(owner=alice, name=80 * "x")[0].name == 80 * "x"


def test_a_second_press_makes_no_second_key(alice: User) -> None:
    given: dict[str, Any] = {"owner": alice, "name": "Script", "id": uuid7()}
    keys.make(**given)
    with pytest.raises(Conflict, match="made already"):
        keys.make(**given)
    assert (ApiKey.objects.count(), AuditRow.objects.count()) == (1, 1)


def test_a_key_is_made_for_a_team_that_its_owner_is_in_and_for_no_other(
    alice: User, charlie: User, northwind: Team
) -> None:
    assert keys.make(owner=alice, name="Script", team=northwind)[0].team == northwind
    with pytest.raises(Invalid) as caught:
        keys.make(owner=charlie, name="Script", team=northwind)
    assert list(caught.value.fields) == ["team"]
    teams.close(by=None, team=northwind)
    with pytest.raises(Invalid):
        keys.make(owner=alice, name="Script", team=northwind)


def test_what_was_made_and_revoked_is_in_the_audit_log_without_the_secret(alice: User, bob: User) -> None:
    row, text = keys.make(owner=alice, by=alice, name="Script")
    keys.revoke(by=bob, key=row)
    keys.revoke(by=bob, key=row)
    assert keys.find(text) is None
    made, revoked = AuditRow.objects.order_by("at")
    assert (made.action, made.actor, revoked.action, revoked.actor) == ("key.make", alice, "key.revoke", bob)
    assert row.prefix in made.target
    assert text[16:] not in str(list(AuditRow.objects.values()))


def test_a_person_sees_their_own_keys_and_who_leads_a_team_sees_its_keys_too(
    alice: User, bob: User, charlie: User, dana: User, northwind: Team
) -> None:
    own, _text = keys.make(owner=bob, name="Own")
    shared, _text = keys.make(owner=bob, name="Shared", team=northwind)
    alices, _text = keys.make(owner=alice, name="Alice's")

    def seen(user: User) -> list[ApiKey]:
        return list(selectors.keys_visible_to(actor_for(user)))

    assert seen(bob) == [shared, own]
    assert seen(alice) == [alices, shared]
    assert seen(charlie) == seen(dana) == []
    Membership.objects.filter(user=alice).update(role=Role.ADMIN)
    assert seen(alice) == [alices, shared]
    Membership.objects.filter(user=alice).update(role=Role.EDITOR)
    assert seen(alice) == [alices]


def test_a_guest_and_a_key_see_no_keys(alice: User) -> None:
    row, _text = keys.make(owner=alice, name="Script")
    assert not selectors.keys_visible_to(GUEST)
    assert not selectors.keys_visible_to(actor_for_key(row))
