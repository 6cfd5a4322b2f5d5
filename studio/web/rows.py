"""A run as the studio page shows it: plain values, so that the template decides nothing and asks nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from studio.accounts.actors import Actor, Visibility
from studio.accounts.models import EDITING_ROLES
from studio.core.micros import credits_text, dollars_text
from studio.images import selectors as images
from studio.jobs import selectors as jobs
from studio.jobs.models import FINAL, Job, Run, State
from studio.prompts.redline import SAME, Segment, kept, redline
from studio.web import causes

MARKED_ABOVE = 0.3
"""The share of a prompt that must come from its parent for the changes to be worth reading."""

ACTIVE = frozenset({State.ASKED, State.QUEUED, State.RUNNING})


@dataclass(frozen=True, slots=True)
class Tile:
    """One picture's place. ``kind`` is image, waiting, partial or failed; the box has its final shape at once."""

    kind: str
    index: int
    width: int
    height: int
    ratio: str
    image_id: str = ""
    url: str = ""
    src320: str = ""
    src640: str = ""
    src1280: str = ""
    srcset: str = ""
    color: str = ""
    placeholder: str = ""
    alt: str = ""
    favourite: bool = False
    partial_src: str = ""
    partial_label: str = ""
    partial_percent: int = 0

    @property
    def position(self) -> int:
        """As people count: from 1."""
        return self.index + 1


@dataclass(frozen=True, slots=True)
class Action:
    """One way out of a job that is over: ``retry``, ``model`` (switch it) or a link."""

    name: str
    label: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class JobRow:
    """One job of a run with its tiles, or the card that says why there are none."""

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


@dataclass(frozen=True, slots=True)
class Change:
    """One setting that differs from the parent run."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Row:
    """A run: its header, its prompt against its parent's, and its jobs."""

    id: str
    number: int
    url: str
    project_url: str
    model_label: str
    settings_line: str
    state: str
    state_label: str
    prompt: str
    segments: Sequence[Segment]
    changes: list[Change]
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


def can_edit(actor: Actor, run: Run) -> bool:
    """The rule of ``editable_by`` for a run that is at hand."""
    if run.team_id is None:
        return run.owner_id == (actor.user.pk if actor.user else None)
    if actor.roles.get(run.team_id) not in EDITING_ROLES:
        return False
    return run.visibility != Visibility.PRIVATE or run.owner_id == (actor.user.pk if actor.user else None)


def rows(runs: Sequence[Run], actor: Actor, favourites: frozenset[UUID] = frozenset()) -> list[Row]:
    """Rows of runs loaded by ``jobs.selectors``; one query for the queue when anything is queued."""
    ahead = jobs.ahead([job for run in runs for job in run.jobs.all()])
    return [row(run, actor, ahead, favourites) for run in runs]


def row(run: Run, actor: Actor, ahead: Mapping[UUID, int], favourites: frozenset[UUID]) -> Row:
    """One run for one viewer."""
    members = list(run.jobs.all())
    editable = can_edit(actor, run)
    job_rows = [_job_row(run, job, editable, ahead, favourites) for job in members]
    state = state_of(members)
    first = members[0]
    started = min((job.started_at for job in members if job.started_at), default=None)
    done = state in FINAL or state == State.UNCONFIRMED
    parent = list(run.parent.jobs.all()) if run.parent else []
    usual = None if done else jobs.usual_seconds(first.model)
    return Row(
        id=str(run.pk),
        number=run.number,
        url=reverse("run", args=[run.pk]),
        project_url=reverse("project", args=[run.project_id]),
        model_label=model_label(members),
        settings_line=settings_line(first),
        state=state,
        state_label=state_label(state, members, ahead),
        prompt=run.prompt,
        segments=segments(run),
        changes=changes(parent[0], first) if parent else [],
        created_iso=run.created_at.isoformat(),
        started_iso=started.isoformat() if started and not done else "",
        usual_label=_("usually %(time)s") % {"time": clock(usual)} if usual else "",
        age_label=age(run.created_at),
        cost_label=cost_label(members) if done else "",
        cost_title=_("%(dollars)s, %(micros)s micros") % money_parts(members),
        jobs=job_rows,
        collapsed=done and not any(job.tiles for job in job_rows),
        can_cancel=any(job.can_cancel for job in job_rows),
        can_edit=editable,
        is_open=not done,
        thumb=next((tile.src320 for job in job_rows for tile in job.tiles if tile.src320), ""),
        settings_json=json.dumps(reuse(run, first)),
        owner_name=str(run.owner) if actor.user and run.owner_id != actor.user.pk else "",
    )


