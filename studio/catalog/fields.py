"""What can be set for a run, and what it opens with.

Forms and API dialects speak of settings as texts by name; ``Parameters`` is their typed, valid form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from studio.catalog import extras, sizes
from studio.catalog.entries import AUTO, Entry
from studio.catalog.pricing import Ask

MAX_SEED = 2**32 - 1
OPAQUE, TRANSPARENT = "opaque", "transparent"
BACKGROUNDS = (OPAQUE, TRANSPARENT)
LOW = "low"
MODERATIONS = (AUTO, LOW)
COMPRESSED = ("jpeg", "webp")
MAX_COMPRESSION = 100
QUALITY_RANKS = {
    "draft": 0, "low": 0, "turbo": 0,
    "standard": 1, "medium": 1, "balanced": 1,
    "high": 2, "hd": 2, "quality": 2,
    "xhigh": 3, "max": 4,
}  # fmt: skip
"""How vendors' words for quality compare."""
APART = ("extra", "unused")
"""What of a job's settings is kept by name, and no setting that all models share."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """Valid settings of one job. ``width`` and ``height`` are None where the vendor chooses the size.

    Of ``size``, ``aspect_ratio`` and ``preset`` only the one that the model's sizing style uses is filled. ``extra``
    are the model's own settings that differ from what its vendor takes by itself, ``unused`` what was sent that is no
    setting of the model: kept to be shown, and sent to nobody.
    """

    n: int = 1
    width: int | None = None
    height: int | None = None
    size: str = ""
    aspect_ratio: str = ""
    resolution: str = ""
    preset: str = ""
    quality: str = ""
    seed: int | None = None
    output_format: str = "png"
    output_compression: int | None = None
    background: str = ""
    style: str = ""
    moderation: str = ""
    strength: float | None = None
    negative_prompt: str = ""
    extra: Mapping[str, extras.Value] = field(default_factory=dict)
    unused: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """For the job's snapshot."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Parameters:
        """The parameters that ``as_json`` wrote; fields that later versions know take their defaults."""
        known = {each.name for each in fields(cls)}
        return cls(**{name: value for name, value in data.items() if name in known})

    def as_form(self) -> dict[str, str]:
        """The same as texts by field name, as a form posts them."""
        own = extras.as_form(self.extra)
        shared = {name: value for name, value in asdict(self).items() if name not in APART}
        return {name: "" if value is None else str(value) for name, value in shared.items()} | own

    def ask(self, *, prompt: str = "", references: int = 0, has_mask: bool = False) -> Ask:
        """What the price depends on."""
        return Ask(
            n=self.n,
            width=self.width,
            height=self.height,
            quality=self.quality,
            resolution=self.resolution,
            references=references,
            prompt_length=len(prompt),
            mask=has_mask,
        )


def kind_of(references: int, has_mask: bool) -> str:
    """What sort of work it is: a mask makes it inpainting, references an edit."""
    if has_mask:
        return "inpaint"
    return "edit" if references else "generate"


def defaults(entry: Entry) -> Parameters:
    """The settings that a model opens with."""
    resolution = entry.sizing.default_resolution
    return Parameters(
        **sizing_of(entry, entry.sizing.default, resolution),
        quality=entry.default_quality,
        output_format=entry.formats[0],
        background=OPAQUE if entry.supports.transparency else "",
        style=entry.styles[0] if entry.styles else "",
        moderation=AUTO if entry.supports.moderation else "",
    )


def sizing_of(entry: Entry, value: str, resolution: str) -> dict[str, Any]:
    """The size fields for a choice of this model, with its pixels."""
    width, height = sizes.extent(entry.sizing, value, resolution) or (None, None)
    chosen: dict[str, Any] = {"width": width, "height": height, "resolution": resolution}
    if field := sizes.FIELDS[entry.sizing.style]:
        chosen[field] = value
    return chosen


def is_auto(value: str) -> bool:
    """Whether the choice is left to the vendor."""
    return value in ("", AUTO)
