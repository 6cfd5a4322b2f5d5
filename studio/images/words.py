"""The words a picture is found by: the same for both databases, made here once.

A text becomes plain words without case or accents, divided at everything that is neither letter nor digit. The first
word names the workspace, so that the index itself keeps one team's words from another's.
"""

from __future__ import annotations

import re
import unicodedata
from uuid import UUID

LONGEST_WORD = 64
MOST_WORDS = 2000
MOST_WANTED = 12
_WORD = re.compile(r"[^\W_]+")


def words(text: str) -> list[str]:
    """The words of a text in order: ``Café au lait, 85mm`` gives ``cafe``, ``au``, ``lait``, ``85mm``."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return [word[:LONGEST_WORD] for word in _WORD.findall(bare)[:MOST_WORDS]]


def workspace_word(owner_id: int, team_id: UUID | None) -> str:
    """The word that stands for a team, or for one person's own pictures."""
    return f"team{team_id.hex}" if team_id else f"own{owner_id}"


def indexed(owner_id: int, team_id: UUID | None, *texts: str) -> str:
    """What is written into the index for a picture with these texts."""
    return " ".join([workspace_word(owner_id, team_id), *words(" ".join(texts))])


def wanted(text: str) -> list[str]:
    """The words somebody looks for, at most twelve; the last one may be the beginning of a word."""
    return words(text)[:MOST_WANTED]
