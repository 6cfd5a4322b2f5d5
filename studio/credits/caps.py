"""Limits on what may be spent: by an API key, and whatever else is given one.

A cap moves with the ledger: what is held under it counts as used, what comes back is free again. Nobody looks before
the move: the guarded update decides.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F
from django.utils.translation import gettext as _

from studio.core import db
from studio.core.errors import Invalid
from studio.core.micros import MAX_MICROS
from studio.core.statements import Given, Rows
from studio.credits.errors import CapReached
from studio.credits.models import Cap

KEY = "key"
"""The scope of an API key's cap; its ref is the key's id."""

_UNDER = Rows(lambda: Cap.objects.filter(scope=Given("scope"), ref=Given("ref")))


@dataclass(frozen=True, slots=True)
class Under:
    """Names a cap, which need not be there: what has none is free to spend."""

    scope: str
    ref: str


@dataclass(frozen=True, slots=True)
class Reading:
    """Micros: the most that may be spent, and what is held or charged by now."""

    limit: int
    used: int

    @property
    def left(self) -> int:
        return self.limit - self.used


def set_limit(scope: str, ref: str, limit: int | None) -> None:
    """The most that may be spent under this name from now on, in micros; None takes the cap away.

    Raises Invalid for a limit below what is used already.
    """
    if limit is None:
        Cap.objects.filter(scope=scope, ref=ref).delete()
        return
    if not 0 <= limit <= MAX_MICROS:
        raise Invalid(_("That is not an amount of credits."), fields={"cap": _("Give a number of credits.")})
    with db.atomic():
        cap, made = Cap.objects.get_or_create(scope=scope, ref=ref, defaults={"limit": limit})
        if not made and not Cap.objects.filter(pk=cap.pk, used__lte=limit).update(limit=limit):
            text = _("More than that is spent already.")
            raise Invalid(text, fields={"cap": text})


def read(scope: str, refs: Iterable[str]) -> dict[str, Reading]:
    """How the caps of these stand, by ref, in one query; what has none is not among them."""
    rows = Cap.objects.filter(scope=scope, ref__in=list(refs)).values_list("ref", "limit", "used")
    return {ref: Reading(limit, used) for ref, limit, used in rows}


def take(under: Under, amount: int) -> Cap | None:
    """Count ``amount`` micros as used, inside the transaction that holds them; None where there is no cap.

    Raises CapReached, and nothing is counted then.
    """
    cap = _UNDER.first(scope=under.scope, ref=under.ref)
    if cap is None:
        return None
    room = Cap.objects.filter(pk=cap.pk, used__lte=F("limit") - amount)
    if not room.update(used=F("used") + amount):
        cap.refresh_from_db()
        raise CapReached(amount, cap.limit - cap.used)
    return cap


def give_back(cap_id: int | None, amount: int) -> None:
    """``amount`` micros of what was taken are free again, in the transaction that returns them."""
    if cap_id is not None and amount:
        Cap.objects.filter(pk=cap_id).update(used=F("used") - amount)
