"""Tells the browsers of those who may see them that pictures moved, or that a file is ready."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from studio.accounts.actors import audience
from studio.core import events
from studio.gallery.models import Export
from studio.images.models import Image
from studio.jobs import notices as runs
from studio.jobs import selectors as jobs

PICTURE, PICTURES, EXPORT = "picture", "pictures", "export"

MOST_TOLD = 20
"""Pictures of one move that are told each by itself, and runs: with more the notices of a transaction would be
further apart than listeners look back (``events.LATE``)."""


def pictures_moved(images: Sequence[Image]) -> None:
    """In the transaction that moves them to the bin or out of it.

    Every page hears that something moved; the newest pictures, and the newest runs they are in, are named.
    """
    named: dict[tuple[str, ...], list[UUID]] = defaultdict(list)
    for image in sorted(images, key=lambda image: image.pk, reverse=True)[:MOST_TOLD]:
        named[tuple(audience(image.owner_id, image.team_id, image.visibility))].append(image.pk)
    for image in images:
        named.setdefault(tuple(audience(image.owner_id, image.team_id, image.visibility)), [])
    for channels, ids in named.items():
        events.publish(channels, PICTURES, "")
        for image_id in ids:
            events.publish(channels, PICTURE, image_id)
    for run in jobs.runs_of([image.pk for image in images], most=MOST_TOLD):
        runs.run_changed(run)


def export_changed(export: Export) -> None:
    """In the transaction of the change; only the person who asked for it hears of it."""
    events.publish([f"user:{export.owner_id}"], EXPORT, export.pk)
