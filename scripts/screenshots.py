"""`make screenshots`: the README's pictures, taken from a studio of its own with the sample studio in it."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, ViewportSize, expect, sync_playwright

from scripts import servers, studio

OUT = studio.ROOT / "docs/img"
SIZE: ViewportSize = {"width": 1440, "height": 900}
SETTLE_MS = 1_500
BROWSER_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
SHOWN = """[...document.images].every((it) => {
  const { width, top, bottom } = it.getBoundingClientRect();
  return it.complete || !width || bottom < 0 || top > innerHeight;
})"""
LOOKS = 200
NEWEST = '.run[data-number="15"]'


def enter(page: Page, url: str) -> None:
    """Stand in the sample's team, with its newest run on the page."""
    page.goto(url)
    page.get_by_role("button", name="Workspace").click()
    page.get_by_role("menuitemradio", name="Northwind").click()
    expect(page.locator(NEWEST).get_by_role("link", name="Open picture 1 of run 15")).to_be_visible()


def save(page: Page, name: str) -> None:
    """The window as a small WebP."""
    page.wait_for_timeout(SETTLE_MS)
    # Never idle, since the live stream stays open; and the page's policy forbids a waiting function.
    for _look in range(LOOKS):
        if page.evaluate(SHOWN):
            break
        page.wait_for_timeout(50)
    with Image.open(io.BytesIO(page.screenshot())) as picture:
        picture.convert("RGB").save(OUT / f"{name}.webp", quality=80, method=6)


def take(url: str, session: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=servers.program("chromium"), args=BROWSER_OPTIONS
        )
        for scheme in ("dark", "light"):
            context = browser.new_context(viewport=SIZE, color_scheme=scheme, reduced_motion="reduce")
            context.add_cookies([{"name": "sessionid", "value": session, "url": url}])
            page = context.new_page()
            enter(page, url)
            page.goto(url)
            page.evaluate("theme => document.documentElement.dataset.theme = theme", scheme)
            save(page, f"studio-{scheme}")
            context.close()
        browser.close()


def main() -> None:
    servers.require(["chromium"])
    OUT.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="gesso-screenshots-") as data,
        studio.served(Path(data)) as started,
    ):
        session = started.visitor("Alice", 1000)
        started.manage("seed_demo", "--owner", "alice@northwind.test")
        take(started.url, session)


if __name__ == "__main__":
    main()
