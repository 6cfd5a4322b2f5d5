"""The claims this process works on, whose leases a heartbeat keeps alive."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from studio.jobs.queue import Claim, renew

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
