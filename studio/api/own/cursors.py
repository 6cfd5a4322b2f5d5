"""Where a page of a list ends and the next one begins: the place of the last row, never a count of rows.

New rows come before the first page, so that they shift nothing. A cursor is opaque to programs, and good for the list
that gave it alone.
"""

from __future__ import annotations

import base64
import binascii
from uuid import UUID

from django.utils.translation import gettext as _

from studio.api.errors import Kind, Refused

MOST_NUMBER = 2**63 - 1
PARAM = "cursor"


def written(name: str, place: UUID | int | str | None) -> str | None:
    """The cursor of the list called ``name`` after the row at ``place``; None at the end."""
    if place is None:
        return None
    return base64.urlsafe_b64encode(f"{name}:{place}".encode()).rstrip(b"=").decode()


def text(name: str, cursor: str | None) -> str | None:
    """The place that ``written`` wrote for this list; None without a cursor. Raises Refused for any other text."""
    if cursor is None:
        return None
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        _name, _colon, place = base64.b64decode(padded, altchars=b"-_", validate=True).decode().partition(":")
    except (UnicodeError, binascii.Error) as error:
        raise refused() from error
    if written(name, place) != cursor:
        raise refused()
    return place


def row(name: str, cursor: str | None) -> UUID | None:
    """As ``text``, for rows that are in the order of their ids."""
    place = text(name, cursor)
    try:
        return None if place is None else UUID(place)
    except ValueError as error:
        raise refused() from error


def number(name: str, cursor: str | None) -> int | None:
    """As ``text``, for rows that are counted through."""
    place = text(name, cursor)
    if place is None:
        return None
    if not (place.isascii() and place.isdigit()) or int(place) > MOST_NUMBER:
        raise refused()
    return int(place)


def refused() -> Refused:
    words = _("This cursor is not one of this list. Send next_cursor of its last answer, or none to begin.")
    return Refused(Kind.BAD_VALUE, words, param=PARAM)
