"""Links that let one person in once: made, opened and used up. Only the token's hash is kept."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from studio.accounts.errors import LinkSpent
from studio.accounts.models import Invitation

URL_NAMES = {Invitation.Kind.SETUP: "setup", Invitation.Kind.INVITE: "join", Invitation.Kind.RESET: "reset"}
LIFETIMES = {
    Invitation.Kind.SETUP: timedelta(days=7),
    Invitation.Kind.INVITE: timedelta(days=7),
    Invitation.Kind.RESET: timedelta(hours=24),
}


def issue(kind: Invitation.Kind, **fields: Any) -> str:
    """The path of a new link of this kind; it is shown once and cannot be read again."""
    token = secrets.token_urlsafe(32)
    Invitation.objects.create(
        kind=kind, token_hash=_hash(token), expires_at=timezone.now() + LIFETIMES[kind], **fields
    )
    return reverse(URL_NAMES[kind], args=[token])


def opened(kind: Invitation.Kind, token: str) -> Invitation:
    """The link's row while it is good. Raises LinkSpent."""
    row = _good(kind).filter(token_hash=_hash(token)).select_related("team", "user", "created_by").first()
    if row is None:
        raise spent(kind)
    return row


def use(kind: Invitation.Kind, token: str) -> Invitation:
    """Use the link up, inside the transaction of what it allows: of two at once, one gets LinkSpent."""
    row = opened(kind, token)
    if not _good(kind).filter(pk=row.pk).update(used_at=timezone.now()):
        raise spent(kind)
    return row


def withdraw(kind: Invitation.Kind, **filters: Any) -> None:
    """Make unused links of this kind worthless."""
    Invitation.objects.filter(kind=kind, used_at=None, **filters).delete()


def address(path: str) -> str:
    """The full address of a page, for somebody who does not come from one."""
    return (settings.PUBLIC_URL or f"http://localhost:{settings.PORT}") + path


def _good(kind: Invitation.Kind) -> QuerySet[Invitation]:
    return Invitation.objects.filter(kind=kind, used_at=None, expires_at__gt=timezone.now())


def _hash(token: str) -> str:
    # The token has 256 random bits, so a plain hash cannot be searched for.
    return hashlib.sha256(token.encode()).hexdigest()


def spent(kind: Invitation.Kind) -> LinkSpent:
    """What somebody with a worthless link is told."""
    if kind is Invitation.Kind.SETUP:
        return LinkSpent(
            _("This setup link has been used or is too old. Start the server again for a new one.")
        )
    return LinkSpent(_("This link has been used or is too old. Ask whoever sent it for a new one."))
