"""The page of credits: what there is, what is held, what was spent on what, and every movement that led there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from typing import Any, cast
from uuid import UUID

from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_required
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from studio.core.micros import CREDIT_MICROS, credits_text, dollars_text
from studio.credits import selectors, spending
from studio.credits import services as credits
from studio.jobs import spending as jobs
from studio.web import credits_csv, credits_spend, spans
from studio.web.credits_rows import WORDS, exactly, shown
from studio.web.credits_spend import Spend
from studio.web.http import StudioRequest, is_htmx
from studio.web.numbers import whole

SPANS = {
    "7": (gettext_lazy("7 days"), gettext_lazy("Spent, 7 days")),
    "30": (gettext_lazy("30 days"), gettext_lazy("Spent, 30 days")),
    spans.YEAR: (gettext_lazy("This year"), gettext_lazy("Spent, this year")),
}
"""What each span is called, alone and with its figure."""

LONG_DAYS = 365
"""A forecast beyond this is no news."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: ``of`` is ``me`` for one's own credits beside a pool, ``show`` a word of WORDS."""

    of: str
    span: str
    show: str

    def href(self, before: int | None = None) -> str:
        """The address of the page that shows this."""
        wanted = {
            "of": self.of,
            "range": "" if self.span == spans.DEFAULT else self.span,
            "show": self.show,
            "before": "" if before is None else str(before),
        }
        query = urlencode({name: value for name, value in wanted.items() if value})
        return f"{reverse('credits')}?{query}" if query else reverse("credits")


@dataclass(frozen=True, slots=True)
class Way:
    """A link of a row of links of which one is where the person is."""

    name: str
    href: str
    here: bool


@login_required
@require_safe
@never_cache
def statement(request: StudioRequest) -> HttpResponse:
    """The account that pays in this workspace, or with ``?of=me`` one's own; ``range`` is what the figures and
    the chart are about, ``before`` pages the ledger, ``show`` narrows it.

    To htmx only the part that it will change.
    """
    asked = _asked(request)
    account_id = _account_id(request, asked.of)
    part = (request.htmx.target or "").partition("#")[2] if is_htmx(request) else ""
    context: dict[str, Any] = {"asked": asked, "ranges": _ranges(asked), "filters": _filters(asked)}
    if part != "overview":
        context |= _ledger(request, account_id, asked)
    if is_htmx(request) and "before" in request.GET:
        return render(request, "credits/page.html#rows", context)
    if part == "ledger":
        return render(request, "credits/page.html#ledger_answer", context)
    context |= _overview(request, account_id, asked)
    return render(
        request, "credits/page.html#overview_answer" if part == "overview" else "credits/page.html", context
    )


@login_required
@require_safe
def statement_csv(request: StudioRequest) -> StreamingHttpResponse:
    """The raw entries of ``range``, or without one all, oldest first; streamed, so that length costs no memory."""
    account_id = _account_id(request, _asked(request).of)
    span = spans.span_of(request.GET["range"]) if request.GET.get("range") in spans.KEYS else None
    chunks = credits_csv.lines(account_id, span.since if span else None, span.until if span else None)
    served_by_asgi = isinstance(cast(HttpRequest, request), ASGIRequest)
    # Under ASGI a plain iterator would be read whole before its first byte is sent.
    body = _in_threads(chunks) if served_by_asgi else chunks
    response = StreamingHttpResponse(body, content_type="text/csv; charset=utf-8")
    name = f"gesso-credits-{span.first}-to-{span.last}.csv" if span else "gesso-credits.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


async def _in_threads(chunks: Iterator[str]) -> AsyncIterator[str]:
    while (chunk := await sync_to_async(_next)(chunks)) is not None:
        yield chunk


def _next(chunks: Iterator[str]) -> str | None:
    return next(chunks, None)


def _asked(request: StudioRequest) -> Asked:
    of = "me" if request.GET.get("of") == "me" and _pool_pays(request) else ""
    span, show = request.GET.get("range", ""), request.GET.get("show", "")
    return Asked(of, span if span in spans.KEYS else spans.DEFAULT, show if show in WORDS else "")


