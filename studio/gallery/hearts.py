"""How many hearts a person has in a workspace, counted as they come and go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from uuid import UUID

from studio.gallery.models import Favourite
from studio.images import shelves
from studio.images.models import Image

HEARTS = "hearts"
"""The kind under which they are counted."""


def scope(user_id: int, team_id: UUID | None) -> str:
    """The name of one person's hearts on a team's pictures, or on their own."""
    return f"h:{user_id}:{team_id.hex if team_id else ''}"


def counts(image: Image) -> bool:
    """Only what stands in the gallery counts: neither an upload nor a picture in the bin."""
    return image.kind == Image.Kind.OUTPUT and image.binned_at is None


def change(user_id: int, image: Image, by: int) -> None:
    """Count a heart that was given or taken."""
    if counts(image):
        shelves.change(scope(user_id, image.team_id), HEARTS, by)


def count_in(images: Iterable[Image]) -> None:
    """Count everybody's hearts on pictures that came back, after they were changed."""
    _all(images, 1)


def count_out(images: Iterable[Image]) -> None:
    """Take everybody's hearts off pictures that go, before they are changed."""
    _all(images, -1)


def _all(images: Iterable[Image], sign: int) -> None:
    teams = {image.pk: image.team_id for image in images if counts(image)}
    given = Favourite.objects.filter(image__in=list(teams)).values_list("user_id", "image_id")
    moves = Counter(scope(user_id, teams[image_id]) for user_id, image_id in given)
    for name in sorted(moves):
        shelves.change(name, HEARTS, sign * moves[name])
