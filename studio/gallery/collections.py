"""Collections: named sets of pictures. In a team they are the team's, and its editors change them.

How many pictures each holds is counted on the way in and out, in ``images.shelves`` under ``c:<collection>``;
what a member keeps private in a team is counted apart, for that member alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, UUIDField
from django.utils.translation import gettext as _

from studio.accounts.actors import Actor, OwnedQuerySet, Visibility
from studio.accounts.models import ApiKey, Team
from studio.core import db
from studio.core.errors import Forbidden, Invalid, NotFound
from studio.gallery.models import Collection
from studio.images import selectors as pictures
from studio.images import shelves
from studio.images.models import Image
from studio.jobs.models import Project

NAME_LENGTH = 120
MOST_SHOWN, MOST_EDITABLE = 200, 500
HELD = "held"
"""The kind under which a collection's pictures are counted, whatever they are."""

Held = Collection.images.through


@dataclass(frozen=True, slots=True)
class CollectionCard:
    """A collection in a list. ``thumb`` is the address of its newest picture's smallest copy, or empty."""

    id: UUID
    name: str
    count: int
    thumb: str


def collections_of(actor: Actor, team: Team | None) -> list[CollectionCard]:
    """The workspace's collections by name, at most 200, as the actor may see them. Three queries."""
    found: QuerySet[Collection] = OwnedQuerySet(Collection).visible_to(actor).filter(team=team)
    if team is None:
        found = found.filter(owner=actor.user)
    newest = _seen(actor).filter(collection=OuterRef("pk")).order_by("-image_id")
    shown = list(
        found.annotate(newest=Subquery(newest.values("image")[:1], UUIDField())).order_by("name", "pk")[
            :MOST_SHOWN
        ]
    )
    counts = counts_of(actor, [each.pk for each in shown])
    thumbs = pictures.visible(actor, [each.newest for each in shown if each.newest])
    return [
        CollectionCard(
            id=each.pk,
            name=each.name,
            count=counts[each.pk],
            thumb=thumbs[each.newest].thumb if each.newest in thumbs else "",
        )
        for each in shown
    ]


def page(
    actor: Actor, team: Team | None, *, after: UUID | None = None, size: int
) -> tuple[list[Collection], UUID | None]:
    """At most ``size`` of the workspace's collections that the actor may see, newest first, and the last one where
    there are more. One query."""
    found: QuerySet[Collection] = OwnedQuerySet(Collection).visible_to(actor).filter(team=team)
    if after is not None:
        found = found.filter(pk__lt=after)
    rows = list(found.order_by("-pk")[: size + 1])
    return rows[:size], rows[size - 1].pk if len(rows) > size else None


