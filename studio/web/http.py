"""The request as views see it, after the middleware has run."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from studio.accounts.actors import Actor
from studio.accounts.models import User
from studio.web.workspace import Workspace


class StudioRequest(HttpRequest):
    """A signed-in person's request; only views behind ``login_required`` may take it as ``user: User``."""

    user: User
    actor: Actor
    workspace: Workspace
    htmx: HtmxDetails


def wants_json(request: HttpRequest) -> bool:
    """A script asks; a browser's page view and an htmx request both prefer HTML."""
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def is_htmx(request: HttpRequest) -> bool:
    """Read from the header itself, because errors happen before the middleware that parses it."""
    return request.headers.get("HX-Request") == "true"
