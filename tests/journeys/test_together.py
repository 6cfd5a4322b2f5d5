"""Two people of one team see each other's pictures as they come; a third does not know that they exist."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Window
from tests.journeys.desk import Desk, number_in
from tests.journeys.living import LivingStudio, Person
from tests.journeys.vendor import MODEL, GatedOpenAI
from tests.journeys.watching import Watch


@pytest.fixture
def bob(living: LivingStudio, alice: Person) -> Person:
    """Somebody of alice's team Northwind."""
    bob = living.person("Bob")
    living.ask("team", name="Northwind", members={str(alice.id): "owner", str(bob.id): "editor"})
    return bob


def stand_in(page: Page, team: str) -> None:
    page.goto("/")
    page.get_by_role("button", name="Workspace: Personal").click()
    page.get_by_role("menuitemradio", name=team).click()
    expect(page.get_by_role("button", name=f"Workspace: {team}")).to_be_visible()


def test_a_team_sees_its_pictures_arrive_and_keeps_them_in_one_gallery(
    page: Page, window: Window, bob: Person, openai: GatedOpenAI, watch: Watch
) -> None:
    alices, bobs_page = Desk(page, ""), window(bob)
    bobs = Desk(bobs_page, "")
    stand_in(page, "Northwind")
    with openai.shut():
        alices.choose_model(MODEL)
        alices.write("A terracotta stair")
        alices.generate.click()
        expect(alices.state(1)).to_have_attribute("data-state", "running")
        stand_in(bobs_page, "Northwind")
        expect(bobs.run(1)).to_contain_text("A terracotta stair")
        expect(bobs.state(1)).to_have_attribute("data-state", "running")
    for desk in (alices, bobs):
        desk.finished(1, pictures=1)
    assert bobs.balance == 1000  # who makes it pays
    assert alices.balance < 1000

    bobs.choose_model("Gesso Sketch")
    bobs_page.get_by_role("radio", name="512 × 512").check()
    bobs.write("A blue door")
    looked_at = alices.run(1).evaluate("row => Math.round(row.getBoundingClientRect().top)")
    bobs.generate.click()
    bobs.finished(2, pictures=1)
    alices.finished(2, pictures=1)
    assert abs(alices.run(1).evaluate("row => row.getBoundingClientRect().top") - looked_at) <= 1
    page.get_by_role("button", name="1 new run").click()
    expect(alices.run(2)).to_be_in_viewport()
    expect(alices.run(2)).to_contain_text("Bob")
    expect(alices.runs).to_have_count(2)
    expect(bobs.runs).to_have_count(2)
    expect(page.get_by_text("2 runs", exact=True)).to_be_visible()
    for desk in (alices, bobs):  # What came back is counted where the next run is priced, too.
        most = number_in(desk.cost.locator("b").first.inner_text().split("–")[-1])
        expect(desk.cost).to_contain_text(f"{(desk.balance - most).normalize():,f} left after")
    assert watch.asked_for("/runs/") == []

    for shown in (page, bobs_page):
        shown.goto("/gallery/")
        expect(shown.locator(".shot")).to_have_count(2)
        expect(shown.get_by_role("link", name="Generated image: A terracotta stair")).to_be_visible()


def test_who_is_not_in_the_team_finds_nothing_at_any_of_its_addresses(
    page: Page, window: Window, bob: Person, living: LivingStudio, watch: Watch
) -> None:
    stand_in(page, "Northwind")
    desk = Desk(page, "")
    desk.choose_model("Gesso Sketch")
    page.get_by_role("radio", name="512 × 512").check()
    desk.write("A terracotta stair")
    desk.generate.click()
    desk.finished(1, pictures=1)
    picture = str(desk.pictures(1).get_attribute("href"))
    media = str(desk.run(1).locator("live-picture").get_attribute("src"))
    run = f"/runs/{str(desk.state(1).get_attribute('id')).removeprefix('run-')}/"
    project = f"/projects/{desk.project}/"
    addresses = (picture, f"{picture}download", media, run, project)

    def answers(person: Person) -> list[int]:
        request = window(person).context.request
        return [request.get(address).status for address in addresses]

    assert answers(bob) == [200] * 5
    assert answers(living.person("Charlie")) == [404] * 5
