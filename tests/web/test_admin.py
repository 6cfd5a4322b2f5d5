"""Django's admin: through the studio's own door, and with the ledger behind glass."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from studio.accounts.models import User
from studio.credits import services as credits
from studio.web.welcome import welcome

LEDGER = ["credits_account", "credits_hold", "credits_entry"]
KEPT = [*LEDGER, "accounts_auditrow", "accounts_user"]


def test_a_stranger_signs_in_at_the_studios_own_page(client: Client, db: None) -> None:
    inner = client.get(reverse("admin:index"))
    assert client.get(inner["Location"])["Location"] == reverse("account_login") + "?next=%2Fadmin%2F"


def test_who_is_not_staff_is_refused(as_alice: Client) -> None:
    assert as_alice.get(reverse("admin:login")).status_code == 403


@pytest.mark.parametrize("table", KEPT)
def test_rows_that_are_kept_can_be_looked_at_and_not_touched(
    as_dana: Client, dana: User, alice: User, table: str
) -> None:
    welcome(alice, 10)
    account = credits.account_of(user=alice).pk
    credits.hold(account_id=account, amount=5, key="job:1", label="a stair")
    page = as_dana.get(reverse(f"admin:{table}_changelist"))
    assert page.status_code == 200
    assert page.context["cl"].result_count > 0
    row = page.context["cl"].queryset.first()
    assert as_dana.get(reverse(f"admin:{table}_change", args=[row.pk])).status_code == 200
    assert as_dana.get(reverse(f"admin:{table}_add")).status_code == 403
    assert as_dana.post(reverse(f"admin:{table}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    assert (
        as_dana.post(reverse(f"admin:{table}_change", args=[row.pk]), {"reason": "mine"}).status_code == 403
    )
    delete = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    as_dana.post(reverse(f"admin:{table}_changelist"), delete)
    assert type(row).objects.filter(pk=row.pk).exists()


def test_nobody_reads_the_secret_of_a_second_factor(as_dana: Client) -> None:
    assert as_dana.get("/admin/mfa/authenticator/").status_code == 404
