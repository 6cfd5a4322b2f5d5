"""Tells the open streams of somebody that what they may see is not what it was."""

from __future__ import annotations

from studio.accounts.models import User
from studio.core import events

ACCESS = "access"


def access_changed(user: User) -> None:
    """To be called in the transaction of the change: the person's streams end, and open anew as it is now."""
    events.publish([f"user:{user.pk}"], ACCESS, user.pk)
