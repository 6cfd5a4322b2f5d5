"""What stands beside the pictures of a workspace: how many there are, and what they can be narrowed to."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from studio.accounts.actors import Actor
from studio.accounts.models import Team, User
from studio.gallery import hearts
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
    return Choices(_models(actor.require_user().pk, team), list(members))


LEAPS = """
WITH RECURSIVE used(model) AS (
    SELECT MIN(model) FROM images_image WHERE {here}
    UNION ALL
    SELECT (SELECT MIN(model) FROM images_image WHERE {here} AND model > used.model)
    FROM used WHERE used.model IS NOT NULL
)
SELECT model FROM used WHERE model IS NOT NULL AND model <> '' LIMIT 200
"""
"""From one model to the next along the index: a step each, however many pictures it made."""

HERE = "binned_at IS NULL AND kind = 'output' AND {whose}"


def _models(user_id: int, team: Team | None) -> list[str]:
    whose = (
        "team_id = %s AND (visibility <> 'private' OR owner_id = %s)"
        if team
        else "team_id IS NULL AND owner_id = %s"
    )
    given = [Image._meta.pk.get_db_prep_value(team.pk, connection), user_id] if team else [user_id]
    with connection.cursor() as cursor:
        cursor.execute(LEAPS.format(here=HERE.format(whose=whose)), given * 2)
        return [model for (model,) in cursor.fetchall()]
