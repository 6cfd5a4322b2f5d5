"""Somebody to look at a studio with, made beside its web process: `python -m scripts.visitor NAME CREDITS [MODEL]`.

Prints the key of a session that is signed in. With MODEL, also submits one run and prints the state it ends in.
"""

from __future__ import annotations

import os
import sys
import time
import uuid
from typing import TYPE_CHECKING

import django
from django.conf import settings

if TYPE_CHECKING:
    from studio.accounts.models import User

FINISH_SECONDS = 60


def account(name: str, credits_to_grant: int) -> str:
    """A person with credits, signed in; the session's key."""
    from studio.accounts.models import User

    email = f"{name.lower()}@northwind.test"
    user = User.objects.filter(email=email).first() or User.objects.create_user(email, name=name)
    grant(user, credits_to_grant)
    return signed_in(user)


def grant(user: User, credits_to_grant: int) -> None:
    """Whole credits, from nobody in particular; none where there are none to grant."""
    from studio.core.micros import CREDIT_MICROS
    from studio.credits import services as credits

    if credits_to_grant:
        credits.grant(
            account_id=credits.account_of(user=user).pk,
            amount=credits_to_grant * CREDIT_MICROS,
            key=uuid.uuid4().hex,
            actor=None,
            reason="To try things",
        )


def signed_in(user: User) -> str:
    """The key of a new session of the person's, as signing in makes one."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def run(name: str, model: str) -> str:
    """Submit one small run as a person does, and wait; the state its job ends in."""
    from studio.accounts.actors import actor_for
    from studio.accounts.models import User
    from studio.credits import services as credits
    from studio.jobs import projects, services
    from studio.jobs.models import FINAL
    from studio.jobs.specs import JobSpec

    user = User.objects.get(email=f"{name.lower()}@northwind.test")
    actor = actor_for(user)
    made = services.submit(
        actor=actor,
        payer=services.Payer(credits.account_of(user=user).pk),
        project=projects.new_project(actor=actor, team=None),
        specs=[JobSpec(model, "a quiet terracotta stair", {"n": "1"})],
        key=uuid.uuid4().hex,
    )
    deadline = time.monotonic() + FINISH_SECONDS
    while (state := made.jobs.values_list("state", flat=True).get()) not in FINAL:
        if time.monotonic() > deadline:
            break
        time.sleep(0.1)
    return str(state)


def main(name: str, credits_to_grant: str, model: str = "") -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
    django.setup()
    print(account(name, int(credits_to_grant)))  # noqa: T201
    if model:
        print(run(name, model))  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
