"""API keys: shown once, found by their text alone, and worthless once revoked, expired or left behind."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from studio.accounts import keys
from studio.accounts.models import ApiKey, Team, User


def test_a_key_is_found_by_its_text_and_only_its_hash_is_kept(alice: User) -> None:
    row, text = keys.make(owner=alice, name="Script")
    assert keys.find(text) == row
    assert text.startswith("gs_live_")
    stored = ApiKey.objects.values().get()
    assert text not in str(stored)
    assert text[-20:] not in str(stored)


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
    assert keys.find(body + keys._check(body)) is None


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


def created(*arguments: str) -> str:
    out = StringIO()
    call_command("create_key", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_prints_a_good_key_and_nothing_else(alice: User, northwind: Team) -> None:
    text = created(alice.email.upper(), "--dialect", "async", "--team", "Northwind", "--name", "Nightly")
    found = keys.find(text.strip())
    assert found is not None
    assert text == text.strip() + "\n"
    assert (found.owner, found.team, found.dialect, found.name) == (alice, northwind, "async", "Nightly")


def test_the_command_says_whom_and_which_team_it_does_not_know(alice: User) -> None:
    with pytest.raises(CommandError, match="Nobody signs in"):
        created("nobody@northwind.test")
    with pytest.raises(CommandError, match="no team called Southwind"):
        created(alice.email, "--team", "Southwind")