def segments(run: Run) -> Sequence[Segment]:
    """The prompt with its changes marked; a prompt that is mostly new carries no marks."""
    marked = redline(run.parent.prompt, run.prompt) if run.parent else []
    return marked if marked and kept(marked) >= MARKED_ABOVE else [Segment(SAME, run.prompt)]


def state_of(members: Sequence[Job]) -> str:
    """The run's state: open while any job is, else the best of what its jobs came to."""
    states = {job.state for job in members}
    for state in (State.RUNNING, State.QUEUED, State.ASKED, State.UNCONFIRMED):
        if state in states:
            return state
    if states <= {State.SUCCEEDED}:
        return State.SUCCEEDED
    if states & {State.SUCCEEDED, State.PARTIAL}:
        return State.PARTIAL
    return State.FAILED if State.FAILED in states else State.CANCELLED


def state_label(state: str, members: Sequence[Job], ahead: Mapping[UUID, int]) -> str:
    """What the chip in the row's header says."""
    if state == State.QUEUED:
        before = min((ahead.get(job.pk, 0) for job in members if job.state == State.QUEUED), default=0)
        return _("Queued, %(count)d ahead") % {"count": before} if before else _("Queued, next in line")
    if state == State.RUNNING:
        wanted = sum(job.n for job in members)
        if any(job.cancel_requested for job in members):
            return _("Cancelling")
        return _("%(done)d of %(wanted)d") % {"done": _delivered(members), "wanted": wanted}
    return str(State(state).label)


def model_label(members: Sequence[Job]) -> str:
    """The model's name, or how many models were asked."""
    labels = list(dict.fromkeys(job.model_label for job in members))
    if len(labels) == 1:
        return labels[0]
    return ngettext("%(count)d model", "%(count)d models", len(labels)) % {"count": len(labels)}


def settings_line(job: Job) -> str:
    """Size, quality and seed in one quiet line."""
    return " · ".join(value for _name, value in _settings(job) if value)


def _settings(job: Job) -> list[tuple[str, str]]:
    given = job.parameters
    size = given.get("aspect_ratio") or given.get("preset")
    if not size:
        size = f"{job.width} × {job.height}" if job.width else _("Automatic size")
    return [
        (_("model"), ""),
        (_("size"), str(size)),
        (_("resolution"), str(given.get("resolution") or "")),
        (_("quality"), str(given.get("quality") or "").capitalize()),
        (
            _("format"),
            "" if given.get("output_format") in (None, "", "png") else str(given["output_format"]).upper(),
        ),
        (_("background"), _("Transparent") if given.get("background") == "transparent" else ""),
        (
            _("seed"),
            _("seed %(seed)s") % {"seed": job.seed} if given.get("seed") is not None else "",
        ),
    ]


def changes(before: Job, after: Job) -> list[Change]:
    """Settings that differ between a run and its parent, and references that came or went."""
    found = [
        Change(name, old or "–", new or "–")
        for (name, old), (_same, new) in zip(_settings(before), _settings(after), strict=True)
        if old != new
    ]
    if before.model != after.model:
        found.insert(0, Change(_("model"), before.model_label, after.model_label))
    difference = len(after.references.all()) - len(before.references.all())
    if difference:
        found.append(Change(_("reference"), "", f"{'+' if difference > 0 else '−'}{abs(difference)}"))
    return found


def cost_label(members: Sequence[Job]) -> str:
    """What the run came to, in credits."""
    charged = sum(job.charged for job in members)
    return _("%(credits)s cr") % {"credits": credits_text(charged)} if charged else _("Nothing charged")


def money_parts(members: Sequence[Job]) -> dict[str, str]:
    """The exact charge, for the tooltip."""
    charged = sum(job.charged for job in members)
    return {"dollars": dollars_text(charged), "micros": f"{charged:,}"}


