"""The keyboard of somebody who has no mouse."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

FURTHEST = 120


class Keys:
    """Presses keys of one window; ``tab_to`` is how far Tab alone gets."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def write(self, words: str) -> None:
        self.page.keyboard.type(words)

    def tab_to(self, target: Locator, key: str = "Tab") -> None:
        """Press Tab until the element has the focus; fails when it is never reached."""
        expect(target).to_have_count(1)
        for _turn in range(FURTHEST):
            if target.evaluate("element => element === document.activeElement"):
                return
            self.page.keyboard.press(key)
        raise AssertionError(f"{key} does not reach {target}")