def counts_of(actor: Actor, ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many pictures each of these collections holds, as the actor may see them. One query."""
    counts = shelves.totals([scope for each in ids for scope in _scopes(actor, each)])
    return {each: sum(counts.get((scope, HELD), 0) for scope in _scopes(actor, each)) for each in ids}


def editable(actor: Actor) -> list[Collection]:
    """Every collection that the actor may change, at most 500: their own, then by team, each by name. One query."""
    found: QuerySet[Collection] = OwnedQuerySet(Collection).editable_by(actor)
    by_place = (F("team__name").asc(nulls_first=True), "team", "name", "pk")
    return list(found.select_related("team").order_by(*by_place)[:MOST_EDITABLE])


def create(*, actor: Actor, team: Team | None, name: str, images: Sequence[Image] = ()) -> Collection:
    """A new collection of the workspace with these pictures in it. Raises as ``add`` does, and Invalid, Forbidden."""
    if team is not None and team.pk not in actor.editing_teams:
        raise Forbidden(_("Your role in %(team)s lets you look, not collect.") % {"team": team.name})
    with db.atomic():
        made = Collection.objects.create(owner=actor.require_user(), team=team, name=_named(name))
        add(collection=made, images=images)
    return made


def rename(*, collection: Collection, name: str) -> None:
    """Raises Invalid for a name that is none."""
    collection.name = _named(name)
    collection.save(update_fields=["name"])


def delete(*, collection: Collection) -> None:
    """The pictures stay where they are."""
    with db.atomic():
        # Whoever puts a picture in at this moment has this row, and its counts only after it.
        Collection.objects.select_for_update(no_key=True).filter(pk=collection.pk).first()
        shelves.drop(_own_scope(collection.pk))
        collection.delete()


def add(*, collection: Collection, images: Sequence[Image]) -> int:
    """Put pictures in; how many were not in it yet. What is in the bin is left out.

    Raises NotFound for a picture of another workspace: it is not there for this collection.
    """
    if not all(fits(collection, image) for image in images):
        raise NotFound(_("A collection holds pictures of its own workspace."))
    with db.atomic():
        there = _locked(image.pk for image in images)
        inside = set(
            Held.objects.filter(collection=collection, image__in=there).values_list("image_id", flat=True)
        )
        new = [image for image in there if image.pk not in inside and image.binned_at is None]
        Held.objects.bulk_create(Held(collection=collection, image=image) for image in new)
        _change({collection.pk: new}, 1)
    return len(new)


def remove(*, collection: Collection, ids: Iterable[UUID]) -> int:
    """Take pictures out; how many were in it. They stay where they are otherwise."""
    with db.atomic():
        there = _locked(ids)
        inside = Held.objects.filter(collection=collection, image__in=there)
        gone = set(inside.values_list("image_id", flat=True))
        inside.delete()
        _change({collection.pk: [each for each in there if each.pk in gone and each.binned_at is None]}, -1)
    return len(gone)


def count(images: Sequence[Image], by: int) -> None:
    """Pictures went to the bin (-1) or came back (1): count them in every collection that holds them.

    In the caller's transaction, which has them locked.
    """
    by_id = {image.pk: image for image in images}
    held: dict[UUID, list[Image]] = {}
    for collection_id, image_id in Held.objects.filter(image__in=list(by_id)).values_list(
        "collection_id", "image_id"
    ):
        held.setdefault(collection_id, []).append(by_id[image_id])
    _change(held, by)


def _change(held: dict[UUID, list[Image]], by: int) -> None:
    moves: Counter[str] = Counter()
    for collection_id, images in held.items():
        for image in images:
            moves[_scope(collection_id, image)] += by
    for scope in sorted(moves):
        shelves.change(scope, HELD, moves[scope])


def _own_scope(collection_id: UUID) -> str:
    return f"c:{collection_id.hex}"


def _scope(collection_id: UUID, image: Image) -> str:
    hidden = image.team_id is not None and image.visibility == Visibility.PRIVATE
    return f"{_own_scope(collection_id)}:{image.owner_id}" if hidden else _own_scope(collection_id)


def _scopes(actor: Actor, collection_id: UUID) -> list[str]:
    return [_own_scope(collection_id), f"{_own_scope(collection_id)}:{actor.require_user().pk}"]


def _seen(actor: Actor) -> QuerySet[Held]:  # type: ignore[valid-type]
    """What is in collections and the actor may see there, in whatever workspace the collection is."""
    mine_or_shared = (
        Q(image__owner=actor.user) | Q(image__team=None) | ~Q(image__visibility=Visibility.PRIVATE)
    )
    return Held.objects.filter(mine_or_shared, image__binned_at=None)


def _locked(ids: Iterable[UUID]) -> list[Image]:
    return list(Image.objects.filter(pk__in=list(ids)).select_for_update().order_by("pk"))


def fits(collection: Collection, image: Image | ApiKey | Project) -> bool:
    """Whether the collection is of the workspace that the picture is in, or the pictures that key or project make."""
    if collection.team_id is not None:
        return image.team_id == collection.team_id
    return image.team_id is None and image.owner_id == collection.owner_id


def _named(name: str) -> str:
    """PostgreSQL refuses a NUL in a text."""
    given = " ".join(name.replace("\0", "").split())
    if not 0 < len(given) <= NAME_LENGTH:
        raise Invalid(
            _("Give the collection a name of at most 120 characters."),
            fields={"name": _("1 to 120 characters.")},
        )
    return given
