"""How large the picture of a tool becomes, which is what its source measures and what is asked of it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from studio.catalog.entries import Entry
from studio.catalog.extras import FACTOR, TALLER, WIDER
from studio.catalog.fields import Parameters

type Sides = tuple[int, int]


def sides(entry: Entry, chosen: Parameters, source: Sides) -> Sides | None:
    """Width and height in pixels of what a tool makes of ``source``; None of a model that does not say."""
    across, down = _added(entry, chosen, WIDER), _added(entry, chosen, TALLER)
    times = _times(entry, chosen)
    if not (times or across or down):
        return None
    width, height = (round(side * (times or 1)) for side in source)
    return width + across, height + down


def refused(entry: Entry, chosen: Parameters, source: Sides | None, most: int) -> dict[str, str]:
    """What to do, by the field where it is done, where a tool would change nothing, or would make more than ``most``
    pixels of its source, which nobody could keep. Nothing where it can do its work."""
    margins = [extra for extra in entry.extra.values() if extra.role in (WIDER, TALLER)]
    if margins and not any(extra.name in chosen.extra for extra in margins):
        return {margins[0].field: _("Say by how many pixels the picture is to grow, on one side at least.")}
    made = sides(entry, chosen, source) if source else None
    if made is None or made[0] * made[1] <= most:
        return {}
    text = _(
        "This would become %(width)s × %(height)s, and at most %(most)s megapixels can be kept. Ask for less."
    )
    return {"references": text % {"width": made[0], "height": made[1], "most": most // 1_000_000}}


def _times(entry: Entry, chosen: Parameters) -> float:
    names = (name for name, extra in entry.extra.items() if extra.role == FACTOR)
    return next((float(chosen.extra[name]) for name in names if name in chosen.extra), entry.sizing.times)


def _added(entry: Entry, chosen: Parameters, role: str) -> int:
    return sum(int(chosen.extra.get(name, 0)) for name, extra in entry.extra.items() if extra.role == role)
