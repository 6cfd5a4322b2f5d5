from __future__ import annotations

import errno
import os

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from studio.accounts.models import Membership, Role, Team, User
from studio.images import intake, pool, storage
from studio.images.models import Image
from tests.images.samples import file_of, png, scene

PNG = file_of(scene(), "PNG")


def upload(
    client: Client, data: bytes = PNG, name: str = "plan.png", **fields: str
) -> tuple[int, dict[str, object]]:
    response = client.post("/uploads/", {"file": SimpleUploadedFile(name, data), **fields})
    return response.status_code, response.json()


def test_a_picture_is_taken_in_and_answered_with_what_the_composer_shows(as_alice: Client) -> None:
    status, answer = upload(as_alice)
    image = Image.objects.get()
    assert status == 201
    assert answer == {
        "id": str(image.pk),
        "thumb": f"/media/{image.pk}/320",
        "width": 96,
        "height": 64,
        "name": "plan.png",
    }
    assert as_alice.get(f"/media/{image.pk}/320").status_code == 200


def test_an_upload_belongs_to_the_workspace(as_bob: Client, as_alice: Client, northwind: Team) -> None:
    as_bob.post("/workspace/", {"workspace": str(northwind.pk)})
    _status, answer = upload(as_bob)
    assert Image.objects.get().team == northwind
    assert as_alice.get(f"/media/{answer['id']}/320").status_code == 200


def test_an_upload_in_the_personal_workspace_is_nobody_elses(
    as_bob: Client, as_alice: Client, northwind: Team
) -> None:
    _status, answer = upload(as_bob)
    assert as_alice.get(f"/media/{answer['id']}/320").status_code == 404


def test_a_viewer_may_not_upload_into_the_team(as_charlie: Client, charlie: User, northwind: Team) -> None:
    Membership.objects.create(team=northwind, user=charlie, role=Role.VIEWER)
    as_charlie.post("/workspace/", {"workspace": str(northwind.pk)})
    assert upload(as_charlie)[0] == 403
    assert not Image.objects.exists()


HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"
ASKED = "Use PNG, JPEG, WebP or AVIF under 20 MB."
SAID = {
    "sketch.heic": (HEIC, "is a HEIC photo. Save it as JPEG or PNG, then add that."),
    "scan.tif": (file_of(scene(), "TIFF"), "is a TIFF. Save it as JPEG or PNG, then add that."),
    "logo.svg": (b"<svg/>", "is an SVG drawing. Save it as JPEG or PNG, then add that."),
    "dance.gif": (file_of(scene(), "GIF"), "is a GIF. Save the frame you want as PNG, then add that."),
    "plan.pdf": (b"%PDF-1.7", "is a PDF document. Export the page as PNG or JPEG, then add that."),
    "page.png": (
        b"<!doctype html>",
        "is a web page and not a picture. Save the picture itself, then add that.",
    ),
    "notes.png": (b"buy milk", f"holds text and no picture. {ASKED}"),
    "clip.mp4": (b"\0\0\0\x18ftypmp42", "is a video. Save the frame you want as PNG or JPEG, then add that."),
    "strange.png": (bytes(99), f"is not supported. {ASKED}"),
    "empty.png": (b"", "is empty. Save or download it once more, then add it again."),
    "broken.png": (PNG[:90], "is damaged and cannot be read. Save it again as PNG, JPEG, WebP or AVIF."),
    "moves.png": (
        file_of(scene(), "PNG", save_all=True, append_images=[scene().rotate(180)]),
        "is an animation. Use a still picture.",
    ),
    "bomb.png": (
        png(11_000, 8_000, pixels=b""),
        "is 11000 × 8000. Use at most 40 megapixels, and no side over 16,383 pixels.",
    ),
    "big.png": (b"\0" * (20 * 1024 * 1024 + 1), "is 20.0 MB. Use a file under 20 MB."),
}


@pytest.mark.parametrize("name", SAID)
def test_a_bad_file_is_named_in_the_sentence_that_refuses_it(as_alice: Client, name: str) -> None:
    data, said = SAID[name]
    status, answer = upload(as_alice, data, name)
    assert (status, answer["error"]) == (422, f"{name} {said}")
    assert not Image.objects.exists()


def test_where_every_decoder_is_at_work_it_is_said_plainly(
    as_alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "PERSON_WAITS_SECONDS", 0.01)
    monkeypatch.setattr(intake, "shared", lambda: pool.Pool(0))
    status, answer = upload(as_alice)
    assert (status, answer["code"]) == (503, "busy")
    said = "plan.png was not read, because many pictures are being read now. Try again in a minute."
    assert answer["error"] == said


def test_a_full_disk_is_said_and_leaves_nothing_behind(
    as_alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    before = set(storage.blob_keys())
    monkeypatch.setattr(os, "fsync", no_space)
    status, answer = upload(as_alice)
    assert (status, answer["code"]) == (507, "not_kept")
    said = "This server's disk is full, so the picture was not kept. Tell whoever runs the server."
    assert answer["error"] == said
    assert not Image.objects.exists()
    assert set(storage.blob_keys()) == before


def test_nothing_and_text_are_no_files(as_alice: Client) -> None:
    for sent in ({}, {"file": "a text"}):
        response = as_alice.post("/uploads/", sent)
        assert response.status_code == 422
        assert response.json()["error"] == "Choose a file first."


def test_a_mask_is_kept_as_a_mask(as_alice: Client) -> None:
    assert upload(as_alice, kind="mask")[0] == 201
    assert Image.objects.get().kind == Image.Kind.MASK


@pytest.mark.parametrize("kind", ["output", "x"])
def test_nobody_uploads_a_generated_picture(as_alice: Client, kind: str) -> None:
    assert upload(as_alice, kind=kind)[0] == 422
    assert not Image.objects.exists()


def test_a_hostile_file_name_stays_a_name(as_alice: Client) -> None:
    status, answer = upload(as_alice, name='../../x"><script>.png')
    assert status == 201
    assert "/" not in str(answer["name"])


def test_a_guest_uploads_nothing(client: Client, db: None) -> None:
    assert client.post("/uploads/", {"file": SimpleUploadedFile("a.png", PNG)}).status_code == 302
    assert not Image.objects.exists()


def test_an_upload_needs_the_token_of_our_own_page(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert client.post("/uploads/", {"file": SimpleUploadedFile("a.png", PNG)}).status_code == 403
    assert not Image.objects.exists()
