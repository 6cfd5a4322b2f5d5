"""The ledger's tables. Amounts are micros. Only ``credits`` imports this module.

Order of locks: an account row first, then its holds, its lots, then a cap; two accounts in the order of their ids.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from studio.core import clock
from studio.core.ids import uuid7


class Account(models.Model):
    """A person's credits, or a team's pool. Only the guarded updates in ``services`` touch the two amounts.

    ``blocked`` is set by ``ledger_check`` on a mismatch and stops new holds; ``last_seq`` counts the entries.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="account"
    )
    team = models.OneToOneField(
        "accounts.Team", null=True, blank=True, on_delete=models.PROTECT, related_name="account"
    )
    available = models.BigIntegerField(default=0)
    held = models.BigIntegerField(default=0)
    last_seq = models.BigIntegerField(default=0)
    blocked = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(available__gte=0), name="available_not_negative"),
            models.CheckConstraint(condition=Q(held__gte=0), name="held_not_negative"),
            models.CheckConstraint(
                condition=Q(user__isnull=False, team__isnull=True) | Q(user__isnull=True, team__isnull=False),
                name="account_has_one_owner",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user or self.team}"


class Hold(models.Model):
    """Credits set aside for one job (or one attempt key). Resolves at most once, to at most its amount.

    ``seq`` is the number of its first entry, so that holds and entries sort as one list.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Held")
        SETTLED = "settled", _("Charged")
        RELEASED = "released", _("Returned")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="holds")
    key = models.CharField(max_length=80, unique=True)
    amount = models.BigIntegerField()
    settled = models.BigIntegerField(default=0)
    refunded = models.BigIntegerField(default=0)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    label = models.CharField(max_length=200, blank=True)
    cap = models.ForeignKey("Cap", null=True, blank=True, on_delete=models.SET_NULL, related_name="holds")
    seq = models.BigIntegerField()
    created_at = models.DateTimeField(default=timezone.now)
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="hold_is_positive"),
            models.CheckConstraint(
                condition=Q(settled__gte=0) & Q(settled__lte=F("amount")), name="settled_within_hold"
            ),
            models.CheckConstraint(
                condition=Q(refunded__gte=0) & Q(refunded__lte=F("settled")), name="refunded_within_settled"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "seq"], name="hold_by_seq"),
            models.Index(fields=["account", "created_at"], condition=Q(state="open"), name="hold_open"),
            models.Index(
                fields=["account", "resolved_at"], condition=Q(state="settled"), name="hold_charged"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.amount} {self.state}"


class Entry(models.Model):
    """One movement. Append-only (a trigger refuses UPDATE and DELETE); its three parts sum to zero.

    ``d_available`` and ``d_held`` move the account, ``d_external`` is the other side: what came from or went
    to the world. ``available_after`` and ``held_after`` are the account's amounts once it was written, and
    ``seq`` counts the account's entries without a gap, in the order in which they happened.
    """

    class Kind(models.TextChoices):
        HOLD = "hold", _("Held")
        CHARGE = "charge", _("Charged")
        RELEASE = "release", _("Returned")
        REFUND = "refund", _("Returned")
        GRANT = "grant", _("Added")
        ADJUST = "adjust", _("Adjusted")
        EXPIRE = "expire", _("Removed")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="entries")
    hold = models.ForeignKey(Hold, null=True, blank=True, on_delete=models.PROTECT, related_name="entries")
    seq = models.BigIntegerField()
    key = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=8, choices=Kind)
    d_available = models.BigIntegerField()
    d_held = models.BigIntegerField()
    d_external = models.BigIntegerField()
    available_after = models.BigIntegerField()
    held_after = models.BigIntegerField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(max_length=300, blank=True)
    request_id = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(d_external=-F("d_available") - F("d_held")), name="entry_sums_to_zero"
            ),
            models.UniqueConstraint(fields=["account", "seq"], name="entry_by_seq"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.d_available}"


class Lot(models.Model):
    """What one grant brought, with its expiry. Charges use the lot that expires soonest first.

    ``spent`` and ``expired`` are worked out when a lot falls due (``lots``), never while a job waits.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="lots")
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="lot")
    amount = models.BigIntegerField()
    spent = models.BigIntegerField(default=0)
    expired = models.BigIntegerField(default=0)
    expires_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="lot_is_positive"),
            models.CheckConstraint(
                condition=Q(spent__gte=0) & Q(expired__gte=0) & Q(amount__gte=F("spent") + F("expired")),
                name="lot_not_overdrawn",
            ),
        ]
        indexes = [models.Index(fields=["expires_at"], condition=Q(closed_at=None), name="lot_due")]

    def __str__(self) -> str:
        return f"{self.amount} until {self.expires_at}"


class Cap(models.Model):
    """A limit that holds under concurrency: a member's month, a key, a project. Moves like a balance does."""

    scope = models.CharField(max_length=16)
    ref = models.CharField(max_length=80)
    period = models.CharField(max_length=16, blank=True)
    limit = models.BigIntegerField()
    used = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "ref", "period"], name="one_cap_per_period"),
            models.CheckConstraint(
                condition=Q(used__gte=0) & Q(used__lte=F("limit")), name="cap_not_exceeded"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.ref} {self.used}/{self.limit}"
