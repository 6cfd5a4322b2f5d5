"""Getting in, by every way there is, and one's own settings."""

from __future__ import annotations

import re
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from studio.accounts import services as accounts
from studio.accounts.models import AuditRow, Invitation, Membership, Team, User
from studio.core.micros import from_credits
from studio.credits import selectors as ledger
from studio.credits import services as credits
from tests.factories import PASSWORD

NEW = "eleven grey herons"
ERIN = {"name": "Erin", "email": "Erin@Example.test", "password": NEW, "timezone": "Europe/Vienna"}


def path_of(link: str) -> str:
    return re.sub(r"^https?://[^/]+", "", link)


def setup_path() -> str:
    link = accounts.setup_link()
    assert link
    return path_of(link)


def who(client: Client) -> str | None:
    """The id of whoever is signed in."""
    return client.session.get("_auth_user_id")


def balance_of(user: User) -> int:
    return ledger.balance(credits.account_of(user=user).pk).available


class TestSignIn:
    def test_the_right_password_signs_in_and_leads_to_the_studio(self, client: Client, alice: User) -> None:
        fields = {"login": "Alice@Northwind.test", "password": PASSWORD}
        response = client.post(reverse("account_login"), fields)
        assert (response.status_code, response["Location"]) == (302, "/")
        assert who(client) == str(alice.pk)

    @pytest.mark.parametrize("email", ["alice@northwind.test", "nobody@northwind.test"])
    def test_a_wrong_password_and_an_unknown_address_look_the_same(
        self, client: Client, alice: User, email: str
    ) -> None:
        response = client.post(reverse("account_login"), {"login": email, "password": "wrong"})
        assert "That email and password do not match." in response.content.decode()
        assert f'value="{email}"' in response.content.decode()
        assert who(client) is None

    def test_after_five_wrong_passwords_even_the_right_one_has_to_wait(
        self, client: Client, alice: User
    ) -> None:
        for _ in range(5):
            client.post(reverse("account_login"), {"login": alice.email, "password": "wrong"})
        response = client.post(reverse("account_login"), {"login": alice.email, "password": PASSWORD})
        assert "Too many tries" in response.content.decode()
        assert who(client) is None

    def test_one_address_tries_many_names_only_so_fast(self, client: Client, alice: User) -> None:
        answers = [
            client.post(
                reverse("account_login"), {"login": f"user{number}@northwind.test", "password": "wrong"}
            )
            for number in range(31)
        ]
        assert (answers[0].status_code, answers[-1].status_code) == (200, 429)
        assert "Wait a minute" in answers[-1].content.decode()

    def test_who_is_switched_off_is_out_at_once_and_cannot_come_back(
        self, as_bob: Client, bob: User, dana: User, client: Client
    ) -> None:
        accounts.set_active(by=dana, user=bob, active=False)
        assert as_bob.get(reverse("account"))["Location"].startswith(reverse("account_login"))
        client.post(reverse("account_login"), {"login": bob.email, "password": PASSWORD})
        assert who(client) is None

    def test_the_sign_in_page_does_not_lead_to_another_site(self, client: Client, alice: User) -> None:
        fields = {"login": alice.email, "password": PASSWORD, "next": "https://elsewhere.test/"}
        assert client.post(reverse("account_login"), fields)["Location"] == "/"

    @pytest.mark.django_db
    def test_nobody_signs_up_without_an_invitation(self, client: Client) -> None:
        page = client.get(reverse("account_signup")).content.decode()
        assert "by invitation" in page
        client.post(reverse("account_signup"), ERIN)
        assert not User.objects.exists()

    @pytest.mark.django_db
    def test_an_open_server_makes_an_account_for_anybody_without_credits(
        self, client: Client, settings: Any
    ) -> None:
        settings.SIGNUP = "open"
        client.post(reverse("account_signup"), ERIN)
        erin = User.objects.get()
        assert (who(client), erin.is_staff, balance_of(erin)) == (str(erin.pk), False, 0)

    @pytest.mark.django_db
    def test_without_mail_the_reset_page_says_who_can_help(self, client: Client) -> None:
        assert "sends no mail" in client.get(reverse("account_reset_password")).content.decode()

    def test_an_htmx_request_whose_session_ended_is_told_so_with_the_way_in_and_back(
        self, client: Client, db: None
    ) -> None:
        headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/gallery/?q=a"}
        response = client.get(reverse("teams"), headers=headers)
        assert response.status_code == 401
        assert "You were signed out" in response.content.decode()
        assert response["X-Sign-In"] == reverse("account_login") + "?next=%2Fgallery%2F%3Fq%3Da"


