from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpResponseBase
from django.test import AsyncClient, Client

from studio.accounts.actors import Visibility
from studio.accounts.models import Team, User
from studio.core.ids import uuid7
from studio.images import intake, services
from studio.images.models import Image
from tests.factories import make_image
from tests.gallery.scenes import JPEG, plain_job, stored_image
from tests.images.samples import file_of, opened, scene


def body(response: HttpResponseBase) -> bytes:
    if response.streaming:
        return b"".join(response)
    return bytes(response.content)  # type: ignore[attr-defined]


def assert_sealed(response: HttpResponseBase) -> None:
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response["Cache-Control"].startswith("private, max-age=")


def addresses(image: Image) -> Iterator[tuple[str, str, bool]]:
    """Every address of a picture's bytes, their type, and whether they are to be saved."""
    for width in image.blob.renditions:
        yield f"/media/{image.pk}/{width}", "image/webp", False
    yield f"/media/{image.pk}/original", image.blob.mime, True
    yield f"/images/{image.pk}/download", image.blob.mime, True
    for format_ in ("png", "jpeg", "webp"):
        yield f"/images/{image.pk}/download?format={format_}", f"image/{format_}", True


ASKED = [
    {},
    {"Range": "bytes=0-9"},
    {"Range": "bytes=5-2,x"},
    {"Accept": "text/html"},
    {"Sec-Fetch-Site": "cross-site"},
]


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize("format_", ["PNG", "JPEG", "WEBP", "AVIF"])
def test_every_address_says_its_type_and_nothing_runs_however_it_is_asked(
    as_alice: Client, alice: User, format_: str, method: str
) -> None:
    image = stored_image(alice, data=file_of(scene(700, 40), format_))
    job = plain_job(alice)
    services.put_preview(job.pk, 0, 1, JPEG)
    asked = [*addresses(image), (f"/media/preview/{job.pk}/0", "image/webp", False)]
    assert len(asked) == 9
    for url, mime, saved in asked:
        for headers in ASKED:
            response = getattr(as_alice, method)(url, headers=headers)
            data = body(response)
            assert (response.status_code, response["Content-Type"]) == (200, mime)
            assert response.get("Content-Disposition", "").startswith("attachment; filename=") == saved
            assert_sealed(response)
            assert (intake.sniff(data) == mime) if method == "get" else not data


def test_another_person_at_the_same_browser_is_not_shown_what_it_has_for_long(
    as_alice: Client, alice: User
) -> None:
    for url, _mime, _saved in addresses(stored_image(alice)):
        response = as_alice.get(url)
        assert "Cookie" in response["Vary"]
        assert response["Cache-Control"] == "private, max-age=600"


