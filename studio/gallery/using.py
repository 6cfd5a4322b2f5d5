"""Which models made the pictures that somebody sees, and a few pictures of each.

Both leap along an index of (workspace, model, id): a step for each model, however many pictures it made.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef
from django.db.models.functions import Left

from studio.accounts.actors import Actor, OwnedQuerySet
from studio.accounts.models import Team
from studio.images.models import Image

SAMPLES = 3
LOOKED_AT = 9
"""Of so many of a model's newest pictures the samples are chosen: a run's four look alike."""
MOST_MODELS = 200
MOST_TEAMS = 24
"""Teams of one person whose pictures are looked through for samples."""

USED = """
used_{number}(model) AS (
    SELECT MIN(model) FROM images_image WHERE {here}
    UNION ALL
    SELECT (SELECT MIN(model) FROM images_image WHERE {here} AND model > used_{number}.model)
    FROM used_{number} WHERE used_{number}.model IS NOT NULL
)
"""
ROWS = "SELECT model{newest} FROM used_{number} WHERE model IS NOT NULL AND model <> ''"
NEWEST = """,
    (SELECT {together} FROM (
        SELECT id FROM images_image WHERE {here} AND model = used_{number}.model ORDER BY id DESC LIMIT {most}
    ) AS newest_{number})
"""
TOGETHER = {"sqlite": "GROUP_CONCAT(id, ' ')", "postgresql": "STRING_AGG(CAST(id AS text), ' ')"}
"""Ids as one text; the databases have no word for it that both know."""

HERE = "binned_at IS NULL AND kind = 'output' AND {whose}"


class Sample(NamedTuple):
    """A picture as a model's card shows it: sides in pixels, and the widths of its display copies."""

    id: UUID
    width: int
    height: int
    color: str
    renditions: list[int]


def models(actor: Actor, team: Team | None) -> list[str]:
    """Ids of the models that made pictures of this workspace, in their alphabet. One query."""
    here, given = _here(actor.require_user().pk, team.pk if team else None)
    used = USED.format(number=0, here=here)
    rows = ROWS.format(number=0, newest="")
    with connection.cursor() as cursor:
        cursor.execute(f"WITH RECURSIVE {used} {rows} LIMIT {MOST_MODELS}", given * 2)
        return [model for (model,) in cursor.fetchall()]


def samples(actor: Actor, team: Team | None) -> dict[str, list[Sample]]:
    """The newest pictures of each model that the actor may see, at most three, by the model's id. Two queries.

    Those of the workspace stand for a model that made some there, else those of one of the actor's other places.
    """
    user_id = actor.require_user().pk
    places = [team.pk if team else None, None, *sorted(actor.roles)][:MOST_TEAMS]
    newest = _newest(user_id, list(dict.fromkeys(places)))
    # What may be seen is decided where it always is; the leaps only find what is worth asking for. Asked picture by
    # picture: joined by OR, the rule would rather walk through all that somebody owns.
    seen: OwnedQuerySet[Image] = OwnedQuerySet(Image).visible_to(actor).filter(pk=OuterRef("pk"))
    chosen = Image.objects.filter(Exists(seen), binned_at=None)
    wanted = [each for ids in newest.values() for each in ids]
    columns = ("id", "blob__width", "blob__height", "blob__color", "blob__renditions", Left("prompt", 60))
    found = {row[0]: row for row in chosen.filter(pk__in=wanted).values_list(*columns)}
    shown = {model: _varied([found[each] for each in ids if each in found]) for model, ids in newest.items()}
    return {model: pictures for model, pictures in shown.items() if pictures}


def _varied(rows: Sequence[tuple[Any, ...]]) -> list[Sample]:
    """Those of different prompts first."""
    prompts: set[str] = set()
    first: list[Sample] = []
    rest: list[Sample] = []
    for *facts, prompt in rows:
        (rest if prompt in prompts else first).append(Sample(*facts))
        prompts.add(prompt)
    return (first + rest)[:SAMPLES]


def _newest(user_id: int, places: Sequence[UUID | None]) -> dict[str, list[UUID]]:
    """The newest pictures of each model, in the first of the places where it made one."""
    used, rows, used_given, rows_given = [], [], [], []
    for number, place in enumerate(places):
        here, given = _here(user_id, place)
        together = TOGETHER[connection.vendor]
        newest = NEWEST.format(here=here, number=number, most=LOOKED_AT, together=together)
        used.append(USED.format(number=number, here=here))
        rows.append(ROWS.format(number=number, newest=newest))
        used_given += given * 2
        rows_given += given
    statement = f"WITH RECURSIVE {','.join(used)} {' UNION ALL '.join(rows)}"
    found: dict[str, list[UUID]] = {}
    with connection.cursor() as cursor:
        cursor.execute(statement, used_given + rows_given)
        for model, ids in cursor.fetchall():
            # The order within an aggregate is not promised; ids are in the order of time.
            found.setdefault(model, sorted(map(UUID, ids.split()), reverse=True))
    return found


def _here(user_id: int, team_id: UUID | None) -> tuple[str, list[Any]]:
    """The rule of ``visible_to`` for one workspace, said so that an index can answer it."""
    if team_id is None:
        return HERE.format(whose="team_id IS NULL AND owner_id = %s"), [user_id]
    whose = "team_id = %s AND (visibility <> 'private' OR owner_id = %s)"
    return HERE.format(whose=whose), [Image._meta.pk.get_db_prep_value(team_id, connection), user_id]
