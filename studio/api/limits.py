"""How many requests a key may send in a minute, and what it is told of that.

One counter a key and minute in the cache: in this process, or in Redis where there are several. What may be running and
what may be spent is guarded by the database, whatever the cache says.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from studio.accounts.models import ApiKey

WINDOW = 60


@dataclass(frozen=True, slots=True)
class Reading:
    """Where a key stands: requests a minute, how many are left, and the seconds until there are as many again.

    ``ends_at`` is that moment in seconds since 1970.
    """

    limit: int
    left: int
    seconds: int
    ends_at: int
    refused: bool = False


def count(key: ApiKey) -> Reading:
    """Count one more request of this key."""
    now, limit = timezone.now().timestamp(), settings.API_PER_MINUTE
    window = int(now // WINDOW)
    name = f"api:{key.pk.hex}:{window}"
    cache.add(name, 0, 2 * WINDOW)
    try:
        used = cache.incr(name)
    except ValueError:  # Thrown out of a full cache between the two.
        used = 1
    ends_at = (window + 1) * WINDOW
    return Reading(limit, max(0, limit - used), max(1, round(ends_at - now)), ends_at, refused=used > limit)
