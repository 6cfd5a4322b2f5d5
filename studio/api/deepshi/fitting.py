"""What a model takes, by the names of this dialect, and a wish fitted to it.

Seed 4: a model ignores the fields that it does not support. So a size in another model's style means the default size,
and ``size`` in the answer tells which that was; a field that the model does know is checked like any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from django.utils.translation import gettext as _

from studio.api.errors import Kind, Refused
from studio.catalog import automatic, described, extras
from studio.catalog.described import Parameter
from studio.catalog.entries import Entry
from studio.jobs.specs import JobSpec

MOST = 4
"""Pictures of one request (seed 4)."""
MOST_IMAGES = 14
"""Pictures that an edit takes, by the model (Deepshi's public documentation)."""

NAMES = {"preset": "image_size", "size": "image_size"}
"""What this dialect calls a setting otherwise than the studio's forms."""
SIDES = ("width", "height")
QUALITY = "quality"

STYLES: Mapping[str, str | None] = {
    "free": "pixels",
    "pixels": "preset",
    "preset": "preset",
    "ratio": "aspect_ratio",
    "resolution": "resolution",
    "none": None,
}
"""Seed 4's four styles of sizing: a fixed list of pixels is one of sizes with names here."""


def parameters(entry: Entry) -> dict[str, Parameter]:
    """The settings of the model by this dialect's names; one of its own never takes the place of one that all share."""
    told = described.of(entry).parameters
    by_sides = SIDES[0] in {each.name for each in told}
    found: dict[str, Parameter] = {}
    for each in told:
        if not (by_sides and each.key == "size"):
            found.setdefault(NAMES.get(each.name, each.name), each)
    counted = found["n"]
    return found | {"n": replace(counted, most=min(counted.most or MOST, MOST))}


def fitted(spec: JobSpec, entry: Entry | None) -> JobSpec:
    """The wish in this dialect's words as the model's own; what it does not know is ``unused``. Raises Refused.

    Where only the alias table knows the name there is no model whose rules say what may be left out: the wish then is
    what every model shares.
    """
    known = parameters(entry or automatic.ENTRY)
    sent = {**spec.parameters, **spec.extra}
    if QUALITY in known and (text := sent.get(QUALITY)) and text not in known[QUALITY].allowed:
        # The studio's forms know "auto" too, which is dearer than any level and no value here.
        offered = ", ".join(map(str, known[QUALITY].allowed))
        raise Refused(
            Kind.BAD_VALUE, _("Choose one of %(qualities)s.") % {"qualities": offered}, param=QUALITY
        )
    form = {known[name].key: text for name, text in sent.items() if name in known}
    shared, own = extras.apart(form | _other_side(known, sent))
    unused = extras.kept({name: text for name, text in sent.items() if name not in known})
    return replace(spec, parameters=shared, extra=own, unused=unused)


def _other_side(known: Mapping[str, Parameter], sent: Mapping[str, str]) -> dict[str, str]:
    """The default of the side that was not sent along with the other. Raises Refused where it has none."""
    missing = [side for side in SIDES if side in known and side not in sent]
    if len(missing) != 1 or not set(SIDES) & set(sent):
        return {}
    [side] = missing
    if known[side].default is None:
        raise Refused(Kind.MISSING, _("%(name)s is required.") % {"name": side}, param=side)
    return {side: str(known[side].default)}
