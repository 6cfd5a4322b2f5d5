"""A prepared database in this process, and somebody with credits on it."""

from __future__ import annotations

import uuid
from typing import Any
from uuid import UUID

import django


def prepare() -> None:
    """Set Django up over the row's own data directory and make its tables."""
    django.setup()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)


def collect() -> None:
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0)


def person_with_credits(name: str = "Alice", micros: int = 10**12) -> tuple[Any, UUID]:
    """The person, and the id of their account."""
    from studio.credits import services as credits
    from tests.factories import person

    user = person(name)
    account = credits.account_of(user=user)
    credits.grant(
        account_id=account.pk, amount=micros, key=uuid.uuid4().hex, actor=None, reason="to measure with"
    )
    return user, account.pk
