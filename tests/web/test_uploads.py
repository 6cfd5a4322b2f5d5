from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from studio.accounts.models import Membership, Role, Team, User
from studio.images.models import Image
from tests.images.samples import file_of, scene

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


def test_a_bad_file_is_named_in_the_sentence_that_refuses_it(as_alice: Client) -> None:
    status, answer = upload(as_alice, b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "sketch.heic")
    assert status == 422
    assert answer["error"] == "sketch.heic is not supported. Use PNG, JPEG, WebP or AVIF under 20 MB."


def test_a_file_that_is_too_large_is_refused_unread(as_alice: Client) -> None:
    status, answer = upload(as_alice, b"\0" * (20 * 1024 * 1024 + 1), "big.png")
    assert (status, answer["code"]) == (422, "picture_too_large")


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
