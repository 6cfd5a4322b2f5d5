"""Pictures by program: found as the gallery finds them, with all that is known of each, put away and brought back."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from studio.accounts import keys
from studio.accounts.models import Membership, Role, User
from studio.gallery import collections, keeping
from studio.gallery import services as gallery
from studio.images import storage
from studio.images.models import Image, Lineage
from studio.jobs.models import Run
from tests.api.own.conftest import QUICK, Program, refusal
from tests.factories import make_image
from tests.images.samples import file_of, scene
from tests.jobs.conftest import PAINT, SKETCH, Desk

PNG = file_of(scene(), "PNG")
DATA = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"


def names(page: dict[str, Any]) -> list[str]:
    return [row["name"] for row in page["data"]]


def test_a_picture_tells_what_made_it_and_what_it_cost(program: Program, desk: Desk) -> None:
    run = program.ended(seed=7)
    made = run["jobs"][0]["pictures"][0]
    [row] = program.read("/pictures")["data"]
    assert {name: row[name] for name in made} == made
    assert (row["prompt"], row["model"], row["kind"], row["format"]) == (
        "a stair",
        SKETCH,
        "created",
        "image/png",
    )
    assert (row["run"], row["job"], row["project"]) == (run["id"], run["jobs"][0]["id"], run["project"])
    assert row["cost"] == {"micros": 3_000, "credits": "0.3000"}
    assert (row["mine"], row["favourite"], row["rating"], row["binned_at"]) == (True, False, 0, None)
    assert program.read(f"/pictures/{row['id']}") == row | {"parents": [], "children": []}


def test_parents_and_children_are_told_and_what_is_anothers_is_not_named(
    program: Program, alice: User, charlie: User
) -> None:
    image, parent, child = (make_image(alice) for _turn in range(3))
    foreign = make_image(charlie)
    for above, below in ((parent, image), (foreign, image), (image, child), (image, foreign)):
        Lineage.objects.create(parent=above, child=below, operation="edit")
    ids = {row["name"]: row["id"] for row in named(program, parent=parent, image=image, child=child)}
    told = program.read(f"/pictures/{ids['image']}")
    assert told["parents"] == [
        {"id": ids["parent"], "operation": "edit"},
        {"id": None, "operation": "edit"},
    ]
    assert told["children"] == [{"id": ids["child"], "operation": "edit"}]


def named(program: Program, **images: Image) -> list[dict[str, Any]]:
    for name, image in images.items():
        Image.objects.filter(pk=image.pk).update(name=name)
    return list(program.read("/pictures")["data"])


def test_pictures_are_narrowed_as_in_the_gallery(program: Program, alice: User, desk: Desk) -> None:
    long_ago = timezone.now() - timedelta(days=40)
    old = make_image(alice, name="old", model=PAINT, prompt="a red door", created_at=long_ago)
    edited = make_image(alice, name="edited", operation="edit", model=SKETCH)
    make_image(alice, name="sent", kind=Image.Kind.UPLOAD)
    binned = make_image(alice, name="binned")
    keeping.move_to_bin(actor=desk.actor, ids=[binned.pk])
    gallery.rate(actor=desk.actor, image=old, stars=4)
    gallery.set_favourite(actor=desk.actor, image=edited, on=True)
    held = collections.create(actor=desk.actor, team=None, name="Doors", images=[old])
    collection = next(row["id"] for row in program.read("/collections")["data"] if row["name"] == held.name)
    found: dict[str, tuple[list[str], dict[str, Any]]] = {
        "": (["edited", "old"], {}),
        "model": (["old"], {"model": PAINT}),
        "words": (["old"], {"q": "red do"}),
        "stars": (["old"], {"rating": 4}),
        "too many stars": ([], {"rating": 5}),
        "heart": (["edited"], {"favourite": "true"}),
        "collection": (["old"], {"collection": collection}),
        "edited": (["edited"], {"kind": "edited"}),
        "created": (["old"], {"kind": "created"}),
        "uploads": (["sent"], {"kind": "upload"}),
        "since": (["edited"], {"since": (long_ago + timedelta(days=1)).isoformat()}),
        "until": (["old"], {"until": (long_ago + timedelta(days=1)).isoformat()}),
        "bin": (["binned"], {"bin": "true"}),
        "uploads in the bin": ([], {"bin": "true", "kind": "upload"}),
    }
    assert {what: names(program.read("/pictures", **query)) for what, (_, query) in found.items()} == {
        what: expected for what, (expected, _query) in found.items()
    }


def test_the_pictures_of_a_project_are_those_that_its_runs_made(program: Program) -> None:
    here, there = program.ended(project="Here"), program.ended(project="There")
    [row] = program.read("/pictures", project=here["project"])["data"]
    assert row["id"] == here["jobs"][0]["pictures"][0]["id"]
    assert program.read("/pictures", project=there["project"])["data"] != [row]


@pytest.mark.parametrize("query", [{}, {"q": "stair"}], ids=["all", "by words"])
def test_new_pictures_do_not_shift_the_pages(program: Program, alice: User, query: dict[str, Any]) -> None:
    for number in range(5):
        make_image(alice, name=f"{number}")
    pages = program.pages("/pictures", **query)
    assert [[row["name"] for row in page] for page in pages] == [["4", "3"], ["2", "1"], ["0"]]
    first = program.read("/pictures", limit=2, **query)
    make_image(alice, name="newer")
    second = program.read("/pictures", limit=2, cursor=first["next_cursor"], **query)
    assert names(second) == ["2", "1"]


def test_a_page_of_pictures_takes_as_many_queries_as_one_and_reads_no_file(
    program: Program, alice: User, queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    program.ended()
    one = queries(lambda: program.read("/pictures"))
    for _turn in range(3):
        make_image(alice)
    program.ended()
    monkeypatch.setattr(storage, "get", lambda name: pytest.fail(f"{name} is read"))
    assert queries(lambda: program.read("/pictures")) == one


@pytest.mark.parametrize(
    "query",
    [
        {"rating": "6"},
        {"kind": "mask"},
        {"q": "a" * 201},
        {"q": "\0"},
        {"since": "now"},
        {"favourite": "some"},
        {"colour": "red"},
    ],
    ids=str,
)
def test_a_filter_that_cannot_be_is_refused_at_its_name(program: Program, query: dict[str, str]) -> None:
    status, _code, param = refusal(program.get("/pictures", **query))
    assert (status, param) == (400, next(iter(query)))


# The bin ------------------------------------------------------------------------------------------------------------


def test_a_picture_goes_into_the_bin_and_comes_back(program: Program, desk: Desk) -> None:
    made = program.ended()["jobs"][0]["pictures"][0]
    path = f"/api/pictures/{made['id']}"
    for _turn in range(2):
        binned = program.client.delete(path).json()
        assert (binned["binned_at"] is None, binned["url"]) == (False, None)
    assert program.client.get(made["url"]).status_code == 404
    assert program.read("/pictures")["data"] == []
    run = program.read("/runs")["data"][0]
    assert run["jobs"][0]["pictures"][0]["url"] is None
    for _turn in range(2):
        restored = program.post(f"/pictures/{made['id']}/restore").json()
        assert (restored["binned_at"], restored["url"]) == (None, made["url"])
    assert program.client.get(made["url"]).status_code == 200


def test_to_put_a_picture_away_a_key_is_for_more_than_reading(program: Program, alice: User) -> None:
    make_image(alice)
    row = program.read("/pictures")["data"][0]
    for scopes in (["pictures"], ["generate"], ["credits"]):
        narrow = Program(keys.make(owner=alice, name="Narrow", scopes=scopes)[1])
        for answer in (
            narrow.client.delete(f"/api/pictures/{row['id']}"),
            narrow.post(f"/pictures/{row['id']}/restore"),
        ):
            assert refusal(answer) == (403, "missing_scope", None)
    assert Image.objects.get().binned_at is None


def test_who_may_only_look_puts_nothing_away(
    program: Program, alice: User, bob: User, northwind: Any
) -> None:
    make_image(alice, northwind)
    Membership.objects.filter(user=bob).update(role=Role.VIEWER)
    looking = Program(keys.make(owner=bob, name="Script", team=northwind)[1])
    row = looking.read("/pictures")["data"][0]
    assert refusal(looking.client.delete(f"/api/pictures/{row['id']}")) == (403, "forbidden", None)
    assert refusal(looking.post("/projects", {"name": "Stairs"})) == (403, "forbidden", None)
    assert Image.objects.get().binned_at is None


# Whose --------------------------------------------------------------------------------------------------------------


def test_a_foreign_picture_and_a_missing_one_are_the_same_404(
    program: Program, theirs: Program, alice: User, desk: Desk
) -> None:
    make_image(alice)
    collections.create(actor=desk.actor, team=None, name="Doors")
    row, held = program.read("/pictures")["data"][0], program.read("/collections")["data"][0]
    for each in (row["id"], f"img_{'0' * 26}", "none"):
        for answer in (
            theirs.get(f"/pictures/{each}"),
            theirs.client.delete(f"/api/pictures/{each}"),
            theirs.post(f"/pictures/{each}/restore"),
        ):
            assert refusal(answer) == (404, "not_found", None)
        told = refusal(theirs.post("/runs", QUICK | {"references": [each]}))
        assert told[0] == (404 if each.startswith("img_") else 400)
    for named in (held["id"], f"col_{'0' * 26}"):
        assert refusal(theirs.get("/pictures", collection=named)) == (404, "not_found", "collection")
        answer = theirs.post("/runs", QUICK | {"collection": named})
        assert refusal(answer) == (404, "not_found", "collection")
    assert theirs.read("/pictures")["data"] == theirs.read("/collections")["data"] == []
    assert (Image.objects.get().binned_at, Run.objects.count()) == (None, 0)


def test_a_teams_key_sees_the_pictures_of_that_team_alone(
    program: Program, alice: User, bob: User, northwind: Any
) -> None:
    make_image(alice, name="own")
    make_image(bob, northwind, name="shared")
    make_image(bob, northwind, name="private", visibility="private")
    of_team = Program(keys.make(owner=alice, name="Team", team=northwind)[1])
    assert names(of_team.read("/pictures")) == ["shared"]
    assert names(of_team.read("/pictures", mine="true")) == []
    own = program.read("/pictures")["data"][0]
    assert own["name"] == "own"
    assert of_team.get(f"/pictures/{own['id']}").status_code == 404


# Sent in ------------------------------------------------------------------------------------------------------------


def test_a_picture_is_sent_in_as_data_as_a_file_and_by_id_and_is_one(program: Program) -> None:
    by_data = program.post("/uploads", {"image": DATA})
    file = SimpleUploadedFile("stair.png", PNG, "image/png")
    by_file = program.client.post("/api/uploads", {"file": file})
    by_id = program.post("/uploads", {"image": by_data.json()["id"]})
    answers = (by_data, by_file, by_id)
    assert [answer.status_code for answer in answers] == [201, 201, 201], by_file.content
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert (by_data.json()["kind"], by_data.json()["width"]) == ("upload", 96)


def test_an_upload_without_a_picture_is_refused_at_its_field(program: Program) -> None:
    assert refusal(program.post("/uploads", {}))[1:] == ("missing_required_parameter", "image")
    empty = program.client.post("/api/uploads", {"kind": "upload"})
    assert refusal(empty)[1:] == ("missing_required_parameter", "file")
    opaque = program.post("/uploads", {"image": DATA, "kind": "mask"})
    assert refusal(opaque) == (400, "invalid_mask", "image")


# Where they go --------------------------------------------------------------------------------------------------------


def test_the_pictures_of_a_run_go_into_its_collection_and_those_of_its_retry_too(
    program: Program, desk: Desk
) -> None:
    collections.create(actor=desk.actor, team=None, name="Doors")
    held = program.read("/collections")["data"][0]
    run = program.begun(collection=held["id"])
    program.post(f"/runs/{run['id']}/cancel")
    program.post(f"/runs/{run['id']}/retry")
    program.ended(collection=held["id"])
    program.ended()
    assert program.read("/collections")["data"][0] == held | {"pictures": 2}
    assert len(program.read("/pictures", collection=held["id"])["data"]) == 2
    assert len(program.read("/pictures")["data"]) == 3


def test_a_collection_of_another_workspace_takes_no_pictures_of_this_one(
    program: Program, alice: User, northwind: Any, desk: Desk
) -> None:
    of_team = Program(keys.make(owner=alice, name="Team", team=northwind)[1])
    collections.create(actor=desk.actor, team=None, name="Doors")
    own = program.read("/collections")["data"][0]
    project = of_team.post("/projects", {"name": "Stairs"}).json()["id"]
    answer = program.post("/runs", QUICK | {"project": project, "collection": own["id"]})
    assert refusal(answer) == (400, "invalid_value", "collection")
    answer = of_team.post("/runs", QUICK | {"collection": own["id"]})
    assert refusal(answer) == (404, "not_found", "collection")
    assert Run.objects.count() == 0
