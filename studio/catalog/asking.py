"""What can be asked of every model in the same words, said in each model's own settings: a shape, and a level.

A ``shape`` is ``16:9``, or ``auto`` where the vendor shall choose. The ``level`` ``standard`` is what a model opens
with; ``hd`` is what it has above that: its highest quality, or its largest resolution where its quality goes no higher.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from django.utils.translation import gettext as _

from studio.catalog import sizes
from studio.catalog.entries import AUTO, Entry, Sizing
from studio.catalog.fields import QUALITY_RANKS
from studio.catalog.switching import SAME_SHAPE
from studio.core.errors import Invalid

SHAPE, LEVEL = "shape", "level"
STANDARD, HD = "standard", "hd"
USUAL_AREA = 1024 * 1024
"""Pixels of a free size where the model has no size of its own to go by."""


def own_words(entry: Entry, form: Mapping[str, str]) -> dict[str, str]:
    """The settings with shape and level in the model's own words; all others as they are.

    Raises Invalid where the model has no such shape, or nothing above its standard.
    """
    rest, _common = apart(form)
    return rest | _leveled(entry, form.get(LEVEL, "")) | _shaped(entry, form.get(SHAPE, ""))


def apart(form: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The settings without the words for every model, and those."""
    common = {name: form[name] for name in (SHAPE, LEVEL) if form.get(name)}
    return {name: text for name, text in form.items() if name not in (SHAPE, LEVEL)}, common


def by_list(entry: Entry, form: Mapping[str, str]) -> dict[str, str]:
    """The settings with the shape as a model of free sizes suggests it: its first size of exactly that shape, where its
    list has one. For vendors whose shapes are those very sizes."""
    size = _listed(entry.sizing, form.get(SHAPE, ""))
    return (
        {name: text for name, text in form.items() if name != SHAPE} | {"size": size} if size else dict(form)
    )


def _listed(sizing: Sizing, shape: str) -> str:
    if not shape or sizing.limits is None:
        return ""
    across, down = (int(part) for part in shape.split(":"))
    for each in sizes.choices(sizing):
        if each.width and each.height and each.width * down == each.height * across:
            return each.value
    return ""


def _leveled(entry: Entry, level: str) -> dict[str, str]:
    if level != HD:
        return {}
    best = max(entry.qualities, key=_rank, default="")
    if _rank(best) > _rank(entry.default_quality):
        return {"quality": best}
    factors = entry.sizing.resolutions
    largest = max(factors, key=lambda name: factors[name], default="")
    if factors.get(largest, 1) > factors.get(entry.sizing.default_resolution, 1):
        return {"resolution": largest}
    text = _("%(model)s has one level of quality. Ask for standard, or pick another model.")
    raise _refused(LEVEL, text % {"model": entry.label})


def _rank(quality: str) -> int:
    return QUALITY_RANKS.get(quality, 1)


def _shaped(entry: Entry, shape: str) -> dict[str, str]:
    sizing = entry.sizing
    field = sizes.FIELDS[sizing.style]
    if not shape:
        return {}
    if field and sizes.is_valid(sizing, shape):
        return {field: shape}
    if shape == AUTO:
        return {}  # A vendor that takes no such word makes the shape that the model opens with.
    ratio = sizes.ratio_of(shape)
    usual = sizes.extent(sizing, sizing.default, sizing.default_resolution)
    area = usual[0] * usual[1] if usual else USUAL_AREA
    choice = sizes.nearest(sizing, sizes.Wish(ratio, area)) if ratio else None
    if ratio and choice and _is_shaped(choice, ratio):
        return {field: choice.value}
    text = _("%(model)s does not make the shape %(shape)s. Choose another, or pick another model.")
    raise _refused(SHAPE, text % {"model": entry.label, "shape": shape})


def _is_shaped(choice: sizes.Choice, ratio: float) -> bool:
    width, height = choice.width or 1, choice.height or 1
    return abs(math.log(width / height / ratio)) <= SAME_SHAPE


def _refused(name: str, text: str) -> Invalid:
    return Invalid(text, fields={name: text})
