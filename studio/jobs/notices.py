"""Tells the browsers of those who may see a run that it changed."""

from __future__ import annotations

from studio.accounts.actors import audience
from studio.core import events
from studio.jobs.models import Run

RUN, RUNS_ADDED = "run", "run-added"


def run_changed(run: Run) -> None:
    """To be called in the transaction of the change."""
    events.publish(audience(run.owner_id, run.team_id, run.visibility), RUN, run.pk)


def run_added(run: Run) -> None:
    """A new row stands at the top of its project."""
    events.publish(audience(run.owner_id, run.team_id, run.visibility), RUNS_ADDED, run.pk)
