"""Collections, and how many pictures each of them says it holds."""

from __future__ import annotations

from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from studio.accounts.actors import Visibility, actor_for
from studio.accounts.models import Team, User
from studio.core.errors import Forbidden, Invalid, NotFound
from studio.gallery import collections, keeping
from studio.gallery.models import Collection
from studio.images.models import Image, ShelfDay
from tests.factories import make_image, make_team
from tests.racing import at_once


def make(user: User, name: str, *images: Image, team: Team | None = None) -> Collection:
    return collections.create(actor=actor_for(user), team=team, name=name, images=images)


def counts(user: User, team: Team | None = None) -> dict[str, int]:
    return {card.name: card.count for card in collections.collections_of(actor_for(user), team)}


def test_the_list_has_names_in_order_counts_and_the_newest_picture(alice: User) -> None:
    first, second = make_image(alice), make_image(alice)
    make(alice, "Stairs", first, second)
    make(alice, "Empty")
    make(alice, "Doors", first)
    shown = collections.collections_of(actor_for(alice), None)
    assert [(card.name, card.count) for card in shown] == [("Doors", 1), ("Empty", 0), ("Stairs", 2)]
    assert [card.thumb for card in shown] == [f"/media/{first.pk}/320", "", f"/media/{second.pk}/320"]


def test_each_workspace_has_its_own(alice: User, bob: User, charlie: User, northwind: Team) -> None:
    make(alice, "Mine")
    make(alice, "Ours", team=northwind)
    assert counts(alice) == {"Mine": 0}
    assert counts(bob, northwind) == {"Ours": 0}
    assert counts(bob) == counts(charlie, northwind) == {}


def test_what_is_in_the_bin_does_not_count_and_comes_back(alice: User) -> None:
    first, second = make_image(alice), make_image(alice)
    held = make(alice, "Stairs", first, second)
    make(alice, "Doors", first)
    keeping.move_to_bin(actor=actor_for(alice), ids=[first.pk])
    assert counts(alice) == {"Stairs": 1, "Doors": 0}
    assert collections.remove(collection=held, ids=[first.pk]) == 1
    assert counts(alice) == {"Stairs": 1, "Doors": 0}
    keeping.restore(actor=actor_for(alice), ids=[first.pk])
    assert counts(alice) == {"Stairs": 1, "Doors": 1}


def test_what_is_deleted_for_good_is_in_no_collection(alice: User) -> None:
    image = make_image(alice)
    held = make(alice, "Stairs", image)
    keeping.move_to_bin(actor=actor_for(alice), ids=[image.pk])
    keeping.discard(actor=actor_for(alice), ids=[image.pk])
    keeping.sweep()
    assert not held.images.exists()
    assert counts(alice) == {"Stairs": 0}


def test_added_twice_it_is_in_once_and_what_is_in_the_bin_stays_out(alice: User) -> None:
    image, binned = make_image(alice), make_image(alice)
    keeping.move_to_bin(actor=actor_for(alice), ids=[binned.pk])
    held = make(alice, "Stairs")
    assert collections.add(collection=held, images=[image, binned]) == 1
    assert collections.add(collection=held, images=[image]) == 0
    assert counts(alice) == {"Stairs": 1}
    assert collections.remove(collection=held, ids=[image.pk, binned.pk]) == 1
    assert collections.remove(collection=held, ids=[image.pk]) == 0
    assert counts(alice) == {"Stairs": 0}


def test_a_picture_of_another_workspace_is_refused_and_so_is_all_that_came_with_it(
    alice: User, bob: User, northwind: Team
) -> None:
    southwind = make_team("Southwind", {alice: "owner"})
    fits, personal, foreign = make_image(bob, northwind), make_image(alice), make_image(alice, southwind)
    held = make(alice, "Ours", team=northwind)
    for image in (personal, foreign):
        with pytest.raises(NotFound):
            collections.add(collection=held, images=[fits, image])
    assert counts(alice, northwind) == {"Ours": 0}


def test_what_a_member_keeps_private_counts_for_that_member_alone(
    alice: User, bob: User, northwind: Team
) -> None:
    shared = make_image(alice, northwind)
    private = make_image(alice, northwind, visibility=Visibility.PRIVATE)
    make(alice, "Ours", shared, private, team=northwind)
    assert (counts(alice, northwind), counts(bob, northwind)) == ({"Ours": 2}, {"Ours": 1})
    seen = [collections.collections_of(actor_for(user), northwind)[0].thumb for user in (alice, bob)]
    assert seen == [f"/media/{private.pk}/320", f"/media/{shared.pk}/320"]


def test_a_collection_given_up_leaves_its_pictures_and_no_count(alice: User) -> None:
    image = make_image(alice)
    collections.delete(collection=make(alice, "Stairs", image))
    assert Image.objects.get() == image
    assert not Collection.objects.exists()
    assert not ShelfDay.objects.filter(scope__startswith="c:").exists()


@pytest.mark.parametrize("name", ["", "  ", "\0", "x" * 121])
def test_a_name_is_1_to_120_characters(alice: User, name: str) -> None:
    with pytest.raises(Invalid):
        make(alice, name)
    held = make(alice, "Stairs")
    with pytest.raises(Invalid):
        collections.rename(collection=held, name=name)


def test_who_only_looks_makes_none(alice: User, bob: User) -> None:
    team = make_team("Northwind", {alice: "owner", bob: "viewer"})
    with pytest.raises(Forbidden):
        make(bob, "Mine", team=team)


def test_the_list_asks_three_times_whatever_there_is(alice: User) -> None:
    def cost() -> int:
        actor = actor_for(alice)
        with CaptureQueriesContext(connection) as queries:
            collections.collections_of(actor, None)
        return len(queries)

    make(alice, "Stairs", make_image(alice))
    few = cost()
    for turn in range(10):
        make(alice, f"Doors {turn}", make_image(alice), make_image(alice))
    assert cost() == few == 3


@pytest.mark.django_db(transaction=True)
def test_counts_hold_when_everything_happens_at_once(alice: User, bob: User, northwind: Team) -> None:
    images = [make_image(alice, northwind) for _turn in range(8)]
    held = make(alice, "Ours", *images[:4], team=northwind)
    ids = [image.pk for image in images]
    at_once(
        [
            partial(collections.add, collection=held, images=images[::-1]),
            partial(collections.add, collection=held, images=images),
            partial(collections.remove, collection=held, ids=ids[2:6]),
            partial(keeping.move_to_bin, actor=actor_for(bob), ids=ids[:3]),
            partial(keeping.move_to_bin, actor=actor_for(alice), ids=ids[3::-1]),
        ]
    )
    there = held.images.filter(binned_at=None).count()
    assert counts(bob, northwind) == {"Ours": there}
    keeping.restore(actor=actor_for(alice), ids=ids)
    assert counts(bob, northwind) == {"Ours": held.images.count()}
