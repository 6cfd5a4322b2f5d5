"""The first half hour of somebody new: at a desk, on a telephone, and with the keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.gallery.watching import known
from tests.journeys.conftest import Window
from tests.journeys.desk import Desk, number_in
from tests.journeys.keys import Keys
from tests.journeys.living import LivingStudio
from tests.journeys.test_phone import PHONE, fits
from tests.journeys.watching import in_both_themes

PASSWORD = "a quiet terracotta stair"
FEW = ["a1", "lake"]
"""Runs of the sample studio that take no second to paint."""

MOST_KEYS = 12


@pytest.fixture
def setup_link(living: LivingStudio) -> str:
    living.ask("nobody_is_staff")
    return str(living.ask("setup_link"))


@pytest.fixture
def sample_kept_back(living: LivingStudio) -> Iterator[LivingStudio]:
    """A studio whose sample is painted when ``load_sample`` is asked for, and gone when the test is over."""
    living.ask("keep_sample_back")
    yield living
    living.ask("remove_sample")


def test_at_a_desk(window: Window, setup_link: str, sample_kept_back: LivingStudio) -> None:
    page = window()
    page.goto(setup_link)
    assert in_both_themes(page) == []
    email = moved_in(page, setup_link, "Ida", sample=True)
    looks_at_the_sample(page, sample_kept_back)
    desk = Desk(page, "")
    spent = makes_uses_and_edits(desk)
    turns_pages_and_looks_closely(page, desk)
    finds_keeps_bins_and_packs(page)
    adds_up(page, Decimal(1000) - desk.balance, spent)
    starts_a_team(page)
    changes_the_light(page)
    goes_by_palette_and_reads_the_keys(page)
    leaves_and_comes_back(page, email)


def moved_in(page: Page, link: str, name: str, *, sample: bool) -> str:
    """Through the setup form into the studio; the email to sign in with."""
    email = f"{name.lower()}@northwind.test"
    page.goto(link)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Load the sample studio").set_checked(sample)
    page.get_by_role("button", name="Open the studio").click()
    in_the_studio(page)
    return email


def in_the_studio(page: Page) -> None:
    page.wait_for_url(lambda url: urlsplit(url).path == "/")


def looks_at_the_sample(page: Page, living: LivingStudio) -> None:
    told = page.get_by_role("region", name="Notifications")
    expect(told).to_contain_text("The sample studio is being painted.")
    expect(page.get_by_role("button", name="Workspace: Northwind")).to_be_visible()
    pictures = living.ask("load_sample", runs=FEW)
    page.get_by_role("link", name="Gallery", exact=True).first.click()
    expect(page.locator("[data-total]")).to_have_text(f"{pictures} images")
    page.get_by_role("button", name="Workspace: Northwind").click()
    page.get_by_role("menuitemradio", name="Personal").click()
    expect(page.get_by_role("button", name="Workspace: Personal")).to_be_visible()
    page.get_by_role("link", name="Studio", exact=True).first.click()


def makes_uses_and_edits(desk: Desk) -> Decimal:
    """Three pictures of which two come from the first; what the buttons said that they cost."""
    spent = Decimal(0)
    desk.choose_model("Gesso Paint")
    desk.write("A terracotta stair against a quiet sky")
    spent += generated(desk, 1)
    desk.run(1).locator(".tile").first.hover()
    desk.tool(1, 1, "Use as reference").click()
    expect(desk.references.get_by_role("button", name="Reference 1: Style")).to_be_visible()
    desk.write("A blue door in the same light")
    spent += generated(desk, 2)
    desk.run(1).locator(".tile").first.hover()
    desk.tool(1, 1, "Edit").click()
    expect(desk.references.get_by_role("button", name="Reference 1: Source")).to_be_visible()
    desk.write("Make it night")
    spent += generated(desk, 3)
    return spent


def generated(desk: Desk, number: int) -> Decimal:
    """Press Generate and see the picture come; what the button said."""
    desk.ready(1)
    before = desk.balance
    said = number_in(desk.cost.locator("b").first.inner_text())
    desk.generate.click()
    desk.finished(number, pictures=1)
    assert desk.balance == before - said
    return said


def turns_pages_and_looks_closely(page: Page, desk: Desk) -> None:
    desk.pictures(3).click()
    expect(page.get_by_role("heading", name="Make it night")).to_be_attached()
    expect(page.get_by_text("1 of 3")).to_be_visible()
    stage = page.locator("zoom-stage[data-ready]")
    expect(stage).to_be_attached()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", name="A blue door in the same light")).to_be_attached()
    expect(page.get_by_text("2 of 3")).to_be_visible()
    page.get_by_role("button", name="200%").click()
    expect(stage).to_have_attribute("data-zoomed", "")
    page.keyboard.press("0")
    expect(stage).not_to_have_attribute("data-zoomed", "")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download", exact=True).click()
    assert download.value.suggested_filename.endswith(".png")
    page.keyboard.press("Escape")
    expect(desk.runs).to_have_count(3)


def shots(page: Page) -> Locator:
    return page.locator(".shot")


def finds_keeps_bins_and_packs(page: Page) -> None:
    page.get_by_role("link", name="Gallery", exact=True).first.click()
    search = page.get_by_role("searchbox", name="Search prompts")
    expect(shots(page)).to_have_count(3)
    search.fill("door")
    expect(shots(page)).to_have_count(1)
    search.fill("")
    expect(shots(page)).to_have_count(3)
    page.get_by_role("button", name="Kind").click()
    page.get_by_role("radio", name="Edited").check()
    expect(shots(page)).to_have_count(1)
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Without “Edited”").click()
    expect(shots(page)).to_have_count(3)

    told = page.get_by_role("region", name="Notifications")
    page.get_by_role("link", name="Generated image: A blue door").focus()
    page.keyboard.press("x")
    selection = page.get_by_role("region", name="Selection")
    expect(selection).to_contain_text("1 selected")
    selection.get_by_role("button", name="Delete").click()
    expect(shots(page)).to_have_count(2)
    expect(told).to_contain_text("1 image moved to the bin")
    told.get_by_role("button", name="Undo").click()
    expect(shots(page)).to_have_count(3)

    page.keyboard.press("Control+a")
    expect(selection).to_contain_text("3 selected")
    selection.get_by_role("button", name="Add to collection").click()
    collect = page.get_by_role("dialog", name="Add to collection")
    collect.get_by_role("textbox").fill("Stairs and doors")
    collect.get_by_role("button", name="Add").click()
    expect(told).to_contain_text("3 images added to Stairs and doors")
    page.get_by_role("link", name="Generated image: A blue door").focus()
    page.keyboard.press("Control+a")
    selection.get_by_role("button", name="Download zip").click()
    expect(told).to_contain_text("Preparing a zip of 3")


def adds_up(page: Page, seen: Decimal, spent: Decimal) -> None:
    page.get_by_role("link", name="Credits", exact=True).first.click()
    assert seen == spent
    rows = page.get_by_role("list", name="Ledger").locator("> li")
    charged = rows.filter(has=page.locator('.entry [data-word="charged"]'))
    expect(charged).to_have_count(3)
    amounts = [number_in(amount.inner_text()) for amount in charged.locator(".entry .amount").all()]
    assert sum(amounts) == spent
    figures = page.locator(".figures")
    expect(figures).to_contain_text(f"{1000 - spent:,}")
    expect(figures).to_contain_text("3 images")
    told = page.get_by_role("region", name="Notifications")
    expect(told).to_contain_text("3 pictures are ready")


def starts_a_team(page: Page) -> None:
    account(page, "Teams")
    page.get_by_label("Name").fill("Kiln")
    page.get_by_role("button", name="Start the team").click()
    expect(page.get_by_role("heading", name="Kiln")).to_be_visible()
    page.get_by_label("Email").fill("lea@northwind.test")
    page.get_by_role("button", name="Make a link").click()
    expect(page.get_by_label("Link", exact=True)).to_have_value(re.compile("/join/"))


def account(page: Page, name: str) -> None:
    page.get_by_role("button", name="Account", exact=True).first.click()
    page.get_by_role("menu", name="Account").get_by_text(name, exact=True).click()


def changes_the_light(page: Page) -> None:
    with page.expect_response("**/account/theme/"):
        account(page, "Light")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")


def goes_by_palette_and_reads_the_keys(page: Page) -> None:
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Search or run a command")
    expect(palette.get_by_role("combobox")).to_be_focused()
    page.keyboard.type("studio")
    expect(palette.get_by_role("option", name="Open studio")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator("#stream")).to_be_visible()
    page.wait_for_load_state()  # Before the page's script is there a key is only a key.
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(keys).to_be_visible()
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()


def leaves_and_comes_back(page: Page, email: str) -> None:
    account(page, "Sign out")
    page.wait_for_url("**/account/login/**")
    page.go_back()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.get_by_text("blue door")).to_have_count(0)
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    in_the_studio(page)
    expect(page.get_by_role("button", name="Account", exact=True).first).to_be_visible()


def test_on_a_telephone(window: Window, setup_link: str) -> None:
    page = window(**PHONE)
    email = moved_in(page, setup_link, "Nils", sample=False)
    desk = Desk(page, "")
    spent = taps_a_picture_into_being(page, desk)
    swipes_and_pinches(page, desk)
    holds_and_bins(page)
    below(page, "Credits")
    expect(page.locator(".figures")).to_contain_text(f"{1000 - spent:,}")
    assert fits(page)
    account_by_finger(page, "Light")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    account_by_finger(page, "Sign out")
    page.wait_for_url("**/account/login/**")
    page.go_back()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").tap()
    expect(page.locator(".figures")).to_contain_text(f"{1000 - spent:,}")  # where one left
    assert fits(page)


def below(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Main, at the bottom").get_by_role("link", name=name).tap()


def account_by_finger(page: Page, name: str) -> None:
    page.get_by_role("button", name="Account", exact=True).first.tap()
    page.get_by_role("menu", name="Account").get_by_text(name, exact=True).tap()


def taps_a_picture_into_being(page: Page, desk: Desk) -> Decimal:
    """Two pictures, the second with the first as its reference; what they cost."""
    desk.prompt.tap()
    desk.model.tap()
    desk.models.get_by_role("option", name="Gesso Paint").tap()
    desk.write("A harbour in fog")
    desk.generate.tap()
    desk.finished(1, pictures=1)
    desk.pictures(1).tap()
    page.get_by_role("link", name="Use as reference").tap()
    expect(page.locator("[data-summary] img")).to_have_count(1)
    desk.prompt.tap()
    expect(desk.references).to_have_count(1)
    desk.write("A harbour at noon")
    desk.generate.tap()
    desk.finished(2, pictures=1)
    assert fits(page)
    return 1000 - desk.balance


def swipes_and_pinches(page: Page, desk: Desk) -> None:
    desk.pictures(2).tap()
    expect(page.get_by_role("heading", name="A harbour at noon")).to_be_attached()
    swipe(page.locator("zoom-stage[data-ready]"), -200)
    expect(page.get_by_role("heading", name="A harbour in fog")).to_be_attached()
    assert fits(page)
    with page.expect_download():
        page.get_by_role("button", name="Download", exact=True).tap()
    page.get_by_role("link", name="Close").tap()


def swipe(target: Locator, by: int) -> None:
    """A finger that is put down in the middle, drawn sideways and lifted."""
    with finger_on(target) as move:
        move(by / 2)
        move(by)


@contextmanager
def finger_on(target: Locator) -> Iterator[Callable[[float], None]]:
    """A finger that rests on the middle of something until the block is left; what it gives moves it sideways."""
    box = target.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch = target.page.context.new_cdp_session(target.page)

    def send(kind: str, *points: dict[str, float]) -> None:
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    send("touchStart", {"x": x, "y": y})
    yield lambda by: send("touchMove", {"x": x + by, "y": y})
    send("touchEnd")
    touch.detach()


def holds_and_bins(page: Page) -> None:
    below(page, "Gallery")
    expect(shots(page)).to_have_count(2)
    assert fits(page)
    known(page)  # Before the page's script is there a finger only scrolls.
    selection = page.get_by_role("region", name="Selection")
    with finger_on(shots(page).first):
        expect(selection).to_contain_text("1 selected")
    selection.get_by_role("button", name="Delete").tap()
    expect(shots(page)).to_have_count(1)
    page.get_by_role("region", name="Notifications").get_by_role("button", name="Undo").tap()
    expect(shots(page)).to_have_count(2)


def test_by_keyboard_alone(window: Window, setup_link: str) -> None:
    page = window()
    keys = CountedKeys(page)
    page.goto(setup_link)
    fills_in_the_setup_form(page, keys)
    desk = Desk(page, "")
    from_the_prompt_to_the_download(page, desk, keys)


def fills_in_the_setup_form(page: Page, keys: Keys) -> None:
    for label, words in (("Name", "Mio"), ("Email", "mio@northwind.test"), ("Password", PASSWORD)):
        keys.tab_to(page.get_by_label(label, exact=True))
        keys.write(words)
    keys.tab_to(page.get_by_label("Load the sample studio"))
    keys.press("Space")
    expect(page.get_by_label("Load the sample studio")).not_to_be_checked()
    keys.tab_to(page.get_by_role("button", name="Open the studio"))
    keys.press("Enter")
    in_the_studio(page)


class CountedKeys(Keys):
    """Knows how often a key was pressed; what is typed as words is not counted."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.pressed = 0
        page.expose_function("pressed", self.count)
        page.add_init_script(
            "addEventListener('keydown', (event) => event.isTrusted && window.pressed(event.key), true)"
        )

    def count(self, key: str) -> None:
        self.pressed += key not in ("Control", "Shift")


def from_the_prompt_to_the_download(page: Page, desk: Desk, keys: CountedKeys) -> None:
    before = keys.pressed
    keys.press("/")
    expect(desk.prompt).to_be_focused()
    words = "A sailboat on a calm sea"
    keys.write(words)
    keys.press("Control+Enter")
    desk.finished(1, pictures=1)
    keys.press("Control+k")
    palette = page.get_by_role("dialog", name="Search or run a command")
    expect(palette.get_by_role("option", name=words)).to_have_attribute("aria-selected", "true")
    keys.press("Enter")
    expect(page.get_by_role("heading", name=words)).to_be_attached()
    page.wait_for_selector("zoom-stage[data-ready]")
    with page.expect_download():
        keys.press("d")
    pressed = keys.pressed - before - len(words)
    print(f"from the prompt to the download: {pressed} keys")
    assert pressed <= MOST_KEYS
