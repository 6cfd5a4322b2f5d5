"""A run as the studio page shows it: plain values, so that the template decides nothing and asks nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from studio.accounts.actors import Actor, may_edit
from studio.catalog.health import Trouble
from studio.jobs import selectors as jobs
from studio.jobs.models import FINAL, Job, Run, State
from studio.web import causes, run_words
from studio.web.tiles import Tile, tiles

ACTIVE = frozenset({State.ASKED, State.QUEUED, State.RUNNING})


@dataclass(frozen=True, slots=True)
class Action:
    """One way out of a job that is over: ``retry``, ``elsewhere``, ``prompt`` (edit it) or a link."""

    name: str
    label: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class JobRow:
    """One job of a run with its tiles, or the card that says why there are none.

    ``route`` says why ``auto`` chose the model; ``moved_to`` names the one it went on to.
    """

    id: str
    model: str
    model_name: str
    state: str
    queue_ahead: int
    tiles: list[Tile]
    error: causes.Cause | None
    can_cancel: bool
    can_retry: bool
    actions: list[Action]
    route: str = ""
    moved_to: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A run: its header, its prompt against its parent's, and its jobs."""

    id: str
    number: int
    count_label: str
    url: str
    project_url: str
    model_label: str
    settings_line: str
    state: str
    state_label: str
    prompt: str
    marks: Sequence[run_words.Mark]
    changes: list[run_words.Change]
    unused: str
    created_iso: str
    started_iso: str
    usual_label: str
    age_label: str
    cost_label: str
    cost_title: str
    jobs: list[JobRow]
    collapsed: bool
    can_cancel: bool
    can_edit: bool
    is_open: bool
    thumb: str
    settings_json: str
    owner_name: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """The queue as the shown jobs stand in it: how many are ahead of each, and whose vendor is not called for now."""

    ahead: Mapping[UUID, int]
    held_up: Mapping[UUID, Trouble]


def rows(runs: Sequence[Run], actor: Actor, favourites: frozenset[UUID] = frozenset()) -> list[Row]:
    """Rows of runs loaded by ``jobs.selectors``; two queries for the queue when anything is queued."""
    everything = [job for run in runs for job in run.jobs.all()]
    line = Line(jobs.ahead(everything), jobs.held_up(everything))
    return [row(run, actor, line, favourites) for run in runs]


def row(run: Run, actor: Actor, line: Line, favourites: frozenset[UUID]) -> Row:
    """One run for one viewer."""
    everybody = list(run.jobs.all())
    over = run_words.replaced(everybody)
    members = [job for job in everybody if job.pk not in over]
    editable = may_edit(actor, run)
    job_rows = [
        _moved(job, everybody) if job.pk in over else _job_row(run, job, editable, line, favourites)
        for job in everybody
    ]
    state = run_words.state_of(members)
    first = members[0]
    started = min((job.started_at for job in members if job.started_at), default=None)
    done = state in FINAL or state == State.UNCONFIRMED
    parent = list(run.parent.jobs.all()) if run.parent else []
    usual = None if done else jobs.usual_seconds(first.model)
    return Row(
        id=str(run.pk),
        number=run.number,
        url=reverse("run", args=[run.pk]),
        count_label=run_words.count(run.project.last_number),
        project_url=reverse("project", args=[run.project_id]),
        model_label=run_words.model_label(members),
        settings_line=run_words.settings_line(first),
        state=state,
        state_label=run_words.state_label(state, members, line.ahead, line.held_up),
        prompt=run.prompt,
        marks=run_words.marks(run),
        changes=run_words.changes(parent[0], first) if parent else [],
        unused=run_words.unused_line(first),
        created_iso=run.created_at.isoformat(),
        started_iso=started.isoformat() if started and not done else "",
        usual_label=_("usually %(time)s") % {"time": run_words.clock(usual)} if usual else "",
        age_label=run_words.age(run.created_at),
        cost_label=run_words.cost_label(members) if done else "",
        cost_title=_("%(dollars)s, %(micros)s micros") % run_words.money_parts(members),
        jobs=job_rows,
        collapsed=done and not any(job.tiles for job in job_rows),
        can_cancel=any(job.can_cancel for job in job_rows),
        can_edit=editable,
        is_open=not done,
        thumb=next((tile.src320 for job in job_rows for tile in job.tiles if tile.src320), ""),
        settings_json=json.dumps(run_words.reuse(run, first)),
        owner_name=str(run.owner) if actor.user and run.owner_id != actor.user.pk else "",
    )


def _job_row(run: Run, job: Job, editable: bool, line: Line, favourites: frozenset[UUID]) -> JobRow:
    delivered = len(job.outputs.all())
    over = job.state in FINAL
    trouble = line.held_up.get(job.pk)
    return JobRow(
        id=str(job.pk),
        model=job.model,
        model_name=job.model_label,
        state=job.state,
        queue_ahead=line.ahead.get(job.pk, 0),
        tiles=tiles(job, favourites, waits=trouble.reason if trouble else ""),
        error=causes.cause(job, delivered) if over or job.state == State.UNCONFIRMED else None,
        can_cancel=editable and job.state in ACTIVE and _can_stop(job),
        can_retry=editable and over and delivered < job.n,
        actions=_actions(job, editable, delivered < job.n),
        route=run_words.route_line(job),
    )


def _can_stop(job: Job) -> bool:
    """Whether Cancel does anything: one who works on it may know already, and who waits can always be stopped."""
    return job.state != State.RUNNING or not job.cancel_requested


def _moved(job: Job, everybody: Sequence[Job]) -> JobRow:
    """A job that ended because its model was out of order and ``auto`` had another: one quiet line."""
    return JobRow(
        id=str(job.pk),
        model=job.model,
        model_name=job.model_label,
        state=job.state,
        queue_ahead=0,
        tiles=[],
        error=causes.cause(job, delivered=0),
        can_cancel=False,
        can_retry=False,
        actions=[],
        moved_to=next(other.model_label for other in everybody if other.retry_of_id == job.pk),
    )


def _actions(job: Job, editable: bool, incomplete: bool) -> list[Action]:
    """The ways out, the best one last. The same words again would be declined again."""
    if not (editable and job.state in FINAL and incomplete):
        return []
    if job.error_code in causes.DECLINED:
        return [Action("prompt", _("Edit prompt")), Action("elsewhere", _("Try elsewhere"))]
    return [Action("elsewhere", _("Try elsewhere")), Action("retry", _("Retry"))]
