"""A run in words: its state, its settings, what changed since its parent, what it came to, how long ago."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.utils import timezone
from django.utils.dates import MONTHS_3
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from studio.catalog import automatic, extra_values, extras, labels, loader
from studio.catalog.fields import APART, LOW
from studio.catalog.health import Trouble
from studio.core.micros import credits_text, dollars_text
from studio.images import selectors as images
from studio.jobs import billing
from studio.jobs.models import Job, Run, State
from studio.prompts.redline import DELETED, SAME, Segment, kept, redline

MARKED_ABOVE = 0.3
"""The share of a prompt that must come from its parent for the changes to be worth reading."""


class Mark(NamedTuple):
    """A stretch of the prompt; the space around its words stands outside of what is marked."""

    kind: str
    before: str
    words: str
    after: str

    @classmethod
    def of(cls, segment: Segment) -> Mark:
        words = segment.text.strip()
        before, _words, after = segment.text.partition(words) if words else (segment.text, "", "")
        # What was lost and what came instead touch in the text.
        return cls(segment.kind, before, words, after or (" " if segment.kind == DELETED else ""))


@dataclass(frozen=True, slots=True)
class Change:
    """One setting that differs from the parent run; ``before`` is empty where it was not set."""

    name: str
    before: str
    after: str


def count(runs: int) -> str:
    """How many runs a project has, in words."""
    return ngettext("%(n)s run", "%(n)s runs", runs) % {"n": runs}


def marks(run: Run) -> Sequence[Mark]:
    """The prompt with its changes marked; a prompt that is mostly new carries no marks."""
    marked = redline(run.parent.prompt, run.prompt) if run.parent else []
    shown = marked if marked and kept(marked) >= MARKED_ABOVE else [Segment(SAME, run.prompt)]
    return [Mark.of(segment) for segment in shown]


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


def state_label(
    state: str, members: Sequence[Job], ahead: Mapping[UUID, int], held_up: Mapping[UUID, Trouble]
) -> str:
    """What the chip in the row's header says."""
    if state == State.QUEUED:
        queued = [job for job in members if job.state == State.QUEUED]
        if all(job.pk in held_up for job in queued):
            vendor = loader.catalog().entries[queued[0].model].vendor.label
            return _("Waits for %(vendor)s") % {"vendor": vendor}
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
    """Size, quality and seed in one quiet line, and what differs from what the model does by itself."""
    entry = loader.catalog().entries.get(job.model)
    own = (extra_values.words(entry, name, value) for name, value in _own(job).items())
    return " · ".join(
        [
            *(value for _name, value in _settings(job) if value),
            *([_("seed %(seed)s") % {"seed": seed}] if (seed := _seed(job)) else []),
            *(f"{label} {value}" for label, value in own),
        ]
    )


def unused_line(job: Job) -> str:
    """What a program sent that the model has no setting for; empty where it sent nothing of the kind."""
    sent: Mapping[str, str] = job.parameters.get("unused") or {}
    return " · ".join(f"{name} {text}" for name, text in sent.items())


def _own(job: Job) -> Mapping[str, extras.Value]:
    """The settings that only this job's model has; a job from before there were any has none."""
    found: Mapping[str, extras.Value] = job.parameters.get("extra") or {}
    return found


def _settings(job: Job) -> list[tuple[str, str]]:
    given = job.parameters
    size = given.get("aspect_ratio") or _preset(job, str(given.get("preset") or ""))
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
        (
            _("compression"),
            "" if given.get("output_compression") is None else f"{given['output_compression']} %",
        ),
        (_("style"), labels.style(str(given.get("style") or ""))),
        (_("moderation"), labels.moderation(LOW) if given.get("moderation") == LOW else ""),
        (_("background"), _("Transparent") if given.get("background") == "transparent" else ""),
    ]


def _seed(job: Job) -> str:
    """The seed that was asked for; empty for one that was rolled."""
    return str(job.seed) if job.parameters.get("seed") is not None else ""


def _preset(job: Job, value: str) -> str:
    """A preset by the name that the composer gives it; one that is known no more keeps the vendor's."""
    entry = loader.catalog().entries.get(job.model)
    known = next((each for each in entry.sizing.presets if each.value == value), None) if entry else None
    return _(known.label) if known else value


