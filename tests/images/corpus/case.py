"""One file of the corpus, and what must become of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

CORNERS = ("red", "green", "blue", "white")

UNSUPPORTED, BROKEN = "unsupported_picture", "picture_broken"
MANY, ANIMATED = "picture_too_many_pixels", "picture_animated"


@dataclass(frozen=True, slots=True)
class Taken:
    """Accepted: this wide and high once upright, these colours at the corners, where the case says them."""

    width: int = 96
    height: int = 64
    transparent: bool = False
    corners: tuple[str, ...] = CORNERS


@dataclass(frozen=True, slots=True)
class Refused:
    """Refused with this code; ``words`` are in the sentence."""

    code: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """``make`` builds the bytes when they are asked for: some are large."""

    name: str
    make: Callable[[], bytes]
    expected: Taken | Refused

    def __str__(self) -> str:
        return self.name


SEEN, UNSEEN = Taken(), Taken(corners=())
"""The scene of the samples as it should look, and a picture whose look is not the point."""

BAD, FOREIGN = Refused(BROKEN), Refused(UNSUPPORTED)


def cuts(format_: str, whole: bytes, spare: int) -> list[Case]:
    """The file cut off at every twelfth; its last ``spare`` bytes may go without loss, and are not counted."""

    length = len(whole) - spare
    return [
        Case(f"{format_} cut at {part}/12", partial(bytes, whole[: length * part // 12]), BAD)
        for part in range(1, 12)
    ]
