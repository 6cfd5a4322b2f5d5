"""How people keep pictures: favourites, ratings and collections."""

from __future__ import annotations

from django.conf import settings
from django.db import models

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
