"""Sizes: what a model offers, how many pixels a choice has, and which choice is nearest to a wish."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

from studio.catalog.entries import AUTO, Limits, Sizing
from studio.catalog.rules import sides

FIELDS = {
    "pixels": "size",
    "free": "size",
    "ratio": "aspect_ratio",
    "resolution": "aspect_ratio",
    "preset": "preset",
    "none": "",
}
"""The form field in which each style's choice is sent."""
NAMES = frozenset(FIELDS.values()) - {""}
"""All of them."""


STEPS_BACK = 64


@dataclass(frozen=True, slots=True)
class Choice:
    """One size of the list; ``width`` and ``height`` are None where the vendor chooses."""

    value: str
    width: int | None
    height: int | None


@dataclass(frozen=True, slots=True)
class Wish:
    """The shape somebody had: long to flat as width ÷ height, and how large in pixels where that is known."""

    ratio: float
    area: int | None = None


def ratio_of(text: str) -> float | None:
    """``4:5`` as 0.8, decimals allowed; None when it is not a ratio."""
    parts = text.split(":")
    try:
        width, height = (float(part) for part in parts)
    except ValueError:
        return None
    if not (math.isfinite(width) and math.isfinite(height) and width > 0 and height > 0):
        return None
    return width / height


def choices(sizing: Sizing, resolution: str = "") -> list[Choice]:
    """All that is offered, in the catalogue's order; for free sizes the suggestions."""
    values = {
        "preset": tuple(preset.value for preset in sizing.presets),
        "ratio": sizing.ratios,
        "resolution": sizing.ratios,
        "none": (),
    }.get(sizing.style, sizing.sizes)
    return [Choice(value, *(extent(sizing, value, resolution) or (None, None))) for value in values]


def is_valid(sizing: Sizing, value: str) -> bool:
    """Whether the model takes this size, ratio or preset."""
    if sizing.style == "none":
        return value == ""
    if any(choice.value == value for choice in choices(sizing, sizing.default_resolution)):
        return value == AUTO or extent(sizing, value, sizing.default_resolution) is not None
    pair = sides(value)
    return sizing.limits is not None and pair is not None and sizing.limits.allow(*pair)


def goes_with(sizing: Sizing, value: str, quality: str) -> bool:
    """Whether this size can be had at this quality: some vendors choose the shape at some of them alone."""
    return value != AUTO or not sizing.auto_qualities or quality in sizing.auto_qualities


def extent(sizing: Sizing, value: str, resolution: str = "") -> tuple[int, int] | None:
    """Width and height in pixels of a choice; None where the vendor chooses or there is no such choice."""
    if sizing.style in ("pixels", "free"):
        return sides(value)
    if sizing.style == "preset":
        return next(((p.width, p.height) for p in sizing.presets if p.value == value), None)
    ratio = ratio_of(value)
    if ratio is None:
        return None
    factor = sizing.resolutions.get(resolution, 1)
    width, height = sides(sizing.pixels.get(value, "")) or _fitted(sizing, ratio)
    return width * factor, height * factor


@cache
def bounds(limits: Limits) -> tuple[int, int]:
    """The shortest and the longest side, in pixels, of all pictures within the limits together."""
    lengths = range(limits.multiple, limits.most + 1, limits.multiple)
    least = next(side for side in lengths if any(limits.allow(side, other) for other in lengths))
    most = next(side for side in reversed(lengths) if any(limits.allow(side, other) for other in lengths))
    return least, most


def nearest(sizing: Sizing, wish: Wish, resolution: str = "") -> Choice | None:
    """The choice whose shape is closest, then whose area is; None where the model takes no size."""
    if sizing.limits is not None and wish.area is not None and (drawn := _within(sizing.limits, wish)):
        return drawn
    known = [choice for choice in choices(sizing, resolution) if choice.width and choice.height]
    return min(known, key=lambda choice: _distance(choice, wish), default=None)


def _distance(choice: Choice, wish: Wish) -> tuple[float, float]:
    assert choice.width is not None
    assert choice.height is not None
    shape = abs(math.log(choice.width / choice.height / wish.ratio))
    area = abs(math.log(choice.width * choice.height / wish.area)) if wish.area else 0.0
    # Rounded sides make shapes differ by a little that nobody sees; then the area decides.
    return round(shape, 2), area


def _fitted(sizing: Sizing, ratio: float) -> tuple[int, int]:
    """As large as the shorter side allows, unless the longer one then is too long."""
    stretch = max(ratio, 1 / ratio)
    long = min(sizing.short_side * stretch, sizing.long_side)
    long_side, short_side = _step(long, sizing.multiple), _step(long / stretch, sizing.multiple)
    return (long_side, short_side) if ratio >= 1 else (short_side, long_side)


def _within(limits: Limits, wish: Wish) -> Choice | None:
    """The wished shape and area, pulled into the limits; None where that leads nowhere."""
    stretch = min(max(wish.ratio, 1 / wish.ratio), limits.max_ratio)
    floor = max(limits.min_pixels, limits.least**2 * stretch)
    area = min(max(float(wish.area or floor), floor), float(limits.max_pixels), limits.most**2 / stretch)
    long, short = math.sqrt(area * stretch), math.sqrt(area / stretch)
    long_side, short_side = (_step(side, limits.multiple) for side in (long, short))
    for _step_back in range(STEPS_BACK):
        if limits.allow(long_side, short_side):
            break
        long_side, short_side = _pulled(limits, long_side, short_side)
    else:
        return None
    width, height = (long_side, short_side) if wish.ratio >= 1 else (short_side, long_side)
    return Choice(f"{width}x{height}", width, height)


def _pulled(limits: Limits, long: int, short: int) -> tuple[int, int]:
    """One step towards the limits: rounding to the multiple may have left them by that much."""
    step = limits.multiple
    if short < limits.least or long > limits.max_ratio * short or long * short < limits.min_pixels:
        return long, short + step
    return long - step, min(short, long - step)


def _step(side: float, multiple: int) -> int:
    return max(round(side / multiple), 1) * multiple
