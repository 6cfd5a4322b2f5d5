"""The one place where an error becomes an answer: a page, a fragment for htmx, or JSON."""

from __future__ import annotations

from http import HTTPStatus

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


class TooFast(StudioError):
    """Tried more often than a person would."""

    code = "too_fast"
    status = 429


def answer(request: HttpRequest, error: StudioError) -> HttpResponse:
    """``error`` in the shape that the asker understands. Needs neither session nor database."""
    if wants_json(request):
        return JsonResponse({"error": as_dict(error)}, status=error.status)
    template = "errors/fragment.html" if is_htmx(request) else "errors/page.html"
    # Without the request, so that no context processor runs: the database may be what is broken.
    context = {"error": error, "title": title_of(error), "request_id": request_id.get()}
    return HttpResponse(render_to_string(template, context), status=error.status)


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
        403: _("That is not yours to change"),
        404: _("There is nothing here"),
        409: _("It changed in the meantime"),
        410: _("This link leads nowhere now"),
        422: _("That cannot be used"),
        429: _("That was too fast"),
        500: _("Something broke on our side"),
    }
    return titles.get(error.status) or HTTPStatus(error.status).phrase


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What Django itself refuses: a forged host, a form with too many fields."""
    return answer(request, StudioError(_("The server could not read what was sent."), code="bad_request"))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, Forbidden(_("You may look, but not do that.")))


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, NotFound(_("The link may be old, or the page is not yours to see.")))


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """What allauth answers when somebody tries passwords or addresses too fast."""
    return answer(request, TooFast(_("Wait a minute, then try again.")))


def server_error(request: HttpRequest) -> HttpResponse:
    return answer(request, Broken(_("It has been written to the log. Nothing was charged for it.")))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its token: an old tab after signing out and in again, or another site's doing."""
    message = _("This form was too old to be trusted. Go back, reload the page and send it again.")
    return answer(request, Forbidden(message, code="csrf"))
