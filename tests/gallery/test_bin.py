"""What goes to the bin, what comes back, and what is gone."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from studio.accounts.actors import actor_for
from studio.accounts.models import Team, User
from studio.core.models import Event
from studio.gallery import collections, keeping, notices
from studio.gallery.shelves import Shelf
from studio.gallery.shelves import shelf as pictures_of
from studio.images import bin as bins
from studio.images import services, shelves, storage
from studio.images.models import Blob, Image, ShelfDay
from studio.jobs import notices as runs
from studio.jobs.models import Output, Reference
from studio.jobs.specs import missing_pictures
from tests.factories import make_image
from tests.gallery.scenes import made_image, plain_job, stored_image
from tests.images.samples import file_of, scene
from tests.racing import at_once


def to_bin(user: User, *images: Image) -> int:
    return keeping.move_to_bin(actor=actor_for(user), ids=[image.pk for image in images])


def back(user: User, *images: Image) -> int:
    return keeping.restore(actor=actor_for(user), ids=[image.pk for image in images])


def discard(user: User, *images: Image) -> int:
    return keeping.discard(actor=actor_for(user), ids=[image.pk for image in images])


def shown(user: User, shelf: Shelf) -> list[Image]:
    return list(pictures_of(actor_for(user), shelf))


def long_ago(*images: Image) -> None:
    Image.objects.filter(pk__in=[image.pk for image in images]).update(
        binned_at=timezone.now() - bins.KEPT - timedelta(minutes=1)
    )


def counts_are_right() -> None:
    kept = {
        (row.scope, row.kind, row.day): (row.count, row.ratios)
        for row in ShelfDay.objects.exclude(kind=collections.HELD)
        if row.count or row.ratios
    }
    assert kept == shelves.counted()
    assert {blob.pk: blob.uses for blob in Blob.objects.all()} == {
        blob.pk: blob.images.count() for blob in Blob.objects.all()
    }


def test_a_picture_in_the_bin_is_nowhere_else_and_comes_back_as_it_was(alice: User) -> None:
    first, second = make_image(alice), make_image(alice)
    assert to_bin(alice, first) == 1
    assert shown(alice, Shelf()) == [second]
    assert shown(alice, Shelf(bin=True)) == [first]
    binned = Image.objects.get(pk=first.pk)
    assert (binned.binned_by, binned.binned_at is None) == (alice, False)
    counts_are_right()
    assert back(alice, first) == 1
    assert shown(alice, Shelf()) == [second, first]
    assert shown(alice, Shelf(bin=True)) == []
    assert Image.objects.get(pk=first.pk).binned_by is None
    counts_are_right()


def test_what_is_there_already_is_not_moved_again(alice: User) -> None:
    image, other = make_image(alice), make_image(alice)
    to_bin(alice, image)
    assert to_bin(alice, image, other) == 1
    assert back(alice, image, other, make_image(alice)) == 2
    assert back(alice, image) == 0
    counts_are_right()


def test_only_what_is_in_the_bin_is_deleted_for_good_and_then_nobody_sees_it(alice: User) -> None:
    kept, thrown = make_image(alice), make_image(alice)
    to_bin(alice, thrown)
    assert discard(alice, kept, thrown) == 1
    assert shown(alice, Shelf()) == [kept]
    assert shown(alice, Shelf(bin=True)) == []
    assert back(alice, thrown) == 0
    counts_are_right()


def test_after_thirty_days_row_and_files_go(alice: User) -> None:
    image = stored_image(alice)
    key = image.blob.key
    keeping.set_favourites(actor=actor_for(alice), ids=[image.pk], on=True)
    to_bin(alice, image)
    keeping.sweep()
    assert Image.objects.filter(pk=image.pk).exists(), "its thirty days are not over"
    long_ago(image)
    assert keeping.sweep() == 1
    assert not Image.objects.exists()
    assert not Blob.objects.filter(key=key).exists()
    counts_are_right()


@pytest.mark.django_db(transaction=True)
def test_the_files_go_with_the_last_picture_that_has_them(alice: User) -> None:
    first, second = stored_image(alice), stored_image(alice)
    assert first.blob_id == second.blob_id
    name = storage.original_name(first.blob.key, first.blob.mime)
    to_bin(alice, first, second)
    discard(alice, first)
    keeping.sweep()
    assert storage.exists(name)
    counts_are_right()
    discard(alice, second)
    keeping.sweep()
    assert not storage.exists(name)
    assert not Blob.objects.exists()


def test_what_a_run_uses_stays_hidden_with_its_files(alice: User) -> None:
    source, mask = stored_image(alice), stored_image(alice, kind=Image.Kind.MASK)
    job = plain_job(alice)
    for position, (role, image) in enumerate([(Reference.Role.SOURCE, source), (Reference.Role.MASK, mask)]):
        Reference.objects.create(job=job, position=position, role=role, image=image)
    to_bin(alice, source, mask)
    long_ago(source, mask)
    assert keeping.sweep() == 0
    assert set(Image.objects.filter(discarded=True)) == {source, mask}
    assert shown(alice, Shelf(bin=True)) == []
    assert services.source_bytes(Image.objects.get(pk=source.pk))[0]
    counts_are_right()


def test_an_ancestor_stays_until_what_was_made_of_it_is_gone(alice: User) -> None:
    parent, child = make_image(alice), make_image(alice)
    services.link(parent, child, "edit")
    to_bin(alice, parent, child)
    discard(alice, parent)
    assert keeping.sweep() == 0
    discard(alice, child)
    assert keeping.sweep() == 1, "the child"
    assert keeping.sweep() == 1, "and now its parent"
    assert not Image.objects.exists()


def test_a_picture_that_is_gone_was_delivered_all_the_same(alice: User) -> None:
    image = made_image(alice, job={"n": 1})
    job = Output.objects.get(image=image).job
    to_bin(alice, image)
    discard(alice, image)
    assert keeping.sweep() == 1
    output = Output.objects.get(job=job)
    assert output.image is None
    assert missing_pictures(job) == 0, "or a retry would ask for it, and charge it, again"


def test_others_hear_of_it(alice: User, northwind: Team) -> None:
    image = made_image(alice, northwind)
    run = Output.objects.get(image=image).job.run
    Event.objects.all().delete()
    to_bin(alice, image)
    told = set(Event.objects.values_list("channel", "topic", "ref"))
    channel = f"team:{northwind.pk}"
    assert told == {
        (channel, notices.PICTURES, ""),
        (channel, notices.PICTURE, str(image.pk)),
        (channel, runs.RUN, str(run.pk)),
    }


def test_a_large_move_tells_fewer_than_listeners_look_back(alice: User) -> None:
    images = [made_image(alice) for _turn in range(notices.MOST_TOLD + 5)]
    Event.objects.all().delete()
    to_bin(alice, *images)
    assert Event.objects.count() == 2 * notices.MOST_TOLD + 1


def test_queries_do_not_grow_with_pictures(alice: User) -> None:
    def cost(number: int) -> int:
        images = [make_image(alice) for _turn in range(number)]
        with CaptureQueriesContext(connection) as queries:
            to_bin(alice, *images)
            back(alice, *images)
            to_bin(alice, *images)
            discard(alice, *images)
        return len(queries)

    few = cost(notices.MOST_TOLD)
    assert cost(notices.MOST_TOLD * 3) == few


@pytest.mark.django_db(transaction=True)
def test_two_who_bin_the_same_pictures_count_them_once(alice: User, bob: User, northwind: Team) -> None:
    images = [make_image(alice, northwind) for _turn in range(20)]
    moved = at_once([lambda: to_bin(alice, *images), lambda: to_bin(bob, *images[::-1])])
    assert sum(moved) == 20
    counts_are_right()


@pytest.mark.django_db(transaction=True)
def test_bytes_that_are_added_again_while_they_are_purged_are_there_afterwards(alice: User) -> None:
    for turn in range(8):
        data = file_of(scene(64 + turn, 64), "PNG")
        old = stored_image(alice, data=data)
        to_bin(alice, old)
        discard(alice, old)
        again = partial(stored_image, alice, data=data)
        at_once([keeping.sweep, again, again])
        new = list(Image.objects.select_related("blob").filter(binned_at=None))
        assert len(new) == 2
        for image in new:
            assert storage.get(storage.original_name(image.blob.key, image.blob.mime)) == data
        counts_are_right()
        to_bin(alice, *new)
        discard(alice, *new)
        keeping.sweep()
        assert not Image.objects.exists()
