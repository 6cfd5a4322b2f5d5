"""What changed between two prompts, word by word."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import NamedTuple

SAME, INSERTED, DELETED = "same", "ins", "del"


class Segment(NamedTuple):
    """A stretch of text that is in both prompts, only in the later or only in the earlier."""

    kind: str
    text: str


def redline(before: str, after: str) -> list[Segment]:
    """Segments that read as ``after`` with the lost words of ``before`` in their places.

    The texts of all but the deleted segments join to ``after``, of all but the inserted to ``before``.
    """
    old, new = _words(before), _words(after)
    segments: list[Segment] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            segments.append(Segment(SAME, "".join(new[j1:j2])))
            continue
        if i2 > i1:
            segments.append(Segment(DELETED, "".join(old[i1:i2])))
        if j2 > j1:
            segments.append(Segment(INSERTED, "".join(new[j1:j2])))
    return segments


def _words(text: str) -> list[str]:
    """Words, runs of space and single signs, none lost; scripts without spaces are cut by character."""
    return re.findall(r"\s+|[぀-ヿ㐀-鿿가-힣]|[^\W぀-ヿ㐀-鿿가-힣]+|[^\w\s]", text)
