"""Finding pictures by their words: FTS5 on SQLite, a generated tsvector with GIN on PostgreSQL.

On SQLite a row's number in the index grows with the picture's id, so that the newest matches come first without
sorting; the index is written here, beside the picture. On PostgreSQL the database writes it itself.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from studio.images import words
from studio.images.models import Image

BATCH = 5000
PAGE = 60
RANK = RawSQL("images_words.rowid", [])


def rank(image_id: UUID) -> int:
    """A number below 2**63 that grows with the id: its milliseconds, their fraction, and three random bits."""
    value = image_id.int
    milliseconds, fraction, random = value >> 80, (value >> 64) & 0xFFF, (value >> 59) & 7
    return milliseconds << 15 | fraction << 3 | random


def index(images: Iterable[Image]) -> None:
    """Write these pictures' words into the index, in the caller's transaction."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        for image in images:
            number = rank(image.pk)
            cursor.execute("SELECT image FROM images_words WHERE rowid = %s", [number])
            taken = cursor.fetchone()
            # Two ids of one quarter microsecond: the later one moves up.
            while taken and taken[0] != image.pk.hex:
                number += 1
                cursor.execute("SELECT image FROM images_words WHERE rowid = %s", [number])
                taken = cursor.fetchone()
            cursor.execute(
                "INSERT OR REPLACE INTO images_words (rowid, words, image) VALUES (%s, %s, %s)",
                [number, image.words, image.pk.hex],
            )


def rebuild() -> None:
    """Write the whole index anew, in one transaction."""
    if connection.vendor != "sqlite":
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM images_words")
        rows = Image.objects.order_by("pk").values_list("pk", "words").iterator(chunk_size=BATCH)
        for batch in itertools.batched(_ranked(rows), BATCH):
            cursor.executemany("INSERT INTO images_words (rowid, words, image) VALUES (%s, %s, %s)", batch)


def _ranked(rows: Iterable[tuple[UUID, str]]) -> Iterator[tuple[int, str, str]]:
    """Rows of the index with numbers that grow, whatever the ids."""
    last = 0
    for image_id, text in rows:
        last = max(rank(image_id), last + 1)
        yield last, text, image_id.hex


def forget(images: Iterable[Image]) -> None:
    """Take pictures out of the index, before they are deleted."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        for image in images:
            number = rank(image.pk)
            cursor.execute(
                "DELETE FROM images_words WHERE rowid BETWEEN %s AND %s AND image = %s",
                [number, number + 8, image.pk.hex],
            )


def matching(found: QuerySet[Image], workspace: str, text: str) -> QuerySet[Image]:
    """Those of ``found`` with all words of ``text``, newest first; none for a text that has no word in it.

    The last word may be the beginning of one, unless the workspace has a page of pictures with the very word: then
    those are meant, and a common word is found as fast as a rare one. Asks the database that much at once.
    ``workspace`` is the word of ``words.workspace_word``.
    """
    looked_for = words.wanted(text)
    if not looked_for:
        return found.none() if text.strip() else found
    query = _query([workspace, *looked_for])
    if not _fills_a_page(query):
        query += _BEGINNING[connection.vendor]
    if connection.vendor == "sqlite":
        narrowed = found.extra(
            tables=["images_words"],
            where=["images_words MATCH %s", "images_words.image = images_image.id"],
            params=[query],
        )
        return narrowed.order_by(RANK.desc())
    return found.extra(where=[_LEXEMES], params=[query]).order_by("-pk")  # noqa: S610


_LEXEMES = "images_image.lexemes @@ to_tsquery('simple', %s)"
_BEGINNING = {"sqlite": "*", "postgresql": ":*"}
_ENOUGH = {
    "sqlite": "SELECT COUNT(*) FROM (SELECT 1 FROM images_words"
    " JOIN images_image ON images_image.id = images_words.image"
    " WHERE images_words MATCH %s AND binned_at IS NULL LIMIT %s) found",
    "postgresql": "SELECT COUNT(*) FROM (SELECT 1 FROM images_image"
    " WHERE lexemes @@ to_tsquery('simple', %s) AND binned_at IS NULL LIMIT %s) found",
}


def _query(looked_for: list[str]) -> str:
    """Every word, as the database says it; words are letters and digits alone."""
    if connection.vendor == "sqlite":
        return " AND ".join(f'"{word}"' for word in looked_for)
    return " & ".join(looked_for)


def _fills_a_page(query: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_ENOUGH[connection.vendor], [query, PAGE])
        return bool(cursor.fetchone()[0] == PAGE)


def older_than(found: QuerySet[Image], text: str, image_id: UUID) -> QuerySet[Image]:
    """The part of ``matching`` after a picture, by the index's own order."""
    if connection.vendor == "sqlite" and words.wanted(text):
        return found.extra(where=["images_words.rowid < %s"], params=[rank(image_id)])
    return found.filter(pk__lt=image_id)
