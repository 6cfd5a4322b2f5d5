"""The way in for programs: a key in a header, no cookie, no form token."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC

from django.utils.translation import gettext as _

from studio.accounts import keys
from studio.accounts.actors import Actor
from studio.accounts.models import ApiKey
from studio.api.errors import Kind, Refused
from studio.api.http import ApiRequest

OTHER_HEADER = "X-API-Key"
"""Where some clients put their key instead."""


def key_of(request: ApiRequest, header: str = "") -> ApiKey:
    """The key that came along, as a bearer token or in ``header``. Raises Refused."""
    text = _sent(request, header)
    found: tuple[str, ApiKey] | None = getattr(request, "found", None)
    if found and found[0] == text:
        return found[1]
    key = keys.find(text)
    if key:
        # Which dialect is meant at a path that several have is asked before the view of that one asks.
        request.found = text, key
        return key
    if over := keys.ended(text):
        raise _over(over)
    why = Kind.NO_KEY if text else Kind.KEY_MISSING
    raise Refused(why, _("Send a good API key: Authorization: Bearer gs_live_…"))


def dialect_of(request: ApiRequest) -> str:
    """What the key that came along speaks; also one that is over, whose program is told so in its own words. Empty
    where there is none."""
    try:
        return key_of(request, OTHER_HEADER).dialect
    except Refused:
        over = keys.ended(_sent(request, OTHER_HEADER))
        return over.dialect if over else ""


def _sent(request: ApiRequest, header: str) -> str:
    kind, _space, text = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer":
        text = request.headers.get(header, "") if header else ""
    return text.strip()


def _over(key: ApiKey) -> Refused:
    if key.revoked_at or not key.expires_at:
        return Refused(Kind.KEY_REVOKED, _("This key was revoked. Use another."))
    ended = key.expires_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return Refused(Kind.NO_KEY, _("This key worked until %(moment)s. Use another.") % {"moment": ended})


def require_membership(key: ApiKey, actor: Actor) -> None:
    """Raises Refused where the key's owner has left the team that it was made for: neither its balance nor what the
    key made there before is theirs to see."""
    if key.team_id is not None and key.team_id not in actor.roles:
        text = _("The owner of this key is no longer in the team that it was made for. Use another key.")
        raise Refused(Kind.FORBIDDEN, text)


def require(key: ApiKey, ways: Sequence[Sequence[str]]) -> None:
    """Raises Refused where the key has not all scopes of one of these ways in."""
    missing = [[scope for scope in way if scope not in key.scopes] for way in ways]
    if all(missing):
        text = _("This key lacks the scope %(scope)s. Make one that has it.") % {"scope": missing[0][0]}
        raise Refused(Kind.NO_SCOPE, text)
