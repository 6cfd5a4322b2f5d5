"""A great many pictures' rows without a file behind them, to measure pages with.

Every tenth picture is of the first team, the others are spread over the rest; two years lie between the first and
the last. Words are as unevenly common as in a language: ``common`` is in every second prompt, ``rare`` in one of
ten thousand.
"""

from __future__ import annotations

import hashlib
import itertools
import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from studio.accounts.models import Membership, Team, User
from studio.core.ids import uuid7_at
from studio.gallery import hearts
from studio.gallery.models import Favourite
from studio.images import services as images
from studio.images import words
from studio.images.models import Blob, Image

COLUMNS = (
    *("id", "kind", "blob_id", "owner_id", "team_id", "visibility"),
    *("name", "prompt", "revised_prompt", "model", "model_label", "operation"),
    *("cost", "alt", "words", "ratio", "created_at", "discarded"),
)
PERIOD = timedelta(days=730)
BATCH = 2000
TEAMS, PEOPLE, BLOBS = 50, 500, 200
SHARE_OF_FIRST = 0.1
HEARTS = 2000
MODELS = {
    "gesso/sketch": "Gesso Sketch",
    "gesso/paint": "Gesso Paint",
    "gesso/studio": "Gesso Studio",
    "gesso/press": "Gesso Press",
}
SIZES = ((1024, 1024), (1280, 1024), (1024, 1280), (1536, 1024), (1024, 1536), (1600, 900), (900, 1600))
SYLLABLES = ("ba", "ri", "to", "ne", "lu", "sa", "mo", "ke", "di", "fa", "vo", "pe", "gra", "sti", "nul")
VOCABULARY = 3000


def seed(count: int, *, at: datetime | None = None) -> User:
    """Make the rows; answers the first team's first member. Only for a database that is there to be measured."""
    chance = random.Random(1)  # noqa: S311 (the same rows each time)
    people, teams = _people(), _teams()
    Membership.objects.bulk_create(
        [Membership(user=user, team=teams[index % TEAMS], role="editor") for index, user in enumerate(people)]
    )
    blobs = _blobs(chance)
    rows = _rows(count, at or timezone.now(), chance, people, teams, blobs)
    for batch in itertools.batched(rows, BATCH):
        _insert(batch)
    first = people[0]
    mine = Image.objects.filter(team=teams[0]).order_by("-pk").values_list("pk", flat=True)
    chosen = list(mine[: HEARTS * 4 : 4])
    Favourite.objects.bulk_create(
        [Favourite(user=first, image_id=image) for image in chosen], batch_size=BATCH
    )
    images.rebuild()
    hearts.recount()
    return first


def _insert(batch: Sequence[tuple[Any, ...]]) -> None:
    """A batch in one transaction, past the models: a million of those would take minutes to make."""
    names = ", ".join(COLUMNS)
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            places = ", ".join(["%s"] * len(COLUMNS))
            cursor.executemany(f"INSERT INTO images_image ({names}) VALUES ({places})", batch)  # noqa: S608
        else:
            with cursor.copy(f"COPY images_image ({names}) FROM STDIN") as copy:
                for row in batch:
                    copy.write_row(row)


def _people() -> list[User]:
    made = [
        User(email=f"person{number}@bulk.example", name=f"Person {number}", password="!")  # noqa: S106 (no password)
        for number in range(PEOPLE)
    ]
    return User.objects.bulk_create(made)


def _teams() -> list[Team]:
    return Team.objects.bulk_create([Team(name=f"Team {number}") for number in range(TEAMS)])


def _blobs(chance: random.Random) -> list[Blob]:
    made = []
    for number in range(BLOBS):
        width, height = SIZES[number % len(SIZES)]
        made.append(
            Blob(
                sha256=hashlib.sha256(f"bulk {number}".encode()).hexdigest(),
                key=f"bulk{number:036d}",
                mime="image/png",
                size=1_500_000,
                width=width,
                height=height,
                renditions=[320, 640, 1280],
                color=f"#{chance.randrange(1 << 24):06x}",
                uses=1,
                bare=True,
            )
        )
    return Blob.objects.bulk_create(made)


def _rows(
    count: int,
    last: datetime,
    chance: random.Random,
    people: list[User],
    teams: list[Team],
    blobs: list[Blob],
) -> Iterator[tuple[Any, ...]]:
    """Oldest first, as they would have come."""
    key, moment = Image._meta.pk.get_db_prep_value, connection.ops.adapt_datetimefield_value
    step = PERIOD / max(1, count)
    names = _vocabulary()
    models = list(MODELS)
    for number in range(count):
        first = chance.random() < SHARE_OF_FIRST
        team = 0 if first else chance.randrange(1, TEAMS)
        owner = people[chance.randrange(PEOPLE // TEAMS) * TEAMS + team]
        blob = blobs[chance.randrange(BLOBS)]
        prompt = _prompt(chance, names)
        made = last - step * (count - number)
        model = models[min(int(chance.expovariate(1)), len(models) - 1)]
        yield (
            *(
                key(uuid7_at(made), connection),
                "output",
                key(blob.pk, connection),
                owner.pk,
                key(teams[team].pk, connection),
                "team",
            ),
            *("", prompt, "", model, MODELS[model], "edit" if chance.random() < 0.2 else "generate"),
            *(0, "", words.indexed(owner.pk, teams[team].pk, prompt)),
            *(blob.ratio, moment(made), False),
        )


def _vocabulary() -> list[str]:
    made = ("".join(parts) for length in (2, 3) for parts in itertools.product(SYLLABLES, repeat=length))
    return list(itertools.islice(made, VOCABULARY))


def _prompt(chance: random.Random, names: list[str]) -> str:
    """Twelve words, the first of the vocabulary far more often than the last."""
    chosen = [names[min(VOCABULARY - 1, int(chance.paretovariate(0.6)))] for _ in range(12)]
    if chance.random() < 0.5:
        chosen.append("common")
    if chance.random() < 0.0001:
        chosen.append("rare")
    return " ".join(chosen)
