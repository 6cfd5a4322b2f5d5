"""Pressing Generate with nothing but ids, as any process can."""

from __future__ import annotations

from studio.accounts.actors import actor_for
from studio.accounts.models import User
from studio.credits import services as credits
from studio.jobs import services
from studio.jobs.models import Project, Run
from studio.jobs.specs import JobSpec


def press(*, user_id: int, project_id: str, key: str, model: str) -> Run:
    """Submit one small job of ``model``, paid by the person."""
    user = User.objects.get(pk=user_id)
    parameters = {"n": "1"} | ({"size": "256x256"} if model == "gesso/sketch" else {})
    return services.submit(
        actor=actor_for(user),
        payer=services.Payer(credits.account_of(user=user).pk),
        project=Project.objects.get(pk=project_id),
        specs=[JobSpec(model, "a stair", parameters)],
        key=key,
    )
