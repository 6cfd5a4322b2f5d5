"""The number beside Favourites: right after everything that gives, takes, hides or brings back a heart."""

from __future__ import annotations

import random

from studio.accounts.actors import actor_for
from studio.accounts.models import Team, User
from studio.gallery import badges, hearts, keeping, services
from studio.gallery import selectors as gallery
from studio.gallery.shelves import Shelf
from tests.factories import make_image


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
