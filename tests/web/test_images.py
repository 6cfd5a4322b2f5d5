from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from studio.accounts.actors import Visibility, actor_for
from studio.accounts.models import Membership, Role, Team, User
from studio.core.ids import uuid7
from studio.gallery import selectors, services
from studio.gallery.models import Favourite
from studio.images import services as images
from studio.images.models import Blob, Image
from studio.jobs.models import Reference
from studio.web import picture
from tests.factories import make_blob, make_image
from tests.gallery.scenes import made_image


def get(client: Client, image: Image, query: str = "") -> str:
    response = client.get(f"/images/{image.pk}/{query}")
    assert response.status_code == 200
    return response.content.decode()


def facts(html: str) -> dict[str, str]:
    """The panel's table of facts, as texts."""
    rows = re.findall(r"<div><dt[^>]*>(.*?)</dt><dd[^>]*>(.*?)</dd>", html, re.DOTALL)
    return {name: " ".join(re.sub(r"<[^>]+>", "", value).split()) for name, value in rows}


def test_the_panel_tells_how_the_picture_was_made(as_alice: Client, alice: User) -> None:
    now = timezone.now()
    image = made_image(
        alice,
        job={
            "parameters": {"quality": "standard", "resolution": "2K"},
            "negative_prompt": "text, hands",
            "started_at": now - timedelta(seconds=9.4),
            "finished_at": now,
        },
        blob=make_blob(width=1024, height=1280),
        prompt="A stair",
        model_label="Gesso Studio",
        seed=0,
        cost=50_000,
    )
    html = get(as_alice, image)
    assert facts(html) == {
        "Model": "Gesso Studio",
        "Size": "1024 × 1280 4:5",
        "Seed": "0",
        "Settings": "Standard, 2K, PNG, opaque",
        "Cost": "5 credits $0.05",
        "Rating": "",
        "Took": "9.4 s",
    }
    assert "Without: text, hands" in html
    assert "Stairs #1" in html
    assert "1 of 1" in html


def test_the_ways_on_carry_the_picture(as_alice: Client, alice: User) -> None:
    html = get(as_alice, image := made_image(alice))
    for wish in ("edit", "vary", "reference", "reuse"):
        assert f'href="/?{wish}={image.pk}"' in html
    assert f'action="/images/{image.pk}/download"' in html


def test_what_stands_in_for_the_picture_is_as_large_as_it_will_be(as_alice: Client, alice: User) -> None:
    image = make_image(alice)
    Blob.objects.update(width=640, height=512, placeholder="data:image/webp;base64,AAAA")
    page = as_alice.get(f"/images/{image.pk}/").content.decode()
    drawing = unquote(page.split('class="stand-in" src="data:image/svg+xml,')[1].split('"')[0])
    assert drawing.startswith(
        '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="512"><image href="data:'
    )
    Blob.objects.update(transparent=True)
    assert b"stand-in" not in as_alice.get(f"/images/{image.pk}/").content


def test_an_upload_has_a_page_without_a_making(as_alice: Client, alice: User) -> None:
    upload = make_image(alice, kind=Image.Kind.UPLOAD, prompt="", alt="", name="plan.png")
    html = get(as_alice, upload)
    assert "plan.png" in html
    assert not {"Cost", "Took", "Model"} & set(facts(html))
    assert "?vary=" not in html
    assert "?reuse=" not in html


def test_neighbours_follow_the_shelf_that_one_came_from(
    as_alice: Client, alice: User, bob: User, northwind: Team
) -> None:
    oldest, of_bob, middle, newest = (make_image(owner, northwind) for owner in (alice, bob, alice, alice))
    plain = get(as_alice, middle)
    assert f'rel="prev" href="/images/{newest.pk}/"' in plain
    assert f'rel="next" href="/images/{of_bob.pk}/"' in plain
    assert "2 of 4" in plain
    mine = get(as_alice, middle, "?scope=mine")
    assert f'rel="next" href="/images/{oldest.pk}/?scope=mine"' in mine
    assert 'href="/gallery/?scope=mine"' in mine
    assert 'rel="prev"' not in get(as_alice, newest)


def test_who_may_see_the_picture_sees_its_page_and_nobody_else(
    northwind: Team, alice: User, as_bob: Client, as_charlie: Client, client: Client
) -> None:
    shared, private = (
        made_image(alice, northwind),
        made_image(alice, northwind, visibility=Visibility.PRIVATE),
    )
    get(as_bob, shared)
    assert as_bob.get(f"/images/{private.pk}/").status_code == 404
    foreign, missing = (as_charlie.get(f"/images/{id_}/") for id_ in (shared.pk, uuid7()))
    assert foreign.status_code == missing.status_code == 404
    assert client.get(f"/images/{shared.pk}/").status_code == 302


def test_the_page_of_a_binned_picture_says_who_moved_it_until_it_is_gone_for_good(
    as_alice: Client, as_bob: Client, alice: User, bob: User, northwind: Team
) -> None:
    image = make_image(alice, northwind, binned_at=timezone.now(), binned_by=bob)
    page, restore = f"/images/{image.pk}/", ">Restore</button>"
    hers, his = (client.get(page).content.decode() for client in (as_alice, as_bob))
    assert "Bob moved this to the bin" in hers
    assert "You moved this to the bin" in his
    assert restore in hers
    Membership.objects.filter(user=bob).update(role=Role.VIEWER)
    assert restore not in as_bob.get(page).content.decode()
    Image.objects.update(discarded=True)
    assert as_alice.get(page).status_code == 404


