"""Boxes of the interface: what each should measure, what it does measure, and how far apart the two may be."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

TOLERANCE = 4.0
"""Pixels that a length may be off; ``STRICT`` says what has to be closer."""
STRICT = {"radius": 1.0, "font": 1.0, "line": 1.0, "columns": 0.0}
THEMES = ("dark", "light")
SCROLLERS = [".stream", "#composer-body", ".panel", ".gallery-side"]
SCREENS = DESKTOP, PHONE = "desktop", "phone"

MEASURE = """
([themes, boxes]) => {
  const shown = (selector, within = document) => [...within.querySelectorAll(selector)].find((each) => {
    const box = each.getBoundingClientRect();
    return box.width > 0 && box.height > 0;
  });
  const px = (value) => Number.parseFloat(value);
  const measured = (element, what) => {
    const box = element.getBoundingClientRect(), style = getComputedStyle(element);
    const [, relation, selector] = /^(down to|across to|inside) (.+)$/.exec(what) ?? [];
    if (relation) {
      const other = relation === "inside" ? element.closest(selector)
        : selector === "next" ? element.nextElementSibling : shown(selector);
      if (!other) return null;
      const from = other.getBoundingClientRect();
      if (relation === "down to") return from.top - box.bottom;
      return relation === "inside" ? box.left - from.left : from.left - box.right;
    }
    switch (what) {
      case "left": case "top": case "width": case "height": return box[what];
      case "right": return innerWidth - box.right;
      case "bottom": return innerHeight - box.bottom;
      case "centre": return (box.left + box.right) / 2;
      case "content width": return element.clientWidth - px(style.paddingLeft) - px(style.paddingRight);
      case "content height": return element.clientHeight - px(style.paddingTop) - px(style.paddingBottom);
      case "radius": return px(style.borderTopLeftRadius);
      case "font": return px(style.fontSize);
      case "line": return px(style.lineHeight);
      case "columns": return style.gridTemplateColumns.split(" ").length;
      case "gap": return px(style.columnGap);
      default: return px(style[what]);
    }
  };
  const found = {};
  // At rest: what is on its way to its place is measured there.
  for (const each of document.getAnimations()) if (each.effect.getComputedTiming().endTime !== Infinity) each.finish();
  for (const theme of themes) {
    document.documentElement.dataset.theme = theme;
    found[theme] = boxes.map(([selector, whats]) => {
      const element = shown(selector);
      return whats.map((what) => (element ? measured(element, what) : null));
    });
  }
  return found;
}
"""


@dataclass(frozen=True, slots=True)
class Box:
    """One row of the table: ``px`` gives each measure by name, ``says`` is the sentence that it comes from."""

    page: str
    name: str
    selector: str
    px: dict[str, float]
    says: str
    where: str

    @classmethod
    def of(cls, row: str) -> Box:
        """The box that a line of the table tells of. Raises ValueError where a cell is missing or no number."""
        page, name, selector, measures, says, where = (cell.strip() for cell in row.strip("|").split(" | "))
        if where not in (*SCREENS, "both"):
            raise ValueError(row)
        pairs = (measure.rsplit(" ", 1) for measure in measures.split(", "))
        return cls(page, name, selector.strip("`"), {what: float(px) for what, px in pairs}, says, where)


def table() -> list[Box]:
    """Every row of the table, without its heads."""
    lines = Path(__file__).with_name("boxes.md").read_text(encoding="utf-8").splitlines()
    return [Box.of(line) for line in lines if line.startswith("| ") and "`" in line]


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure of one box; ``found`` is None where there is no such element."""

    box: Box
    what: str
    expected: float
    found: float | None

    @property
    def fits(self) -> bool:
        if self.found is None:
            return False
        return abs(self.found - self.expected) <= STRICT.get(self.what, TOLERANCE)

    def __str__(self) -> str:
        found = "not there" if self.found is None else f"{self.found:g}"
        box = self.box
        return f"{box.page}: {box.name}, {self.what}: {self.expected:g} expected, {found} ({box.selector}; {box.says})"


def figures(page: Page, boxes: list[Box]) -> dict[str, list[Figure]]:
    """Every measure of the boxes in each theme, from one question to the page."""
    asked = [[box.selector, list(box.px)] for box in boxes]
    found: dict[str, list[list[float | None]]] = page.evaluate(MEASURE, [THEMES, asked])
    return {
        theme: [
            Figure(box, what, expected, number)
            for box, numbers in zip(boxes, answers, strict=True)
            for (what, expected), number in zip(box.px.items(), numbers, strict=True)
        ]
        for theme, answers in found.items()
    }


def sideways(page: Page) -> list[str]:
    """What can be moved sideways, the window or a part that scrolls by itself; "window" too where it was widened."""
    wide: list[str] = page.evaluate(
        """([parts, width]) => [
          ...(Math.max(innerWidth, document.documentElement.scrollWidth) > width ? ["window"] : []),
          ...parts.filter((part) => {
            const found = document.querySelector(part);
            return found && found.scrollWidth > found.clientWidth;
          }),
        ]""",
        [SCROLLERS, page.viewport_size["width"] if page.viewport_size else 0],
    )
    return wide


def at_rest(page: Page) -> None:
    """Wait until fonts and every picture in sight are there, and what they moved has been noticed."""
    page.wait_for_function(
        """() => document.fonts.status === "loaded" && [...document.images].every((image) =>
          image.complete || !image.checkVisibility() || image.getBoundingClientRect().top > innerHeight)"""
    )
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
