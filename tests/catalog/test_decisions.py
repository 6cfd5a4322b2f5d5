"""All that staff decided, and what is not called for now, comes from one statement on either database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from studio.catalog import decisions, selectors
from studio.catalog.models import Breaker, Margin, ModelOverride, Pause, VendorPlace
from studio.catalog.rules import PerImage

pytestmark = pytest.mark.django_db


def test_every_decision_is_read_as_it_was_written() -> None:
    now = timezone.now()
    soon, past = now + timedelta(minutes=1), now - timedelta(minutes=1)
    sketch, paint = selectors.entry("gesso/sketch"), selectors.entry("gesso/paint")
    ModelOverride.objects.create(model=sketch.id, offered=False, rule={"unit": "image", "amount": 7})
    ModelOverride.objects.create(model=paint.id, offered=True)
    Margin.objects.create(scope="group", name=paint.tier, basis_points=250)
    VendorPlace.objects.create(provider="gesso", position=3)
    Pause.objects.create(provider="bfl", since=now, reason="they are late")
    for upstream, moments in {
        "down": {"probe_at": soon},
        "tried": {"probe_at": past, "probe_until": soon},
        "ready": {"probe_at": past},
    }.items():
        Breaker.objects.create(provider="openai", upstream=upstream, opened_at=now, **moments)
    Breaker.objects.create(provider="openai", upstream="counted", failures=2)
    made = decisions.latest()
    rule = made.terms(sketch).rule
    assert isinstance(rule, PerImage)
    assert (made.terms(sketch).offered, rule.amount) == (False, 7)
    assert (made.terms(paint).rule, made.terms(paint).margin) == (paint.price, 250)
    assert made.places == {"gesso": 3}
    assert (made.paused["bfl"].since, made.paused["bfl"].note) == (now, "they are late")
    assert set(made.down) == {("openai", "down"), ("openai", "tried")}
    assert made.down["openai", "down"].since == now