def changes(before: Job, after: Job) -> list[Change]:
    """Settings that differ between a run and its parent, and references that came or went."""
    pairs = zip(_settings(before), _settings(after), strict=True)
    found = [_change(name, old, new) for (name, old), (_same, new) in pairs if old != new]
    if _seed(before) != _seed(after):
        found.append(_change(_("seed"), _seed(before), _seed(after) or _("random")))
    if before.model != after.model:
        found.insert(0, Change(_("model"), before.model_label, after.model_label))
    found += _own_changes(before, after)
    difference = len(after.references.all()) - len(before.references.all())
    if difference:
        found.append(Change(_("reference"), "", f"{'+' if difference > 0 else '−'}{abs(difference)}"))
    return found


def _change(name: str, old: str, new: str) -> Change:
    return Change(name, old, new or _("none"))


def _own_changes(before: Job, after: Job) -> Iterable[Change]:
    """The settings that only one of the models or both have; what was not set is what the model does by itself."""
    entries = loader.catalog().entries
    old, new = _own(before), _own(after)
    for name in dict.fromkeys([*old, *new]):
        if old.get(name) == new.get(name):
            continue
        label, was = extra_values.words(entries.get(before.model), name, old.get(name))
        known, now = extra_values.words(entries.get(after.model), name, new.get(name))
        yield _change(label if name in old else known, was, now)


def route_line(job: Job) -> str:
    """Why ``auto`` chose the job's model; empty where a person did."""
    if job.route is None:
        return ""
    names: dict[str, object] = {"model": job.model_label, "of": job.route["of"]}
    if job.route["of"] == 1:
        return _("Auto chose %(model)s, the only model here that does all of this.") % names
    if job.route["success"] is None:
        return (
            _("Auto chose %(model)s of %(of)d models that can do this; it did not run here before.") % names
        )
    names["weather"] = weather(job.route["success"], job.route["runs"], job.route["seconds"])
    return _("Auto chose %(model)s of %(of)d models that can do this: %(weather)s.") % names


def weather(success: float | None, runs: int, seconds: float | None) -> str:
    """``98% of 120 runs delivered, usually 0:09``; that there were none."""
    if success is None:
        return _("not run here yet")
    line = ngettext("%(share)s of %(runs)d run delivered", "%(share)s of %(runs)d runs delivered", runs) % {
        "share": f"{int(success * 100)}%",
        "runs": runs,
    }
    usual = _("usually %(time)s") % {"time": clock(seconds)} if seconds is not None else ""
    return f"{line}, {usual}" if usual else line


def replaced(members: Sequence[Job]) -> frozenset[UUID]:
    """The jobs of a run that ended because ``auto`` went on to another of its jobs."""
    return frozenset(job.retry_of_id for job in members if job.retry_of_id) & {job.pk for job in members}


def cost_label(members: Sequence[Job]) -> str:
    """What the run came to, in credits, or what stays held until that is clear."""
    charged = sum(job.charged for job in members)
    unclear = [job for job in members if job.state == State.UNCONFIRMED]
    if held := sum(billing.quoted(job).high for job in unclear if billing.is_held(job)):
        return _("%(credits)s cr held") % {"credits": credits_text(held)}
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
    local = timezone.localtime(moment)
    # date_format would take a quarter of a gallery page's time.
    return f"{local.day} {MONTHS_3[local.month].title()}, {local:%H:%M}"


def clock(seconds: float) -> str:
    """``0:18``."""
    whole = max(1, round(seconds))
    return f"{whole // 60}:{whole % 60:02d}"


def reuse(run: Run, job: Job) -> dict[str, Any]:
    """The settings that the composer takes over, under the names of its form."""
    given = {name: value for name, value in job.parameters.items() if name not in APART}
    settings = {name: value for name, value in given.items() if value not in (None, "")} | extras.as_form(
        _own(job)
    )
    if job.route is not None:
        settings = dict(job.route["asked"])
    references = [
        {"id": str(ref.image_id), "role": ref.role, "thumb": images.media_url(ref.image_id, 320)}
        for ref in job.references.all()
    ]
    return settings | {
        "prompt": job.prompt,
        "negative_prompt": job.negative_prompt,
        "model": automatic.ID if job.route is not None else job.model,
        "n": job.n,
        "seed": job.seed if job.seed is not None and job.route is None else "",
        "references": references,
        "parent": str(run.pk),
    }


def _delivered(members: Sequence[Job]) -> int:
    return sum(len(job.outputs.all()) for job in members)
