"""A job asked for by a program that waits for its end."""

from __future__ import annotations

import time
import uuid
from datetime import timedelta

from django.utils.translation import gettext as _

from studio.accounts.actors import Actor
from studio.accounts.models import ApiKey
from studio.api import access
from studio.api.errors import Refused
from studio.core import clock, db
from studio.credits import services as credits
from studio.jobs import execution, projects, services
from studio.jobs.models import FINAL, Job, Project, Run, State
from studio.jobs.specs import JobSpec, body_hash

LOOK_SECONDS = 0.1
WAIT_SECONDS = 600.0
"""How long a request waits for a job that others work on, or that its vendor has no room for."""
REPEATS_KNOWN = timedelta(minutes=10)
ENDS = FINAL | {State.UNCONFIRMED}


def submitted(
    actor: Actor, key: ApiKey, spec: JobSpec, idempotency_key: str = "", *, again: bool = False
) -> Run:
    """The run in the project that bears the key's name, paid as its workspace pays. Raises what ``submit`` raises.

    ``again`` says that a client repeats by itself what it got no answer to: without an idempotency key, the run that
    the same API key asked for in the same words is meant, if it is no older than REPEATS_KNOWN and did not fail.
    """
    owner = actor.require_user()
    project = projects.project_called(key.name, actor=actor, team=key.team)
    if again and not idempotency_key and (known := _asked_before(key, project, spec)):
        return known
    payer = services.Payer(credits.paying_account(user=owner, team=key.team).pk, key.team)
    return services.submit(
        actor=actor,
        payer=payer,
        project=project,
        specs=[spec],
        key=f"{key.prefix}:{idempotency_key or uuid.uuid4().hex}",
        via=services.Via(key),
        hint=False,
    )


def _asked_before(key: ApiKey, project: Project, spec: JobSpec) -> Run | None:
    wish, since = body_hash(project.pk, [spec]), clock.now() - REPEATS_KNOWN
    newest = access.same_wish(key, project, wish=wish, since=since)
    return newest if newest and _last(newest).state != State.FAILED else None


def ended(run: Run) -> Job:
    """The run's last job once it is over or nobody can tell; worked on here if no worker has it.

    The same claim, lease and fence as a worker's: should this process die, the sweep gives the job to one. No
    connection is held while somebody else works on it. Raises Refused where it takes too long.
    """
    until = time.monotonic() + WAIT_SECONDS
    while True:
        job = _last(run)
        if job.state in ENDS:
            return job
        if execution.run_one(job.pk):
            continue
        if time.monotonic() >= until:
            text = _(
                "It is not finished yet. Send the same request with the same Idempotency-Key to wait on."
            )
            raise Refused(text, status=504, code="still_running", again=True)
        db.release()
        time.sleep(LOOK_SECONDS)


def _last(run: Run) -> Job:
    """The job that goes on for the run: ``auto`` may have put one in the place of another."""
    return run.jobs.order_by("-position").prefetch_related("outputs__image__blob")[0]
