"""Whether there is a sample studio on this server, whose it is, and how far it has come."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from studio.core.ids import uuid7


class Sample(models.Model):
    """The sample studio; there is one at most. Everything in ``team`` that ``people`` own belongs to it.

    ``told_at`` is the moment that its thirty days end at. ``ready_at`` is null until everything is there: whoever
    finds it so goes on where the last one stopped. ``tries`` counts those who began, the last of them at ``tried_at``.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    only = models.BooleanField(default=True, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    team = models.OneToOneField("accounts.Team", on_delete=models.PROTECT, related_name="+")
    people = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")
    told_at = models.DateTimeField(default=timezone.now)
    ready_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveIntegerField(default=0)
    tried_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(only=True), name="one_sample_at_most")]

    def __str__(self) -> str:
        return f"{self.team} of {self.told_at:%Y-%m-%d}"
