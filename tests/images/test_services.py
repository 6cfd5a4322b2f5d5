from __future__ import annotations

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import connection, transaction

from studio.accounts.actors import actor_for
from studio.accounts.models import Membership, Role, Team, User
from studio.core.errors import Forbidden
from studio.core.ids import uuid7
from studio.images import intake, orphans, selectors, services, storage
from studio.images.errors import Unsupported
from studio.images.models import Blob, Image, Lineage
from tests.factories import make_image
from tests.images.samples import file_of, opened, scene

PNG = file_of(scene(), "PNG")


def stored_files(key: str) -> list[str]:
    return sorted(default_storage.listdir(storage.folder(key))[1])


def prepared(width: int = 96) -> intake.Prepared:
    return intake.prepare(file_of(scene(width), "PNG"), keep_original=True)


def add(owner: User, stored: services.Stored) -> Image:
    with transaction.atomic():
        return services.add(stored=stored, kind=Image.Kind.OUTPUT, owner=owner, team=None, prompt="a stair")


def test_an_output_keeps_the_vendors_bytes_beside_its_display_copies(alice: User) -> None:
    data = file_of(scene(), "JPEG")
    image = add(alice, services.store(intake.prepare(data, keep_original=True)))
    assert services.source_bytes(image) == (data, "image/jpeg", 96, 64)
    assert stored_files(image.blob.key) == ["320.webp", "original.jpg"]


def test_an_upload_keeps_only_a_copy_of_its_pixels(alice: User) -> None:
    data = file_of(scene(), "JPEG", comment=b"secret")
    image = services.take_upload(actor=actor_for(alice), team=None, data=data, name="stairs.jpg")
    kept, mime, width, height = services.source_bytes(image)
    assert (mime, width, height, image.name, image.kind) == ("image/jpeg", 96, 64, "stairs.jpg", "upload")
    assert b"secret" not in kept


def test_avif_is_sent_along_as_png(alice: User) -> None:
    image = add(alice, services.store(intake.prepare(file_of(scene(), "AVIF"), keep_original=True)))
    data, mime, _width, _height = services.source_bytes(image)
    assert (mime, opened(data).format) == ("image/png", "PNG")


def test_an_upload_in_a_team_is_the_teams(northwind: Team, bob: User) -> None:
    image = services.take_upload(actor=actor_for(bob), team=northwind, data=PNG, name="a.png")
    assert (image.team, image.owner) == (northwind, bob)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.REVIEWER, None])
def test_who_does_not_edit_in_a_team_cannot_add_to_it(
    northwind: Team, charlie: User, role: str | None
) -> None:
    if role:
        Membership.objects.create(team=northwind, user=charlie, role=role)
    with pytest.raises(Forbidden):
        services.take_upload(actor=actor_for(charlie), team=northwind, data=PNG, name="a.png")
    assert not Image.objects.exists()


def test_a_file_that_is_no_picture_leaves_neither_row_nor_file(alice: User) -> None:
    before = set(storage.blob_keys())
    with pytest.raises(Unsupported):
        services.take_upload(actor=actor_for(alice), team=None, data=b"<svg/>", name="a.svg")
    assert not Image.objects.exists()
    assert set(storage.blob_keys()) == before


def test_the_hash_is_in_no_name_that_anyone_sees(alice: User) -> None:
    image = add(alice, services.store(prepared()))
    card = selectors.card(image)
    assert image.blob.sha256 not in image.blob.key + card.src + card.srcset + str(image.pk)


@pytest.mark.django_db(transaction=True)
def test_the_same_bytes_are_kept_once_and_counted(alice: User) -> None:
    first = add(alice, services.store(prepared()))
    spare = services.store(prepared())
    second = add(alice, spare)
    assert first.blob_id == second.blob_id
    assert Blob.objects.get().uses == 2
    assert spare.key not in set(storage.blob_keys())
    assert stored_files(first.blob.key)


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_addition_of_known_bytes_takes_no_files_away(alice: User) -> None:
    first = add(alice, services.store(prepared()))
    spare = services.store(prepared())
    with transaction.atomic():
        services.add(stored=spare, kind=Image.Kind.OUTPUT, owner=alice, team=None)
        transaction.set_rollback(True)
    assert Blob.objects.get().uses == 1
    assert stored_files(first.blob.key) == stored_files(spare.key)


@pytest.mark.django_db(transaction=True)
def test_eight_threads_adding_the_same_new_bytes_make_one_blob_of_eight_uses() -> None:
    owner = User.objects.create_user("alice@northwind.test", name="Alice")
    copies = [services.store(prepared(70)) for _turn in range(8)]
    barrier = threading.Barrier(8)

    def one(stored: services.Stored) -> None:
        barrier.wait()
        try:
            add(owner, stored)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(one, copies))
    blob = Blob.objects.get()
    assert blob.uses == 8
    assert Image.objects.count() == 8
    assert {copy.key for copy in copies} & set(storage.blob_keys()) == {blob.key}


def age(key: str, seconds: float) -> None:
    path = storage.local_path(storage.folder(key))
    assert path is not None
    for file in path.iterdir():
        os.utime(file, (time.time() - seconds,) * 2)


def test_the_sweep_takes_old_files_without_a_row_and_nothing_else(alice: User) -> None:
    orphans.sweep_files()
    kept, old, young = (services.store(prepared(width)) for width in (40, 41, 42))
    add(alice, kept)
    age(kept.key, 7200)
    age(old.key, 7200)
    assert orphans.sweep_files() == 1
    keys = set(storage.blob_keys())
    assert old.key not in keys
    assert {kept.key, young.key} <= keys


def test_a_file_that_could_not_be_written_whole_leaves_nothing_behind(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = storage.new_key()
    name = storage.rendition_name(key, 320)
    storage.put(name, b"before")

    def no_space(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(OSError, match="No space"):
        storage.put(name, b"after, cut short")
    assert storage.get(name) == b"before"
    folder = storage.local_path(storage.folder(key))
    assert folder is not None
    assert [path.name for path in folder.iterdir()] == ["320.webp"]
    storage.delete_blob(key)
    assert not Path(folder).exists()


def test_lineage_said_twice_is_said_once(alice: User) -> None:
    parent, child = make_image(alice), make_image(alice)
    for _turn in range(2):
        services.link(parent, child, "vary")
    assert Lineage.objects.count() == 1


def test_previews_follow_one_another_and_go_when_the_job_is_done() -> None:
    job = uuid7()
    assert selectors.read_preview(job, 0) is None
    for step in range(3):
        services.put_preview(job, 0, step, file_of(scene(800 + step * 100), "PNG"))
    services.put_preview(job, 1, 0, PNG)
    shown = selectors.read_preview(job, 0)
    assert shown is not None
    assert opened(shown).width == 640
    assert len(default_storage.listdir(f"previews/{job}")[1]) == 2
    services.put_preview(job, 0, 1, PNG)
    assert selectors.read_preview(job, 0) == shown, "an older look must not replace a newer one"
    services.drop_previews(job)
    assert selectors.read_preview(job, 0) is None
    services.drop_previews(job)
