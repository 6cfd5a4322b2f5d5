"""All that staff decided about models and vendors, and what is not called for now, read at one moment."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from studio.catalog import health, rules
from studio.catalog.entries import Entry
from studio.catalog.errors import BadPrice
from studio.catalog.health import Trouble

logger = logging.getLogger(__name__)

_OVERRIDE, _PAUSE, _BREAKER, _PLACE = "override", "pause", "breaker", "place"

# Every submit asks this twice and most pages once, so it is one written statement: the ORM took five times as long to
# compose it as it takes to run. Which breakers refuse is the rule of ``health.refusing``.
LATEST = """
SELECT 'override', model, 0, offered, CAST(rule AS TEXT), changed_at FROM catalog_modeloverride
 UNION ALL
SELECT scope, name, basis_points, TRUE, '', NULL FROM catalog_margin
 UNION ALL
SELECT 'place', provider, position, TRUE, '', NULL FROM catalog_vendorplace
 UNION ALL
SELECT 'pause', provider, 0, TRUE, reason, since FROM catalog_pause
 UNION ALL
SELECT 'breaker', provider, 0, TRUE, upstream, opened_at FROM catalog_breaker
 WHERE opened_at IS NOT NULL AND (probe_at > %(now)s OR probe_until > %(now)s)
"""


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for one model now: its price rule (or None), margin in basis points, staff's switch."""

    rule: rules.PriceRule | None
    margin: int
    offered: bool

    @property
    def priced(self) -> bool:
        """Whether what a picture costs is known before its vendor is asked."""
        return self.rule is not None and not isinstance(self.rule, rules.PerEstimate)


@dataclass(slots=True)
class Decisions:
    """All that staff set, and what is not called for now, read at one moment."""

    rules: dict[str, rules.PriceRule | None] = field(default_factory=dict)
    offered: dict[str, bool] = field(default_factory=dict)
    margins: dict[tuple[str, str], int] = field(default_factory=dict)
    paused: dict[str, Trouble] = field(default_factory=dict)
    down: dict[tuple[str, str], Trouble] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)

    def terms(self, entry: Entry) -> Terms:
        """What holds for this model; of margins the most specific of model, provider, tier and default."""
        scopes = (("model", entry.id), ("provider", entry.provider), ("group", entry.tier), ("default", ""))
        margin = next((self.margins[scope] for scope in scopes if scope in self.margins), 0)
        rule = self.rules.get(entry.id, entry.price)
        return Terms(rule, margin, self.offered.get(entry.id, True))

    def trouble(self, entry: Entry) -> Trouble | None:
        """Why nothing new is sent to this model's vendor; a pause of its provider before all."""
        down = (self.down.get((entry.provider, name)) for name in (health.EVERYTHING, entry.upstream))
        return self.paused.get(entry.provider) or next(filter(None, down), None)


def latest() -> Decisions:
    """Everything that staff set, and every pause and breaker that refuses a submit, in one query over all tables."""
    made = Decisions()
    for scope, name, number, offered, text, at in _rows():
        if scope == _PAUSE:
            made.paused[name] = Trouble(at, paused=True, note=text or "")
        elif scope == _BREAKER:
            made.down[name, text or health.EVERYTHING] = Trouble(at)
        elif scope == _PLACE:
            made.places[name] = number
        elif scope != _OVERRIDE:
            made.margins[scope, name] = number
        else:
            made.offered[name] = offered
            if text and (data := json.loads(text)) is not None:
                made.rules[name] = _readable(name, data)
    return made


def _readable(model_id: str, data: object) -> rules.PriceRule | None:
    """Staff's rule; one that went bad leaves the model without a price, never with the catalogue's."""
    try:
        return rules.read(data)
    except BadPrice as error:
        logger.error("The price set for %s cannot be used: %s", model_id, error.message)
        return None


def _rows() -> Iterator[tuple[str, str, int, bool, str | None, Any]]:
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(LATEST, {"now": now})
        rows = cursor.fetchall()
    for scope, name, number, offered, text, at in rows:
        yield scope, name, number, bool(offered), text, _moment(at)


def _moment(at: Any) -> datetime | None:
    """A time as every database hands it out: SQLite as its text, or without its zone, which is UTC."""
    found: datetime | None = parse_datetime(at) if isinstance(at, str) else at
    return found.replace(tzinfo=UTC) if found and timezone.is_naive(found) else found
