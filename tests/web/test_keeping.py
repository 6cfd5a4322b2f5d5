"""Many pictures at once, over HTTP: the bin, hearts, collections, and files to take away."""

from __future__ import annotations

import io
from typing import Any
from uuid import uuid4
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from studio.accounts.actors import Visibility, actor_for
from studio.accounts.models import Membership, Role, Team, User
from studio.gallery import keeping, packing
from studio.gallery.models import Collection, Export, Favourite
from studio.images.models import Image
from tests.factories import make_image
from tests.gallery.scenes import made_image, stored_image


def send(client: Client, path: str, *images: Image, **fields: str) -> Any:
    return client.post(path, {"id": [str(image.pk) for image in images], **fields})


def in_bin() -> set[Image]:
    return set(Image.objects.exclude(binned_at=None).filter(discarded=False))


def stand_in(client: Client, team: Team) -> None:
    client.post("/workspace/", {"workspace": str(team.pk)})


def test_to_the_bin_back_and_gone(as_alice: Client, alice: User) -> None:
    first, second = make_image(alice), make_image(alice)
    assert send(as_alice, "/gallery/bin", first, second).json() == {"moved": 2}
    assert in_bin() == {first, second}
    assert send(as_alice, "/gallery/restore", first).json() == {"restored": 1}
    assert send(as_alice, "/gallery/purge", first, second).json() == {"purged": 1}
    assert as_alice.get(f"/media/{second.pk}/320").status_code == 404
    assert send(as_alice, "/gallery/restore", second).status_code == 404


@pytest.mark.parametrize("path", ["bin", "restore", "purge"])
def test_one_foreign_picture_stops_it_all(as_alice: Client, alice: User, charlie: User, path: str) -> None:
    own, foreign = make_image(alice), make_image(charlie)
    keeping.move_to_bin(actor=actor_for(charlie), ids=[foreign.pk])
    if path != "bin":
        keeping.move_to_bin(actor=actor_for(alice), ids=[own.pk])
    before = in_bin()
    assert send(as_alice, f"/gallery/{path}", own, foreign).status_code == 404
    assert as_alice.post(f"/gallery/{path}", {"id": [own.pk, uuid4()]}).status_code == 404
    assert as_alice.post(f"/gallery/{path}", {"id": [own.pk, "x"]}).status_code == 404
    assert in_bin() == before


@pytest.mark.parametrize("role", [Role.VIEWER, Role.REVIEWER])
def test_who_only_looks_moves_nothing_and_an_editor_the_teams_pictures(
    as_bob: Client, alice: User, bob: User, northwind: Team, role: str
) -> None:
    image = make_image(alice, northwind)
    Membership.objects.filter(user=bob).update(role=role)
    assert send(as_bob, "/gallery/bin", image).status_code == 403
    assert not in_bin()
    Membership.objects.filter(user=bob).update(role=Role.EDITOR)
    assert send(as_bob, "/gallery/bin", image).json() == {"moved": 1}
    assert Image.objects.get(pk=image.pk).binned_by == bob


def test_another_members_private_picture_does_not_exist(as_bob: Client, alice: User, northwind: Team) -> None:
    image = make_image(alice, northwind, visibility=Visibility.PRIVATE)
    assert send(as_bob, "/gallery/bin", image).status_code == 404


def test_none_and_too_many_are_refused_with_a_sentence(as_alice: Client, alice: User) -> None:
    make_image(alice)
    nothing = as_alice.post("/gallery/bin", {}, headers={"Accept": "application/json"})
    assert (nothing.status_code, nothing.json()["error"]["message"]) == (422, "Choose pictures first.")
    ids = [str(uuid4()) for _turn in range(1001)]
    assert as_alice.post("/gallery/bin", {"id": ids}).status_code == 422


def test_a_plain_form_goes_on_to_a_page(as_alice: Client, alice: User) -> None:
    image = make_image(alice)
    form = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    there = as_alice.post("/gallery/bin", {"id": image.pk}, headers=form)
    assert (there.status_code, there["Location"]) == (302, "/gallery/")
    back = as_alice.post("/gallery/restore", {"id": image.pk}, headers=form)
    assert back["Location"] == "/gallery/?bin=1"


def test_a_binned_pictures_bytes_are_for_those_who_see_its_row(
    as_alice: Client, as_bob: Client, as_charlie: Client, alice: User, northwind: Team
) -> None:
    image = stored_image(alice, northwind)
    send(as_alice, "/gallery/bin", image)
    answers = [client.get(f"/media/{image.pk}/320").status_code for client in (as_alice, as_bob, as_charlie)]
    assert answers == [200, 200, 404]


