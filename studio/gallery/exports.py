"""Pictures to take away as one ZIP: asked for, claimed by a worker, kept for a day.

The row is the queue of record, a message only a hint. ``packing`` does the work.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from kombu.exceptions import OperationalError as BrokerError

from studio.accounts.actors import Actor, OwnedQuerySet
from studio.accounts.models import Team, User
from studio.core import db
from studio.core.errors import Conflict, Invalid
from studio.gallery import notices
from studio.gallery.models import Export
from studio.images import storage
from studio.images.models import Image

log = logging.getLogger(__name__)

TASK = "studio.worker.tasks.pack"
MOST_PICTURES = 1000
MOST_BYTES = 2_000_000_000
MOST_CLAIMS = 3
MOST_OPEN = 3
"""Exports of one person that wait or are being packed."""

KEPT = timedelta(hours=24)
REMEMBERED = timedelta(days=30)
"""How long a page can still say that its file was removed."""

OPEN = (Export.State.WAITING, Export.State.PACKING)
GIGABYTE = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to pack an export, as long as its fence is still this one."""

    export_id: UUID
    fence: int

    def rows(self) -> QuerySet[Export]:
        """The export while it is ours and not over, else nothing."""
        return Export.objects.filter(pk=self.export_id, fence=self.fence, state=Export.State.PACKING)


def ask(*, actor: Actor, team: Team | None, images: Sequence[Image]) -> Export:
    """Have pictures that the actor may see packed, in this order; the workers hear of it after the commit.

    The same pictures asked for again, while they are being packed, are the same export. Raises Invalid for
    none, too many or too large, Conflict while enough of the person's are being packed.
    """
    owner = actor.require_user()
    check_limits(images)
    ids = [image.pk.hex for image in images]
    with db.atomic():
        # One after the other, so that the same press sent twice finds the first one's row.
        User.objects.select_for_update(no_key=True).filter(pk=owner.pk).first()
        waiting = list(Export.objects.filter(owner=owner, state__in=OPEN).order_by("pk"))
        if same := next((each for each in waiting if each.ids == ids), None):
            return same
        if len(waiting) >= MOST_OPEN:
            raise Conflict(
                _("%(count)d files are being packed for you. Wait for one.") % {"count": len(waiting)}
            )
        made = Export.objects.create(
            owner=owner, team=team, ids=ids, asked=len(ids), key=storage.new_key(), created_at=timezone.now()
        )
        transaction.on_commit(partial(wake, made.pk))
    return made


def check_limits(images: Sequence[Image]) -> None:
    """Raises Invalid for no pictures, more than 1,000, or more than 2 GB (10⁹ bytes each) together."""
    if not images:
        raise Invalid(_("Choose pictures to export first."))
    if len(images) > MOST_PICTURES:
        raise Invalid(_("An export takes up to 1,000 pictures. Choose fewer, or export them in parts."))
    size = sum(image.blob.size for image in images)
    if size > MOST_BYTES:
        text = ngettext(
            "This picture is %(size)s GB. An export takes up to 2 GB.",
            "These %(count)d pictures are %(size)s GB. An export takes up to 2 GB: choose fewer.",
            len(images),
        )
        raise Invalid(text % {"count": len(images), "size": f"{size / GIGABYTE:.1f}"})


def wake(export_id: UUID) -> None:
    """Tell a worker. With the broker down the export waits until a worker looks by itself."""
    try:
        current_app.send_task(TASK, args=[str(export_id)], ignore_result=True, retry=False)
    except (BrokerError, OSError) as error:
        log.warning("broker unreachable, an export waits: %s", error)


def claim_next() -> Claim | None:
    """Take the oldest export that waits, or whose worker stopped; None when there is none."""
    now = timezone.now()
    free = Q(state=Export.State.WAITING) | Q(state=Export.State.PACKING, lease_until__lt=now)
    due = Export.objects.filter(free, claims__lt=MOST_CLAIMS).order_by("created_at", "pk")
    for pk, fence in due.values_list("pk", "fence")[:8]:
        taken = Export.objects.filter(free, pk=pk, fence=fence).update(
            state=Export.State.PACKING,
            fence=F("fence") + 1,
            claims=F("claims") + 1,
            lease_until=now + lease(),
        )
        if taken:
            return Claim(pk, fence + 1)
    return None


def lease() -> timedelta:
    return timedelta(seconds=settings.JOB_LEASE_SECONDS)


def renew(claim: Claim) -> None:
    claim.rows().update(lease_until=timezone.now() + lease())


def put_back(claim: Claim) -> None:
    """A worker that stops in good order leaves the export to another, and no turn is counted."""
    claim.rows().update(state=Export.State.WAITING, lease_until=None, claims=F("claims") - 1)


def finish(claim: Claim, *, ids: Sequence[str], missing: int, size: int) -> bool:
    """The file is there: ``ids`` are inside, of ``missing`` the bytes were not found.

    False if it is not ours any more.
    """
    now = timezone.now()
    return _end(
        claim,
        state=Export.State.READY,
        ids=list(ids),
        packed=len(ids),
        missing=missing,
        size=size,
        expires_at=now + KEPT,
    )


def fail(claim: Claim, failure: str, *, missing: int = 0) -> bool:
    """There will be no file. False if it is not ours any more."""
    return _end(claim, state=Export.State.FAILED, failure=failure, missing=missing)


def _end(claim: Claim, **values: object) -> bool:
    with db.atomic():
        if not claim.rows().update(lease_until=None, finished_at=timezone.now(), **values):
            return False
        notices.export_changed(Export.objects.get(pk=claim.export_id))
    return True


def may_take(actor: Actor, export: Export) -> bool:
    """Whether the person may still see every picture inside that is still there."""
    ids = [UUID(each) for each in export.ids]
    seen: QuerySet[Image] = OwnedQuerySet(Image).visible_to(actor)
    return not Image.objects.filter(pk__in=ids).exclude(pk__in=seen.values("pk")).exists()


def by_ids(ids: Sequence[UUID]) -> list[Export]:
    """These exports, for whoever was found to be their owner."""
    return list(Export.objects.filter(pk__in=ids))


def finished_since(actor: Actor, when: datetime) -> list[Export]:
    """The person's exports that ended since, well or not."""
    return list(Export.objects.filter(owner=actor.user, finished_at__gte=when))


def sweep() -> None:
    """Give up what three workers did not finish, remove files after a day, forget rows after thirty."""
    now = timezone.now()
    stopped = Export.objects.filter(state=Export.State.PACKING, claims__gte=MOST_CLAIMS, lease_until__lt=now)
    for export in stopped[:100]:
        if fail(Claim(export.pk, export.fence), Export.Failure.STOPPED):
            # What the last of them had written by then: no other claim comes to clear it.
            storage.delete_export(export.key)
    for export in Export.objects.filter(state=Export.State.READY, expires_at__lt=now)[:100]:
        # The files first: a row that says so would hide what a crash left behind.
        storage.delete_export(export.key)
        Export.objects.filter(pk=export.pk, state=Export.State.READY).update(state=Export.State.OVER)
    Export.objects.exclude(state__in=[*OPEN, Export.State.READY]).filter(
        finished_at__lt=now - REMEMBERED
    ).delete()
