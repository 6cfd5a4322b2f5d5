"""What happens to many pictures at once: to the bin and back, gone for good, hearts.

Every change locks its pictures first, in the order of their ids, and leaves all counts right in its own
transaction: hearts first, then shelves, then collections, so that no two wait for each other in a ring.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import IntegrityError
from django.db.models import Exists, OuterRef, ProtectedError, QuerySet

from studio.accounts.actors import Actor
from studio.core import db
from studio.gallery import collections, hearts, notices
from studio.gallery.models import Favourite
from studio.images import bin as bins
from studio.images.models import Image, Lineage
from studio.jobs.models import Reference

log = logging.getLogger(__name__)

BATCH = 100
"""Pictures of one transaction of the sweep."""


def move_to_bin(*, actor: Actor, ids: Iterable[UUID]) -> int:
    """Move pictures that the actor may change to the bin; how many were not there yet."""
    by = actor.require_user()
    with db.atomic():
        images = bins.locked(ids, binned=False)
        hearts.count_out(images)
        bins.put(images, by=by)
        _moved(images, -1)
    return len(images)


def restore(*, actor: Actor, ids: Iterable[UUID]) -> int:
    """Put pictures that the actor may change back where they were; how many were in the bin."""
    actor.require_user()
    with db.atomic():
        images = bins.locked(ids, binned=True)
        hearts.count_in(images)
        bins.take_out(images)
        _moved(images, 1)
    return len(images)


def discard(*, actor: Actor, ids: Iterable[UUID]) -> int:
    """Delete pictures in the bin for good; how many were there. From now on nobody sees them.

    Row and files go with the next sweep, or once no run uses them and no other picture comes from them.
    """
    actor.require_user()
    return _discard(ids)


def _discard(ids: Iterable[UUID]) -> int:
    with db.atomic():
        images = bins.locked(ids, binned=True)
        bins.discard(images)
        if images:
            notices.pictures_moved(images)
    return len(images)


def _moved(images: Sequence[Image], by: int) -> None:
    if images:
        collections.count(images, by)
        notices.pictures_moved(images)


def set_favourites(*, actor: Actor, ids: Sequence[UUID], on: bool) -> int:
    """Put the person's heart on all of these pictures, or take it off; on how many that changed something."""
    user = actor.require_user()
    with db.atomic():
        # Locked, so that none is removed between the look and the write, and two requests count one heart once.
        there = list(Image.objects.filter(pk__in=ids).select_for_update().order_by("pk"))
        given = Favourite.objects.filter(user=user, image__in=there)
        liked = set(given.values_list("image_id", flat=True))
        changed = [image for image in there if (image.pk in liked) != on]
        if on:
            Favourite.objects.bulk_create([Favourite(user=user, image=image) for image in changed])
        else:
            given.delete()
        hearts.given(user.pk, changed, 1 if on else -1)
    return len(changed)


def sweep() -> int:
    """End the time of pictures that were in the bin for 30 days, and remove what nothing needs any more.

    A thousand at most in a turn, for lost jobs are looked for in the same thread. Safe at any time, any number of
    times; returns how many were removed.
    """
    for ids in itertools.batched(bins.due().values_list("pk", flat=True)[: BATCH * 10], BATCH):
        _discard(ids)
    removed = 0
    for image_id in list(_unneeded().values_list("pk", flat=True)[: BATCH * 10]):
        removed += _remove(image_id)
    return removed


def _unneeded() -> QuerySet[Image]:
    """Discarded pictures that are no run's reference or mask and no other picture's origin."""
    used = Reference.objects.filter(image=OuterRef("pk"))
    origin = Lineage.objects.filter(parent=OuterRef("pk"))
    return bins.discarded().exclude(Exists(used)).exclude(Exists(origin)).order_by("binned_at")


def _remove(image_id: UUID) -> bool:
    """One picture in a transaction of its own: its bytes' row is locked, and jobs that deliver want theirs."""
    try:
        with db.atomic():
            image = bins.discarded().select_for_update().filter(pk=image_id).first()
            if image is None:
                return False
            bins.remove(image)
    except (ProtectedError, IntegrityError):
        log.info("picture %s is needed again and stays", image_id)
        return False
    return True
