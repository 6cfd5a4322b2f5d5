"""The credits that a new person starts with."""

from __future__ import annotations

from django.utils.translation import gettext as _

from studio.accounts.models import User
from studio.core import micros
from studio.credits import services as credits


def welcome(user: User, amount: int) -> None:
    """Grant ``amount`` credits to a new person, once; 0 grants nothing. Part of the transaction that makes them."""
    if amount <= 0:
        return
    credits.grant(
        account_id=credits.account_of(user=user).pk,
        amount=micros.from_credits(amount),
        key=f"welcome:{user.pk}",
        actor=None,
        reason=_("Welcome credits"),
    )