@pytest.mark.django_db
class TestSetup:
    def test_the_link_makes_the_first_staff_account_signed_in_and_with_credits(self, client: Client) -> None:
        response = client.post(setup_path(), ERIN)
        erin = User.objects.get()
        assert (response.status_code, response["Location"]) == (302, "/")
        assert who(client) == str(erin.pk)
        assert (erin.email, erin.name, erin.timezone) == ("erin@example.test", "Erin", "Europe/Vienna")
        assert erin.is_staff
        assert balance_of(erin) == from_credits(1000)

    def test_the_link_works_once(self, client: Client) -> None:
        path = setup_path()
        client.post(path, ERIN)
        response = Client().post(path, ERIN | {"email": "mallory@example.test"})
        assert response.status_code == 410
        assert "has been used" in response.content.decode()
        assert User.objects.count() == 1

    def test_a_weak_password_is_said_at_its_field_and_the_link_still_works(self, client: Client) -> None:
        path = setup_path()
        response = client.post(path, ERIN | {"password": "password"})
        assert response.status_code == 422
        assert "too common" in response.content.decode()
        assert 'value="Erin@Example.test"' in response.content.decode()
        assert not User.objects.exists()
        assert client.post(path, ERIN).status_code == 302

    def test_a_new_link_replaces_the_old_one(self, client: Client) -> None:
        old, new = setup_path(), setup_path()
        assert client.get(old).status_code == 410
        assert client.get(new).status_code == 200

    def test_there_is_no_link_once_there_is_staff(self, dana: User) -> None:
        assert accounts.setup_link() is None

    def test_a_link_from_before_somebody_became_staff_makes_no_second_one(
        self, client: Client, alice: User
    ) -> None:
        path = setup_path()
        User.objects.filter(pk=alice.pk).update(is_staff=True)
        assert client.post(path, ERIN).status_code == 410
        assert User.objects.get() == alice

    def test_only_the_hash_of_a_token_is_kept(self) -> None:
        token = setup_path().split("/")[2]
        row = Invitation.objects.values().get()
        assert len(token) >= 40
        assert token not in str(row)

    def test_an_unknown_time_zone_counts_as_utc(self, client: Client) -> None:
        client.post(setup_path(), ERIN | {"timezone": "Mars/Olympus"})
        assert User.objects.get().timezone == "UTC"

    def test_the_environment_can_name_the_first_staff_account_instead(self) -> None:
        assert accounts.ensure_admin(email="Root@Example.test", password=NEW)
        assert accounts.ensure_admin(email="root@example.test", password="another one") is None
        assert User.objects.get(is_staff=True).check_password(NEW)
        assert accounts.setup_link() is None


