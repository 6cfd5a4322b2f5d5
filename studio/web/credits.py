"""The page of credits: what there is, what is held, and every movement that led there."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_required
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from studio.core.micros import credits_text, dollars_text
from studio.credits import selectors
from studio.credits import services as credits
from studio.images import selectors as images
from studio.jobs.models import Job
from studio.web import access
from studio.web.http import StudioRequest, is_htmx
from studio.web.numbers import whole

WORDS = {
    "held": gettext_lazy("Held"),
    "charged": gettext_lazy("Charged"),
    "returned": gettext_lazy("Returned"),
    "added": gettext_lazy("Added"),
    "removed": gettext_lazy("Removed"),
}
JOB_KEY = "job:"
# What a spreadsheet takes for the beginning of a formula, their full-width twins, and what hides one.
FORMULA_LEADS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n", "\0")
CSV_HEAD = ("time", "type", "job", "detail", "actor", "available", "held", "balance", "micros", "key")


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


@login_required
@require_safe
@never_cache
def statement(request: StudioRequest) -> HttpResponse:
    """The account that pays in this workspace, or with ``?of=me`` one's own; ``before`` pages, ``show`` narrows."""
    account_id, of = _account(request)
    show = request.GET.get("show", "")
    show = show if show in WORDS else ""
    page = selectors.statement(account_id, before=_cursor(request), show=show)
    jobs = _jobs(request, page.rows)
    context: dict[str, Any] = {
        "rows": [_shown(row, jobs) for row in page.rows],
        "next": page.next,
        "show": show,
        "of": of,
        "numbered": not show,
    }
    if is_htmx(request) and "before" in request.GET:
        return render(request, "credits/page.html#rows", context)
    context |= {
        "figures": _figures(request, account_id),
        "words": WORDS,
        "pool": request.workspace.team if _pool_pays(request) else None,
    }
    return render(request, "credits/page.html", context)


@login_required
@require_safe
def statement_csv(request: StudioRequest) -> StreamingHttpResponse:
    """The raw entries, oldest first; streamed, so that a long history costs no memory."""
    account_id, _of = _account(request)
    chunks = _csv(account_id)
    served_by_asgi = isinstance(cast(HttpRequest, request), ASGIRequest)
    # Under ASGI a plain iterator would be read whole before its first byte is sent.
    body = _in_threads(chunks) if served_by_asgi else chunks
    response = StreamingHttpResponse(body, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="gesso-credits.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


def cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA_LEADS) else text


def _csv(account_id: UUID) -> Iterator[str]:
    yield _lines_of([CSV_HEAD])
    for entries in selectors.entries(account_id):
        yield _lines_of(
            (
                entry.created_at.isoformat(),
                cell(str(entry.get_kind_display())),
                cell(entry.hold.label if entry.hold else ""),
                cell(entry.reason),
                cell(str(entry.actor or "")),
                _decimal(entry.d_available),
                _decimal(entry.d_held),
                _decimal(entry.available_after),
                entry.d_available,
                cell(entry.key),
            )
            for entry in entries
        )


def _lines_of(rows: Iterable[Iterable[object]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue()


def _decimal(micros: int) -> str:
    """Credits exactly, to the micro, as a number that programs read."""
    sign, micros = "-" if micros < 0 else "", abs(micros)
    return f"{sign}{micros // 10_000}.{micros % 10_000:04d}"


async def _in_threads(chunks: Iterator[str]) -> AsyncIterator[str]:
    while (chunk := await sync_to_async(_next)(chunks)) is not None:
        yield chunk


def _next(chunks: Iterator[str]) -> str | None:
    return next(chunks, None)


def _account(request: StudioRequest) -> tuple[UUID, str]:
    if request.GET.get("of") == "me" and _pool_pays(request):
        return credits.account_of(user=request.user).pk, "me"
    return request.workspace.account_id, ""


def _pool_pays(request: StudioRequest) -> bool:
    team = request.workspace.team
    return team is not None and team.pool_pays


def _cursor(request: StudioRequest) -> int | None:
    return whole(request.GET.get("before", ""))


def _figures(request: StudioRequest, account_id: UUID) -> dict[str, Any]:
    figures = selectors.figures(account_id)
    available, held = figures.balance.available, figures.balance.held
    return {
        "available": credits_text(available),
        "available_title": _exactly(available),
        "dollars": dollars_text(available),
        "held": credits_text(held),
        "held_title": _exactly(held),
        "open": figures.open_holds,
        "spent": credits_text(figures.spent),
        "spent_title": _exactly(figures.spent),
        "charges": figures.charges,
        "blocked": figures.balance.blocked,
        "days_left": figures.days_left,
        "a_day": credits_text(figures.spent_a_day),
    }


def _exactly(micros: int) -> str:
    return f"{dollars_text(micros)} · {micros:,} micros"


def _jobs(request: StudioRequest, rows: list[selectors.Row]) -> Mapping[str, Job]:
    ids = [UUID(row.key.removeprefix(JOB_KEY)) for row in rows if row.key.startswith(JOB_KEY)]
    return {job.hold_key: job for job in access.jobs_for(request, ids)}


def _shown(row: selectors.Row, jobs: Mapping[str, Job]) -> Shown:
    job = jobs.get(row.key)
    pictures = [output.image_id for output in job.outputs.all() if output.image_id] if job else []
    return Shown(
        word=row.word,
        name=str(WORDS[row.word]),
        at=row.at,
        when=_when(row.at),
        detail=_detail(row, job),
        amount=_signed(row.amount),
        sign=_sign(row.amount),
        title=_exactly(row.amount),
        balance="" if row.balance is None else credits_text(row.balance),
        job=_job_name(row, job),
        url=reverse("run", args=[job.run_id]) if job else "",
        thumb=images.media_url(pictures[0], 320) if pictures else "",
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
        title=_exactly(line.amount),
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
    local = timezone.localtime(at)
    clock = date_format(local, "H:i:s" if seconds else "H:i")
    return clock if local.date() == timezone.localdate() else f"{date_format(local, 'j M')}, {clock}"
