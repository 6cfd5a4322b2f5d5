"""Vendors' pictures that went on by their header alone, so that a program need not wait for their display copies.

Their blob is *unseen* until the intake has decoded the bytes and made the copies: a worker does that soon after, and
whoever needs a copy before has it made at once. Until then no byte of it is shown to anybody; the kept file is there to
be saved, as it is afterwards. One that turns out to be no picture ends as *broken*, and whoever paid for it gets that
back (see ``jobs.looking``). A crash leaves the row, and the row is the work that is left.
"""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from studio.images import intake, storage
from studio.images.errors import Broken, NotKept
from studio.images.headers import Header, header
from studio.images.limits import MAX_BYTES
from studio.images.models import Blob

LOOK_AGAIN = timedelta(minutes=2)
"""A look that did not come to an end is due again after this; none takes as long."""
CANDIDATES = 8
FOUND = ("state", "look_at", "color", "placeholder", "transparent", "renditions")
"""What a look finds out and writes."""


def sure(data: bytes) -> Header | None:
    """The header of a vendor's picture that may go on by it; None for one that has to be looked at first."""
    mime = intake.sniff(data)
    return header(data, mime) if mime and len(data) <= MAX_BYTES else None


def next_due() -> Blob | None:
    """A blob to look at, which nobody else is given within LOOK_AGAIN; None when none is due."""
    now = timezone.now()
    due = Blob.objects.filter(state=Blob.State.UNSEEN, look_at__lte=now).order_by("look_at")
    for pk, look_at in due.values_list("pk", "look_at")[:CANDIDATES]:
        mine = Blob.objects.filter(pk=pk, state=Blob.State.UNSEEN, look_at=look_at)
        if mine.update(look_at=now + LOOK_AGAIN):
            return Blob.objects.filter(pk=pk).first()
    return None


def look(blob: Blob, *, urgent: bool = False) -> None:
    """Decode the bytes and make the display copies; the blob is ready then. Outside any transaction.

    Raises a BadPicture, also where the pixels are not what the header said, Busy, NotKept or FileNotFoundError, and
    leaves the blob unseen.
    """
    data = storage.get(storage.original_name(blob.key, blob.mime))
    prepared = intake.prepare(data, keep_original=True, urgent=urgent)
    if (prepared.width, prepared.height) != blob.sides:
        raise Broken
    try:
        for width, copy in prepared.renditions.items():
            storage.put(storage.rendition_name(blob.key, width), copy)
    except OSError as error:
        raise NotKept(error) from error
    blob.state, blob.look_at = Blob.State.READY, None
    blob.color, blob.placeholder = prepared.color, prepared.placeholder
    blob.transparent, blob.renditions = prepared.transparent, sorted(prepared.renditions)
    unseen = Blob.objects.filter(pk=blob.pk, state=Blob.State.UNSEEN)
    unseen.update(**{name: getattr(blob, name) for name in FOUND})


def see(blob: Blob) -> None:
    """Have the picture looked at now, by whoever needs more of it than its header, if nobody did. Raises what ``look``
    does; what follows from a picture that cannot be read is left to the worker."""
    if blob.state == Blob.State.UNSEEN:
        look(blob, urgent=True)
    elif blob.state == Blob.State.BROKEN:
        raise Broken


def give_up(blob: Blob) -> bool:
    """Say in the caller's transaction that the bytes are no picture; False where somebody decided before."""
    unseen = Blob.objects.filter(pk=blob.pk, state=Blob.State.UNSEEN)
    return bool(unseen.update(state=Blob.State.BROKEN, look_at=None))
