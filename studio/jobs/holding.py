"""The claims this process works on, whose leases a heartbeat keeps alive."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import DatabaseError, connections

from studio.core import db
from studio.jobs.queue import Claim, renew

log = logging.getLogger(__name__)
_lock = threading.Lock()
_claims: set[Claim] = set()


@contextmanager
def held(claim: Claim) -> Iterator[None]:
    """Have the heartbeat renew ``claim`` for as long as the block runs."""
    with _lock:
        _claims.add(claim)
    try:
        yield
    finally:
        with _lock:
            _claims.discard(claim)


def heartbeat() -> int:
    """Renew every held lease; how many there are."""
    with _lock:
        claims = list(_claims)
    renew(claims)
    return len(claims)


@contextmanager
def renewed(claim: Claim) -> Iterator[None]:
    """Renew ``claim`` by itself for as long as the block runs: in a process that has no heartbeat, as the web's."""
    over = threading.Event()
    beats = threading.Thread(target=_renew_until, args=(over, claim), name="lease", daemon=True)
    beats.start()
    try:
        yield
    finally:
        over.set()
        beats.join()


def _renew_until(over: threading.Event, claim: Claim) -> None:
    try:
        while not over.wait(settings.JOB_LEASE_SECONDS / 4):
            try:
                renew([claim])
            except DatabaseError as error:
                log.warning("the lease of job %s was not renewed: %s", claim.job_id, error)
            db.release()
    finally:
        connections.close_all()
