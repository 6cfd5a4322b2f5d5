"""The number beside Favourites: right after everything that gives, takes, hides or brings back a heart."""

from __future__ import annotations

import random
from collections.abc import Mapping
from functools import partial
from uuid import UUID

import pytest

from studio.accounts.actors import actor_for
from studio.accounts.models import Team, User
from studio.gallery import badges, collections, hearts, keeping, services
from studio.gallery import selectors as gallery
from studio.gallery.shelves import Shelf
from studio.images import shelves
from tests.factories import make_image
from tests.racing import at_once


def told(user: User, team: Team | None) -> int:
    return badges.badges(actor_for(user), Shelf(team)).favourites


def counted(user: User, team: Team | None) -> int:
    return gallery.count(actor_for(user), Shelf(team, favourites=True))


def test_the_badge_says_how_many_stand_on_the_shelf(alice: User, bob: User, northwind: Team) -> None:
    chance = random.Random(3)
    pictures = [make_image(alice, northwind) for _turn in range(8)] + [
        make_image(bob, northwind, kind="upload")
    ]
    for _step in range(60):
        actor = actor_for(chance.choice([alice, bob]))
        some = chance.sample(pictures, 3)
        ids = [image.pk for image in some]
        act = chance.randrange(4)
        if act == 0:
            image = some[0]
            image.refresh_from_db()
            services.set_favourite(actor=actor, image=image, on=chance.random() < 0.5)
        elif act == 1:
            keeping.set_favourites(actor=actor, ids=ids, on=chance.random() < 0.6)
        elif act == 2:
            keeping.move_to_bin(actor=actor, ids=ids)
        else:
            keeping.restore(actor=actor, ids=ids)
        for user in (alice, bob):
            assert told(user, northwind) == counted(user, northwind)


def test_hearts_can_be_counted_anew(alice: User) -> None:
    image = make_image(alice)
    services.set_favourite(actor=actor_for(alice), image=image, on=True)

    hearts.recount()

    assert told(alice, None) == 1


def test_a_heart_from_a_page_that_is_older_than_the_bin_is_counted_where_the_picture_is_now(
    alice: User,
) -> None:
    image = make_image(alice)
    keeping.move_to_bin(actor=actor_for(alice), ids=[image.pk])

    services.set_favourite(actor=actor_for(alice), image=image, on=True)
    assert told(alice, None) == 0

    keeping.restore(actor=actor_for(alice), ids=[image.pk])
    assert told(alice, None) == counted(alice, None) == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_move_liked_pictures_opposite_ways_do_not_wait_for_each_other(
    alice: User, bob: User, northwind: Team
) -> None:
    mine, theirs = make_image(alice, northwind).pk, make_image(bob, northwind).pk
    keeping.set_favourites(actor=actor_for(alice), ids=[mine, theirs], on=True)

    def there_and_back(user: User, image_id: UUID) -> None:
        for _turn in range(30):
            keeping.move_to_bin(actor=actor_for(user), ids=[image_id])
            keeping.restore(actor=actor_for(user), ids=[image_id])

    at_once([partial(there_and_back, alice, mine), partial(there_and_back, bob, theirs)])

    assert told(alice, northwind) == counted(alice, northwind) == 2


def test_counts_are_written_in_one_order_to_the_bin_and_back(
    alice: User, northwind: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = make_image(alice, northwind)
    keeping.set_favourites(actor=actor_for(alice), ids=[image.pk], on=True)
    collections.create(actor=actor_for(alice), team=northwind, name="Kept", images=[image])
    written: list[shelves.Key] = []
    write = shelves._move

    def noted(moves: Mapping[shelves.Key, tuple[int, int]]) -> None:
        written.extend(sorted(moves))
        write(moves)

    monkeypatch.setattr(shelves, "_move", noted)
    keeping.move_to_bin(actor=actor_for(alice), ids=[image.pk])
    there = written.copy()
    written.clear()
    keeping.restore(actor=actor_for(alice), ids=[image.pk])
    assert len(there) == len(set(there)) > 3
    assert written == there
