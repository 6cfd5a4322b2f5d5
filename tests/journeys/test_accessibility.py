"""axe-core finds nothing serious on any page, in either theme."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Window
from tests.journeys.desk import Desk
from tests.journeys.living import LivingStudio, Person
from tests.journeys.watching import Watch, in_both_themes

CALM: dict[str, Any] = {"reduced_motion": "reduce"}


@pytest.fixture(scope="module")
def dana(living: LivingStudio) -> Iterator[Person]:
    """Runs the server, and has pictures and a statement."""
    dana = living.person("Dana", staff=True)
    living.ask("team", name="Northwind", members={str(dana.id): "owner"})
    living.painted(dana, ["A terracotta stair", "A blue door"])
    yield dana
    living.ask("leave_staff", user_id=dana.id)


@pytest.mark.parametrize("path", ["/account/login/", "/account/password/reset/", "/nothing/is/here/"])
def test_nothing_bars_the_way_of_somebody_who_is_not_signed_in(
    window: Window, watch: Watch, path: str
) -> None:
    watch.expected.append("status of 404")
    page = window(**CALM)
    page.goto(path)
    assert in_both_themes(page) == []


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/gallery/",
        "/models/",
        "/models/?view=list",
        "/credits/",
        "/account/",
        "/account/2fa/",
        "/account/keys/",
        "/account/keys/new/",
        "/teams/",
        "/manage/credits/",
        "/manage/people/",
        "/manage/providers/",
        "/nothing/is/here/",
    ],
)
def test_nothing_bars_the_way_of_staff(window: Window, dana: Person, watch: Watch, path: str) -> None:
    watch.expected.append("status of 404")
    page = window(dana, **CALM)
    page.goto(path)
    assert in_both_themes(page) == []


def test_nothing_bars_the_way_on_pages_of_one_thing(window: Window, dana: Person) -> None:
    page = window(dana, **CALM)
    page.goto(f"/manage/credits/people/{dana.id}/")
    assert in_both_themes(page) == []
    page.goto("/teams/")
    page.get_by_role("link", name="Northwind").click()
    expect(page.get_by_role("heading", name="Members")).to_be_visible()
    assert in_both_themes(page) == []
    page.goto("/gallery/")
    page.get_by_role("link", name="Generated image: A blue door").click()
    expect(page.get_by_role("heading", name="A blue door")).to_be_attached()
    assert in_both_themes(page) == []


def test_nothing_bars_the_way_in_an_empty_studio_and_its_dialogs(window: Window, alice: Person) -> None:
    page = window(alice, **CALM)
    desk = Desk(page)
    expect(page.get_by_role("heading", name="Start with a sentence, or borrow one")).to_be_visible()
    assert in_both_themes(page) == []
    desk.model.click()
    expect(desk.models).to_be_visible()
    assert in_both_themes(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_visible()
    assert in_both_themes(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Account").first.click()
    expect(page.get_by_role("menu", name="Account")).to_be_visible()
    assert in_both_themes(page) == []
