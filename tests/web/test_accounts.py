from __future__ import annotations

from django.test import Client
from django.urls import reverse

from studio.accounts.models import User
from tests.factories import PASSWORD


def test_the_right_password_signs_in_and_leads_to_the_studio(client: Client, alice: User) -> None:
    response = client.post(reverse("account_login"), {"login": "Alice@Northwind.test", "password": PASSWORD})
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(alice.pk)
