"""Looks at vendors' pictures that a program got by their header alone, and takes back those that are none.

What was charged for one that cannot be read goes back, in the transaction that says so and under a key of its own:
the job ends as it would have if the picture had been looked at first.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from providers.errors import EmptyResult
from studio.core import db
from studio.core.errors import Invalid
from studio.credits import services as credits
from studio.images import bin as bins
from studio.images import unseen
from studio.images.errors import BadPicture, Busy, NotKept, TimedOut
from studio.images.models import Blob, Image
from studio.jobs import billing, notices
from studio.jobs.models import Job, Output, State

log = logging.getLogger(__name__)

PATIENCE = timedelta(hours=1)
"""How old a picture is at least before it counts as bad because its decoder died of it, or its file is not there."""


def work() -> bool:
    """Look at the picture that is due longest; False when none is. Tens of milliseconds of another process."""
    blob = unseen.next_due()
    if blob is None:
        return False
    try:
        unseen.look(blob)
    except (Busy, NotKept) as error:
        log.warning("a picture is looked at again later: %s", error)
    except (TimedOut, FileNotFoundError) as error:
        log.warning("a picture could not be looked at: %s", error)
        if timezone.now() - blob.created_at > PATIENCE:
            take_back(blob)
    except BadPicture:
        take_back(blob)
    return True


def take_back(blob: Blob) -> None:
    """The bytes are no picture: nobody sees it any more, and whoever paid for it has it returned. Once."""
    # In the order of locks of a delivery: the blob, the job, its pictures, then the account.
    with db.atomic():
        if not unseen.give_up(blob):
            return
        outputs = Output.objects.filter(image__blob=blob).select_related("image", "job__run")
        for output in outputs.order_by("job_id", "position"):
            log.warning("job %s picture %d cannot be read: taken back", output.job_id, output.position)
            _undeliver(output)


def _undeliver(output: Output) -> None:
    job, image = output.job, output.image
    assert image is not None  # it is how the output was found
    rest = Output.objects.filter(job=job).exclude(pk=output.pk).exists()
    Job.objects.filter(pk=job.pk).update(
        state=State.PARTIAL if rest else State.FAILED,
        charged=F("charged") - image.cost,
        error_code=EmptyResult.code,
        error_detail="The vendor's picture could not be read.",
    )
    output.delete()
    _discard(image)
    if image.cost and billing.is_held(job):
        _give_back(job, output.position, image.cost)
    notices.run_changed(job.run)


def _discard(image: Image) -> None:
    Image.objects.filter(pk=image.pk).update(cost=0)
    bins.put(bins.locked([image.pk], binned=False), by=None)
    bins.discard(bins.locked([image.pk], binned=True))


def _give_back(job: Job, position: int, amount: int) -> None:
    reason = _("The picture could not be read.")
    try:
        credits.refund(
            key=job.hold_key, amount=amount, refund_key=f"{job.pk}:{position}", actor=None, reason=reason
        )
    except Invalid:
        # Staff gave it back before.
        log.info("job %s was refunded already", job.pk)
