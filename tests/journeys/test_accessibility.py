"""axe-core finds nothing serious on any page, in either theme."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from scripts.studio import ROOT
from tests.journeys.conftest import Window
from tests.journeys.desk import Desk
from tests.journeys.living import LivingStudio, Person
from tests.journeys.watching import Watch, in_both_themes

CALM: dict[str, Any] = {"reduced_motion": "reduce"}
FOR_ANYBODY = ("/account/login/", "/account/password/reset/", "/nothing/is/here/")
FOR_STAFF = (
    "/", "/gallery/", "/models/", "/models/?view=list", "/credits/", "/account/", "/account/2fa/",
    "/account/keys/", "/account/keys/new/", "/teams/", "/manage/credits/", "/manage/people/",
    "/manage/providers/", "/nothing/is/here/",
)  # fmt: skip


def test_the_themes_differ_in_their_colours_alone() -> None:
    """What axe says of the one page it says of the other, unless it is of colours (see ``in_both_themes``)."""
    lines = [
        line.strip()
        for sheet in (ROOT / "static/css").glob("*.css")
        for line in sheet.read_text().splitlines()
    ]
    assert [line for line in lines if "data-theme" in line or "prefers-color-scheme" in line] == [
        '[data-theme="light"] { color-scheme: light; }',
        '[data-theme="system"] { color-scheme: light dark; }',
    ]


@pytest.fixture(scope="module")
def dana(living: LivingStudio) -> Iterator[Person]:
    """Runs the server, and has pictures and a statement."""
    dana = living.person("Dana", staff=True)
    living.ask("team", name="Northwind", members={str(dana.id): "owner"})
    living.painted(dana, ["A terracotta stair", "A blue door"])
    yield dana
    living.ask("leave_staff", user_id=dana.id)


def barred(page: Page, paths: Sequence[str]) -> list[str]:
    """What bars the way on any of these pages."""
    found = []
    for path in paths:
        page.goto(path)
        found += in_both_themes(page)
    return found


def test_nothing_bars_the_way_of_somebody_who_is_not_signed_in(window: Window, watch: Watch) -> None:
    watch.expected.append("status of 404")
    assert barred(window(**CALM), FOR_ANYBODY) == []


def test_nothing_bars_the_way_of_staff(window: Window, dana: Person, watch: Watch) -> None:
    watch.expected.append("status of 404")
    assert barred(window(dana, **CALM), FOR_STAFF) == []


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
