"""What the account that pays for a key has, and every movement that led there."""

from __future__ import annotations

from typing import Literal, cast
from uuid import UUID

from django.http import HttpResponseBase
from django.utils.translation import gettext as _

from studio.api import ids
from studio.api.errors import Kind, Refused
from studio.api.http import ApiRequest, answer
from studio.api.own import answers, cursors
from studio.api.own.answers import amount
from studio.api.own.fields import EntriesQuery
from studio.credits import caps, selectors
from studio.credits import services as ledger
from studio.jobs.spending import JOB_KEY

LIST = "statement"


def read_balance(request: ApiRequest) -> HttpResponseBase:
    """Now."""
    found = selectors.balance(_account(request))
    ref = str(request.key.pk)
    cap = caps.read(caps.KEY, [ref]).get(ref)
    told = answers.Balance(
        of=_whose(request),
        available=amount(found.available),
        held=amount(found.held),
        key_left=amount(cap.left) if cap else None,
        blocked=found.blocked,
    )
    return answer(told.model_dump())


def list_entries(request: ApiRequest, query: EntriesQuery) -> HttpResponseBase:
    """Newest first. What a member pays alone is no team's to read."""
    if request.key.team and _whose(request) == "person":
        text = _("In this team each member pays alone. Read the statement with a key of your own workspace.")
        raise Refused(Kind.FORBIDDEN, text)
    before = cursors.number(LIST, query.cursor)
    rows, last = selectors.newest_entries(
        _account(request), before=before, since=query.since, until=query.until, limit=query.limit
    )
    told = [
        answers.Entry(
            time=entry.created_at,
            type=cast("answers.Movement", entry.kind),
            job=_job(entry.hold.key) if entry.hold else None,
            label=entry.hold.label if entry.hold else "",
            detail=entry.reason,
            actor=str(entry.actor or ""),
            available=amount(entry.d_available),
            held=amount(entry.d_held),
            balance=amount(entry.available_after),
            key=entry.key,
        )
        for entry in rows
    ]
    page = answers.Page[answers.Entry](data=told, next_cursor=cursors.written(LIST, last))
    return answer(page.model_dump(mode="json"))


def _account(request: ApiRequest) -> UUID:
    return ledger.paying_account(user=request.actor.require_user(), team=request.key.team).pk


def _whose(request: ApiRequest) -> Literal["person", "team"]:
    team = request.key.team
    return "team" if team and team.pool_pays else "person"


def _job(hold: str) -> str | None:
    """The job that a hold is for."""
    return ids.shown("job", UUID(hold.removeprefix(JOB_KEY))) if hold.startswith(JOB_KEY) else None
