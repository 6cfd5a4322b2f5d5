"""Somebody beside the studio who makes people, teams and runs in its own data, in milliseconds each.

``python -m tests.journeys.clerk`` reads one JSON order per line, ``{"do": name, "args": {...}}``, and answers each
with one line of JSON.
"""

from __future__ import annotations

import itertools
import json
import os
import sys
import uuid
from collections.abc import Callable
from typing import Any

import django

from scripts import visitor

_numbers = itertools.count(1)


def person(name: str, granted: int = 1000, staff: bool = False) -> dict[str, Any]:
    """Somebody new with credits, and the key of a session in which they are signed in."""
    from studio.accounts.models import User

    email = f"{name.lower()}-{next(_numbers)}@northwind.test"
    user = User.objects.create_user(email, name=name, is_staff=staff, is_superuser=staff)
    visitor.grant(user, granted)
    return {"id": user.pk, "email": email, "name": name, "session": visitor.signed_in(user)}


def leave_staff(user_id: int) -> None:
    """Once nobody runs the server, a setup link can be made again."""
    from studio.accounts.models import User

    User.objects.filter(pk=user_id).update(is_staff=False, is_superuser=False)


def nobody_is_staff() -> None:
    """As on a server that was just installed, whoever ran this one until now."""
    from studio.accounts.models import User

    User.objects.update(is_staff=False, is_superuser=False)


def setup_link() -> str:
    """Where the first account is made, while nobody runs the server."""
    from studio.accounts import services

    link = services.setup_link()
    assert link
    return link


def keep_sample_back() -> None:
    """The worker leaves the sample studio to ``load_sample``."""
    from studio.core import leases
    from studio.sample import services

    assert leases.hold(services.LEASE, holder="clerk", seconds=600)


def load_sample(runs: list[str]) -> int:
    """Paint no more of the sample than these runs; how many pictures that are."""
    from studio.core import leases
    from studio.sample import services, story

    leases.let_go(services.LEASE, holder="clerk")
    few = [told for told in story.RUNS if told.name in runs]
    assert services.load(runs=few)
    return sum(map(services.pictures, few))


def remove_sample() -> None:
    from studio.sample import removal, selectors

    if sample := selectors.present():
        removal.remove(sample, by=sample.owner)


def team(name: str, members: dict[str, str]) -> str:
    """A team of users by id, each with a role; its id."""
    from studio.accounts.models import Membership, Team

    made = Team.objects.create(name=name)
    for user_id, role in members.items():
        Membership.objects.create(team=made, user_id=int(user_id), role=role)
    return str(made.pk)


def paint(
    user_id: int, prompts: list[str], model: str = "gesso/sketch", parameters: dict[str, str] | None = None
) -> list[str]:
    """Submit a run for each prompt in the person's own workspace; the runs' ids."""
    from studio.accounts.actors import actor_for
    from studio.accounts.models import User
    from studio.credits import services as credits
    from studio.jobs import projects, selectors, services
    from studio.jobs.specs import JobSpec

    user = User.objects.get(pk=user_id)
    actor, payer = actor_for(user), services.Payer(credits.account_of(user=user).pk)
    project = selectors.projects(actor, None).first() or projects.new_project(actor=actor, team=None)
    wanted = {"n": "1", "size": "256x256"} | (parameters or {})
    return [
        str(
            services.submit(
                actor=actor,
                payer=payer,
                project=project,
                specs=[JobSpec(model, prompt, wanted)],
                key=uuid.uuid4().hex,
            ).pk
        )
        for prompt in prompts
    ]


def states(run_ids: list[str]) -> list[str]:
    from studio.jobs.models import Job

    return list(Job.objects.filter(run_id__in=run_ids).values_list("state", flat=True))


def open_holds(user_id: int) -> int:
    """Micros that are on hold for a person."""
    from studio.accounts.models import User
    from studio.credits import selectors, services

    return selectors.balance(services.account_of(user=User.objects.get(pk=user_id)).pk).held


def anyone_working() -> bool:
    from studio.jobs import presence

    return presence.anyone_working()


ORDERS: dict[str, Callable[..., Any]] = {
    order.__name__: order
    for order in (
        person,
        leave_staff,
        nobody_is_staff,
        setup_link,
        keep_sample_back,
        load_sample,
        remove_sample,
        team,
        paint,
        states,
        open_holds,
        anyone_working,
    )
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
    django.setup()
    for line in sys.stdin:
        order = json.loads(line)
        print(json.dumps(ORDERS[order["do"]](**order["args"])), flush=True)


if __name__ == "__main__":
    main()
