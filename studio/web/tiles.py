"""The pictures of a job as tiles: finished, forming, waiting or not delivered, each box with its final shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from studio.images import selectors as images
from studio.images.models import Image
from studio.jobs.models import FINAL, Job, State


@dataclass(frozen=True, slots=True)
class Tile:
    """One picture's place; the box has its final shape at once.

    ``kind`` is image, binned (it can be restored by who may change it), gone (deleted for good), waiting, partial
    or failed.
    """

    kind: str
    index: int
    width: int
    height: int
    ratio: str
    image_id: str = ""
    url: str = ""
    src320: str = ""
    src640: str = ""
    src1280: str = ""
    srcset: str = ""
    color: str = ""
    placeholder: str = ""
    alt: str = ""
    favourite: bool = False
    partial_src: str = ""
    partial_label: str = ""
    partial_percent: int = 0

    @property
    def position(self) -> int:
        """As people count: from 1."""
        return self.index + 1


def tiles(job: Job, favourites: frozenset[UUID], *, waits: str = "") -> list[Tile]:
    """A tile for each picture that was asked for; none for a job that ended with nothing.

    ``waits`` says what a queued job waits for, where that is no free slot.
    """
    pictures = {output.position: output.image for output in job.outputs.all()}
    there = [image for image in pictures.values() if image is not None]
    if not pictures and job.state in (State.FAILED, State.CANCELLED):
        return []
    width, height = job.width or 1024, job.height or 1024
    if there and not job.width:
        width, height = there[0].blob.width, there[0].blob.height
    found = []
    for index in range(job.n):
        if index in pictures:
            found.append(_delivered(index, pictures[index], favourites, width, height))
        else:
            found.append(_forming(job, index, width, height, waits))
    return found


def _delivered(index: int, image: Image | None, favourites: frozenset[UUID], width: int, height: int) -> Tile:
    """The picture; or where it stood, in the shape it had if that is still known."""
    if image is None or image.discarded:
        return Tile(kind="gone", index=index, **_shape(width, height))
    if image.binned_at is not None:
        shape = _shape(image.blob.width, image.blob.height)
        return Tile(kind="binned", index=index, image_id=str(image.pk), color=image.blob.color, **shape)
    return _picture(index, images.card(image), image.pk in favourites)


def _picture(index: int, card: images.Card, favourite: bool) -> Tile:
    return Tile(
        kind="image",
        index=index,
        width=card.width,
        height=card.height,
        ratio=card.ratio,
        image_id=str(card.id),
        url=card.href,
        src320=card.thumb,
        src640=card.src,
        src1280=card.full,
        srcset=card.srcset,
        color=card.color,
        placeholder=card.placeholder,
        alt=card.alt,
        favourite=favourite,
    )


def _forming(job: Job, index: int, width: int, height: int, waits: str) -> Tile:
    shape = {"index": index, **_shape(width, height)}
    if job.state == State.UNCONFIRMED:
        return Tile(kind="failed", partial_label=_("It is not clear yet whether this picture comes"), **shape)
    if job.state in FINAL:
        return Tile(kind="failed", partial_label=_("This picture was not delivered"), **shape)
    look = job.previews.get(str(index))
    if job.state == State.RUNNING and look and look["step"]:
        fraction = look["fraction"]
        return Tile(
            kind="partial",
            partial_src=images.preview_url(job.pk, index, int(look["step"])),
            partial_label=_("Forming") if fraction < 0.5 else _("Refining"),
            partial_percent=round(fraction * 100),
            **shape,
        )
    label = _("Painting") if job.state == State.RUNNING and index == 0 else waits or _("Waiting for a slot")
    return Tile(kind="waiting", partial_label=label, **shape)


def _shape(width: int, height: int) -> dict[str, Any]:
    return {"width": width, "height": height, "ratio": f"{width / height:.4f}"}
