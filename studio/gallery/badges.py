"""What stands beside the pictures of a workspace: how many there are, and what they can be narrowed to."""

from __future__ import annotations

from dataclasses import dataclass

from studio.accounts.actors import Actor
from studio.accounts.models import Team, User
from studio.gallery import hearts, using
from studio.gallery.shelves import Shelf, scopes
from studio.images import shelves
from studio.images.models import Image


@dataclass(frozen=True, slots=True)
class Badges:
    """How many pictures, hearts of the viewer, uploads and binned pictures a workspace has."""

    all: int
    favourites: int
    uploads: int
    bin: int


@dataclass(frozen=True, slots=True)
class Choices:
    """Ids of models, and the people of the team by name."""

    models: list[str]
    people: list[User]


def badges(actor: Actor, choice: Shelf) -> Badges:
    """The counts of the choice's workspace, the viewer's own with ``mine``. One query, whatever there is."""
    names = scopes(actor, choice)
    given = hearts.scope(actor.require_user().pk, choice.team.pk if choice.team else None)
    kept = shelves.totals([*names, given])

    def of(kind: str) -> int:
        return sum(kept.get((name, kind), 0) for name in names)

    return Badges(
        all=of(Image.Kind.OUTPUT),
        favourites=kept.get((given, hearts.HEARTS), 0),
        uploads=of(Image.Kind.UPLOAD),
        bin=of(shelves.BIN),
    )


def choices(actor: Actor, team: Team | None) -> Choices:
    """What the filters of a workspace offer: models that made its pictures, and its people. Two queries."""
    members = User.objects.filter(memberships__team=team).order_by("name", "email") if team else []
    return Choices(using.models(actor, team), list(members))