def age(moment: datetime) -> str:
    """``just now``, ``6 min ago``, ``3 h ago``; after a day ``20 Nov, 11:04`` in the viewer's zone."""
    minutes = int((timezone.now() - moment).total_seconds() // 60)
    if minutes < 1:
        return _("just now")
    if minutes < 60:
        return _("%(count)d min ago") % {"count": minutes}
    if minutes < 24 * 60:
        return _("%(count)d h ago") % {"count": minutes // 60}
    return date_format(timezone.localtime(moment), "j M, H:i")


def clock(seconds: float) -> str:
    """``0:18``."""
    whole = max(1, round(seconds))
    return f"{whole // 60}:{whole % 60:02d}"


def reuse(run: Run, job: Job) -> dict[str, Any]:
    """The settings that the composer takes over, under the names of its form."""
    settings = {name: value for name, value in job.parameters.items() if value not in (None, "", 0)}
    references = [
        {"id": str(ref.image_id), "role": ref.role, "thumb": images.media_url(ref.image_id, 320)}
        for ref in job.references.all()
    ]
    return settings | {
        "prompt": job.prompt,
        "negative_prompt": job.negative_prompt,
        "model": job.model,
        "n": job.n,
        "seed": job.seed if job.seed is not None else "",
        "references": references,
        "parent": str(run.pk),
    }


def _delivered(members: Sequence[Job]) -> int:
    return sum(len(job.outputs.all()) for job in members)


def _job_row(
    run: Run, job: Job, editable: bool, ahead: Mapping[UUID, int], favourites: frozenset[UUID]
) -> JobRow:
    delivered = len(job.outputs.all())
    over = job.state in FINAL
    return JobRow(
        id=str(job.pk),
        model=job.model,
        model_name=job.model_label,
        state=job.state,
        queue_ahead=ahead.get(job.pk, 0),
        tiles=_tiles(job, favourites),
        error=causes.cause(job, delivered) if over or job.state == State.UNCONFIRMED else None,
        can_cancel=editable and job.state in ACTIVE and not job.cancel_requested,
        can_retry=editable and over and delivered < job.n,
        actions=_actions(editable, over, delivered < job.n),
    )


def _actions(editable: bool, over: bool, incomplete: bool) -> list[Action]:
    if not (editable and over and incomplete):
        return []
    return [Action("model", _("Switch model")), Action("retry", _("Retry"))]


def _tiles(job: Job, favourites: frozenset[UUID]) -> list[Tile]:
    pictures = {output.position: output.image for output in job.outputs.all()}
    if not pictures and job.state in (State.FAILED, State.CANCELLED):
        return []
    width, height = job.width or 1024, job.height or 1024
    if pictures and not job.width:
        blob = next(iter(pictures.values())).blob
        width, height = blob.width, blob.height
    tiles = []
    for index in range(job.n):
        if index in pictures:
            tiles.append(_picture(index, images.card(pictures[index]), pictures[index].pk in favourites))
        else:
            tiles.append(_forming(job, index, width, height))
    return tiles


def _picture(index: int, card: images.Card, favourite: bool) -> Tile:
    return Tile(
        kind="image",
        index=index,
        width=card.width,
        height=card.height,
        ratio=card.ratio,
        image_id=str(card.id),
        url=card.href,
        src320=card.thumb,
        src640=card.src,
        src1280=card.full,
        srcset=card.srcset,
        color=card.color,
        placeholder=card.placeholder,
        alt=card.alt,
        favourite=favourite,
    )


def _forming(job: Job, index: int, width: int, height: int) -> Tile:
    shape: dict[str, Any] = {
        "index": index,
        "width": width,
        "height": height,
        "ratio": f"{width / height:.4f}",
    }
    if job.state in FINAL or job.state == State.UNCONFIRMED:
        return Tile(kind="failed", **shape)
    look = job.previews.get(str(index))
    if job.state == State.RUNNING and look and look["step"]:
        fraction = look["fraction"]
        return Tile(
            kind="partial",
            partial_src=images.preview_url(job.pk, index, int(look["step"])),
            partial_label=_("Forming") if fraction < 0.5 else _("Refining"),
            partial_percent=round(fraction * 100),
            **shape,
        )
    label = _("Painting") if job.state == State.RUNNING and index == 0 else _("Waiting for a slot")
    return Tile(kind="waiting", partial_label=label, **shape)
