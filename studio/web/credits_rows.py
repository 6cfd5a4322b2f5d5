"""The rows of the statement in the words of its page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from studio.core.micros import credits_text, dollars_text
from studio.credits import selectors
from studio.images import selectors as images
from studio.jobs.models import Job
from studio.jobs.spending import JOB_KEY, first_pictures
from studio.web import access
from studio.web.http import StudioRequest

WORDS = {
    "held": gettext_lazy("Held"),
    "charged": gettext_lazy("Charged"),
    "returned": gettext_lazy("Returned"),
    "added": gettext_lazy("Added"),
    "removed": gettext_lazy("Removed"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One line in the words of the page. ``title`` gives the amount in dollars and micros."""

    word: str
    name: str
    at: datetime
    when: str
    detail: str
    amount: str
    sign: str
    title: str
    balance: str
    job: str = ""
    url: str = ""
    thumb: str = ""
    lines: tuple[Shown, ...] = ()


def shown(request: StudioRequest, rows: Iterable[selectors.Row]) -> list[Shown]:
    """The rows, with the run and a picture where the person may see them."""
    rows = list(rows)
    ids = [UUID(row.key.removeprefix(JOB_KEY)) for row in rows if row.key.startswith(JOB_KEY)]
    jobs = {job.hold_key: job for job in access.jobs_for(request, ids)}
    pictures = first_pictures(request.actor, [job.pk for job in jobs.values()])
    return [_shown(row, jobs.get(row.key), pictures) for row in rows]


def exactly(micros: int) -> str:
    """An amount as a tooltip tells it."""
    return f"{dollars_text(micros)} · {micros:,} micros"


def _shown(row: selectors.Row, job: Job | None, pictures: Mapping[UUID, UUID]) -> Shown:
    picture = pictures.get(job.pk) if job else None
    return Shown(
        word=row.word,
        name=str(WORDS[row.word]),
        at=row.at,
        when=_when(row.at),
        detail=_detail(row, job),
        amount=_signed(row.amount),
        sign=_sign(row.amount),
        title=exactly(row.amount),
        balance="" if row.balance is None else credits_text(row.balance),
        job=_job_name(row, job),
        url=reverse("run", args=[job.run_id]) if job else "",
        thumb=images.media_url(picture, 320) if picture else "",
        lines=tuple(_shown_line(line) for line in row.lines),
    )


def _shown_line(line: selectors.Line) -> Shown:
    return Shown(
        word=line.word,
        name=str(WORDS[line.word]),
        at=line.at,
        when=_when(line.at, seconds=True),
        detail=line.reason,
        # A charge moves nothing: what was held has left the balance already.
        amount=credits_text(-line.amount) if line.word == "charged" else _signed(line.amount),
        sign=_sign(line.amount),
        title=exactly(line.amount),
        balance=credits_text(line.balance),
    )


def _signed(micros: int) -> str:
    return f"+{credits_text(micros)}" if micros > 0 else credits_text(micros)


def _sign(micros: int) -> str:
    return "plus" if micros > 0 else "minus" if micros < 0 else "zero"


def _job_name(row: selectors.Row, job: Job | None) -> str:
    if job:
        return f"#{job.run.number} {job.run.project.name}"
    if row.label:
        return row.label
    return _("Grant") if row.word == "added" else _("Removal")


def _detail(row: selectors.Row, job: Job | None) -> str:
    """What was bought and what became of it, or who added and why."""
    if not row.lines:
        quoted = {"name": row.actor, "reason": row.reason}
        return _("from %(name)s: “%(reason)s”") % quoted if row.actor else row.reason
    parts = [f"{job.model_label} × {job.n}" if job else "", row.reason]
    if row.word == "charged" and row.charged < row.held:
        parts.append(_("held %(held)s") % {"held": credits_text(row.held)})
    if row.word == "returned" and not row.reason:
        parts.append(_("nothing was charged"))
    return ", ".join(part for part in parts if part)


def _when(at: datetime, *, seconds: bool = False) -> str:
    local, today = timezone.localtime(at), timezone.localdate()
    clock = date_format(local, "H:i:s" if seconds else "H:i")
    if local.date() == today:
        return clock
    return (
        f"{date_format(local, 'j M')}, {clock}" if local.year == today.year else date_format(local, "j M Y")
    )
