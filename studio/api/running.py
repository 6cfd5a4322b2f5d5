"""A job asked for by a program that waits for its end."""

from __future__ import annotations

import time
import uuid

from studio.accounts.actors import Actor
from studio.accounts.models import ApiKey
from studio.core import db
from studio.credits import services as credits
from studio.jobs import execution, projects, services
from studio.jobs.models import FINAL, Job, Run, State
from studio.jobs.specs import JobSpec

LOOK_SECONDS = 0.1
ENDS = FINAL | {State.UNCONFIRMED}


def submitted(actor: Actor, key: ApiKey, spec: JobSpec, idempotency_key: str = "") -> Run:
    """The run in the project that bears the key's name, paid as its workspace pays. Raises what ``submit`` raises."""
    owner = actor.require_user()
    payer = services.Payer(credits.paying_account(user=owner, team=key.team).pk, key.team)
    return services.submit(
        actor=actor,
        payer=payer,
        project=projects.project_called(key.name, actor=actor, team=key.team),
        specs=[spec],
        key=f"{key.prefix}:{idempotency_key}" if idempotency_key else uuid.uuid4().hex,
        origin=Run.Origin.API,
        hint=False,
    )


def ended(run: Run) -> Job:
    """The run's last job once it is over or nobody can tell; worked on here if no worker has it.

    The same claim, lease and fence as a worker's: should this process die, the sweep gives the job to one. No
    connection is held while somebody else works on it.
    """
    while True:
        job = _last(run)
        if job.state in ENDS:
            return job
        if not execution.run_one(job.pk):
            db.release()
            time.sleep(LOOK_SECONDS)


def _last(run: Run) -> Job:
    """The job that goes on for the run: ``auto`` may have put one in the place of another."""
    return run.jobs.order_by("-position").prefetch_related("outputs__image__blob")[0]
