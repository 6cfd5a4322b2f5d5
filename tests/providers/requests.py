"""A model's settings as the job's execution hands them to its adapter."""

from __future__ import annotations

from uuid import uuid4

from providers.base import ImageRequest, InputImage
from studio.catalog.entries import Entry
from studio.catalog.extras import TALLER, WIDER, Value, on_the_wire
from studio.catalog.fields import Parameters, kind_of
from tests.providers.simulators.pictures import picture, png

SIDE = 512
PICTURE = InputImage(picture(SIDE, SIDE, (20, 90, 160)), "image/png", SIDE, SIDE, "source")
MASK = InputImage(png(SIDE, SIDE, (0, 0, 0), transparent=True), "image/png", SIDE, SIDE, "mask")


def least(entry: Entry) -> int:
    """How many pictures the model needs to do anything."""
    return 0 if "generate" in entry.kinds else 1


def grown(entry: Entry) -> dict[str, Value]:
    """What a model that expands a picture has to be told; nothing for all others."""
    return {name: 1 for name, extra in entry.extra.items() if extra.role in (WIDER, TALLER)}


def as_sent(
    entry: Entry, chosen: Parameters, references: int, *, has_mask: bool | None = None
) -> ImageRequest:
    """What ``studio.jobs.sending`` makes of a job with these settings; with a mask, if nothing is said of it, where
    all that the model does is repaint, and with a little of a margin where all that it does is expand."""
    if has_mask is None:
        has_mask = entry.kinds == ("inpaint",)
    return ImageRequest(
        model=entry.upstream,
        prompt="a stair",
        kind=entry.does(kind_of(references, has_mask)),
        negative_prompt=chosen.negative_prompt,
        n=chosen.n,
        width=chosen.width,
        height=chosen.height,
        aspect_ratio=chosen.aspect_ratio,
        resolution=chosen.resolution,
        preset=chosen.preset,
        quality=chosen.quality,
        seed=chosen.seed,
        output_format=chosen.output_format,
        output_compression=chosen.output_compression,
        background=chosen.background,
        style=chosen.style,
        moderation=chosen.moderation,
        strength=chosen.strength,
        references=(PICTURE,) * references,
        mask=MASK if has_mask else None,
        partials=entry.supports.partials,
        user="somebody",
        extra=on_the_wire(grown(entry) | dict(chosen.extra)),
        client_ref=uuid4().hex,
        deadline_seconds=20,
    )
