"""A picture as a page of sixty shows it: values, not models, for half of a page's time went into making those."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from studio.images.models import Image


class Shown(NamedTuple):
    """What a tile tells of a picture, its bytes and its owner."""

    id: UUID
    kind: str
    operation: str
    prompt: str
    alt: str
    name: str
    model_label: str
    created_at: datetime
    owner_id: int
    owner_name: str
    owner_email: str
    width: int
    height: int
    color: str
    placeholder: str
    renditions: list[int]
    transparent: bool


COLUMNS = (
    *("id", "kind", "operation", "prompt", "alt", "name", "model_label", "created_at"),
    *("owner_id", "owner__name", "owner__email"),
    *(
        "blob__width",
        "blob__height",
        "blob__color",
        "blob__placeholder",
        "blob__renditions",
        "blob__transparent",
    ),
)
"""Where each value of ``Shown`` is read, in its order."""


def rows(found: QuerySet[Image]) -> list[Shown]:
    """These pictures, in one query."""
    values: Iterable[tuple[object, ...]] = found.select_related(None).values_list(*COLUMNS)
    return [Shown(*row) for row in values]  # type: ignore[arg-type]
