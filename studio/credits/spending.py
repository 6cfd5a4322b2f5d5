"""What an account spends: the charges of a span of time, what is under way, and the pace. Amounts are micros."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, QuerySet, Sum
from django.utils import timezone

from studio.credits.models import Account, Hold

WEEK = timedelta(days=7)


def charges(account_id: UUID, since: datetime, until: datetime) -> QuerySet[Hold]:
    """Holds charged from ``since`` on and before ``until``, each with ``spent``: the charge less what came back.

    A refund counts on the day of its charge, as both are one row of the statement: no day is below zero.
    """
    charged = Hold.objects.filter(account_id=account_id, state=Hold.State.SETTLED)
    within = charged.filter(resolved_at__gte=since, resolved_at__lt=until)
    return within.annotate(spent=F("settled") - F("refunded"))


def open_holds(account_id: UUID) -> QuerySet[Hold]:
    """What is on hold now."""
    return Hold.objects.filter(account_id=account_id, state=Hold.State.OPEN)


def pace(account_id: UUID) -> int:
    """The mean spent on one of the last seven days; 0 for an account that is younger."""
    now = timezone.now()
    if not Account.objects.filter(pk=account_id, created_at__lte=now - WEEK).exists():
        return 0
    # The present moment is the last that counts, so a charge of this very moment does.
    week = charges(account_id, now - WEEK, now + timedelta(seconds=1))
    spent: int = week.aggregate(total=Sum("spent"))["total"] or 0
    return spent // WEEK.days