def _account_id(request: StudioRequest, of: str) -> UUID:
    return credits.account_of(user=request.user).pk if of else request.workspace.account_id


def _pool_pays(request: StudioRequest) -> bool:
    team = request.workspace.team
    return team is not None and team.pool_pays


def _ranges(asked: Asked) -> list[Way]:
    return [
        Way(str(name), replace(asked, span=key).href(), key == asked.span)
        for key, (name, _spent) in SPANS.items()
    ]


def _filters(asked: Asked) -> list[Way]:
    words = {"": _("All")} | {word: str(name) for word, name in WORDS.items()}
    return [Way(name, replace(asked, show=word).href(), word == asked.show) for word, name in words.items()]


def _ledger(request: StudioRequest, account_id: UUID, asked: Asked) -> dict[str, Any]:
    page = selectors.statement(account_id, before=whole(request.GET.get("before", "")), show=asked.show)
    return {
        "rows": shown(request, page.rows),
        "more": "" if page.next is None else asked.href(before=page.next),
        "everything": replace(asked, show="").href(),
        "csv_of_all": _csv_address(asked.of),
    }


def _overview(request: StudioRequest, account_id: UUID, asked: Asked) -> dict[str, Any]:
    span = spans.span_of(asked.span)
    spend = credits_spend.gathered(jobs.by_day_and_model(account_id, span.since, span.until, span.zone), span)
    balance = selectors.balance(account_id)
    team = request.workspace.team if _pool_pays(request) else None
    whose = (
        [Way(_("%(team)s pool") % {"team": team}, Asked("", asked.span, "").href(), not asked.of)]
        if team
        else []
    )
    whose += [Way(_("Your own"), Asked("me", asked.span, "").href(), bool(asked.of))] if team else []
    return {
        "figures": _figures(account_id, balance, spend),
        "spent_name": SPANS[asked.span][1],
        "forecast": _forecast(account_id, balance.available),
        "picture": credits_spend.picture(spend, span) if spend.micros else None,
        "series": spend.series,
        "shares": credits_spend.shares(spend) if spend.micros else [],
        "csv": _csv_address(asked.of, asked.span),
        "whose": whose,
        "team": team if team and not asked.of else None,
    }


def _csv_address(of: str, span: str = "") -> str:
    query = urlencode({name: value for name, value in (("of", of), ("range", span)) if value})
    return f"{reverse('credits_csv')}?{query}" if query else reverse("credits_csv")


def _figures(account_id: UUID, balance: selectors.Balance, spend: Spend) -> dict[str, Any]:
    a_picture = spend.micros // spend.pictures if spend.pictures else 0
    return {
        "available": credits_text(balance.available),
        "available_title": exactly(balance.available),
        "dollars": dollars_text(balance.available),
        "held": credits_text(balance.held),
        "held_title": exactly(balance.held),
        "runs": jobs.runs_in_progress(account_id) if balance.held else 0,
        "spent": credits_text(spend.micros),
        "spent_title": exactly(spend.micros),
        "pictures": spend.pictures,
        "a_picture": credits_text(a_picture),
        "a_picture_title": exactly(a_picture),
        "a_picture_dollars": dollars_text(a_picture),
        "blocked": balance.blocked,
    }


def _forecast(account_id: UUID, available: int) -> dict[str, Any] | None:
    """For how long the balance lasts at the pace of the last seven days; None without a pace."""
    a_day = spending.pace(account_id)
    if not a_day:
        return None
    days = available // a_day
    # A mean of ten credits or more says nothing in its decimals.
    a_day = round(a_day / CREDIT_MICROS) * CREDIT_MICROS if a_day >= 10 * CREDIT_MICROS else a_day
    return {
        "days": days,
        "a_day": credits_text(a_day),
        "low": days < spending.WEEK.days,
        "long": days > LONG_DAYS,
    }