def test_a_run_shows_where_a_picture_was_and_lets_editors_bring_it_back(
    as_alice: Client, as_bob: Client, alice: User, bob: User, northwind: Team
) -> None:
    image = made_image(alice, northwind, job={"n": 1})
    run = image.made_by.job.run
    send(as_alice, "/gallery/bin", image)
    html = as_bob.get(f"/runs/{run.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert "In the bin" in html
    assert "Restore picture 1 of run 1" in html
    assert f"/images/{image.pk}/" not in html
    Membership.objects.filter(user=bob).update(role=Role.VIEWER)
    html = as_bob.get(f"/runs/{run.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert "In the bin" in html
    assert "Restore picture" not in html
    send(as_alice, "/gallery/purge", image)
    html = as_alice.get(f"/runs/{run.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert "Deleted" in html
    assert "not delivered" not in html
    assert ">Retry<" not in html


def test_hearts_for_many(as_bob: Client, alice: User, bob: User, charlie: User, northwind: Team) -> None:
    images = [make_image(alice, northwind) for _turn in range(3)]
    assert send(as_bob, "/gallery/favourites", *images[:2], favourite="1").json() == {"changed": 2}
    assert send(as_bob, "/gallery/favourites", *images, favourite="1").json() == {"changed": 1}
    assert send(as_bob, "/gallery/favourites", *images[1:], favourite="").json() == {"changed": 2}
    assert list(Favourite.objects.values_list("user", "image")) == [(bob.pk, images[0].pk)]
    foreign = make_image(charlie)
    assert send(as_bob, "/gallery/favourites", *images, foreign, favourite="1").status_code == 404
    assert Favourite.objects.count() == 1


def test_a_collection_is_made_filled_renamed_and_given_up(as_alice: Client, alice: User) -> None:
    first, second = make_image(alice), make_image(alice)
    made = send(as_alice, "/collections/", first, name=" Stairs\0  in stone ")
    assert made.status_code == 201
    facts = made.json()
    assert facts["name"] == "Stairs in stone"
    assert facts["url"] == f"/gallery/?collection={facts['id']}"
    page = f"/collections/{facts['id']}"
    assert send(as_alice, f"{page}/add", first, second).json() == {"added": 1}
    assert send(as_alice, f"{page}/remove", first).json() == {"removed": 1}
    assert as_alice.post(f"{page}/rename", {"name": "Steps"}).json()["name"] == "Steps"
    assert as_alice.post(f"{page}/rename", {"name": "  "}).status_code == 422
    assert as_alice.post(f"{page}/delete").json() == {"deleted": "Steps"}
    assert not Collection.objects.exists()
    assert Image.objects.count() == 2


def test_collections_of_a_team_are_changed_by_its_editors_alone(
    as_alice: Client, as_bob: Client, as_charlie: Client, alice: User, bob: User, northwind: Team
) -> None:
    stand_in(as_alice, northwind)
    image = make_image(alice, northwind)
    page = f"/collections/{as_alice.post('/collections/', {'name': 'Stairs'}).json()['id']}"
    assert send(as_bob, f"{page}/add", image).json() == {"added": 1}
    Membership.objects.filter(user=bob).update(role=Role.REVIEWER)
    for action in ("add", "remove", "rename", "delete"):
        assert send(as_bob, f"{page}/{action}", image, name="Mine").status_code == 403
        assert send(as_charlie, f"{page}/{action}", image, name="Mine").status_code == 404
    stand_in(as_bob, northwind)
    assert as_bob.post("/collections/", {"name": "Mine"}).status_code == 403
    assert Collection.objects.get().name == "Stairs"


def test_a_picture_of_another_workspace_is_not_there_for_a_collection(
    as_alice: Client, alice: User, northwind: Team
) -> None:
    personal, of_team = make_image(alice), make_image(alice, northwind)
    page = f"/collections/{as_alice.post('/collections/', {'name': 'Stairs'}).json()['id']}"
    assert send(as_alice, f"{page}/add", personal, of_team).status_code == 404
    assert not Collection.objects.get().images.exists()
    assert send(as_alice, "/collections/", of_team, name="Other").status_code == 404
    assert Collection.objects.count() == 1


def test_an_export_is_asked_for_packed_and_downloaded_by_its_owner_alone(
    as_alice: Client, as_bob: Client, alice: User, northwind: Team
) -> None:
    image = stored_image(alice, northwind)
    asked = send(as_alice, "/exports/", image)
    assert asked.status_code == 202
    page = f"/exports/{asked.json()['export']}/"
    assert "Packing 1 picture" in as_alice.get(page).content.decode()
    assert as_alice.get(f"{page}download").status_code == 404
    assert packing.work()
    assert "1 picture is ready" in as_alice.get(page).content.decode()
    answer = as_alice.get(f"{page}download")
    body = b"".join(answer)
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Length"] == str(len(body))
    assert answer["Content-Disposition"].startswith('attachment; filename="gesso-')
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert len(ZipFile(io.BytesIO(body)).namelist()) == 1
    assert [as_bob.get(path).status_code for path in (page, f"{page}download")] == [404, 404]


def test_who_left_the_team_downloads_its_pictures_no_more(
    as_bob: Client, alice: User, bob: User, northwind: Team
) -> None:
    image = stored_image(alice, northwind)
    page = f"/exports/{send(as_bob, '/exports/', image).json()['export']}/"
    packing.work()
    assert as_bob.get(f"{page}download").status_code == 200
    Membership.objects.filter(user=bob).delete()
    assert as_bob.get(f"{page}download").status_code == 410


def test_an_export_that_is_over_says_so(as_alice: Client, alice: User) -> None:
    page = f"/exports/{send(as_alice, '/exports/', stored_image(alice)).json()['export']}/"
    packing.work()
    Export.objects.update(state=Export.State.OVER)
    assert "kept for 24 hours" in as_alice.get(page).content.decode()
    assert as_alice.get(f"{page}download").status_code == 410


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/gallery/bin", {}),
        ("/gallery/restore", {}),
        ("/gallery/purge", {}),
        ("/gallery/favourites", {"favourite": "1"}),
        ("/collections/", {"name": "Stairs"}),
        ("/exports/", {}),
    ],
)
def test_queries_do_not_grow_with_ids(
    as_alice: Client, alice: User, path: str, fields: dict[str, str]
) -> None:
    def cost(number: int) -> int:
        images = [make_image(alice) for _turn in range(number)]
        if path in ("/gallery/restore", "/gallery/purge"):
            keeping.move_to_bin(actor=actor_for(alice), ids=[image.pk for image in images])
        with CaptureQueriesContext(connection) as queries:
            assert send(as_alice, path, *images, **fields).status_code < 300
        return len(queries)

    cost(1)
    assert cost(60) == cost(30)
