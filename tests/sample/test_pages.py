"""The tick on the setup page, and the staff page that removes what it brought."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from studio.accounts import services as accounts
from studio.accounts.actors import actor_for, channels_of
from studio.accounts.models import Team, User
from studio.core.events import Notice
from studio.sample import services
from studio.sample.models import Sample
from studio.web import workspace
from studio.web.live import messages
from studio.web.live.hub import Subscription

PERSON = {"name": "Erin", "email": "erin@northwind.test", "password": "a quiet terracotta stair"}


def setup_path() -> str:
    link = accounts.setup_link()
    assert link
    return "/" + link.split("/", 3)[3]


@pytest.mark.django_db
def test_the_setup_page_offers_it_with_the_tick_set(client: Client) -> None:
    page = client.get(setup_path()).content.decode()
    assert "Load the sample studio" in page
    assert 'name="sample"' in page
    assert "checked" in page


@pytest.mark.django_db
def test_with_the_tick_one_stands_in_the_sample_team_at_once(
    client: Client, django_capture_on_commit_callbacks: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []
    monkeypatch.setattr(services, "ask", lambda: asked.append(True))
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        response = client.post(setup_path(), PERSON | {"sample": "on"})
    team = Team.objects.get()
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.session[workspace.SESSION_KEY] == str(team.pk)
    assert asked == [True]
    page = client.get("/").content.decode()
    assert "The sample studio is being painted" in page
    assert "Amber basalt launch" in page


@pytest.mark.django_db
def test_without_the_tick_there_is_nothing(client: Client) -> None:
    client.post(setup_path(), PERSON)
    assert not Sample.objects.exists()
    assert not Team.objects.exists()


def test_a_second_look_at_the_form_keeps_the_tick_as_it_was(client: Client, db: None) -> None:
    page = client.post(setup_path(), PERSON | {"password": "password"}).content.decode()
    assert 'name="sample"' in page
    assert "checked" not in page.partition('name="sample"')[2].partition(">")[0]


def test_staff_see_what_goes_and_remove_it(small: Sample, as_dana: Client) -> None:
    page = as_dana.get(reverse("manage_sample")).content.decode()
    assert "13 pictures" in page
    assert "Nobody has made anything of their own in it." in page
    response = as_dana.post(reverse("manage_sample"), {"do": "remove"}, follow=True)
    assert "The sample studio is removed." in response.content.decode()
    assert not Sample.objects.exists()


def test_staff_can_load_it_later(as_dana: Client) -> None:
    assert "Load the sample studio" in as_dana.get(reverse("manage_sample")).content.decode()
    response = as_dana.post(reverse("manage_sample"), {"do": "load"})
    assert response["Location"] == "/"
    assert Sample.objects.get().ready_at is None
    assert "0 of 60 pictures" in as_dana.get(reverse("manage_sample")).content.decode()


def test_to_anybody_else_the_page_does_not_exist(as_alice: Client) -> None:
    assert as_alice.get(reverse("manage_sample")).status_code == 404
    assert as_alice.post(reverse("manage_sample"), {"do": "load"}).status_code == 404
    assert not Sample.objects.exists()


def test_the_page_asks_the_same_questions_however_much_there_is(
    small: Sample, as_dana: Client, django_assert_max_num_queries: object
) -> None:
    with django_assert_max_num_queries(30):  # type: ignore[operator]
        as_dana.get(reverse("manage_sample"))


def test_whoever_loaded_it_is_told_once_it_is_there(small: Sample, dana: User, alice: User) -> None:
    listeners = [
        Subscription(actor_for(user), frozenset(channels_of(actor_for(user)))) for user in (dana, alice)
    ]
    notice = Notice(1, f"user:{dana.pk}", services.TOPIC, str(small.pk))
    told = dict(messages.render([notice], listeners))
    assert b"The sample studio is ready" in told[listeners[0]]
    assert listeners[1] not in told
    assert small.ready_at
    assert small.ready_at <= timezone.now()
