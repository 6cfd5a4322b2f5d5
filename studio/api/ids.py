"""Ids as programs see them: the kind, an underscore, and the row's UUID in 26 letters and digits.

The form is TypeID's (its specification 0.3): Crockford's base 32 in lower case, the highest digits first, so that
ids of one kind sort by the time they were made, and one spelling for each id.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from studio.core.errors import NotFound

type Kind = Literal["gen", "tsk", "art", "run", "img", "prj", "col", "job"]

MISSING: Mapping[Kind, str | Promise] = {
    "gen": _("There is no such generation, or it is not this key's to see."),
    "tsk": _("There is no such task, or it is not this key's to see."),
    "art": _("There is no such artifact, or it is not this key's to see."),
    "run": _("There is no such run, or it is not this key's to see."),
    "img": _("There is no such picture, or it is not this key's to see."),
    "prj": _("There is no such project, or it is not this key's to see."),
    "col": _("There is no such collection, or it is not this key's to see."),
    "job": _("There is no such job, or it is not this key's to see."),
}
"""Every kind that is shown, with what is said of one that is not there. An artifact is a picture that seed 1 names."""

DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
VALUES = {digit: value for value, digit in enumerate(DIGITS)}
LENGTH = 26
SHAPE = re.compile(f"[0-7][{DIGITS}]{{{LENGTH - 1}}}")
"""130 bits, of which a UUID has 128: the first digit is at most 7."""


def shown(kind: Kind, row_id: UUID) -> str:
    """The id as it goes into answers: ``img_01jdwm6c2ke0sbt7q2f8v9xyz4``."""
    rest, digits = row_id.int, []
    for _place in range(LENGTH):
        rest, value = divmod(rest, len(DIGITS))
        digits.append(DIGITS[value])
    return f"{kind}_{''.join(reversed(digits))}"


def read(kind: Kind, text: str) -> UUID:
    """The row's id. Raises what ``missing`` makes for every text that ``shown`` makes none of for this kind."""
    found, underscore, digits = text.partition("_")
    if found != kind or not underscore or not SHAPE.fullmatch(digits):
        raise missing(kind)
    number = 0
    for digit in digits:
        number = number * len(DIGITS) + VALUES[digit]
    return UUID(int=number)


def missing(kind: Kind) -> NotFound:
    """What is raised for a row that is not there, and for one that is another's: the two look the same."""
    return NotFound(str(MISSING[kind]))
