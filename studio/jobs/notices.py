"""Tells the browsers of those who may see a run that it changed."""

from __future__ import annotations

from studio.accounts.actors import audience
from studio.core import events
from studio.jobs.models import Job, Run, State

RUN, RUNS_ADDED = "run", "run-added"
MOST_TOLD = 200
"""How many waiting jobs' runs are drawn anew at once; what is drawn later anyhow says the same."""


def run_changed(run: Run) -> None:
    """To be called in the transaction of the change."""
    events.publish(audience(run.owner_id, run.team_id, run.visibility), RUN, run.pk)


def vendor_changed(provider: str) -> None:
    """A vendor is called no more, or again: the runs that wait for it say so. To be called once that is written."""
    waiting = Job.objects.filter(state=State.QUEUED, provider=provider)
    for run in Run.objects.filter(pk__in=waiting.order_by("-pk").values("run")[:MOST_TOLD]):
        run_changed(run)


def run_added(run: Run) -> None:
    """A new row stands at the top of its project."""
    events.publish(audience(run.owner_id, run.team_id, run.visibility), RUNS_ADDED, run.pk)
