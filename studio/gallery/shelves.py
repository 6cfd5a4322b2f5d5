"""Which pictures: a workspace's, narrowed by what somebody looks for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from studio.accounts.actors import Actor, OwnedQuerySet
from studio.accounts.models import Team
from studio.core.ids import id_floor
from studio.gallery.models import Collection, Favourite, Rating
from studio.images import search, shelves, words
from studio.images.models import Image
from studio.jobs.models import Output

CREATED, EDITED, UPLOADS = "created", "edited", "uploads"
KINDS = (CREATED, EDITED, UPLOADS)
EDITING = ("edit", "inpaint")
"""Operations that change a picture rather than make one."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """The pictures of a workspace (``team``, or one's own), newest first, narrowed by everything else.

    ``since`` is the first moment (aware) that counts and ``until`` the first that does not; ``stars`` the least
    rating by the viewer; ``people`` ids of owners; ``kind`` one of KINDS, nothing for pictures that were made;
    ``project`` the id of one whose runs made them.
    """

    team: Team | None = None
    mine: bool = False
    favourites: bool = False
    text: str = ""
    models: tuple[str, ...] = ()
    people: tuple[int, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    stars: int = 0
    kind: str = ""
    collection: UUID | None = None
    project: UUID | None = None
    bin: bool = False

    @property
    def own(self) -> bool:
        """Only the viewer's pictures."""
        return self.mine or self.team is None

    @property
    def stored(self) -> str:
        """The kind of row that it holds."""
        return Image.Kind.UPLOAD if self.kind == UPLOADS else Image.Kind.OUTPUT

    @property
    def plain(self) -> bool:
        """Nothing narrows it but whose pictures they are and whether they were made or uploaded: counts are kept."""
        narrowed = (
            *(self.favourites, self.text, self.models, self.people, self.since, self.until),
            *(self.stars, self.collection, self.project, self.bin, self.kind in (CREATED, EDITED)),
        )
        return not any(narrowed)


def shelf(actor: Actor, choice: Shelf) -> QuerySet[Image]:
    """The pictures of a shelf that the actor may see, newest first, with their blobs."""
    found = _workspace(actor, choice)
    if choice.bin:
        found = found.filter(discarded=False).exclude(binned_at=None).exclude(kind=Image.Kind.MASK)
        found = found.filter(kind=choice.stored) if choice.kind else found
    else:
        found = found.filter(binned_at=None, kind=choice.stored)
    found = _narrowed(found, actor, choice).select_related("blob").order_by("-pk")
    workspace = words.workspace_word(
        actor.user.pk if actor.user else 0, choice.team.pk if choice.team else None
    )
    return search.matching(found, workspace, choice.text)


def _workspace(actor: Actor, choice: Shelf) -> QuerySet[Image]:
    """The rule of ``visible_to`` for one workspace, said so that an index can answer it."""
    seen: OwnedQuerySet[Image] = OwnedQuerySet(Image)
    if choice.team is None or actor.user is None:
        return seen.visible_to(actor).filter(owner=actor.user, team=None)
    if choice.team.pk not in actor.roles:
        return seen.none()
    if choice.mine:
        return seen.filter(team=choice.team, owner=actor.user)
    return seen.filter(Q(owner=actor.user) | ~Q(visibility="private"), team=choice.team)


def _narrowed(found: QuerySet[Image], actor: Actor, choice: Shelf) -> QuerySet[Image]:
    # Lists of ids, for a person has hundreds of hearts where a team has hundred thousands of pictures.
    if choice.favourites:
        found = found.filter(pk__in=Favourite.objects.filter(user=actor.user).values("image"))
    if choice.stars:
        rated = Rating.objects.filter(user=actor.user, stars__gte=choice.stars)
        found = found.filter(pk__in=rated.values("image"))
    if choice.models:
        found = found.filter(model__in=choice.models)
    if choice.people:
        found = found.filter(owner__in=choice.people)
    if choice.since:
        found = found.filter(pk__gte=id_floor(choice.since))
    if choice.until:
        found = found.filter(pk__lt=id_floor(choice.until))
    if choice.kind == EDITED:
        found = found.filter(operation__in=EDITING)
    elif choice.kind == CREATED:
        found = found.exclude(operation__in=EDITING)
    if choice.collection:
        held = Collection.images.through.objects.filter(collection=choice.collection)
        found = found.filter(pk__in=held.values("image"))
    if choice.project:
        made = Output.objects.filter(job__run__project=choice.project)
        found = found.filter(pk__in=made.values("image"))
    return found


def scopes(actor: Actor, choice: Shelf) -> list[str]:
    """The names under which a plain shelf's pictures are counted."""
    user_id = actor.require_user().pk
    if choice.team is None:
        return [shelves.personal(user_id)]
    if choice.mine:
        return [shelves.of_member(choice.team.pk, user_id)]
    return [shelves.shared(choice.team.pk), shelves.kept_private(choice.team.pk, user_id)]
