"""What a vendor hands over: stored, shown as it comes, and the job closed with its bill."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import asdict

from providers.base import Finished, Output
from providers.errors import EmptyResult
from studio.core import db
from studio.images import intake
from studio.images import services as images
from studio.images import unseen as later
from studio.images.errors import BadPicture, Busy, NotKept, TimedOut
from studio.jobs import billing, failpoints, outcomes, reading, retrying
from studio.jobs.models import Attempt, Job
from studio.jobs.outcomes import Picture
from studio.jobs.queue import Claim

log = logging.getLogger(__name__)

STORE_WAITS = (0.5, 2.0, 5.0, 15.0)
"""Seconds between the tries to store a picture that may be paid for."""


def receive(claim: Claim, job: Job, attempt: Attempt, finished: Finished, *, unseen: bool = False) -> None:
    """Store every picture that is not there yet, then close the job and its bill together.

    The last one is shown by that same transaction, and all of those that go on by their header: none of them may be
    found to be no picture before it was counted.
    """
    if not finished.outputs:
        raise EmptyResult("The vendor answered without a picture.")
    there = set(reading.delivered(job))
    kept, held_back = len(there), list[Picture]()
    try:
        for picture in _pictures(job, finished, there, unseen=unseen):
            kept += 1
            if held_back and held_back[-1].stored.seen:
                outcomes.deliver(claim, job, held_back.pop())
            held_back.append(picture)
    except (NotKept, Busy) as error:
        raise retrying.not_kept(attempt, error, billed=finished.billed_micros) from error
    if not kept:
        raise EmptyResult("The vendor's pictures could not be read.")
    failpoints.reach("stored")
    actual = billing.worth(job, delivered=kept, usage=finished.usage)
    usage = asdict(finished.usage) if finished.usage else None
    answer = outcomes.Answer(finished.billed_micros, usage, finished.vendor_ref)
    outcomes.finish(claim, job, attempt, actual=actual, answer=answer, pictures=held_back)
    failpoints.reach("settled")


def take_early(claim: Claim, job: Job, position: int, output: Output) -> None:
    """Take in and show one picture while the call still goes on. Raises NotKept or Busy."""
    # Only an earlier claim can have put a picture there: one call tells of each once.
    if claim.fence > 1 and job.outputs.filter(position=position).exists():
        return
    if picture := _picture(job, position, output):
        outcomes.deliver(claim, job, picture)


def _pictures(job: Job, finished: Finished, there: set[int], *, unseen: bool) -> Iterator[Picture]:
    """Those that are not there yet and can be read, each stored when it is asked for."""
    for position, output in enumerate(finished.outputs[: job.n]):
        if position not in there and (picture := _picture(job, position, output, unseen=unseen)):
            yield picture


def _picture(job: Job, position: int, output: Output, *, unseen: bool = False) -> Picture | None:
    """The picture with its files written. None when its bytes are no picture; it then counts as not delivered."""
    db.release()
    try:
        stored = _kept(output, unseen=unseen)
    except BadPicture as error:
        log.warning("job %s picture %d could not be read: %s", job.pk, position, error)
        return None
    seed = output.seed if output.seed is not None else job.seed
    return Picture(position, stored, seed, output.revised_prompt)


def _kept(output: Output, *, unseen: bool) -> images.Stored:
    """Decode a vendor's picture, or read its header where it is sure, and write its files.

    It may be paid for, so a decoder that is busy or died, or a disk that is full for the moment, gets time.
    Raises a BadPicture, NotKept or Busy once the tries are used up.
    """
    for wait in STORE_WAITS:
        try:
            return _stored(output, unseen=unseen)
        except (Busy, TimedOut, NotKept) as error:
            log.warning("a picture is stored once more in %s s: %s", wait, error)
            time.sleep(wait)
    return _stored(output, unseen=unseen)


def _stored(output: Output, *, unseen: bool) -> images.Stored:
    if unseen and (header := later.sure(output.data)):
        stored = images.store_unseen(output.data, header)
    else:
        prepared = intake.prepare(output.data, keep_original=True, drawings=True)
        failpoints.reach("prepared")
        stored = images.store(prepared)
    failpoints.reach("kept")
    return stored
