"""Runs as programs list them: newest first, and each with one state that sums up those of its jobs.

queued ──► running ──► succeeded   every picture that was asked for is there
                  ├──► partial     some are
                  ├──► failed      none is
                  └──► cancelled   none is, and no job failed
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.lookups import Exact

from studio.accounts.actors import Actor, OwnedQuerySet
from studio.accounts.models import Team
from studio.core.ids import id_floor
from studio.jobs import selectors
from studio.jobs.models import FINAL, OPEN, Job, Project, Run, State

A_MOMENT = timedelta(minutes=1)


class RunState(StrEnum):
    """How far a run is."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Which runs: of a ``project``, or of the workspace of ``team`` (None for one's own), narrowed by the rest.

    ``model`` is the id of one that has a job in it; ``since`` is an aware moment.
    """

    team: Team | None = None
    project: Project | None = None
    state: str = ""
    model: str = ""
    mine: bool = False
    since: datetime | None = None


def page(
    actor: Actor, narrowed: Narrowed, *, after: UUID | None = None, size: int
) -> tuple[list[Run], UUID | None]:
    """At most ``size`` of the runs that the actor may see, read whole, older than the run ``after``; and the last one
    where there are more. The number of queries does not grow with the rows."""
    found, project = stated(actor), narrowed.project
    found = found.filter(project=project) if project else found.filter(team=narrowed.team)
    if narrowed.state:
        found = found.filter(Exact(_summary(), narrowed.state))
    if narrowed.model:
        found = found.filter(Exists(Job.objects.filter(run=OuterRef("pk"), model=narrowed.model)))
    if narrowed.mine:
        found = found.filter(owner=actor.require_user())
    if narrowed.since:
        # The id is made before the time that is shown; by it the rows are in order, so that older ones are not read.
        found = found.filter(created_at__gte=narrowed.since, pk__gte=id_floor(narrowed.since - A_MOMENT))
    if after is not None:
        found = found.filter(pk__lt=after)
    rows = list(found.order_by("-pk")[: size + 1])
    return rows[:size], rows[size - 1].pk if len(rows) > size else None


def projects(
    actor: Actor, team: Team | None, *, after: UUID | None = None, size: int
) -> tuple[list[Project], UUID | None]:
    """At most ``size`` of the workspace's projects, newest first, and the last one where there are more. One query."""
    found = selectors.projects(actor, team).order_by("-pk")
    if after is not None:
        found = found.filter(pk__lt=after)
    rows = list(found[: size + 1])
    return rows[:size], rows[size - 1].pk if len(rows) > size else None


def stated(actor: Actor) -> QuerySet[Run]:
    """The runs that the actor may see, read whole, each with its state (see ``state_of``)."""
    seen: OwnedQuerySet[Run] = selectors.whole().visible_to(actor)
    return seen.annotate(summary=_summary())


def state_of(run: Run) -> RunState:
    """The state of a run that ``stated`` or ``page`` read."""
    return RunState(getattr(run, "summary"))  # noqa: B009  An annotation, of which the model's type knows nothing.


def _summary() -> Case:
    """A job that ``auto`` followed with another model's is told by that one."""
    is_open, has_pictures = _any(OPEN), _any({State.SUCCEEDED, State.PARTIAL})
    begun = _any(FINAL | {State.RUNNING, State.UNCONFIRMED}, followed=True)
    short = _any({State.PARTIAL, State.FAILED, State.CANCELLED})
    return Case(
        When(Q(is_open, begun), then=Value(RunState.RUNNING)),
        When(is_open, then=Value(RunState.QUEUED)),
        When(Q(has_pictures, short), then=Value(RunState.PARTIAL)),
        When(has_pictures, then=Value(RunState.SUCCEEDED)),
        When(_any({State.FAILED}), then=Value(RunState.FAILED)),
        default=Value(RunState.CANCELLED),
        output_field=CharField(),
    )


def _any(states: frozenset[State] | set[State], *, followed: bool = False) -> Exists:
    """Whether the run has a job in one of these states; one that another follows only where that is said."""
    jobs = Job.objects.filter(run=OuterRef("pk"), state__in=states)
    following = Job.objects.filter(retry_of=OuterRef("pk"), run=OuterRef("run"))
    return Exists(jobs if followed else jobs.exclude(Exists(following)))
