"""Everything with pixels: stored bytes, the pictures that use them, and what came from what."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from studio.accounts.actors import Owned, OwnedManager
from studio.core.ids import uuid7


class Blob(models.Model):
    """Bytes in the store, kept once per content. ``uses`` counts the pictures that hold it.

    ``key`` names the files in the store and, unlike the hash, may be guessed from nothing. ``state`` is unseen while
    only the header of a vendor's picture was read (see ``images.unseen``): its display copies are still to be made, and
    ``look_at`` is when that is due. A broken one was looked at, and cannot be read. ``bare`` says whether the kept file
    may go to anybody as it is (see ``images.plain``); rows from before it was noted say nothing.
    """

    class State(models.TextChoices):
        READY = "ready", _("Ready")
        UNSEEN = "unseen", _("Not looked at yet")
        BROKEN = "broken", _("Cannot be read")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    sha256 = models.CharField(max_length=64, unique=True)
    key = models.CharField(max_length=64, unique=True)
    mime = models.CharField(max_length=32)
    size = models.PositiveBigIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    renditions = models.JSONField(default=list)
    color = models.CharField(max_length=7)
    placeholder = models.TextField(blank=True)
    transparent = models.BooleanField(default=False)
    bare = models.BooleanField(null=True)
    uses = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=6, choices=State, default=State.READY)
    look_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["look_at"], condition=Q(state="unseen"), name="blob_unseen")]

    def __str__(self) -> str:
        return f"{self.mime} {self.width}×{self.height}"

    @property
    def sides(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.width, self.height

    @property
    def ratio(self) -> int:
        """Width by height in thousandths, no flatter than 5:1 and no steeper than 1:5."""
        return min(5000, max(200, round(1000 * self.width / self.height)))


class Image(Owned):
    """A picture: an output, an upload or a mask.

    ``prompt``, ``model`` and ``seed`` are copies of what made it, so that a gallery page needs no join.
    ``ratio`` is width by height in thousandths, between a fifth and five: what a page of rows needs to know.
    ``words`` is what a search finds it by (see ``images.words``). ``binned_at`` puts it in the bin, from where it
    can be restored for 30 days. ``discarded`` is one whose time there is over: nobody sees it any more, and it is
    kept only while a run uses it or another picture comes from it (see ``images.bin``).
    """

    class Kind(models.TextChoices):
        OUTPUT = "output", _("Picture")
        UPLOAD = "upload", _("Upload")
        MASK = "mask", _("Mask")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=8, choices=Kind)
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="images")
    name = models.CharField(max_length=200, blank=True)
    prompt = models.TextField(blank=True)
    revised_prompt = models.TextField(blank=True)
    model = models.CharField(max_length=120, blank=True)
    model_label = models.CharField(max_length=120, blank=True)
    operation = models.CharField(max_length=16, blank=True)
    seed = models.BigIntegerField(null=True, blank=True)
    cost = models.BigIntegerField(default=0)
    alt = models.TextField(blank=True)
    words = models.TextField(blank=True, editable=False)
    ratio = models.PositiveSmallIntegerField(default=1000)
    created_at = models.DateTimeField(default=timezone.now)
    binned_at = models.DateTimeField(null=True, blank=True)
    binned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    discarded = models.BooleanField(default=False)

    objects = OwnedManager()

    class Meta:
        indexes = [
            models.Index(fields=["team", "kind", "-id"], condition=Q(binned_at=None), name="image_team_page"),
            models.Index(
                fields=["owner", "team", "kind", "-id"], condition=Q(binned_at=None), name="image_owner_page"
            ),
            models.Index(
                fields=["team", "model", "-id"],
                condition=Q(binned_at=None, kind="output"),
                name="image_model_page",
            ),
            models.Index(
                fields=["owner", "team", "model", "-id"],
                condition=Q(binned_at=None, kind="output"),
                name="image_own_model_page",
            ),
            models.Index(
                fields=["team", "owner", "-id"], condition=~Q(binned_at=None), name="image_bin_page"
            ),
            models.Index(
                fields=["discarded", "binned_at"], condition=~Q(binned_at=None), name="image_bin_age"
            ),
        ]

    def __str__(self) -> str:
        return self.alt or self.name or str(self.id)


class Lineage(models.Model):
    """``child`` was made from ``parent`` by ``operation``: edit, vary, reference, upscale, crop and so on."""

    parent = models.ForeignKey(Image, on_delete=models.PROTECT, related_name="children_edges")
    child = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="parent_edges")
    operation = models.CharField(max_length=16)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["parent", "child", "operation"], name="one_edge")]

    def __str__(self) -> str:
        return f"{self.operation} {self.parent_id} → {self.child_id}"


ALL_DAYS = date(1970, 1, 1)
"""The day of the row that counts every day."""


class ShelfDay(models.Model):
    """How many pictures of a kind a shelf holds from one day (UTC), and the sum of their ratios.

    ``scope`` names the shelf (see ``images.shelves``). Counted on the way in and out, so that a badge and a
    scroll bar cost the same with a million pictures as with ten.
    """

    scope = models.CharField(max_length=80)
    kind = models.CharField(max_length=8)
    day = models.DateField()
    count = models.IntegerField(default=0)
    ratios = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "kind", "day"], name="one_count_per_day")]

    def __str__(self) -> str:
        return f"{self.scope} {self.kind} {self.day}: {self.count}"