class TestJoin:
    def test_an_invitation_makes_an_account_in_the_team(
        self, client: Client, alice: User, northwind: Team
    ) -> None:
        path = path_of(accounts.invite(by=alice, email="erin@example.test", team=northwind, role="viewer"))
        client.post(path, ERIN | {"email": "other@example.test"})
        erin = User.objects.get(email="erin@example.test")
        assert who(client) == str(erin.pk)
        assert Membership.objects.get(user=erin).role == "viewer"
        assert client.session["workspace"] == str(northwind.pk)
        assert not erin.is_staff

    def test_an_invitation_lets_one_person_in(self, alice: User, northwind: Team) -> None:
        path = path_of(accounts.invite(by=alice, team=northwind))
        assert Client().post(path, ERIN).status_code == 302
        assert Client().post(path, ERIN | {"email": "mallory@example.test"}).status_code == 410
        assert not User.objects.filter(email="mallory@example.test").exists()

    def test_an_address_that_has_an_account_is_told_to_sign_in_and_keeps_the_link(
        self, client: Client, alice: User, bob: User
    ) -> None:
        path = path_of(accounts.invite(by=alice))
        response = client.post(path, ERIN | {"email": bob.email.upper()})
        assert response.status_code == 422
        assert "Sign in instead" in response.content.decode()
        assert client.get(path).status_code == 200

    def test_somebody_signed_in_enters_the_team_with_one_button(
        self, as_charlie: Client, charlie: User, alice: User, northwind: Team
    ) -> None:
        path = path_of(accounts.invite(by=alice, team=northwind, role="reviewer"))
        assert "Join Northwind" in as_charlie.get(path).content.decode()
        as_charlie.post(path)
        assert Membership.objects.get(user=charlie, team=northwind).role == "reviewer"

    def test_an_invitation_for_another_address_is_refused_and_still_works(
        self, as_charlie: Client, charlie: User, alice: User, northwind: Team
    ) -> None:
        path = path_of(accounts.invite(by=alice, email="erin@example.test", team=northwind))
        assert as_charlie.post(path).status_code == 409
        assert not Membership.objects.filter(user=charlie).exists()
        assert Client().post(path, ERIN).status_code == 302

    def test_an_invitation_never_changes_a_role(self, as_alice: Client, alice: User, northwind: Team) -> None:
        as_alice.post(path_of(accounts.invite(by=alice, team=northwind, role="viewer")))
        assert Membership.objects.get(user=alice, team=northwind).role == "owner"


class TestReset:
    def test_a_link_from_staff_sets_a_password_and_ends_every_session(
        self, client: Client, as_bob: Client, bob: User, dana: User
    ) -> None:
        path = path_of(accounts.reset_link(by=dana, user=bob))
        response = client.post(path, {"password": NEW})
        assert response["Location"] == reverse("account_login")
        assert who(client) is None
        assert as_bob.get(reverse("account")).status_code == 302
        client.post(reverse("account_login"), {"login": bob.email, "password": NEW})
        assert who(client) == str(bob.pk)

    def test_a_reset_link_works_once_and_a_newer_one_ends_it(
        self, client: Client, bob: User, dana: User
    ) -> None:
        old, new = (path_of(accounts.reset_link(by=dana, user=bob)) for _ in range(2))
        assert client.get(old).status_code == 410
        assert client.post(new, {"password": NEW}).status_code == 302
        assert client.post(new, {"password": "twelve grey herons"}).status_code == 410
        bob.refresh_from_db()
        assert bob.check_password(NEW)

    def test_who_runs_the_server_can_print_a_link_for_themselves(self, client: Client, dana: User) -> None:
        out = StringIO()
        call_command("reset_link", "Dana@Northwind.test", stdout=out)
        client.post(path_of(out.getvalue().strip()), {"password": NEW})
        dana.refresh_from_db()
        assert dana.check_password(NEW)
        with pytest.raises(CommandError, match="Nobody here"):
            call_command("reset_link", "nobody@northwind.test")

    def test_a_link_of_one_kind_opens_no_other_door(self, client: Client, bob: User, dana: User) -> None:
        token = path_of(accounts.reset_link(by=dana, user=bob)).split("/")[2]
        assert client.get(reverse("setup", args=[token])).status_code == 410
        assert client.get(reverse("join", args=[token])).status_code == 410


class TestSettings:
    def test_a_person_changes_name_zone_and_theme(self, as_alice: Client, alice: User) -> None:
        fields = {"name": "Alice A.", "timezone": "Asia/Tokyo", "theme": "light"}
        assert as_alice.post(reverse("account"), fields).status_code == 302
        alice.refresh_from_db()
        assert (alice.name, alice.timezone, alice.theme) == ("Alice A.", "Asia/Tokyo", "light")

    def test_a_theme_that_is_none_is_refused(self, as_alice: Client, alice: User) -> None:
        assert as_alice.post(reverse("theme"), {"theme": "pink"}).status_code == 422
        assert as_alice.post(reverse("theme"), {"theme": "dark"}).status_code == 204
        alice.refresh_from_db()
        assert alice.theme == "dark"


