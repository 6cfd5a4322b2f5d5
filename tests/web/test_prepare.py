"""What a start makes anew from the rows, after a migration or where the last start did not come so far."""

from __future__ import annotations

from studio.accounts.actors import actor_for
from studio.accounts.models import User
from studio.gallery import badges, services
from studio.gallery.shelves import Shelf
from studio.images.models import ShelfDay
from studio.web.management.commands import prepare
from tests.factories import make_image


def test_pictures_and_hearts_that_were_there_before_the_counts_are_counted(alice: User) -> None:
    liked, _other = make_image(alice), make_image(alice)
    services.set_favourite(actor=actor_for(alice), image=liked, on=True)
    ShelfDay.objects.all().delete()

    prepare.migrate()

    counts = badges.badges(actor_for(alice), Shelf())
    assert (counts.all, counts.favourites) == (2, 1)


def test_counts_that_are_kept_are_left_alone(alice: User) -> None:
    make_image(alice)
    before = set(ShelfDay.objects.values_list("pk", flat=True))

    prepare.migrate()

    assert set(ShelfDay.objects.values_list("pk", flat=True)) == before
