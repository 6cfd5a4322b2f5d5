from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from studio.accounts.actors import actor_for
from studio.accounts.models import Team, User
from studio.gallery import services
from studio.images.models import Image
from studio.web import gallery
from tests.factories import make_image


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


def test_a_return_brings_back_all_pages_that_were_open(
    as_alice: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gallery, "PAGE_SIZE", 1)
    for _turn in range(12):
        make_image(alice)
    assert len(ids(get(as_alice, "?pages=3"))) == 3
    assert len(ids(get(as_alice, "?pages=9999"))) == gallery.MOST_PAGES


@pytest.mark.parametrize(
    "query", ["?after=x", "?pages=0", "?pages=-1", "?pages=²", "?scope=x", "?favourites=x"]
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
    assert count() == few <= 12


def test_the_first_row_is_loaded_at_once_and_the_rest_when_it_is_near(as_alice: Client, alice: User) -> None:
    for _turn in range(gallery.EAGER + 2):
        make_image(alice)
    html = get(as_alice)
    assert html.count('fetchpriority="high"') == gallery.EAGER
    assert html.count('loading="lazy"') == 2


def test_the_tools_have_the_names_that_people_and_scripts_look_for(as_alice: Client, alice: User) -> None:
    make_image(alice)
    html = get(as_alice)
    for name in ("Use as reference", "Edit", "Vary", "Favourite", "Download"):
        assert re.search(rf'<button [^>]*aria-label="{name}"', html), name


def test_hostile_prompts_are_shown_as_text(as_alice: Client, alice: User) -> None:
    make_image(alice, prompt='"><script>alert(1)</script>', alt="")
    html = get(as_alice)
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_a_transparent_picture_has_no_stand_in_behind_it(as_alice: Client, alice: User) -> None:
    from tests.factories import make_blob

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
