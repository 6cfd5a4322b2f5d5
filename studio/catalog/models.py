"""What staff decide about models and prices, and which vendors are not called for now.

The facts themselves stand in the vendors' files.
"""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from studio.catalog import rules
from studio.catalog.errors import BadPrice
from studio.core import clock


class PriceVersion(models.Model):
    """One model's price rule with its margin from ``created_at`` on. Never changed: a job keeps its own.

    ``rule`` is the whole price rule as JSON, ``margin`` in basis points (100 = 1 %).
    """

    model = models.CharField(max_length=120)
    number = models.PositiveIntegerField()
    rule = models.JSONField()
    margin = models.PositiveIntegerField(default=0)
    fingerprint = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["model", "number"], name="price_version_number")]

    def __str__(self) -> str:
        return f"{self.model} v{self.number}"


class ModelOverride(models.Model):
    """What staff set for one model: another price rule, or that it is not offered."""

    model = models.CharField(max_length=120, unique=True)
    rule = models.JSONField(null=True, blank=True)
    offered = models.BooleanField(default=True)
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.model

    def clean(self) -> None:
        """Refuse a rule that cannot be charged."""
        if self.rule is not None:
            try:
                rules.read(self.rule)
            except BadPrice as error:
                raise ValidationError({"rule": error.message}) from error


class Margin(models.Model):
    """Basis points on top of the price; the most specific of model, provider, group and default wins."""

    class Scope(models.TextChoices):
        MODEL = "model", _("Model")
        PROVIDER = "provider", _("Provider")
        GROUP = "group", _("Group")
        DEFAULT = "default", _("Default")

    scope = models.CharField(max_length=8, choices=Scope)
    name = models.CharField(max_length=120, blank=True)
    basis_points = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "name"], name="one_margin_per_scope")]

    def __str__(self) -> str:
        return f"{self.scope} {self.name} {self.basis_points}"


class PriceFact(models.Model):
    """A vendor's own estimate for one request, dated, so that a quote stays pure."""

    model = models.CharField(max_length=120)
    request_hash = models.CharField(max_length=64)
    micros = models.BigIntegerField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["model", "request_hash", "-at"], name="price_fact_lookup")]

    def __str__(self) -> str:
        return f"{self.model} {self.micros}"


class Pause(models.Model):
    """A provider to whom nothing new is sent while this row stands: staff stopped it ``since`` then.

    Its queued jobs wait; tasks that it has already taken go on.
    """

    provider = models.CharField(max_length=40, unique=True)
    since = models.DateTimeField(default=clock.now, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return self.provider


class VendorPlace(models.Model):
    """Where a vendor stands when a program names a model that several have, counted from 0: the first is asked first.

    One without a row stands after those that have one.
    """

    provider = models.CharField(max_length=40, unique=True)
    position = models.PositiveSmallIntegerField()

    def __str__(self) -> str:
        return f"{self.position} {self.provider}"


class Breaker(models.Model):
    """How often calls of one provider and upstream model failed in a row, and whether they are stopped for it.

        closed ──enough failures in a row──► open ──``probe_at`` comes──► half open
          ▲                                   ▲                              │
          │                                   └──────the probe failed────────┤
          └───────────────────the probe succeeded────────────────────────────┘

    ``upstream`` is empty for what stops the whole provider. ``opened_at`` is null while closed, and stays the same
    from the first opening to the close. ``wait_seconds`` is what passes between an opening and ``probe_at``.
    While half open one job, ``probe_job``, may call; if nothing is heard of it by ``probe_until``, another may.
    ``health`` is the only writer.
    """

    provider = models.CharField(max_length=40)
    upstream = models.CharField(max_length=120, blank=True)
    failures = models.PositiveIntegerField(default=0)
    failed_at = models.DateTimeField(null=True, blank=True)
    error_code = models.CharField(max_length=32, blank=True)
    error_detail = models.CharField(max_length=500, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    wait_seconds = models.FloatField(default=0.0)
    probe_at = models.DateTimeField(null=True, blank=True)
    probe_job = models.UUIDField(null=True, blank=True)
    probe_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "upstream"], name="one_breaker_per_model")]

    def __str__(self) -> str:
        return f"{self.provider} {self.upstream}".strip()

    @property
    def is_open(self) -> bool:
        """Whether calls are stopped, but for a probe."""
        return self.opened_at is not None
