"""Tasks for the programs of other dialects that do not wait: ``Prefer: respond-async`` (RFC 7240)."""

from __future__ import annotations

from django.http import HttpResponseBase

from studio.api.http import ApiRequest
from studio.api.tasks.envelopes import accepted
from studio.jobs.models import Run

RESPOND_ASYNC = "respond-async"


def is_preferred(request: ApiRequest) -> bool:
    """Whether a task is preferred to waiting, which the addresses without the dialect's base grant."""
    preferred = (each.partition(";")[0].strip() for each in request.headers.get("Prefer", "").split(","))
    rooted = not request.path.startswith(f"/{request.dialect.base}/")
    return rooted and any(each.lower() == RESPOND_ASYNC for each in preferred)


def begun(request: ApiRequest, run: Run) -> HttpResponseBase:
    """202 with the run as a task, and that this is what was preferred."""
    response = accepted(request, run)
    response["Preference-Applied"] = RESPOND_ASYNC
    return response