@pytest.mark.parametrize(("variant", "width"), [(320, 320), (640, 640), (1280, 1000)])
def test_a_display_copy_is_webp_and_sealed(as_alice: Client, alice: User, variant: int, width: int) -> None:
    response = as_alice.get(f"/media/{stored_image(alice).pk}/{variant}")
    assert opened(body(response)).size == (width, width // 2)
    assert response["Content-Type"] == "image/webp"
    assert_sealed(response)


def test_the_original_is_the_vendors_bytes_and_an_attachment(as_alice: Client, alice: User) -> None:
    image = stored_image(alice)
    response = as_alice.get(f"/media/{image.pk}/original")
    assert body(response) == JPEG
    assert response["Content-Type"] == "image/jpeg"
    assert response["Content-Disposition"] == f'attachment; filename="{image.pk}.jpg"'
    assert response["Content-Length"] == str(len(JPEG))
    assert_sealed(response)


@pytest.mark.django_db(transaction=True)
def test_the_original_streams_under_asgi(alice: User) -> None:
    image = stored_image(alice)

    async def fetch() -> bytes:
        client = AsyncClient()
        await client.aforce_login(alice)
        response = await client.get(f"/media/{image.pk}/original")
        assert response["Content-Length"] == str(len(JPEG))
        return b"".join([piece async for piece in response])  # type: ignore[attr-defined]

    assert asyncio.run(fetch()) == JPEG


@pytest.mark.parametrize("variant", ["320", "original"])
def test_what_the_browser_has_is_not_sent_again(as_alice: Client, alice: User, variant: str) -> None:
    url = f"/media/{stored_image(alice).pk}/{variant}"
    tag = as_alice.get(url)["ETag"]
    again = as_alice.get(url, headers={"If-None-Match": tag})
    assert (again.status_code, body(again)) == (304, b"")
    assert_sealed(again)


def test_the_tag_does_not_spare_a_stranger_the_question_of_access(
    as_alice: Client, as_charlie: Client, alice: User
) -> None:
    url = f"/media/{stored_image(alice).pk}/320"
    tag = as_alice.get(url)["ETag"]
    assert as_charlie.get(url, headers={"If-None-Match": tag}).status_code == 404


def test_the_hash_is_nowhere_in_the_answer(as_alice: Client, alice: User) -> None:
    image = stored_image(alice)
    for variant in ("320", "original"):
        response = as_alice.get(f"/media/{image.pk}/{variant}")
        assert image.blob.sha256[:12] not in str(response.headers)
        assert image.blob.key[:12] not in str(response.headers)


@pytest.mark.parametrize("variant", ["320", "original", "64", "sha256", "0", "-1", "²"])
def test_missing_and_foreign_and_unheard_of_look_the_same(
    as_charlie: Client, alice: User, charlie: User, variant: str
) -> None:
    foreign = as_charlie.get(f"/media/{stored_image(alice).pk}/{variant}")
    missing = as_charlie.get(f"/media/{uuid7()}/{variant}")
    assert foreign.status_code == missing.status_code == 404
    if variant not in ("320", "original"):
        assert as_charlie.get(f"/media/{stored_image(charlie).pk}/{variant}").status_code == 404


def test_a_team_sees_its_pictures_but_not_the_private_ones(
    northwind: Team, alice: User, as_bob: Client, as_charlie: Client
) -> None:
    shared = stored_image(alice, northwind)
    private = stored_image(alice, northwind, visibility=Visibility.PRIVATE)
    assert as_bob.get(f"/media/{shared.pk}/320").status_code == 200
    assert as_bob.get(f"/media/{private.pk}/320").status_code == 404
    assert as_charlie.get(f"/media/{shared.pk}/320").status_code == 404


def test_a_guest_is_sent_to_sign_in(client: Client, alice: User) -> None:
    image = stored_image(alice)
    for path in (f"/media/{image.pk}/320", f"/media/preview/{uuid7()}/0", f"/images/{image.pk}/download"):
        assert client.get(path).status_code == 302


def test_a_picture_whose_file_is_gone_is_missing(as_alice: Client, alice: User) -> None:
    image = make_image(alice)
    for path in (f"/media/{image.pk}/320", f"/media/{image.pk}/original", f"/images/{image.pk}/download"):
        assert as_alice.get(path).status_code == 404


def test_nothing_is_ever_written_through_these_addresses(as_alice: Client, alice: User) -> None:
    image = stored_image(alice)
    for path in (f"/media/{image.pk}/320", f"/images/{image.pk}/download"):
        assert as_alice.post(path).status_code == 405
        assert as_alice.head(path).status_code == 200


def test_access_costs_the_same_few_queries_for_everyone(
    as_alice: Client, alice: User, northwind: Team, django_assert_max_num_queries: Any
) -> None:
    image = stored_image(alice, northwind)
    with django_assert_max_num_queries(4):
        as_alice.get(f"/media/{image.pk}/320")


def test_a_forming_picture_is_seen_by_those_who_see_the_run(
    alice: User, northwind: Team, as_alice: Client, as_bob: Client, as_charlie: Client
) -> None:
    job = plain_job(alice, northwind)
    url = f"/media/preview/{job.pk}/0?step=1"
    assert as_alice.get(url).status_code == 404
    services.put_preview(job.pk, 0, 1, JPEG)
    for client in (as_alice, as_bob):
        response = client.get(url)
        assert opened(body(response)).size == (640, 320)
        assert response["Content-Type"] == "image/webp"
        assert_sealed(response)
    assert as_charlie.get(url).status_code == 404
    services.drop_previews(job.pk)
    assert as_alice.get(url).status_code == 404


def test_a_download_is_named_after_the_prompt(as_alice: Client, alice: User) -> None:
    image = stored_image(alice)
    response = as_alice.get(f"/images/{image.pk}/download")
    assert body(response) == JPEG
    expected = f'attachment; filename="a-stair-in-terracotta-quiet-{image.pk.hex[-6:]}.jpg"'
    assert response["Content-Disposition"] == expected
    assert_sealed(response)


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ('../../etc/passwd\r\nX-Evil: 1"; filename="x.exe', "etcpasswd-x-evil-1-filenamexexe"),
        ("", "picture"),
        ("日本", "picture"),
        ("word " * 40, "-".join(["word"] * 12)),
        ("x" * 200, "x" * 60),
    ],
)
def test_no_prompt_can_break_out_of_the_file_name(
    as_alice: Client, alice: User, prompt: str, name: str
) -> None:
    image = stored_image(alice, prompt=prompt)
    response = as_alice.get(f"/images/{image.pk}/download")
    assert response["Content-Disposition"] == f'attachment; filename="{name}-{image.pk.hex[-6:]}.jpg"'


@pytest.mark.parametrize(("format_", "ending"), [("png", "png"), ("webp", "webp"), ("jpeg", "jpg")])
def test_a_download_comes_in_the_format_asked_for(
    as_alice: Client, alice: User, format_: str, ending: str
) -> None:
    image = stored_image(alice)
    response = as_alice.get(f"/images/{image.pk}/download?format={format_}")
    assert response["Content-Type"] == f"image/{format_}"
    assert response["Content-Disposition"].endswith(f'.{ending}"')
    assert (opened(body(response)).format or "").lower() == format_
    assert_sealed(response)


def test_a_download_in_another_format_leaves_the_metadata_behind(as_alice: Client, alice: User) -> None:
    image = stored_image(alice, data=file_of(scene(), "JPEG", comment=b"secret"))
    assert b"secret" not in body(as_alice.get(f"/images/{image.pk}/download?format=png"))


def test_an_unknown_format_is_refused(as_alice: Client, alice: User) -> None:
    assert as_alice.get(f"/images/{stored_image(alice).pk}/download?format=svg").status_code == 422


def test_a_stranger_downloads_nothing(as_charlie: Client, alice: User) -> None:
    image = stored_image(alice)
    for query in ("", "?format=png"):
        assert as_charlie.get(f"/images/{image.pk}/download{query}").status_code == 404
