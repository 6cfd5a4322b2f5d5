"""How many hearts a person has in a workspace, counted as they come and go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from uuid import UUID

from studio.core import db
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


def given(user_id: int, images: Iterable[Image], by: int) -> None:
    """Count one person's hearts on these pictures: 1 for given, -1 for taken."""
    _change(Counter(scope(user_id, image.team_id) for image in images if counts(image)), by)


def count_in(images: Iterable[Image]) -> None:
    """Count everybody's hearts on pictures that come out of the bin."""
    _all(images, 1)


def count_out(images: Iterable[Image]) -> None:
    """Take everybody's hearts off pictures that go to the bin."""
    _all(images, -1)


def _all(images: Iterable[Image], sign: int) -> None:
    teams = {image.pk: image.team_id for image in images if image.kind == Image.Kind.OUTPUT}
    hearts = Favourite.objects.filter(image__in=list(teams)).values_list("user_id", "image_id")
    _change(Counter(scope(user_id, teams[image_id]) for user_id, image_id in hearts), sign)


def _change(moves: Counter[str], sign: int) -> None:
    for name in sorted(moves):
        shelves.change(name, HEARTS, sign * moves[name])


def recount() -> None:
    """Write all counts of hearts anew, after a load of rows that passed them by."""
    rows = Favourite.objects.filter(image__kind=Image.Kind.OUTPUT, image__binned_at=None)
    moves = Counter(
        scope(user_id, team_id) for user_id, team_id in rows.values_list("user_id", "image__team_id")
    )
    with db.atomic():
        shelves.forget(HEARTS)
        _change(moves, 1)
