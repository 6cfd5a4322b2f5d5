"""What a vendor itself says that a picture costs, for models that have no price of their own.

Each answer is kept as a dated fact, so that a quote stays pure and a vendor is not asked while a person types: the
question has no prompt of theirs. A vendor that does not answer is left alone for a minute.
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
from contextlib import suppress
from dataclasses import asdict
from datetime import timedelta

from django.core.cache import cache
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from providers.base import EDIT, GENERATE, INPAINT, ImageRequest, InputImage
from providers.errors import ProviderError
from studio.catalog import providers
from studio.catalog.entries import Entry
from studio.catalog.errors import NotOffered
from studio.catalog.models import PriceFact
from studio.catalog.pricing import Ask, Span
from studio.catalog.rules import MAX_PRICE
from studio.core import db

log = logging.getLogger(__name__)

KEPT = timedelta(hours=6)
"""How old an answer may be."""

ASK_SECONDS = 4.0
"""How long somebody who waits for a price waits for the vendor."""

QUIET_SECONDS = 60
PROMPT = "a picture"
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="


def span(entry: Entry, ask: Ask, *, may_ask: bool = True) -> Span:
    """What one such picture costs, in micros without margin, its low as its high.

    Asks the vendor where no answer is young enough, with no connection held. Raises NotOffered where there is none,
    and where it would have to be asked and ``may_ask`` forbids it.
    """
    return _span(entry, ask, KEPT, may_ask=may_ask)


def keep(entry: Entry, ask: Ask) -> None:
    """Ask for ``ask`` well before its answer is too old, so that whoever compares models finds one."""
    with suppress(NotOffered):
        _span(entry, ask, KEPT / 2, may_ask=True)


def known() -> dict[str, int]:
    """The dearest picture of each model that its vendor told of and that is young enough, in micros. One query.

    Near enough to compare models by; what is quoted to anybody is the answer for the very request.
    """
    young = PriceFact.objects.filter(at__gt=timezone.now() - KEPT)
    return dict(young.values_list("model").annotate(Max("micros")))


def _span(entry: Entry, ask: Ask, age: timedelta, *, may_ask: bool) -> Span:
    request = question(entry, ask)
    key = _fingerprint(request)
    facts = PriceFact.objects.filter(model=entry.id, request_hash=key)
    young = facts.filter(at__gt=timezone.now() - age).order_by("-at")
    micros = young.values_list("micros", flat=True).first()
    if micros is None:
        if not may_ask or unanswered(entry):
            raise _no_price(entry)
        micros = _asked(entry, request)
        facts.delete()
        PriceFact.objects.create(model=entry.id, request_hash=key, micros=micros)
    return Span(micros, micros)


def unanswered(entry: Entry) -> bool:
    """Whether its vendor was asked within the last minute and did not say what this model costs."""
    return cache.get(_quiet(entry)) is not None


def question(entry: Entry, ask: Ask) -> ImageRequest:
    """One picture as ``ask`` wants it, with other words and with single pixels for its pictures.

    Guess [?]: what a vendor estimates depends on neither.
    """
    pixel = InputImage(base64.b64decode(PIXEL), "image/png", 1, 1)
    references = ask.references or (0 if GENERATE in entry.kinds else min(1, entry.max_references))
    kind = INPAINT if ask.mask else EDIT if references and EDIT in entry.kinds else GENERATE
    return ImageRequest(
        model=entry.upstream,
        prompt=PROMPT,
        kind=kind if kind in entry.kinds else entry.kinds[0],
        width=ask.width,
        height=ask.height,
        resolution=ask.resolution,
        quality=ask.quality,
        references=(pixel,) * references,
        mask=pixel if ask.mask else None,
        deadline_seconds=ASK_SECONDS,
    )


def _asked(entry: Entry, request: ImageRequest) -> int:
    db.release()
    try:
        micros = providers.adapter(entry.provider).estimate(request)
    except ProviderError as error:
        log.warning("%s gave no estimate for %s: %s", entry.provider, entry.id, error.code)
        micros = None
    if micros is None or not 0 < micros <= MAX_PRICE:
        cache.set(_quiet(entry), True, QUIET_SECONDS)
        raise _no_price(entry)
    return micros


def _no_price(entry: Entry) -> NotOffered:
    text = _("%(model)s has no price yet: %(vendor)s did not say what it costs. Try again in a minute.")
    return NotOffered(text % {"model": entry.label, "vendor": entry.vendor.label})


def _quiet(entry: Entry) -> str:
    return f"no-estimate:{entry.id}"


def _fingerprint(request: ImageRequest) -> str:
    asked = asdict(request) | {"references": len(request.references), "mask": request.mask is not None}
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
