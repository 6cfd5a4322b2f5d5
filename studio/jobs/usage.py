"""How often each model was asked lately on this server: only for the order in which models are shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from studio.catalog import loader
from studio.jobs.routing.weather import DAYS

KEPT_SECONDS = 600
KEY = "usage"

# One range of an index a model; what was asked before the span is never looked at.
COUNT = "SELECT %s, COUNT(*) FROM jobs_job WHERE model = %s AND finished_at > %s"


def of_models() -> Mapping[str, int]:
    """Runs of each model in the last 30 days, by its id; up to ten minutes old. One query, or none."""
    known: Mapping[str, int] | None = cache.get(KEY)
    if known is None:
        known = counted()
        cache.set(KEY, known, KEPT_SECONDS)
    return known


def counted() -> dict[str, int]:
    """The same, asked anew."""
    models = tuple(loader.catalog().entries)
    since = connection.ops.adapt_datetimefield_value(timezone.now() - timedelta(days=DAYS))
    given = [each for model in models for each in (model, model, since)]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join([COUNT] * len(models)), given)
        return {model: count for model, count in cursor.fetchall() if count}