def test_private_ingredients_and_ancestors_are_named_without_being_shown(
    northwind: Team, alice: User, as_bob: Client
) -> None:
    image, secret = made_image(alice, northwind), make_image(alice, prompt="secret words", alt="secret words")
    Reference.objects.create(job=image.made_by.job, position=0, image=secret)
    images.link(secret, image, "reference")
    html = get(as_bob, image)
    assert html.count("Private reference</span>") == 2
    assert str(secret.pk) not in html
    assert "secret words" not in html


def test_the_lineage_folds_what_is_more_than_three(as_alice: Client, alice: User) -> None:
    parent, image = made_image(alice), made_image(alice)
    images.link(parent, image, "edit")
    for _turn in range(7):
        images.link(image, made_image(alice), "vary")
    html = get(as_alice, image)
    assert "1 before, 7 after" in html
    assert ">+5</summary>" in html
    assert "<span>#1</span>" in html


def test_queries_do_not_grow_with_relatives(as_alice: Client, alice: User) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            get(as_alice, image)
        return len(captured)

    image = made_image(alice)
    parent = made_image(alice)
    images.link(parent, image, "edit")
    images.link(made_image(alice), parent, "edit")
    Reference.objects.create(job=image.made_by.job, position=0, image=parent)
    images.link(image, made_image(alice), "vary")
    get(as_alice, image)
    few = count()
    for position in range(1, 9):
        images.link(image, made_image(alice), "vary")
        Reference.objects.create(job=image.made_by.job, position=position, image=make_image(alice))
    assert count() == few <= 24


def test_a_heart_is_set_by_script_and_by_a_plain_form(as_alice: Client, alice: User) -> None:
    image = make_image(alice)
    url = f"/images/{image.pk}/favourite"
    by_script = as_alice.post(url, {"favourite": "1"}, headers={"HX-Request": "true"})
    assert (by_script.status_code, Favourite.objects.count()) == (204, 1)
    assert 'aria-pressed="true" data-favourite' in get(as_alice, image)
    by_form = as_alice.post(url, {"favourite": ""})
    assert by_form.status_code == 302
    assert by_form["Location"] == f"/images/{image.pk}/"
    assert not Favourite.objects.exists()


def test_stars_are_given_and_taken_back(as_alice: Client, alice: User) -> None:
    image = make_image(alice)
    assert as_alice.post(f"/images/{image.pk}/rate", {"stars": "4"}).status_code == 302
    assert selectors.stars_of(actor_for(alice), image) == 4
    html = get(as_alice, image)
    assert len(re.findall(r'data-star="\d" aria-pressed="true"', html)) == 4
    # Pressing the last star that is lit asks for none.
    assert re.search(r'value="0" data-star="4"', html)
    as_alice.post(f"/images/{image.pk}/rate", {"stars": "0"})
    assert selectors.stars_of(actor_for(alice), image) == 0


@pytest.mark.parametrize("stars", ["6", "-1", "x", "", "²"])
def test_no_other_number_of_stars_is_taken(as_alice: Client, alice: User, stars: str) -> None:
    image = make_image(alice)
    assert as_alice.post(f"/images/{image.pk}/rate", {"stars": stars}).status_code == 422
    assert selectors.stars_of(actor_for(alice), image) == 0


def test_a_viewer_keeps_hearts_and_stars_of_their_own(
    northwind: Team, alice: User, charlie: User, as_charlie: Client
) -> None:
    image = make_image(alice, northwind)
    for path, values in (("favourite", {"favourite": "1"}), ("rate", {"stars": "3"})):
        assert as_charlie.post(f"/images/{image.pk}/{path}", values).status_code == 404
    Membership.objects.create(team=northwind, user=charlie, role=Role.VIEWER)
    for path, values in (("favourite", {"favourite": "1"}), ("rate", {"stars": "3"})):
        assert as_charlie.post(f"/images/{image.pk}/{path}", values).status_code == 302
    assert selectors.favourites_of(actor_for(alice), [image.pk]) == frozenset()


def test_hearts_and_stars_are_only_ever_posted_and_never_by_another_site(
    as_alice: Client, alice: User
) -> None:
    image = make_image(alice)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    for path in ("favourite", "rate"):
        assert as_alice.get(f"/images/{image.pk}/{path}").status_code == 405
        assert strict.post(f"/images/{image.pk}/{path}", {"favourite": "1", "stars": "1"}).status_code == 403
    assert not Favourite.objects.exists()


def test_hostile_words_are_shown_as_text(as_alice: Client, alice: User) -> None:
    image = made_image(alice, job={"negative_prompt": "<img src=x>"}, prompt="<script>alert(1)</script>")
    html = get(as_alice, image)
    assert "<script>alert" not in html
    assert "<img src=x>" not in html


@pytest.mark.parametrize(
    ("size", "name"),
    [
        ((1024, 1024), "1:1"), ((1024, 1280), "4:5"), ((1920, 1080), "16:9"), ((1536, 1024), "3:2"),
        ((1344, 756), "16:9"), ((1000, 333), "3:1"), ((1023, 617), ""),
    ],
)  # fmt: skip
def test_a_ratio_is_named_where_it_is_a_simple_one(size: tuple[int, int], name: str) -> None:
    assert picture.ratio_name(*size) == name


@pytest.mark.parametrize(("seconds", "text"), [(9.44, "9.4 s"), (0, "0.0 s"), (125, "2 min 5 s")])
def test_times_are_told_as_people_say_them(alice: User, seconds: float, text: str) -> None:
    now = timezone.now()
    times: dict[str, Any] = {"started_at": now - timedelta(seconds=seconds), "finished_at": now}
    assert picture.took(made_image(alice, job=times).made_by.job) == text


def test_services_and_pages_agree_on_hearts(as_alice: Client, alice: User) -> None:
    image = make_image(alice)
    services.set_favourite(actor=actor_for(alice), image=image, on=True)
    assert 'name="favourite" value=""' in get(as_alice, image)
