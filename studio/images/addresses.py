"""Pictures that lie at an address which somebody typed, or a program sent."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext as _

from studio.accounts.actors import Actor
from studio.accounts.models import Team
from studio.core import db
from studio.core.safe_fetch import TooManyAtOnce, fetch
from studio.images import services
from studio.images.limits import MAX_BYTES
from studio.images.models import Image

LONGEST = 4096
"""Characters of an address."""
NAME_LENGTH = 80
AT_ONCE = 3
"""Addresses that are fetched for one person at a time, in one process: the server's places are for everybody."""

_underway: Counter[int] = Counter()
_counting = threading.Lock()


class YoursAtOnce(TooManyAtOnce):
    """The person's own addresses take up their places; nobody has asked this one yet."""

    status = 429


def take_address(
    *,
    actor: Actor,
    team: Team | None,
    url: str,
    kind: str = Image.Kind.UPLOAD,
    max_bytes: int = MAX_BYTES,
    once: bool = False,
) -> Image:
    """Fetch what lies at ``url`` and take it in like any upload; seconds, in which no database connection is held.

    Raises NotFetched, YoursAtOnce among them, and whatever ``take_upload`` raises.
    """
    data, name = brought(actor=actor, team=team, url=url, max_bytes=max_bytes)
    return services.take_upload(
        actor=actor, team=team, data=data, name=name, kind=kind, max_bytes=max_bytes, once=once
    )


def brought(*, actor: Actor, team: Team | None, url: str, max_bytes: int = MAX_BYTES) -> tuple[bytes, str]:
    """What lies at ``url`` and what it is called, for somebody who may add it to the team. As ``take_address``."""
    owner = services.owner_in(actor, team)  # Before the way, not after it.
    db.release()
    with _place_of(owner.pk):
        found = fetch(url, cap=max_bytes)
    return found.data, name_of(found.url)


@contextmanager
def _place_of(person: int) -> Iterator[None]:
    """One of the person's few places. Raises YoursAtOnce where all are taken."""
    with _counting:
        if _underway[person] >= AT_ONCE:
            raise YoursAtOnce(
                _("%(most)s addresses of yours are being fetched now. Try again when one of them is done.")
                % {"most": AT_ONCE}
            )
        _underway[person] += 1
    try:
        yield
    finally:
        with _counting:
            _underway[person] -= 1
            if not _underway[person]:
                del _underway[person]


def name_of(url: str) -> str:
    """What a file at this address is called: the end of its path, or the host. What was asked with stays untold."""
    address = urlsplit(url)
    last = unquote(address.path).rstrip("/").rpartition("/")[2]
    readable = "".join(character for character in last if character.isprintable())
    return readable.strip()[:NAME_LENGTH] or address.netloc
