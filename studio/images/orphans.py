"""Files without a row: what work that died wrote before it could say so."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from studio.images import storage
from studio.images.models import Blob

ORPHAN_AGE = timedelta(hours=1)
"""Files this old without a row belong to work that died; younger ones may still get theirs."""


def sweep_files() -> int:
    """Remove files that no row knows and that are older than an hour; returns how many pictures' worth."""
    limit = timezone.now() - ORPHAN_AGE
    removed = 0
    batch: list[str] = []
    for key in storage.blob_keys():
        batch.append(key)
        if len(batch) == 500:
            removed += _sweep(batch, limit)
            batch = []
    return removed + _sweep(batch, limit)


def _sweep(keys: list[str], limit: datetime) -> int:
    known = set(Blob.objects.filter(key__in=keys).values_list("key", flat=True))
    removed = 0
    for key in keys:
        if key in known:
            continue
        changed = storage.last_change(key)
        # Asked again for this one key: its row may have been committed since the list was read.
        # A folder without files is one that is just being filled.
        if changed is not None and changed < limit and not Blob.objects.filter(key=key).exists():
            storage.delete_blob(key)
            removed += 1
    return removed
