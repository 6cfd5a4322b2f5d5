"""The sample's two collections, and what becomes of everybody's when it goes."""

from __future__ import annotations

from uuid import UUID

from studio.accounts.actors import Actor
from studio.accounts.models import User
from studio.gallery import collections
from studio.gallery.models import Collection
from studio.images.models import Image
from studio.sample import story
from studio.sample.cast import Cast
from studio.sample.models import Sample


def collect(sample: Sample, cast: Cast) -> None:
    """Each collection with every picture of its runs; one that is there is left as it is."""
    mara = cast.actor(story.MARA)
    for name, runs in story.COLLECTIONS.items():
        if Collection.objects.filter(owner=mara.user, team=cast.team, name=name).exists():
            continue
        keys = [f"sample:{sample.pk}:{run}" for run in runs]
        pictures = Image.objects.filter(made_by__job__run__key__in=keys).order_by("pk")
        collections.create(actor=mara, team=cast.team, name=name, images=list(pictures))


type Kept = list[tuple[User, str, list[UUID]]]
"""Whose a collection is, its name, and its pictures."""


def empty(sample: Sample) -> Kept:
    """Delete every collection of the team; answers people's own, with those of the pictures that are theirs."""
    told = set(sample.people.values_list("pk", flat=True))
    kept: Kept = []
    for each in Collection.objects.filter(team=sample.team).select_related("owner"):
        if each.owner_id not in told:
            own = each.images.filter(owner=each.owner).values_list("pk", flat=True)
            kept.append((each.owner, each.name, list(own)))
        collections.delete(collection=each)
    return kept


def restore(kept: Kept) -> None:
    """Make people's collections again, in their personal workspaces, where the pictures are by now."""
    for owner, name, ids in kept:
        pictures = list(Image.objects.filter(pk__in=ids))
        collections.create(actor=Actor(user=owner), team=None, name=name, images=pictures)
