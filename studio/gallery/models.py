"""How people keep pictures: favourites, ratings, collections, and files to take away."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from studio.accounts.actors import Owned, OwnedManager
from studio.core.ids import uuid7


class Favourite(models.Model):
    """One person's heart on one picture."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    image = models.ForeignKey("images.Image", on_delete=models.CASCADE, related_name="favourites")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "image"], name="one_favourite")]

    def __str__(self) -> str:
        return f"{self.user} ♥ {self.image_id}"


class Rating(models.Model):
    """One person's 1 to 5 on one picture."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    image = models.ForeignKey("images.Image", on_delete=models.CASCADE, related_name="ratings")
    stars = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "image"], name="one_rating"),
            models.CheckConstraint(condition=models.Q(stars__range=(1, 5)), name="one_to_five_stars"),
        ]

    def __str__(self) -> str:
        return f"{self.stars} of 5"


class Collection(Owned):
    """A named set of pictures; a picture may be in several."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=120)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="children"
    )
    images = models.ManyToManyField("images.Image", related_name="collections", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = OwnedManager()

    def __str__(self) -> str:
        return self.name


class KeyCollection(models.Model):
    """Where the pictures go that are made with an API key; a key without a row puts them nowhere."""

    key = models.OneToOneField("accounts.ApiKey", on_delete=models.CASCADE, related_name="+")
    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"{self.key_id} → {self.collection_id}"


class RunCollection(models.Model):
    """Where the pictures of one run go, in the place of the collection of its key."""

    run = models.OneToOneField("jobs.Run", on_delete=models.CASCADE, related_name="+")
    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"{self.run_id} → {self.collection_id}"


class Export(models.Model):
    """Pictures that a person takes away as one ZIP: the queue's row, and what came of it.

        waiting ──► packing ──► ready ──► over
           ▲           │  └───► failed
           └───────────┘ the worker stopped

    ``ids`` are the pictures that were asked for, and once it is ready those that are inside. Who packs holds the
    lease; every write of theirs says ``fence = mine``. ``size`` is in bytes.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        PACKING = "packing", _("Packing")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")
        OVER = "over", _("Removed")

    class Failure(models.TextChoices):
        """Why there is no file; a page has the sentence."""

        DISK_FULL = "disk_full"
        NOTHING_LEFT = "nothing_left"
        TOO_LARGE = "too_large"
        STOPPED = "stopped"
        BROKEN = "broken"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey(
        "accounts.Team", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ids = models.JSONField()
    asked = models.PositiveSmallIntegerField()
    packed = models.PositiveSmallIntegerField(default=0)
    missing = models.PositiveSmallIntegerField(default=0)
    size = models.PositiveBigIntegerField(default=0)
    key = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    failure = models.CharField(max_length=16, choices=Failure, blank=True)
    claims = models.PositiveSmallIntegerField(default=0)
    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    finished_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["created_at"], condition=Q(state__in=["waiting", "packing"]), name="export_queue"
            ),
            models.Index(fields=["owner", "-id"], name="export_by_owner"),
        ]

    def __str__(self) -> str:
        return f"{self.asked} pictures, {self.state}"
