"""The bin: pictures out of sight that can be brought back for 30 days, and the end of those that were not.

A picture in the bin keeps its row, its bytes and its place in every run. When its time there is over it is
*discarded*: nobody sees it any more, and it waits to be removed until no run uses it as a reference and no
other picture comes from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from studio.accounts.models import User
from studio.images import search, shelves, storage
from studio.images.models import Blob, Image

KEPT = timedelta(days=30)


def locked(ids: Iterable[UUID], *, binned: bool) -> list[Image]:
    """Those of the pictures that are in the bin, or that are not, held until the caller's transaction ends.

    In the order of their ids, so that two who want the same ones never wait for each other in a ring.
    """
    found = Image.objects.filter(pk__in=list(ids), binned_at__isnull=not binned, discarded=False)
    return list(found.select_for_update().order_by("pk"))


def put(images: Sequence[Image], *, by: User | None) -> None:
    """Move locked pictures to the bin; nobody (``by`` is None) where the studio does it by itself."""
    with shelves.recounted(images):
        _write(images, binned_at=timezone.now(), binned_by=by)


def take_out(images: Sequence[Image]) -> None:
    """Put locked pictures back where they were."""
    with shelves.recounted(images):
        _write(images, binned_at=None, binned_by=None)


def discard(images: Sequence[Image]) -> None:
    """End the time of locked pictures in the bin: nobody sees them from now on."""
    shelves.count_out(images)
    _write(images, discarded=True)


def due() -> QuerySet[Image]:
    """Pictures that were in the bin for 30 days, the oldest first."""
    limit = timezone.now() - KEPT
    return Image.objects.filter(discarded=False, binned_at__lt=limit).order_by("binned_at")


def discarded() -> QuerySet[Image]:
    """Pictures that wait to be removed."""
    return Image.objects.filter(discarded=True).exclude(binned_at=None)


def remove(image: Image) -> None:
    """Remove the row of a discarded picture, in the caller's transaction, and its files after that if no other
    picture has the same bytes.

    Raises ProtectedError, or an IntegrityError at the end of the transaction, while something still needs it.
    """
    search.forget([image])
    image.delete()
    _let_go(image.blob_id)


def _let_go(blob_id: UUID) -> None:
    """One use less. The last one takes row and files along.

    Whoever adds the same bytes meanwhile waits for this row: either their use is counted before and the blob
    stays, or they find none and store it anew, under another key.
    """
    Blob.objects.filter(pk=blob_id).update(uses=F("uses") - 1)
    blob = Blob.objects.filter(pk=blob_id, uses=0).first()
    if blob is not None:
        key = blob.key
        blob.delete()
        transaction.on_commit(lambda: storage.delete_blob(key))


def _write(images: Sequence[Image], **values: object) -> None:
    Image.objects.filter(pk__in=[image.pk for image in images]).update(**values)
    for image in images:
        for name, value in values.items():
            setattr(image, name, value)
