from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from studio.accounts.actors import actor_for
from studio.accounts.models import Team, User
from studio.gallery import services
from studio.images.models import Image
from studio.web import gallery, gallery_tiles
from studio.web.shelves import address_of
from tests.factories import make_blob, make_image


def stand_in(client: Client, team: Team) -> None:
    client.post("/workspace/", {"workspace": str(team.pk)})


def ids(html: str) -> list[str]:
    return re.findall(r'<li class="shot"[^>]* data-image="([0-9a-f-]+)"', html)


def get(client: Client, query: str = "", **headers: str) -> str:
    response = client.get(f"/gallery/{query}", headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def test_the_workspaces_pictures_stand_in_order(
    as_bob: Client, as_charlie: Client, alice: User, northwind: Team
) -> None:
    older, newer = make_image(alice, northwind), make_image(alice, northwind)
    make_image(alice)
    stand_in(as_bob, northwind)
    assert ids(get(as_bob)) == [str(newer.pk), str(older.pk)]
    stand_in(as_charlie, northwind)
    assert ids(get(as_charlie)) == []


def test_only_me_and_favourites_narrow_the_shelf(
    as_bob: Client, alice: User, bob: User, northwind: Team
) -> None:
    of_alice, of_bob = make_image(alice, northwind), make_image(bob, northwind)
    services.set_favourite(actor=actor_for(bob), image=of_alice, on=True)
    stand_in(as_bob, northwind)
    assert ids(get(as_bob, "?scope=mine")) == [str(of_bob.pk)]
    assert ids(get(as_bob, "?favourites=1")) == [str(of_alice.pk)]
    assert ids(get(as_bob, "?scope=mine&favourites=1")) == []


def test_the_tiles_lead_to_pictures_that_know_their_shelf(as_alice: Client, alice: User) -> None:
    image = make_image(alice)
    services.set_favourite(actor=actor_for(alice), image=image, on=True)
    assert f'href="/images/{image.pk}/?favourites=1"' in get(as_alice, "?favourites=1")


def test_paging_works_without_script_by_the_link_and_with_it_by_the_tiles_alone(
    as_alice: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gallery, "PAGE_SIZE", 2)
    made = [str(make_image(alice).pk) for _turn in range(3)]
    first = get(as_alice)
    link = re.search(r'<a class="button" href="(\?after=[^"]+)"', first)
    assert link
    assert ids(first) == [made[2], made[1]]
    assert ids(get(as_alice, link[1])) == [made[0]]
    fragment = get(as_alice, link[1], **{"HX-Request": "true"})
    assert ids(fragment) == [made[0]]
    assert "<html" not in fragment
    assert "data-more" not in fragment


@pytest.mark.parametrize(
    "query",
    [
        *("?after=x", "?scope=x", "?favourites=x", "?q=%00", "?days=31", "?days=²", "?rating=-1", "?kind=x"),
        *("?from=x", "?to=2026-13-01", "?from=0001-01-01", "?to=9999-12-31", "?by=x", "?by=0", "?model="),
        *("?collection=x", "?bin=x", "?q=+"),
    ],
)
def test_a_crooked_address_shows_the_plain_gallery(as_alice: Client, alice: User, query: str) -> None:
    image = make_image(alice)
    assert ids(get(as_alice, query)) == [str(image.pk)]


def test_queries_do_not_grow_with_pictures(as_alice: Client, alice: User, northwind: Team) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            get(as_alice)
        return len(captured)

    stand_in(as_alice, northwind)
    make_image(alice, northwind)
    get(as_alice)
    few = count()
    for _turn in range(30):
        make_image(alice, northwind)
    assert count() == few <= 14


def test_the_first_row_is_loaded_at_once_and_the_rest_when_it_is_near(as_alice: Client, alice: User) -> None:
    for _turn in range(gallery_tiles.EAGER + 2):
        make_image(alice)
    html = get(as_alice)
    assert html.count('fetchpriority="high"') == gallery_tiles.EAGER
    assert html.count('loading="lazy"') == 2


def test_hostile_prompts_are_shown_as_text(as_alice: Client, alice: User) -> None:
    make_image(alice, prompt='"><script>alert(1)</script>', alt="")
    html = get(as_alice)
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_a_transparent_picture_has_no_stand_in_behind_it(as_alice: Client, alice: User) -> None:
    make_image(alice, blob=make_blob(placeholder="data:image/webp;base64,AAAA"))
    make_image(alice, blob=make_blob(placeholder="data:image/webp;base64,BBBB", transparent=True))
    html = get(as_alice)
    assert "AAAA" in html
    assert "BBBB" not in html


def test_an_empty_gallery_says_what_will_be_there(as_alice: Client, alice: User, northwind: Team) -> None:
    assert "Images you make land here." in get(as_alice)
    stand_in(as_alice, northwind)
    assert "Images your team makes land here." in get(as_alice)
    assert "No favourites yet." in get(as_alice, "?favourites=1")


def test_no_style_is_written_into_the_page(as_alice: Client, alice: User) -> None:
    make_image(alice)
    assert " style=" not in get(as_alice)


def test_a_guest_is_sent_to_sign_in(client: Client, db: None) -> None:
    response: Any = client.get("/gallery/")
    assert response.status_code == 302
    assert not Image.objects.exists()


def test_an_open_page_learns_how_many_came_since(
    as_bob: Client, as_charlie: Client, alice: User, bob: User, northwind: Team
) -> None:
    newest = make_image(alice, northwind)
    stand_in(as_bob, northwind)
    assert as_bob.get(f"/gallery/newer?than={newest.pk}").json() == {"count": 0}
    make_image(alice, northwind)
    make_image(bob, northwind)
    make_image(bob)
    assert as_bob.get(f"/gallery/newer?than={newest.pk}").json() == {"count": 2}
    assert as_bob.get(f"/gallery/newer?scope=mine&than={newest.pk}").json() == {"count": 1}
    assert as_bob.get("/gallery/newer?than=x").json() == {"count": 0}
    assert as_charlie.get(f"/gallery/newer?than={newest.pk}").json() == {"count": 0}


def test_the_address_narrows_by_what_it_says(as_bob: Client, alice: User, bob: User, northwind: Team) -> None:
    paint = make_image(alice, northwind, model="gesso/paint", prompt="amber dunes")
    edited = make_image(bob, northwind, model="gesso/studio", operation="edit", prompt="amber basalt")
    upload = make_image(bob, northwind, kind="upload", name="amber.png")
    services.rate(actor=actor_for(bob), image=edited, stars=4)
    stand_in(as_bob, northwind)

    assert ids(get(as_bob, "?model=gesso/paint")) == [str(paint.pk)]
    assert ids(get(as_bob, "?model=gesso/paint&model=gesso/studio")) == [str(edited.pk), str(paint.pk)]
    assert ids(get(as_bob, f"?by={alice.pk}")) == [str(paint.pk)]
    assert ids(get(as_bob, "?kind=edited")) == [str(edited.pk)]
    assert ids(get(as_bob, "?kind=created")) == [str(paint.pk)]
    assert ids(get(as_bob, "?kind=uploads")) == [str(upload.pk)]
    assert ids(get(as_bob, "?rating=4")) == [str(edited.pk)]
    assert ids(get(as_bob, "?rating=5")) == []
    assert ids(get(as_bob, "?q=amber")) == [str(edited.pk), str(paint.pk)]
    assert ids(get(as_bob, "?q=amber+du&kind=created")) == [str(paint.pk)]


def test_days_are_the_persons_own(as_alice: Client, alice: User) -> None:
    alice.timezone = "Pacific/Auckland"
    alice.save()
    # 1 May, 00:30 in Auckland is still 30 April in UTC.
    image = make_image(alice, created_at=datetime(2026, 4, 30, 12, 30, tzinfo=UTC))

    assert ids(get(as_alice, "?from=2026-05-01&to=2026-05-01")) == [str(image.pk)]
    assert ids(get(as_alice, "?from=2026-04-30&to=2026-04-30")) == []
    assert ids(get(as_alice, "?from=2026-05-02")) == []


def test_the_timeline_and_its_shapes_say_every_picture_once(as_alice: Client, alice: User) -> None:
    noon = datetime(2026, 11, 5, 12, tzinfo=UTC)
    made = [
        make_image(
            alice, created_at=noon - timedelta(hours=7 * step), blob=make_blob(width=100 + step, height=100)
        )
        for step in range(12)
    ]
    told = as_alice.get("/gallery/timeline").json()

    seen: list[str] = []
    for day, count, ratios in told["days"]:
        shape = as_alice.get(f"/gallery/shape?first={day}&last={day}&newest={told['newest']}").json()
        assert (len(shape["ids"]), sum(shape["ratios"])) == (count, ratios)
        seen += shape["ids"]
    assert seen == [image.pk.hex for image in made]
    assert told["total"] == 12
    assert told["newest"] == made[0].pk.hex


def test_what_came_after_the_timeline_is_not_in_its_shapes(as_alice: Client, alice: User) -> None:
    first = make_image(alice)
    told = as_alice.get("/gallery/timeline").json()
    make_image(alice)

    day = told["days"][0][0]
    shape = as_alice.get(f"/gallery/shape?first={day}&last={day}&newest={told['newest']}").json()
    assert shape["ids"] == [first.pk.hex]


def test_a_narrowed_shelf_has_a_timeline_of_its_own(as_alice: Client, alice: User) -> None:
    make_image(alice, prompt="dunes")
    make_image(alice, prompt="amber")

    told = as_alice.get("/gallery/timeline?q=amber").json()
    assert told["total"] == 1
    assert [count for _day, count, _ratios in told["days"]] == [1]


def test_tiles_are_asked_for_by_name_and_strangers_are_left_out(
    as_alice: Client, alice: User, bob: User
) -> None:
    mine = [make_image(alice) for _turn in range(3)]
    asked = [mine[0], make_image(bob), mine[2]]
    html = as_alice.get("/gallery/tiles", {"id": [*(image.pk.hex for image in asked), "x"]}).content.decode()

    assert ids(html) == [str(mine[0].pk), str(mine[2].pk)]


@pytest.mark.parametrize(
    "query", ["", "first=2026-11-05", "first=x&last=y", "first=2026-11-01&last=2027-01-01"]
)
def test_a_shape_without_its_days_is_refused(as_alice: Client, query: str) -> None:
    assert as_alice.get(f"/gallery/shape?{query}").status_code in (400, 422)


def test_a_strangers_collection_is_not_there(as_alice: Client, alice: User, bob: User) -> None:
    from studio.gallery.models import Collection

    foreign = Collection.objects.create(owner=bob, name="Secret")
    make_image(alice)
    assert as_alice.get(f"/gallery/?collection={foreign.pk}").status_code == 404
    assert as_alice.get(f"/gallery/timeline?collection={foreign.pk}").status_code == 404


def test_a_search_that_finds_nothing_says_what_was_looked_for(as_alice: Client, alice: User) -> None:
    make_image(alice, prompt="dunes")
    assert "No images match “amber”." in get(as_alice, "?q=amber")
    assert "No images match “!!!”." in get(as_alice, "?q=!!!")


def test_a_model_that_no_database_can_look_for_is_left_out() -> None:
    assert address_of(QueryDict("model=%00&model=gesso/paint%00&model=gesso/sketch")).models == (
        "gesso/sketch",
    )
