"""What a job's call tells of its vendor, for the breakers that all workers share.

A success costs no query while nothing fails: the claim says whether failures were being counted when the job was
taken, and each process knows of those that it counted itself since. So a success ends a row of failures at once
where the same process saw them, and where another did, with a job that was claimed after them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from providers.errors import ProviderError
from studio.catalog import health
from studio.jobs import notices
from studio.jobs.models import Job
from studio.jobs.queue import Claim

_failing: set[tuple[str, str]] = set()
"""Provider and upstream model of failures that this process counted, and of no success since."""


@contextmanager
def of(claim: Claim, job: Job) -> Iterator[None]:
    """Count how the call within ends: an error of the vendor's, or the end of the block, with its pictures kept."""
    model = job.provider, job.upstream
    try:
        yield
    except ProviderError as error:
        if heard := health.failed(*model, job.pk, error):
            _failing.add(model)
        if heard == health.Heard.STOPPED:
            with health.never_in_the_way():
                notices.vendor_changed(job.provider)
        raise
    if claim.watched or model in _failing:
        health.succeeded(*model, job.pk)
        _failing.discard(model)
