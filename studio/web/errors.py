"""The one place where an error becomes an answer: a page, a fragment for htmx, or JSON."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from studio.core.context import request_id
from studio.core.errors import Forbidden, NotFound, StudioError
from studio.web.http import is_htmx, wants_json


class Broken(StudioError):
    """Our own fault; the log has the cause under the same request id."""

    code = "internal_error"
    status = 500


class Unavailable(StudioError):
    """What the studio stands on does not answer just now."""

    code = "unavailable"
    status = 503


class WrongMethod(StudioError):
    """An address that is there for forms was opened, or the reverse."""

    code = "wrong_method"
    status = 405


class TooLarge(StudioError):
    """More was sent than is read into memory."""

    code = "too_large"
    status = 413


class SignedOut(StudioError):
    """The session ended while a page was open."""

    code = "signed_out"
    status = 401


class TooFast(StudioError):
    """Tried more often than a person would."""

    code = "too_fast"
    status = 429


@dataclass(frozen=True, slots=True)
class Way:
    """A link that leads on from an error."""

    label: str
    href: str


RETRY_AFTER_SECONDS = {429: 60, 503: 10}
TRY_AGAIN = frozenset({429, 500, 503, 507})
GO_BACK = frozenset({400, 403, 405, 409, 413, 422})


def answer(request: HttpRequest, error: StudioError) -> HttpResponse:
    """``error`` in the shape that the asker understands. Needs neither session nor database."""
    if wants_json(request):
        response: HttpResponse = JsonResponse({"error": as_dict(error)}, status=error.status)
    else:
        template = "errors/fragment.html" if is_htmx(request) else "errors/page.html"
        # Without the request, so that no context processor runs: the database may be what is broken.
        context = {
            "error": error,
            "title": title_of(error),
            "ways": ways_on(request, error),
            "request_id": request_id.get(),
        }
        response = HttpResponse(render_to_string(template, context), status=error.status)
    if seconds := RETRY_AFTER_SECONDS.get(error.status):
        response["Retry-After"] = str(seconds)
    return response


def ways_on(request: HttpRequest, error: StudioError) -> list[Way]:
    """The likeliest way first; the studio is always one."""
    ways = [Way(_("Open Studio"), "/")]
    came_from = urlsplit(request.headers.get("Referer", ""))
    if error.status in TRY_AGAIN and request.method == "GET":
        ways.insert(0, Way(_("Try again"), request.get_full_path()))
    elif error.status in GO_BACK and came_from.netloc == request.META.get("HTTP_HOST") and came_from.path:
        back = came_from._replace(scheme="", netloc="", fragment="").geturl()
        ways.insert(0, Way(_("Go back"), f"/{back.lstrip('/')}"))
    return ways


def as_dict(error: StudioError) -> dict[str, object]:
    """What a script is told."""
    return {
        "code": error.code,
        "message": error.message,
        "fields": error.fields,
        "request_id": request_id.get(),
    }


def title_of(error: StudioError) -> str:
    titles = {
        400: _("That request made no sense"),
        401: _("You were signed out"),
        403: _("That is not yours to change"),
        404: _("There is nothing here"),
        405: _("That is not a page to open"),
        409: _("It changed in the meantime"),
        410: _("This link leads nowhere now"),
        413: _("That is too large"),
        422: _("That cannot be used"),
        429: _("That was too fast"),
        500: _("Something broke on our side"),
        503: _("The studio is not available just now"),
        507: _("The disk is full"),
    }
    return titles.get(error.status) or HTTPStatus(error.status).phrase


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What Django itself refuses: a forged host, a form with too many fields or bytes."""
    if isinstance(exception, RequestDataTooBig):
        return answer(request, TooLarge(_("Send less at once. A picture may have up to 20 MB.")))
    return answer(request, StudioError(_("The server could not read what was sent."), code="bad_request"))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, Forbidden(_("You may look, but not do that.")))


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, NotFound(_("The link may be old, or the page is not yours to see.")))


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """What allauth answers when somebody tries passwords or addresses too fast."""
    return answer(request, TooFast(_("Wait a minute, then try again.")))


def wrong_method(request: HttpRequest, allowed: str) -> HttpResponse:
    """In place of Django's empty answer. ``allowed`` are the methods that the address takes."""
    if request.method in ("GET", "HEAD"):
        message = _("This address takes forms. Open the page that the form is on.")
    else:
        message = _("This address takes no forms. Reload the page and try again.")
    response = answer(request, WrongMethod(message))
    response["Allow"] = allowed
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Django calls this while it handles the exception, which says whether the database is what failed."""
    if isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        message = _("The database does not answer. Running jobs are not lost. Try again in a moment.")
        return answer(request, Unavailable(message))
    return answer(request, Broken(_("It has been written to the log. Nothing was charged for it.")))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its token: an old tab after signing out and in again, or another site's doing."""
    message = _("This page is older than your sign-in. Reload the page and send it again.")
    response = answer(request, Forbidden(message, code="csrf"))
    response["X-Reload"] = "1"  # for scripts: the page is what is wrong, not what was asked
    return response
