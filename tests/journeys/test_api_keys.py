"""An API key from the palette to its end: made, shown once, used by a program, seen as used, and revoked."""

from __future__ import annotations

from typing import Any

import httpx
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import Window
from tests.journeys.living import LivingStudio, Person
from tests.journeys.test_phone import PHONE, fits
from tests.journeys.watching import Watch, barriers

SMALL = {"model": "gesso/sketch", "prompt": "a stair", "size": "256x256"}


def row(page: Page, name: str) -> Locator:
    return page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=name))


def asked(living: LivingStudio, key: str, **changed: Any) -> httpx.Response:
    """A program's request for one small picture."""
    headers = {"Authorization": f"Bearer {key}"}
    address = f"{living.url}/d/openai/v1/images/generations"
    return httpx.post(address, json=SMALL | changed, headers=headers, timeout=60, trust_env=False)


def made(page: Page, name: str) -> str:
    """The key that the form makes."""
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Make the key").click()
    shown = page.get_by_label("API key")
    expect(shown).to_be_visible()
    return shown.input_value()


def test_a_key_is_made_used_and_revoked(page: Page, living: LivingStudio) -> None:
    page.goto("/credits/")
    page.keyboard.press("Control+k")
    page.keyboard.type("api key")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Make a key").click()
    page.wait_for_url("**/account/keys/new/")  # With its script, without which the field filters nothing.
    page.get_by_label("Filter the models").fill("sketch")
    models = page.get_by_role("group", name="Models").get_by_role("checkbox")
    expect(models).to_have_count(1)
    models.check()
    expect(page.get_by_text("1 chosen")).to_be_visible()
    key = made(page, "Nightly")
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    expect(page.get_by_label("Python")).to_contain_text(f'base_url="{living.url}/d/openai/v1"')
    page.get_by_role("link", name="I have it").click()
    expect(row(page, "Nightly")).to_contain_text("Never")
    assert key not in page.content()

    assert asked(living, key).status_code == 200
    assert asked(living, key, model="gesso/paint").status_code == 403
    page.reload()
    expect(row(page, "Nightly")).to_contain_text("just now")

    page.get_by_role("button", name="Revoke Nightly").click()
    expect(page.get_by_role("button", name="Cancel")).to_be_focused()
    page.get_by_role("button", name="Revoke the key").click()
    expect(page.get_by_role("region", name="Notifications")).to_contain_text("Nightly is revoked.")
    assert asked(living, key).status_code == 401


def test_the_pages_fit_a_telephone(window: Window, alice: Person, watch: Watch) -> None:
    watch.expected.append("status of 422")
    page = window(alice, **PHONE)
    page.goto("/account/keys/new/")
    assert fits(page)
    page.get_by_text("Until a day").tap()
    page.get_by_role("button", name="Make the key").tap()
    expect(page.get_by_text("Give the key a name.")).to_be_visible()
    expect(page.get_by_text("Choose the last day on which it works.")).to_be_visible()
    assert fits(page)
    assert barriers(page) == []
    page.get_by_text("For ever").tap()
    made(page, 20 * "wide")
    assert fits(page)
    assert barriers(page) == []
    page.get_by_role("link", name="I have it").tap()
    expect(page.get_by_role("heading", name=20 * "wide")).to_be_visible()
    assert fits(page)
    page.get_by_role("button", name="Revoke wide").tap()
    assert barriers(page) == []


def test_a_key_is_made_and_revoked_without_a_script(
    window: Window, alice: Person, living: LivingStudio
) -> None:
    page = window(alice, java_script_enabled=False)
    page.goto("/account/keys/new/")
    expect(page.get_by_label("Filter the models")).to_be_hidden()
    key = made(page, "Plain")
    page.get_by_role("link", name="I have it").click()
    page.get_by_role("button", name="Revoke Plain").click()
    page.get_by_role("button", name="Revoke the key").click()
    expect(page.get_by_text("No key yet.")).to_be_visible()
    assert asked(living, key).status_code == 401