class TestPeople:
    def test_only_staff_find_the_page(self, as_alice: Client, as_dana: Client) -> None:
        assert as_alice.get(reverse("manage_people")).status_code == 404
        assert as_dana.get(reverse("manage_people")).status_code == 200

    def test_staff_invite_and_the_link_is_shown_once(self, as_dana: Client) -> None:
        page = as_dana.post(reverse("manage_invite"), {"email": "erin@example.test"}).content.decode()
        path = re.search(r"/join/[\w-]+/", page)
        assert path
        assert f"http://testserver{path[0]}" in page
        assert Client().get(path[0]).status_code == 200
        assert "/join/" not in as_dana.get(reverse("manage_people")).content.decode()

    def test_staff_switch_others_off_and_on_but_not_themselves(
        self, as_dana: Client, dana: User, bob: User
    ) -> None:
        as_dana.post(reverse("manage_active", args=[bob.pk]), {"active": "no"})
        as_dana.post(reverse("manage_active", args=[dana.pk]), {"active": "no"})
        assert set(User.objects.filter(is_active=False)) == {bob}
        as_dana.post(reverse("manage_active", args=[bob.pk]), {"active": "yes"})
        assert not User.objects.filter(is_active=False).exists()

    def test_each_act_leaves_an_audit_row(self, as_dana: Client, dana: User, bob: User) -> None:
        as_dana.post(reverse("manage_invite"), {"email": ""})
        as_dana.post(reverse("manage_reset", args=[bob.pk]))
        as_dana.post(reverse("manage_active", args=[bob.pk]), {"active": "no"})
        rows = AuditRow.objects.filter(actor=dana).order_by("at").values_list("action", "target")
        assert list(rows) == [("invite", "anyone"), ("reset link", bob.email), ("deactivate", bob.email)]
        assert all(len(row.request_id) == 32 for row in AuditRow.objects.all())

    @pytest.mark.parametrize("name", ["manage_reset", "manage_active"])
    def test_others_cannot_act_on_people(self, as_alice: Client, bob: User, name: str) -> None:
        assert as_alice.post(reverse(name, args=[bob.pk]), {"active": "no"}).status_code == 404
        assert not Invitation.objects.exists()
        bob.refresh_from_db()
        assert bob.is_active


class TestSecondFactor:
    @pytest.fixture(autouse=True)
    def https(self, settings: Any) -> None:
        settings.HTTPS = True

    def test_staff_of_a_public_server_must_set_one_up(self, as_dana: Client) -> None:
        for name in ("account", "manage_people", "admin:index"):
            response = as_dana.get(reverse(name))
            assert (response.status_code, response["Location"]) == (302, reverse("mfa_activate_totp")), name

    def test_it_is_asked_for_after_the_password(self, dana: User) -> None:
        secret = enable_totp(dana)
        client = Client()
        response = client.post(reverse("account_login"), {"login": dana.email, "password": PASSWORD})
        assert response["Location"] == reverse("mfa_authenticate")
        assert who(client) is None
        client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
        assert who(client) == str(dana.pk)
        assert client.get(reverse("account")).status_code == 200

    def test_others_may_do_without(self, as_alice: Client) -> None:
        assert as_alice.get(reverse("account")).status_code == 200

    def test_the_way_to_set_it_up_is_open(self, dana: User) -> None:
        client = Client()
        client.post(reverse("account_login"), {"login": dana.email, "password": PASSWORD})
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        page = client.get(reverse("mfa_activate_totp"))
        assert page.status_code == 200
        secret = client.session["mfa.totp.secret"]
        client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
        assert client.get(reverse("account")).status_code == 200


def enable_totp(user: User) -> str:
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    secret: str = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def code_of(secret: str) -> str:
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

    return str(format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time()))))


def test_signing_out_ends_the_session(as_alice: Client) -> None:
    as_alice.post(reverse("account_logout"))
    assert who(as_alice) is None
