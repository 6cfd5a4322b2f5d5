from __future__ import annotations

from typing import Any

from django.db import connection
from django.utils import timezone

from studio.accounts.actors import Visibility, actor_for
from studio.accounts.models import Team, User
from studio.gallery import selectors, services
from studio.gallery.shelves import Shelf, shelf
from studio.images.models import Image
from studio.jobs.models import Reference
from tests.factories import make_image
from tests.gallery.scenes import made_image


def shown(user: User, shelf: Shelf) -> list[Image]:
    return rows_of(selectors.page(actor_for(user), shelf))


def rows_of(page: selectors.Page) -> list[Image]:
    """The pictures themselves, in the order of the page."""
    return [Image.objects.get(pk=image.id) for image in page.images]


def test_pages_follow_one_another_without_a_gap_or_a_twin(alice: User) -> None:
    made = [make_image(alice) for _turn in range(7)]
    actor, after, seen = actor_for(alice), None, []
    for size in (3, 3, 1):
        page = selectors.page(actor, Shelf(), after=after, size=3)
        assert len(page.images) == size
        seen += rows_of(page)
        after = page.after
    assert after is None
    assert seen == made[::-1]


def test_a_page_that_ends_with_the_last_picture_has_no_next(alice: User) -> None:
    for _turn in range(3):
        make_image(alice)
    assert selectors.page(actor_for(alice), Shelf(), size=3).after is None


def test_what_is_made_meanwhile_does_not_move_the_next_page(alice: User) -> None:
    made = [make_image(alice) for _turn in range(4)]
    first = selectors.page(actor_for(alice), Shelf(), size=2)
    make_image(alice)
    second = selectors.page(actor_for(alice), Shelf(), after=first.after, size=2)
    assert rows_of(second) == [made[1], made[0]]


def test_each_workspace_has_its_own_shelf(northwind: Team, alice: User, bob: User, charlie: User) -> None:
    personal, of_alice, of_bob = make_image(alice), make_image(alice, northwind), make_image(bob, northwind)
    make_image(charlie)
    assert shown(alice, Shelf()) == [personal]
    assert shown(alice, Shelf(northwind)) == [of_bob, of_alice]
    assert shown(alice, Shelf(northwind, mine=True)) == [of_alice]
    assert shown(charlie, Shelf(northwind)) == []
    assert shown(bob, Shelf()) == []


def test_uploads_the_binned_and_the_private_of_others_are_not_shown(
    northwind: Team, alice: User, bob: User
) -> None:
    make_image(alice, northwind, kind=Image.Kind.UPLOAD)
    make_image(alice, northwind, binned_at=timezone.now())
    private = make_image(alice, northwind, visibility=Visibility.PRIVATE)
    assert shown(alice, Shelf(northwind)) == [private]
    assert shown(bob, Shelf(northwind)) == []


def test_the_favourites_shelf_holds_ones_own_hearts(northwind: Team, alice: User, bob: User) -> None:
    liked, other = make_image(alice, northwind), make_image(bob, northwind)
    services.set_favourite(actor=actor_for(alice), image=liked, on=True)
    services.set_favourite(actor=actor_for(bob), image=other, on=True)
    page = selectors.page(actor_for(alice), Shelf(northwind, favourites=True))
    assert rows_of(page) == [liked]
    assert page.favourites == {liked.pk}
    assert selectors.count(actor_for(alice), Shelf(northwind, favourites=True)) == 1


def test_a_page_costs_two_queries_whatever_there_is(
    northwind: Team, alice: User, django_assert_num_queries: Any
) -> None:
    actor = actor_for(alice)
    for _turn in range(20):
        make_image(alice, northwind)
    with django_assert_num_queries(2):
        page = selectors.page(actor, Shelf(northwind))
        assert [image.color + image.owner_name for image in page.images] == ["#808080Alice"] * 20


def test_every_shelf_is_read_through_an_index_in_order(northwind: Team, alice: User) -> None:
    for choice in (Shelf(), Shelf(northwind), Shelf(northwind, mine=True), Shelf(northwind, favourites=True)):
        plan = shelf(actor_for(alice), choice)[:61].explain()
        if connection.vendor == "sqlite":
            assert "USING INDEX image_" in plan, plan
            assert "TEMP B-TREE" not in plan, plan


def test_neighbours_are_the_next_on_the_same_shelf(northwind: Team, alice: User, bob: User) -> None:
    oldest, of_bob, middle, newest = (make_image(owner, northwind) for owner in (alice, bob, alice, alice))
    actor = actor_for(alice)
    everyone = selectors.neighbours(actor, Shelf(northwind), middle)
    assert (everyone.newer, everyone.older, everyone.place, everyone.total) == (newest, of_bob, 2, 4)
    mine = selectors.neighbours(actor, Shelf(northwind, mine=True), middle)
    assert (mine.newer, mine.older, mine.place, mine.total) == (newest, oldest, 2, 3)
    first = selectors.neighbours(actor, Shelf(northwind), newest)
    assert (first.newer, first.place) == (None, 1)


def test_a_pictures_making_is_its_job_and_its_references_in_order(alice: User) -> None:
    image = made_image(alice, job={"negative_prompt": "hands"})
    style, mask = make_image(alice), make_image(alice, kind=Image.Kind.MASK)
    job = image.made_by.job
    Reference.objects.create(job=job, position=1, role=Reference.Role.STYLE, image=style)
    Reference.objects.create(job=job, position=0, role=Reference.Role.MASK, image=mask)
    making = selectors.making(actor_for(alice), image)
    assert making is not None
    assert making.job.negative_prompt == "hands"
    assert [(each.role, each.card and each.card.id) for each in making.references] == [("Style", style.pk)]


def test_a_reference_that_the_viewer_may_not_see_is_private(northwind: Team, alice: User, bob: User) -> None:
    image = made_image(alice, northwind)
    Reference.objects.create(
        job=image.made_by.job, position=0, image=make_image(alice, prompt="hidden words")
    )
    making = selectors.making(actor_for(bob), image)
    assert making is not None
    assert [each.card for each in making.references] == [None]


def test_an_upload_has_no_making_and_no_run(alice: User) -> None:
    upload, made = make_image(alice, kind=Image.Kind.UPLOAD), made_image(alice)
    assert selectors.making(actor_for(alice), upload) is None
    assert selectors.run_numbers([upload.pk, made.pk]) == {made.pk: 1}
