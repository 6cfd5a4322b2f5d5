from __future__ import annotations

import pytest

from studio.accounts.actors import GUEST, actor_for
from studio.accounts.models import User
from studio.core.errors import Invalid
from studio.gallery import selectors, services
from studio.gallery.models import Favourite, Rating
from tests.factories import make_image


def test_a_heart_put_on_twice_is_one_heart_and_taken_off_twice_is_none(alice: User) -> None:
    image, actor = make_image(alice), actor_for(alice)
    for _turn in range(2):
        services.set_favourite(actor=actor, image=image, on=True)
    assert Favourite.objects.count() == 1
    for _turn in range(2):
        services.set_favourite(actor=actor, image=image, on=False)
    assert Favourite.objects.count() == 0


def test_hearts_are_each_persons_own(alice: User, bob: User) -> None:
    first, second = make_image(alice), make_image(alice)
    services.set_favourite(actor=actor_for(alice), image=first, on=True)
    services.set_favourite(actor=actor_for(bob), image=first, on=True)
    services.set_favourite(actor=actor_for(bob), image=second, on=True)
    ids = [first.pk, second.pk]
    assert selectors.favourites_of(actor_for(alice), ids) == {first.pk}
    assert selectors.favourites_of(GUEST, ids) == frozenset()
    assert selectors.favourites_by_user(ids) == {alice.pk: {first.pk}, bob.pk: {first.pk, second.pk}}


def test_the_last_rating_counts_and_none_takes_it_back(alice: User, bob: User) -> None:
    image, actor = make_image(alice), actor_for(alice)
    services.rate(actor=actor_for(bob), image=image, stars=1)
    for stars in (2, 5, 5):
        services.rate(actor=actor, image=image, stars=stars)
    assert selectors.stars_of(actor, image) == 5
    services.rate(actor=actor, image=image, stars=0)
    assert selectors.stars_of(actor, image) == 0
    assert Rating.objects.get().user == bob


@pytest.mark.parametrize("stars", [-1, 6, 100])
def test_a_rating_is_one_to_five(alice: User, stars: int) -> None:
    with pytest.raises(Invalid):
        services.rate(actor=actor_for(alice), image=make_image(alice), stars=stars)
    assert not Rating.objects.exists()


def test_a_guest_keeps_nothing(alice: User) -> None:
    image = make_image(alice)
    with pytest.raises(PermissionError):
        services.set_favourite(actor=GUEST, image=image, on=True)
    with pytest.raises(PermissionError):
        services.rate(actor=GUEST, image=image, stars=3)
