"""What the command palette finds by words: pictures by their words, projects and collections by their name."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Count, Q, QuerySet

from studio.accounts.actors import Actor, OwnedQuerySet
from studio.accounts.models import Team
from studio.gallery.models import Collection
from studio.gallery.shelves import Shelf, shelf
from studio.images.models import Image
from studio.jobs import selectors as jobs
from studio.jobs.models import Project


def pictures(actor: Actor, team: Team | None, words: Sequence[str], size: int) -> list[Image]:
    """The newest pictures of the workspace that are found by every word, with blob and owner. Two queries."""
    found = shelf(actor, Shelf(team=team, text=" ".join(words)))
    return list(found.select_related("blob", "owner")[:size])


def projects(actor: Actor, team: Team | None, words: Sequence[str], size: int) -> list[Project]:
    """The workspace's last used projects that are called so. One query."""
    return list(jobs.projects(actor, team).filter(_every(words, "name"))[:size])


def collections(actor: Actor, team: Team | None, words: Sequence[str], size: int) -> list[Collection]:
    """The workspace's collections that are called so, each with ``picture_count`` as the actor may see it.

    One query.
    """
    seen: QuerySet[Image] = OwnedQuerySet(Image).visible_to(actor).filter(binned_at=None)
    found: QuerySet[Collection] = Collection.objects.visible_to(actor).filter(
        _every(words, "name"), team=team
    )
    counted = found.annotate(picture_count=Count("images", filter=Q(images__in=seen.values("pk"))))
    return list(counted.order_by("name", "pk")[:size])


def _every(words: Sequence[str], column: str) -> Q:
    """Each word somewhere in the column, whatever its case; no words match everything."""
    wanted = Q()
    for word in words:
        wanted &= Q(**{f"{column}__icontains": word})
    return wanted
