"""What changed between two prompts, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import NamedTuple

SAME, INSERTED, DELETED, BRIDGE = "same", "ins", "del", "bridge"


class Segment(NamedTuple):
    """A stretch of text that is in both prompts, only in the later or only in the earlier."""

    kind: str
    text: str


def redline(before: str, after: str) -> list[Segment]:
    """Segments that read as ``after`` with the lost words of ``before`` in their places.

    The texts of all but the deleted segments join to ``after``, of all but the inserted to ``before``.
    """
    segments: list[Segment] = []
    lost = gained = ""
    for kind, text in _aligned(_words(before), _words(after)):
        if kind == SAME:
            segments += _change(lost, gained)
            lost = gained = ""
            segments.append(Segment(SAME, text))
        elif kind == DELETED:
            lost += text
        elif kind == INSERTED:
            gained += text
        else:
            lost, gained = lost + text, gained + text
    return segments + _change(lost, gained)


def kept(segments: list[Segment]) -> float:
    """The share of the later prompt that was in the earlier one too, 0 to 1: with little of it marks only confuse."""
    now = sum(len(text.strip()) for kind, text in segments if kind != DELETED)
    same = sum(len(text.strip()) for kind, text in segments if kind == SAME)
    return same / now if now else 1.0


def _aligned(old: list[str], new: list[str]) -> Iterator[tuple[str, str]]:
    """Stretches in order. A space or a comma alone between two changes (``BRIDGE``) joins them into one."""
    codes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for place, (tag, i1, i2, j1, j2) in enumerate(codes):
        if tag == "equal":
            text = "".join(new[j1:j2])
            inside = 0 < place < len(codes) - 1
            yield (BRIDGE if inside and not re.search(r"\w", text) else SAME), text
            continue
        yield DELETED, "".join(old[i1:i2])
        yield INSERTED, "".join(new[j1:j2])


def _change(lost: str, gained: str) -> list[Segment]:
    found = [Segment(DELETED, lost), Segment(INSERTED, gained)]
    return [segment for segment in found if segment.text]


def _words(text: str) -> list[str]:
    """Words, runs of space and single signs, none lost; scripts without spaces are cut by character."""
    return re.findall(r"\s+|[぀-ヿ㐀-鿿가-힣]|[^\W぀-ヿ㐀-鿿가-힣]+|[^\w\s]", text)
