"""Links that work once."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connections, transaction
from django.test import override_settings
from django.utils import timezone

from studio.accounts import links, services
from studio.accounts.errors import LinkSpent
from studio.accounts.models import Invitation

KIND = Invitation.Kind.INVITE


def token_of(link: str) -> str:
    return link.rstrip("/").rsplit("/", 1)[1]


@pytest.mark.django_db
def test_a_link_opens_as_often_as_one_likes_until_it_is_used() -> None:
    token = token_of(links.issue(KIND, email="erin@example.test"))
    assert links.opened(KIND, token) == links.opened(KIND, token)
    assert links.use(KIND, token).email == "erin@example.test"
    for look in (links.opened, links.use):
        with pytest.raises(LinkSpent):
            look(KIND, token)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", list(Invitation.Kind))
def test_a_link_grows_old(kind: Invitation.Kind) -> None:
    token = token_of(links.issue(kind))
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(LinkSpent):
        links.use(kind, token)


@pytest.mark.django_db
def test_what_the_link_allowed_and_its_use_stand_or_fall_together() -> None:
    token = token_of(links.issue(KIND))
    with transaction.atomic():
        links.use(KIND, token)
        transaction.set_rollback(True)
    assert links.opened(KIND, token)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("public", "begins"),
    [("", "http://localhost:8000/setup/"), ("https://gesso.test", "https://gesso.test/setup/")],
)
def test_the_setup_link_begins_with_the_address_that_people_use(public: str, begins: str) -> None:
    with override_settings(PUBLIC_URL=public, PORT=8000):
        assert (services.setup_link() or "").startswith(begins)


@pytest.mark.django_db
def test_who_is_a_moment_too_late_does_not_get_in(monkeypatch: pytest.MonkeyPatch) -> None:
    token = token_of(links.issue(KIND))
    look = links.opened

    def look_while_another_enters(kind: Invitation.Kind, given: str) -> Invitation:
        row = look(kind, given)
        Invitation.objects.update(used_at=timezone.now())
        return row

    monkeypatch.setattr(links, "opened", look_while_another_enters)
    with pytest.raises(LinkSpent):
        links.use(KIND, token)


@pytest.mark.django_db(transaction=True)
def test_of_eight_who_use_a_link_at_once_one_gets_in() -> None:
    token = token_of(links.issue(KIND))
    start = threading.Barrier(8)
    let_in: list[Invitation] = []
    refused: list[LinkSpent] = []

    def enter() -> None:
        start.wait()
        try:
            with transaction.atomic():
                let_in.append(links.use(KIND, token))
        except LinkSpent as error:
            refused.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=enter) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(let_in), len(refused)) == (1, 7)
