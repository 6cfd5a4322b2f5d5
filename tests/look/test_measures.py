"""The interface in pixels: every box of the table, in both themes, on a desktop and on a phone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.watching import shifted
from tests.look.conftest import Scene, Window
from tests.look.measuring import DESKTOP, PHONE, Box, Figure, at_rest, figures, sideways, table

pytestmark = pytest.mark.browser

SCREENS: dict[str, dict[str, Any]] = {
    DESKTOP: {"viewport": {"width": 1440, "height": 900}},
    PHONE: {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True},
}
PLAIN = ("/manage/people/", "/manage/providers/", "/manage/sample/", "/account/", "/teams/")
NARROWER = (1100, 800)
SMALLEST = 320
SHARE = 0.95
STILL = 0.001


class Walk:
    """One window through all pages: measures the boxes of each, and notes what moved and what did not fit."""

    def __init__(self, page: Page, screen: str, scene: Scene) -> None:
        self.page, self.screen = page, screen
        self.found: defaultdict[str, list[Figure]] = defaultdict(list)
        self.moved: dict[str, float] = {}
        self.too_wide: list[str] = []
        self.boxes = [box for box in table() if box.where in (screen, "both")]
        self.unseen: list[Box] = [*self.boxes]
        self.walk(str(scene.picture.pk))

    def walk(self, picture: str) -> None:
        page = self.page
        self.open("studio", f"/?reference={picture}&model=gesso/paint", ".reference .role, .summary > button")
        if self.screen == PHONE:
            page.locator("[data-sheet]").click()
            expect(page.locator("#composer[data-open]")).to_be_visible()
            self.fits("sheet")
            self.measure("sheet")
        else:
            page.get_by_role("button", name="Model", exact=True).click()
            self.measure("picker")
        self.open("gallery", "/gallery/", "justified-grid[data-ready] .shot")
        if self.screen == DESKTOP:
            page.locator(".shot").first.hover()
            page.get_by_role("button", name="Select", exact=True).click()
            expect(page.locator("#selection")).to_be_visible()
            self.measure("selection")
        self.open("picture", f"/images/{picture}/", "zoom-stage[data-ready]")
        self.open("models", "/models/", ".model .strip")
        self.open("credits", "/credits/", ".ledger > li")
        self.open("people's credits", "/manage/credits/", ".table")
        for path in PLAIN:
            self.open(path, path, "h1")
        self.open("parts", "/style/", ".types")
        self.floating()

    def floating(self) -> None:
        """What floats above the style guide, one after the other."""
        page = self.page
        page.get_by_role("button", name="Dialog", exact=True).click()
        self.measure("dialog")
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Menu", exact=True).click()
        self.measure("menu")
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Toast", exact=True).click()
        expect(page.locator(".toasts .toast")).to_be_visible()
        self.measure("toast")
        page.keyboard.press("Control+k")
        expect(page.locator("#palette [role='option']").first).to_be_visible()
        self.measure("palette")

    def open(self, name: str, path: str, sign: str) -> None:
        """Load a page, wait for what says that it is all there, and look at it."""
        self.page.goto(path)
        expect(self.page.locator(sign).filter(visible=True).first).to_be_visible()
        at_rest(self.page)
        self.moved[name] = shifted(self.page)
        self.fits(name)
        self.measure(name)

    def measure(self, name: str) -> None:
        """The boxes of this page, and of the same page in the narrower windows that the table asks for."""
        self.note(name)
        for width in NARROWER:
            if any(box.page == f"{name} at {width}" for box in self.boxes):
                with self.narrowed(width):
                    self.note(f"{name} at {width}")

    def note(self, name: str) -> None:
        boxes = [box for box in self.boxes if box.page == name]
        self.unseen = [box for box in self.unseen if box.page != name]
        for theme, found in figures(self.page, boxes).items():
            self.found[theme] += found

    def fits(self, name: str) -> None:
        """Nothing makes the page wider than its window; a phone's window is also made as narrow as the narrowest."""
        self.too_wide += [f"{name}: {part}" for part in sideways(self.page)]
        if self.screen == PHONE:
            with self.narrowed(SMALLEST):
                self.too_wide += [f"{name} at {SMALLEST}: {part}" for part in sideways(self.page)]

    @contextmanager
    def narrowed(self, width: int) -> Iterator[None]:
        """The window in this width, and as it was when the block is left."""
        size = self.page.viewport_size
        assert size
        self.page.set_viewport_size({"width": width, "height": size["height"]})
        yield
        self.page.set_viewport_size(size)


@pytest.mark.parametrize("screen", [DESKTOP, PHONE])
def test_every_box_is_as_drawn_and_nothing_moves_while_it_comes(
    window: Window, furnished: Scene, screen: str
) -> None:
    walk = Walk(window(**SCREENS[screen]).new_page(), screen, furnished)
    shares = {}
    for theme, found in walk.found.items():
        misses = [figure for figure in found if not figure.fits]
        shares[theme] = 1 - len(misses) / len(found)
        print(f"{screen}, {theme}: {shares[theme]:.1%} of {len(found)} within tolerance", *misses, sep="\n")
    print(f"{screen}, moved while loading: {walk.moved}")
    assert {theme: share for theme, share in shares.items() if share < SHARE} == {}
    assert {name: by for name, by in walk.moved.items() if by > STILL} == {}
    assert walk.too_wide == []
    assert walk.unseen == []
