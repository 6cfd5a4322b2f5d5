"""Pictures that lie at an address which somebody typed."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from studio.accounts.actors import Actor
from studio.accounts.models import Team
from studio.core import db
from studio.core.safe_fetch import fetch
from studio.images import services
from studio.images.limits import MAX_BYTES
from studio.images.models import Image

NAME_LENGTH = 80


def take_address(*, actor: Actor, team: Team | None, url: str) -> Image:
    """Fetch what lies at ``url`` and take it in like any upload; seconds, in which no database connection is held.

    Raises NotFetched, and whatever ``take_upload`` raises.
    """
    services.owner_in(actor, team)  # Before the way, not after it.
    db.release()
    found = fetch(url, cap=MAX_BYTES)
    return services.take_upload(actor=actor, team=team, data=found.data, name=name_of(found.url))


def name_of(url: str) -> str:
    """What a file at this address is called: the end of its path, or the host. What was asked with stays untold."""
    address = urlsplit(url)
    last = unquote(address.path).rstrip("/").rpartition("/")[2]
    readable = "".join(character for character in last if character.isprintable())
    return readable.strip()[:NAME_LENGTH] or address.netloc
