"""Whether a vendor is called at all: staff's pauses, and breakers that open when its calls fail in a row.

All worker processes share the breakers through the database, by guarded updates. Writing one is never worth a
job: where that fails, it is logged and the job goes on as if there were no breaker.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from providers.errors import (
    AuthError,
    BillingError,
    EmptyResult,
    ModelUnavailable,
    NotReady,
    ProviderError,
    ResultExpired,
    UpstreamError,
)
from studio.catalog.models import Breaker, Pause
from studio.core import db

log = logging.getLogger(__name__)

EVERYTHING = ""
"""The ``upstream`` of a breaker that stops a provider's every model."""

FATAL = (AuthError, BillingError)
"""What fails with one call fails with every call of the provider, whatever the model."""

COUNTED = (UpstreamError, ResultExpired, EmptyResult, ModelUnavailable)
"""What is the vendor's doing. A wish that was declined or not understood, a cancel and a full disk are not; neither
is a rate limit, or a model that loads, which is how a vendor that works says when to come back."""


class Heard(StrEnum):
    """What a failed call says of its vendor."""

    NOTHING = ""
    COUNTED = "counted"
    STOPPED = "stopped"
    """With it the model, or its provider, is called no more for a while."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why nothing new is sent: ``paused`` by staff, who may have left a ``note``, or else the vendor is down."""

    since: datetime
    paused: bool = False
    note: str = ""

    @property
    def time(self) -> str:
        """``09:40``, with its day where that is not today."""
        local = timezone.localtime(self.since)
        return date_format(local, "H:i" if local.date() == timezone.localdate() else "j F, H:i")

    @property
    def reason(self) -> str:
        """For a list, beside the model's name."""
        text = _("Paused since %(time)s") if self.paused else _("Down since %(time)s")
        return text % {"time": self.time}

    def refusal(self, model: str) -> str:
        """For who asks for ``model`` all the same."""
        if self.paused:
            text = _("%(model)s is paused since %(time)s. Pick another model.")
        else:
            text = _("%(model)s is down since %(time)s. Pick another model.")
        return text % {"model": model, "time": self.time}


def pauses() -> list[Pause]:
    """The providers that are paused, by name; each with ``by``, who paused it."""
    return list(Pause.objects.select_related("by").order_by("provider"))


def open_breakers() -> list[Breaker]:
    """What is stopped for its failures, longest first; half-open ones too."""
    return list(Breaker.objects.filter(opened_at__isnull=False).order_by("opened_at", "provider", "upstream"))


def refusing(now: datetime) -> Q:
    """Open breakers that let nobody try: their wait is not over, or somebody is at it."""
    return Q(opened_at__isnull=False) & (Q(probe_at__gt=now) | Q(probe_until__gt=now))


def begin_probe(provider: str, upstream: str, job_id: UUID, *, seconds: float) -> bool:
    """Make the job the one that may call while a breaker is half open; False if another is, or nobody may yet.

    To be called in a transaction that is rolled back on False. It stays the probe for at most ``seconds``.
    """
    now = timezone.now()
    stopped = _of(provider, upstream).filter(opened_at__isnull=False)
    stopped.exclude(refusing(now)).update(probe_job=job_id, probe_until=now + timedelta(seconds=seconds))
    return not stopped.exclude(probe_job=job_id).exists()


def end_probe(job_id: UUID) -> None:
    """The job's call told nothing of the vendor, or was not made: another job may try."""
    with never_in_the_way():
        Breaker.objects.filter(probe_job=job_id).update(probe_job=None, probe_until=None)


def succeeded(provider: str, upstream: str, job_id: UUID) -> None:
    """A call brought pictures: failures are counted anew, and what the job was the probe of is closed."""
    told = Q(opened_at=None, failures__gt=0) | Q(probe_job=job_id)
    with never_in_the_way():
        close(_of(provider, upstream).filter(told))


def close(breakers: QuerySet[Breaker]) -> int:
    """Call them again, as if nothing had failed yet; how many there were."""
    return breakers.update(
        failures=0, opened_at=None, wait_seconds=0.0, probe_at=None, probe_job=None, probe_until=None
    )


def failed(provider: str, upstream: str, job_id: UUID, error: ProviderError) -> Heard:
    """A call ended in ``error``; what that says. What the job was the probe of is stopped again, for longer."""
    fatal = isinstance(error, FATAL)
    if not fatal and (not isinstance(error, COUNTED) or isinstance(error, NotReady)):
        return Heard.NOTHING
    stopped = False
    with never_in_the_way():
        stopped = _stop_again(job_id, error)
        if not stopped or fatal:
            stopped |= _count(provider, EVERYTHING if fatal else upstream, error, most=1 if fatal else None)
    return Heard.STOPPED if stopped else Heard.COUNTED


def _of(provider: str, upstream: str) -> QuerySet[Breaker]:
    """Those that stop calls of this model."""
    return Breaker.objects.filter(provider=provider, upstream__in=[EVERYTHING, upstream])


def _stop_again(job_id: UUID, error: ProviderError) -> bool:
    now, probed = timezone.now(), False
    for breaker in Breaker.objects.filter(probe_job=job_id, opened_at__isnull=False):
        wait = min(breaker.wait_seconds * 2, settings.BREAKER_LONGEST_SECONDS)
        probed |= bool(
            Breaker.objects.filter(pk=breaker.pk, probe_job=job_id).update(
                wait_seconds=wait,
                probe_at=now + timedelta(seconds=wait),
                probe_job=None,
                probe_until=None,
                failures=F("failures") + 1,
                **_told(error, now),
            )
        )
    return probed


def _count(provider: str, upstream: str, error: ProviderError, *, most: int | None) -> bool:
    """One more failure in a row; whether it opens, as it does at ``most`` of them or as many as the settings say."""
    now, wait = timezone.now(), settings.BREAKER_WAIT_SECONDS
    row, _made = Breaker.objects.get_or_create(provider=provider, upstream=upstream)
    closed = Breaker.objects.filter(pk=row.pk, opened_at=None)
    if not closed.update(failures=F("failures") + 1, **_told(error, now)):
        return False
    opened = closed.filter(failures__gte=most or settings.BREAKER_FAILURES).update(
        opened_at=now, wait_seconds=wait, probe_at=now + timedelta(seconds=wait)
    )
    if opened:
        log.warning("%s is not called for %.0f s: %s", row, wait, error.code)
    return bool(opened)


def _told(error: ProviderError, now: datetime) -> dict[str, object]:
    return {"failed_at": now, "error_code": error.code, "error_detail": error.message[:500]}


@contextmanager
def never_in_the_way() -> Iterator[None]:
    """A transaction of its own, whose failure is logged and goes no further."""
    try:
        with db.atomic():
            yield
    except DatabaseError as error:
        log.warning("a breaker could not be written: %s", error)
