"""The claims this process works on, whose leases a heartbeat keeps alive."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import Error, connections

from studio.jobs.queue import Claim, renew

log = logging.getLogger(__name__)
_lock = threading.Lock()
_claims: set[Claim] = set()

_renewed = threading.Condition()
_own: set[Claim] = set()
_beats: threading.Thread | None = None


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
    """Renew ``claim`` by itself for as long as the block runs: in a process that has no heartbeat, as the web's.

    One thread does it for all, with a connection for the moment: 256 programs wait with no thread or connection more.
    """
    global _beats
    with _renewed:
        _own.add(claim)
        if _beats is None or not _beats.is_alive():
            _beats = threading.Thread(target=_renew_for_ever, name="leases", daemon=True)
            _beats.start()
        _renewed.notify()  # heard only where nothing was to be renewed before
    try:
        yield
    finally:
        with _renewed:
            _own.discard(claim)


def _renew_for_ever() -> None:
    while True:
        with _renewed:
            _renewed.wait_for(lambda: _own)
        time.sleep(settings.JOB_LEASE_SECONDS / 4)
        with _renewed:
            claims = list(_own)
        try:
            renew(claims)
        except Error as error:
            log.warning("the leases of %d jobs were not renewed: %s", len(claims), error)
        finally:
            connections.close_all()
