"""Who does the periodic work: exactly one process at a time."""

from __future__ import annotations

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from studio.core.models import Lease


def hold(name: str, *, holder: str, seconds: float) -> bool:
    """Take or renew the lease for ``seconds``; False while another holder's is still good."""
    now = timezone.now()
    mine_or_over = Lease.objects.filter(Q(holder=holder) | Q(until__lt=now), name=name)
    until = now + timedelta(seconds=seconds)
    if mine_or_over.update(holder=holder, until=until):
        return True
    try:
        with transaction.atomic():
            Lease.objects.create(name=name, holder=holder, until=until)
    except IntegrityError:
        return False
    return True


def let_go(name: str, *, holder: str) -> None:
    """End a lease of one's own before its time."""
    Lease.objects.filter(name=name, holder=holder).delete()


def is_free(name: str) -> bool:
    """Whether nobody's lease is good now."""
    return not Lease.objects.filter(name=name, until__gte=timezone.now()).exists()
