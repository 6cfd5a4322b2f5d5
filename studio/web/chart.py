"""A chart of stacked bars as numbers for SVG: across in percent, so that it fits any page; up in pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

TOP, HEIGHT = 8, 153
GAP = 2
LINES = 4
NICE = (10, 15, 20, 25, 30, 40, 50, 60, 80, 100)
"""Tenths of a power of ten that people count by."""
BAR_SHARE, WIDEST_BAR = 0.7, 6.0
FEW = 10
"""Up to so many bars each has its label; more share five."""


@dataclass(frozen=True, slots=True)
class Part:
    """One colour of a bar; ``tone`` is its class."""

    tone: int
    y: str
    height: str


@dataclass(frozen=True, slots=True)
class Bar:
    """``x`` and ``width`` are the bar's, ``slot`` and ``slot_width`` of the room that it stands in, in percent."""

    x: str
    width: str
    slot: str
    slot_width: str
    parts: list[Part]


@dataclass(frozen=True, slots=True)
class Tick:
    """A label below the bars, at ``x``, which is its ``anchor``: start, middle or end."""

    x: str
    anchor: str
    column: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line across, at ``y``, and the amount that it stands for."""

    y: str
    amount: int


@dataclass(frozen=True, slots=True)
class Chart:
    bars: list[Bar]
    ticks: list[Tick]
    lines: list[Line]


def draw(columns: Sequence[Sequence[int]], *, least: int = 1) -> Chart:
    """Bars of the amounts in each column, the first at the bottom.

    Lines stand at whole multiples of a round step, no smaller than ``least``, the highest at or above the peak.
    """
    peak = max((sum(column) for column in columns), default=0)
    step = nice(-(-peak // LINES), least)
    top = step * LINES
    lines = [Line(f"{_y(step * number, top):.2f}", step * number) for number in range(LINES, -1, -1)]
    slot = 100 / max(1, len(columns))
    width = min(slot * BAR_SHARE, WIDEST_BAR)
    bars = [
        Bar(
            x=_percent(slot * number + (slot - width) / 2),
            width=_percent(width),
            slot=_percent(slot * number),
            slot_width=_percent(slot),
            parts=_stack(column, top),
        )
        for number, column in enumerate(columns)
    ]
    return Chart(bars, _ticks(len(columns), slot), lines)


def nice(amount: int, least: int) -> int:
    """The smallest round multiple of ``least`` that is not below ``amount``."""
    unit = least
    while True:
        for tenths in NICE:
            step = unit * tenths // 10
            if step >= amount and step % least == 0:
                return step
        unit *= 10


def _stack(column: Sequence[int], top: int) -> list[Part]:
    """The parts of a bar from the bottom up, two pixels apart; what is too small to see is a pixel high."""
    parts = []
    below = 0
    for tone, amount in enumerate(column, 1):
        if amount <= 0:
            continue
        low, high = _y(below, top), _y(below + amount, top)
        height = max(1.0, low - high - (GAP if below else 0))
        parts.append(Part(tone, f"{high:.2f}", f"{height:.2f}"))
        below += amount
    return parts


def _y(amount: int, top: int) -> float:
    return TOP + HEIGHT - HEIGHT * amount / top


def _ticks(count: int, slot: float) -> list[Tick]:
    if count <= FEW:
        return [Tick(_percent(slot * (number + 0.5)), "middle", number) for number in range(count)]
    chosen = [(count - 1) * quarter // 4 for quarter in range(5)]
    middle = [Tick(_percent(slot * (number + 0.5)), "middle", number) for number in chosen[1:-1]]
    return [Tick("0%", "start", 0), *middle, Tick("100%", "end", count - 1)]


def _percent(value: float) -> str:
    return f"{value:.3f}%"
