"""A body of this dialect as a job of the studio."""

from __future__ import annotations

import math
from collections.abc import Sequence

from studio.api.openai.families import Family, family
from studio.api.openai.fields import Settings
from studio.api.running import Wish
from studio.catalog import automatic
from studio.catalog.entries import AUTO
from studio.catalog.fields import MAX_COMPRESSION
from studio.catalog.rules import sides
from studio.catalog.sizes import ratio_of
from studio.catalog.switching import SAME_SHAPE
from studio.jobs.specs import JobSpec, ReferenceSpec

SETTINGS = (
    "n",
    "size",
    "quality",
    "style",
    "background",
    "output_format",
    "output_compression",
    "moderation",
)
OPEN = ("size", "quality", "background")
"""Where nothing is said, the vendor of this dialect chooses, and is told so (trap 2): its price is a range then."""

STANDARD = "standard"
"""The one quality of dall-e-2, and that of dall-e-3 where nothing is said."""


def wish(body: Settings, model: str, references: Sequence[ReferenceSpec] = ()) -> Wish:
    """The body as a job for ``model``, or for whatever model the studio chooses where none was named."""
    instead = None if body.model else _spec(body, automatic.ID, references)
    return Wish(_spec(body, model, references), instead)


def _spec(body: Settings, model: str, references: Sequence[ReferenceSpec]) -> JobSpec:
    """The body as a job for ``model``.

    What says no more than the default is left out: another vendor's model need not know the word.
    """
    said = {name: getattr(body, name, None) for name in SETTINGS}
    form = {name: str(value) for name, value in said.items() if value is not None}
    whose = family(model)
    if whose is Family.GPT:
        form = dict.fromkeys(OPEN, AUTO) | form
    else:
        form = {name: text for name, text in form.items() if name not in OPEN or text != AUTO}
    if whose is Family.DALLE and form.get("quality") == STANDARD:
        del form["quality"]
    if body.output_compression == MAX_COMPRESSION:
        del form["output_compression"]
    if model == automatic.ID and (shape := _shape(form.get("size", ""))):
        del form["size"]
        form["aspect_ratio"] = shape
    high = getattr(body, "input_fidelity", None) == "high"
    extra = {"input_fidelity": "high"} if high else {}
    return JobSpec(model, body.prompt, form, tuple(references), extra, previews=body.partial_images or 0)


def _shape(size: str) -> str:
    """The shape that pixels have, which is all that can be asked of a model that is still to be chosen."""
    pair = sides(size)
    if pair is None:
        return ""
    wanted = math.log(pair[0] / pair[1])
    known = {name: ratio_of(name) for name in automatic.ENTRY.sizing.ratios}
    return next(
        (name for name, ratio in known.items() if ratio and abs(math.log(ratio) - wanted) <= SAME_SHAPE), ""
    )
