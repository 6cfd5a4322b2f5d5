"""A reference by its address: taken in like any upload, refused in words, and our own addresses read inside."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from providers.http.public import PublicWeb
from studio.accounts.models import Membership, Role, Team, User
from studio.core import db, safe_fetch
from studio.credits.models import Entry
from studio.images import addresses, pool
from studio.images.addresses import name_of
from studio.images.models import Image
from tests.factories import make_image
from tests.images.samples import file_of, png, scene
from tests.providers.simulators.base import DRIP, Fault, Reply
from tests.providers.web import Website

PNG = file_of(scene(), "PNG")
AT = "http://pictures.example/some/plan.png?signature=canary"


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Website]:
    with Website() as website:
        website.says(Reply(200, PNG))
        monkeypatch.setattr(safe_fetch, "public_web", PublicWeb(website.network))
        yield website


def add(client: Client, url: str) -> tuple[int, dict[str, object]]:
    response = client.post("/uploads/address", {"url": url})
    return response.status_code, response.json()


def test_a_picture_at_an_address_becomes_an_upload_like_any_other(site: Website, as_alice: Client) -> None:
    status, answer = add(as_alice, f"  {AT}\n")
    image = Image.objects.get()
    assert status == 201
    assert answer == {
        "id": str(image.pk),
        "thumb": f"/media/{image.pk}/320",
        "width": 96,
        "height": 64,
        "name": "plan.png",
    }
    assert (image.kind, image.name) == (Image.Kind.UPLOAD, "plan.png")
    assert as_alice.get(f"/media/{image.pk}/320").status_code == 200


def test_it_belongs_to_the_workspace_and_costs_nothing(
    site: Website, as_bob: Client, as_alice: Client, northwind: Team
) -> None:
    as_bob.post("/workspace/", {"workspace": str(northwind.pk)})
    entries = Entry.objects.count()
    assert add(as_bob, AT)[0] == 201
    assert Image.objects.get().team == northwind
    assert as_alice.get(f"/images/{Image.objects.get().pk}/").status_code == 200
    assert Entry.objects.count() == entries


def test_who_may_not_add_to_the_team_sends_the_server_nowhere(
    site: Website, as_charlie: Client, charlie: User, northwind: Team
) -> None:
    Membership.objects.create(team=northwind, user=charlie, role=Role.VIEWER)
    as_charlie.post("/workspace/", {"workspace": str(northwind.pk)})
    status, answer = add(as_charlie, AT)
    assert (status, answer["code"]) == (403, "forbidden")
    assert site.asked == {}


REFUSED = {
    "": "Paste or type the address of a picture first.",
    "  ": "Paste or type the address of a picture first.",
    "http://" + "a" * 4096: "This address is too long. Save the picture, then add the file.",
    "plan.png": "This is no address of a picture. It begins with https:// and has a host.",
    "ftp://pictures.example/plan.png": "Only addresses that begin with http:// or https:// can be fetched.",
    "file:///etc/passwd": "Only addresses that begin with http:// or https:// can be fetched.",
    "http://me:secret@pictures.example/": "Take the user name and password out of the address, then try again.",
    "http://pictures.example:8000/": (
        "Only the usual ports 80 and 443 can be fetched from. Take the port out, or add a file."
    ),
    "http://169.254.169.254/latest/": (
        "No public website answers at this address. Check it, or add the picture as a file."
    ),
}


@pytest.mark.parametrize("url", REFUSED)
def test_an_address_that_is_not_fetched_is_refused_in_words(
    site: Website, as_alice: Client, url: str
) -> None:
    status, answer = add(as_alice, url)
    assert (status, answer["error"]) == (422, REFUSED[url])
    assert site.dialled == []
    assert not Image.objects.exists()


ANSWERS = {
    "is a web page and not a picture": b"<!doctype html><title>Sign in</title>",
    "is an SVG drawing": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "is empty": b"",
    "is damaged": PNG[:90],
    "is 11000 × 8000": png(11_000, 8_000, pixels=b""),
}


@pytest.mark.parametrize("said", ANSWERS)
def test_what_is_no_picture_is_named_by_its_end_of_the_address(
    site: Website, as_alice: Client, said: str
) -> None:
    site.says(Reply(200, ANSWERS[said], {"Content-Type": "image/png"}))
    status, answer = add(as_alice, AT)
    assert status == 422
    assert str(answer["error"]).startswith(f"plan.png {said}")
    assert "canary" not in str(answer)
    assert not Image.objects.exists()


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(404), "There is nothing at this address. Check it and try again."),
        (
            Reply(403),
            "That website does not hand out its picture. Save it in your browser, then add the file.",
        ),
        (Reply(500), "That website answered with status 500. Try again later, or add the picture as a file."),
        (
            Reply(200, bytes(20 * 1024 * 1024 + 1)),
            "The file at this address is larger than 20 MB. Use a smaller one.",
        ),
    ],
)
def test_what_a_website_does_not_give_is_said(
    site: Website, as_alice: Client, reply: Reply, said: str
) -> None:
    site.says(reply)
    assert add(as_alice, AT) == (422, add(as_alice, AT)[1] | {"error": said})


def test_a_website_that_drips_is_left_within_seconds(
    site: Website, as_alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(addresses, "fetch", lambda url, cap: safe_fetch.fetch(url, cap=cap, seconds=0.2))
    site.says(Reply(200, PNG, fault=Fault(DRIP, seconds=0.05)))
    assert add(as_alice, AT)[1]["code"] == "address_timed_out"


@pytest.mark.django_db(transaction=True)
def test_no_connection_and_no_transaction_is_held_on_the_way(
    site: Website, as_alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    monkeypatch.setattr(db, "release", lambda: order.append("released"))

    def watched(url: str, *, cap: int) -> safe_fetch.Fetched:
        order.append("fetched")
        assert not connection.in_atomic_block
        return safe_fetch.fetch(url, cap=cap)

    monkeypatch.setattr(addresses, "fetch", watched)
    assert add(as_alice, AT)[0] == 201
    assert order == ["released", "fetched"]


def test_where_every_decoder_is_at_work_it_is_said_plainly(
    site: Website, as_alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "PERSON_WAITS_SECONDS", 0.01)
    monkeypatch.setattr("studio.images.intake.shared", lambda: pool.Pool(0))
    assert add(as_alice, AT)[0] == 503


# Our own addresses ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "form",
    [
        "http://testserver/images/{id}/",
        "http://testserver/images/{id}",
        "https://testserver/images/{id}/?liked=1#notes",
        "HTTP://TestServer./images/{id}/",
        "http://testserver/media/{id}/640",
        "http://testserver/media/{id}/original",
        "http://testserver/images/{id}/download?format=png",
        "https://studio.example/images/{id}/",
        "https://studio.example:443/media/{id}/320",
    ],
)
def test_an_address_of_our_own_is_the_picture_itself_and_is_not_fetched(
    site: Website, as_alice: Client, alice: User, settings: Settings, form: str
) -> None:
    settings.PUBLIC_URL = "https://studio.example"
    image = make_image(alice)
    status, answer = add(as_alice, form.format(id=image.pk))
    assert (status, answer["id"], answer["name"]) == (200, str(image.pk), "Generated image: a stair")
    assert Image.objects.count() == 1
    assert site.asked == {}


def test_another_persons_picture_and_none_at_all_look_the_same(
    site: Website, as_charlie: Client, alice: User
) -> None:
    image = make_image(alice)
    told = [
        add(as_charlie, f"http://testserver{path}")
        for path in (
            f"/images/{image.pk}/",
            f"/media/{image.pk}/640",
            f"/images/{alice_less(image)}/",
            f"/media/preview/{image.pk}/0",
            "/gallery/",
            "/",
            "/no/such/page",
            "/images/%00/",
        )
    ]
    assert {status for status, _ in told} == {404}
    assert len({str(answer) for _, answer in told}) == 1
    assert site.asked == {}


def alice_less(image: Image) -> str:
    """An id like the picture's that is nobody's."""
    return f"{str(image.pk)[:-1]}{'0' if str(image.pk)[-1] != '0' else '1'}"


def test_one_that_was_deleted_for_good_is_missing(site: Website, as_alice: Client, alice: User) -> None:
    image = make_image(alice, discarded=True)
    assert add(as_alice, f"http://testserver/images/{image.pk}/")[0] == 404


@pytest.mark.parametrize(
    "url", ["http://testserver:8000/images/{id}/", "http://testserver.example/images/{id}/"]
)
def test_a_place_that_only_looks_like_ours_is_the_networks(
    site: Website, as_alice: Client, alice: User, url: str
) -> None:
    assert add(as_alice, url.format(id=make_image(alice).pk))[0] == 422


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://a.example/b/plan.png?x=1", "plan.png"),
        ("https://a.example/b/plan%20two.png", "plan two.png"),
        ("https://a.example/b/", "b"),
        ("https://a.example/", "a.example"),
        ("https://a.example", "a.example"),
        ("https://a.example/%00%0a%e2%80%ae.png", ".png"),
        ("https://a.example/%00", "a.example"),
        ("https://a.example/..%2f..%2fetc", "etc"),
        ("https://a.example/" + "n" * 500, "n" * 80),
    ],
)
def test_a_file_is_called_by_the_end_of_its_address(url: str, name: str) -> None:
    assert name_of(url) == name


# The door ---------------------------------------------------------------------------------------------------------


def test_a_guest_sends_the_server_nowhere(site: Website, client: Client) -> None:
    assert client.post("/uploads/address", {"url": AT}).status_code == 302
    assert site.asked == {}


def test_an_address_needs_the_token_of_our_own_page(site: Website, alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert client.post("/uploads/address", {"url": AT}).status_code == 403
    assert site.asked == {}
