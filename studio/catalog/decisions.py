"""All that staff decided about models and vendors, and what is not called for now, read at one moment."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import (
    BooleanField,
    CharField,
    DateTimeField,
    F,
    IntegerField,
    TextField,
    Value,
)
from django.db.models.functions import Cast
from django.utils import timezone

from studio.catalog import health, rules
from studio.catalog.entries import Entry
from studio.catalog.errors import BadPrice
from studio.catalog.health import Trouble
from studio.catalog.models import Breaker, Margin, ModelOverride, Pause, VendorPlace

logger = logging.getLogger(__name__)

_OVERRIDE, _PAUSE, _BREAKER, _PLACE = "override", "pause", "breaker", "place"


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
    columns = ("a_scope", "a_name", "a_number", "a_offered", "a_text", "a_at")
    nothing = {"a_number": Value(0, IntegerField()), "a_offered": Value(True, BooleanField())}
    alone = {
        "a_offered": Value(True, BooleanField()),
        "a_text": Value("", TextField()),
        "a_at": Cast(Value(None), DateTimeField()),
    }
    overrides = ModelOverride.objects.annotate(
        a_scope=Value(_OVERRIDE, CharField()),
        a_name=F("model"),
        a_number=Value(0, IntegerField()),
        a_offered=F("offered"),
        a_text=Cast("rule", TextField()),
        a_at=F("changed_at"),
    )
    margins = Margin.objects.annotate(
        a_scope=F("scope"),
        a_name=F("name"),
        a_number=F("basis_points"),
        **alone,
    )
    places = VendorPlace.objects.annotate(
        a_scope=Value(_PLACE, CharField()), a_name=F("provider"), a_number=F("position"), **alone
    )
    paused = Pause.objects.annotate(
        **nothing,
        a_scope=Value(_PAUSE, CharField()),
        a_name=F("provider"),
        a_text=Cast("reason", TextField()),
        a_at=F("since"),
    )
    down = Breaker.objects.filter(health.refusing(timezone.now())).annotate(
        **nothing,
        a_scope=Value(_BREAKER, CharField()),
        a_name=F("provider"),
        a_text=Cast("upstream", TextField()),
        a_at=F("opened_at"),
    )
    others = [rows.values_list(*columns) for rows in (margins, paused, down, places)]
    return overrides.values_list(*columns).union(*others, all=True).iterator()
