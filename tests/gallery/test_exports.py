"""Pictures that are taken away as one ZIP: what is inside, and how it ends when something goes wrong."""

from __future__ import annotations

import errno
import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID
from zipfile import ZIP_STORED, ZipFile

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone
from kombu.exceptions import OperationalError

from studio.accounts.actors import Visibility, actor_for
from studio.accounts.models import Membership, Team, User
from studio.core.errors import Conflict, Invalid
from studio.core.models import Event
from studio.gallery import exports, keeping, notices, packing
from studio.gallery.exports import Claim
from studio.gallery.models import Export
from studio.images import storage
from studio.images.models import Image
from studio.web.export_words import words
from tests.factories import make_blob, make_image
from tests.gallery.scenes import stored_image
from tests.images.samples import file_of, scene
from tests.racing import at_once

State, Failure = Export.State, Export.Failure


@pytest.fixture(autouse=True)
def one_connection(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Most of these tests stand in a transaction, whose connection cannot be given back while they pack."""
    marker = request.node.get_closest_marker("django_db")
    if not (marker and marker.kwargs.get("transaction")):
        monkeypatch.setattr("studio.gallery.packing.db.release", lambda: None)


def ask(user: User, *images: Image, team: Team | None = None) -> Export:
    return exports.ask(actor=actor_for(user), team=team, images=images)


def packed(export: Export) -> Export:
    assert packing.work()
    return now(export)


def now(export: Export) -> Export:
    return Export.objects.get(pk=export.pk)


def archive(export: Export) -> ZipFile:
    return ZipFile(io.BytesIO(storage.get(storage.export_name(export.key, export.fence))))


def left_over(export: Export) -> list[str]:
    folder = Path(settings.MEDIA_ROOT, "exports", export.key)
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_the_file_holds_the_originals_in_order_under_the_names_of_downloads(alice: User) -> None:
    first = stored_image(alice, data=file_of(scene(80, 40), "PNG"), prompt="A stair, in terracotta")
    second = stored_image(alice, data=file_of(scene(60, 40), "JPEG"), prompt="", name="sketch.heic")
    export = packed(ask(alice, second, first))
    assert (export.state, export.asked, export.packed) == (State.READY, 2, 2)
    with archive(export) as file:
        assert file.testzip() is None
        assert file.namelist() == [
            f"sketch-{second.pk.hex[-6:]}.jpg",
            f"a-stair-in-terracotta-{first.pk.hex[-6:]}.png",
        ]
        for name, image in zip(file.namelist(), (second, first), strict=True):
            assert file.read(name) == storage.get(storage.original_name(image.blob.key, image.blob.mime))
        assert {entry.compress_type for entry in file.infolist()} == {ZIP_STORED}
    assert export.size == len(storage.get(storage.export_name(export.key, export.fence)))
    assert [UUID(each) for each in export.ids] == [second.pk, first.pk]


def test_the_same_pictures_make_the_same_file(alice: User) -> None:
    images = [stored_image(alice, data=file_of(scene(40 + turn, 40), "PNG")) for turn in range(3)]
    made = [packed(ask(alice, *images)) for _turn in range(2)]
    first, second = (storage.get(storage.export_name(each.key, each.fence)) for each in made)
    assert first == second


def test_no_two_names_are_alike(alice: User) -> None:
    ids = [UUID(f"0193468e-0000-7000-8000-00{turn}abcdef") for turn in ("0001", "0002")]
    blob = stored_image(alice).blob
    images = [make_image(alice, id=each, blob=blob, prompt="stairs") for each in ids]
    names = archive(packed(ask(alice, *images))).namelist()
    assert names == ["stairs-abcdef.jpg", f"stairs-{ids[1].hex}.jpg"]


def test_what_vanished_meanwhile_is_left_out_and_told(alice: User, bob: User, northwind: Team) -> None:
    kept, binned, hidden, lost = (
        stored_image(alice, northwind, data=file_of(scene(40 + turn, 40), "PNG")) for turn in range(4)
    )
    export = ask(bob, kept, binned, hidden, lost, team=northwind)
    keeping.move_to_bin(actor=actor_for(alice), ids=[binned.pk])
    Image.objects.filter(pk=hidden.pk).update(visibility=Visibility.PRIVATE)
    storage.delete_blob(lost.blob.key)
    done = packed(export)
    assert (done.state, done.packed, done.missing) == (State.READY, 1, 1)
    said = words(done)
    assert said.title == "1 of 4 pictures are ready"
    assert "2 were deleted or are not yours to see any more." in said.text
    assert "The file of 1 is missing on the server." in said.text


def test_who_is_out_of_the_team_by_then_gets_nothing(alice: User, bob: User, northwind: Team) -> None:
    export = ask(bob, stored_image(alice, northwind), team=northwind)
    Membership.objects.filter(user=bob).delete()
    done = packed(export)
    assert (done.state, done.failure) == (State.FAILED, Failure.NOTHING_LEFT)
    assert left_over(done) == []
    assert "not yours to see any more" in words(done).text


def test_when_every_file_is_missing_that_is_said(alice: User) -> None:
    done = packed(ask(alice, make_image(alice)))
    assert (done.failure, done.missing) == (Failure.NOTHING_LEFT, 1)
    assert "The files are missing on the server." in words(done).text


def test_the_person_is_told_and_nobody_else(alice: User, northwind: Team) -> None:
    export = ask(alice, stored_image(alice, northwind), team=northwind)
    Event.objects.all().delete()
    packed(export)
    told = Event.objects.get()
    assert (told.channel, told.topic, told.ref) == (f"user:{alice.pk}", notices.EXPORT, str(export.pk))


def test_a_full_disk_ends_it_with_a_sentence_and_leaves_nothing_behind(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def full(name: str, **_: Any) -> Iterator[BinaryIO]:
        with Path("/dev/full").open("wb") as file:
            yield file

    export = ask(alice, stored_image(alice))
    monkeypatch.setattr(storage, "writing", full)
    done = packed(export)
    assert (done.state, done.failure) == (State.FAILED, Failure.DISK_FULL)
    assert "disk is full" in words(done).text
    assert left_over(done) == []


def test_a_part_is_not_left_where_the_disk_was_full(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    export = ask(alice, stored_image(alice))
    monkeypatch.setattr("studio.gallery.packing.shutil.copyfileobj", no_room)
    done = packed(export)
    assert done.failure == Failure.DISK_FULL
    assert left_over(done) == []


def test_a_fault_of_our_own_ends_it_too(
    alice: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(packing, "file_name", broken)
    done = packed(ask(alice, stored_image(alice)))
    assert (done.state, done.failure) == (State.FAILED, Failure.BROKEN)
    assert "a bug" in caplog.text


def test_what_a_killed_worker_left_is_packed_by_the_next(alice: User) -> None:
    export = ask(alice, stored_image(alice))
    dead = exports.claim_next()
    assert dead
    storage.put(storage.export_name(export.key, dead.fence), b"half of it")
    assert not packing.work(), "its lease is still good"
    Export.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    done = packed(export)
    assert (done.state, done.claims) == (State.READY, 2)
    assert left_over(done) == ["2.zip"]


def test_three_workers_and_no_more(alice: User) -> None:
    export = ask(alice, stored_image(alice))
    for _turn in range(exports.MOST_CLAIMS):
        assert exports.claim_next()
        Export.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    storage.put(f"exports/{export.key}/.killed.part", b"half of it")
    assert exports.claim_next() is None
    exports.sweep()
    assert left_over(export) == []
    done = now(export)
    assert (done.state, done.failure) == (State.FAILED, Failure.STOPPED)
    assert "stopped three times" in words(done).text


def test_who_was_given_up_for_dead_writes_nothing(alice: User) -> None:
    export = ask(alice, stored_image(alice))
    dead = exports.claim_next()
    assert dead
    Export.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert packed(export).state == State.READY
    assert not exports.finish(dead, ids=[], missing=0, size=1)
    assert not exports.fail(dead, Failure.BROKEN)
    exports.put_back(dead)
    assert (now(export).state, now(export).packed) == (State.READY, 1)


def test_a_heartbeat_keeps_the_lease_of_what_is_being_packed(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = ask(alice, stored_image(alice))
    Export.objects.update(lease_until=None)
    add, seen = packing._add, list[datetime | None]()

    def slow(*given: Any) -> None:
        Export.objects.update(lease_until=timezone.now())
        packing.heartbeat()
        seen.append(now(export).lease_until)
        add(*given)

    monkeypatch.setattr(packing, "_add", slow)
    packed(export)
    assert seen[0]
    assert seen[0] > timezone.now() + timedelta(seconds=settings.JOB_LEASE_SECONDS / 2)
    packing.heartbeat()
    assert now(export).lease_until is None


def test_a_worker_that_is_told_to_stop_leaves_it_to_another(alice: User) -> None:
    export = ask(alice, stored_image(alice))
    assert packing.work(stop=lambda: True)
    waiting = now(export)
    assert (waiting.state, waiting.claims) == (State.WAITING, 0)
    assert left_over(export) == []
    assert packed(export).state == State.READY


def test_a_process_packs_one_at_a_time(alice: User) -> None:
    ask(alice, stored_image(alice))
    with packing._packing:
        assert not packing.work()
    assert packing.work()


def test_without_a_broker_it_waits_for_a_worker_that_looks(
    alice: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise OperationalError("no broker")

    monkeypatch.setattr("studio.gallery.exports.current_app.send_task", away)
    export = ask(alice, stored_image(alice))
    exports.wake(export.pk)
    assert "broker unreachable" in caplog.text
    assert packed(export).state == State.READY


def test_asked_twice_it_is_one_and_there_is_an_end_to_asking(alice: User, bob: User) -> None:
    images = [make_image(alice) for _turn in range(4)]
    assert ask(alice, images[0]) == ask(alice, images[0])
    ask(alice, images[1])
    ask(alice, images[2])
    with pytest.raises(Conflict):
        ask(alice, images[3])
    assert ask(bob, make_image(bob))


@pytest.mark.django_db(transaction=True)
def test_asked_twice_at_the_same_moment_it_is_one(alice: User) -> None:
    image = stored_image(alice)
    for _turn in range(5):
        Export.objects.all().delete()
        asked = at_once([partial(ask, alice, image)] * 4)
        assert len({each.pk for each in asked}) == 1


def test_too_many_or_too_large_is_refused_before_it_is_written(alice: User) -> None:
    image = make_image(alice)
    with pytest.raises(Invalid, match="up to 1,000 pictures"):
        ask(alice, *[image] * 1001)
    with pytest.raises(Invalid, match="Choose pictures"):
        ask(alice)
    large = [make_image(alice, blob=make_blob(size=900_000_000)) for _turn in range(3)]
    with pytest.raises(Invalid, match=r"These 3 pictures are 2\.7 GB\. An export takes up to 2 GB"):
        ask(alice, *large)
    assert not Export.objects.exists()


def test_after_a_day_the_file_is_removed_and_after_a_month_the_row(alice: User) -> None:
    done = packed(ask(alice, stored_image(alice)))
    assert done.expires_at
    assert done.finished_at
    assert done.expires_at - done.finished_at == pytest.approx(timedelta(days=1), abs=timedelta(minutes=1))
    exports.sweep()
    assert left_over(done) == ["1.zip"]
    Export.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    exports.sweep()
    assert now(done).state == State.OVER
    assert left_over(done) == []
    assert words(now(done)).title == "This file was removed"
    Export.objects.update(finished_at=timezone.now() - timedelta(days=31))
    exports.sweep()
    assert not Export.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_export_is_claimed_by_one_worker(alice: User) -> None:
    wanted = [ask(alice, make_image(alice)).pk for _turn in range(3)]
    claims: list[Claim | None] = at_once([exports.claim_next] * 6)
    taken = sorted(claim.export_id for claim in claims if claim)
    assert len(set(taken)) == len(taken) <= 3
    while claim := exports.claim_next():
        taken.append(claim.export_id)
    assert sorted(taken) == sorted(wanted)


@pytest.mark.django_db(transaction=True)
def test_no_connection_of_a_pool_is_held_while_bytes_are_copied(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    export, copy, held = ask(alice, stored_image(alice)), shutil.copyfileobj, list[bool]()

    def look(*given: Any) -> None:
        held.append(connection.vendor != "sqlite" and connection.connection is not None)
        copy(*given)

    monkeypatch.setattr("studio.gallery.packing.shutil.copyfileobj", look)
    assert packed(export).state == State.READY
    assert held == [False]
