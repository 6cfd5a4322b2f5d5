"""What goes wrong where no view catches it, told in the words of the dialect that was asked."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation, TooManyFieldsSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from studio.api.bodies import too_large
from studio.api.dialects import Dialect
from studio.api.errors import Kind, Refused
from studio.api.http import with_limits

log = logging.getLogger(__name__)


class Errors:
    """Answers an exception of an API view in its dialect; the log has it with its traceback."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        dialect: Dialect | None = getattr(request, "dialect", None)
        if dialect is None:
            return None
        refusal = _refusal(error)
        # What the asker can mend is no news for the log.
        if refusal.status >= 500:
            log.error("%s at %s", type(error).__name__, request.path, exc_info=error)
        return with_limits(request, dialect.refusal(refusal))


def _refusal(error: Exception) -> Refused:
    if isinstance(error, RequestDataTooBig):
        return too_large(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    if isinstance(error, TooManyFieldsSent):
        text = _("More than %(most)s fields were sent, which is the most.")
        return Refused(Kind.BAD_JSON, text % {"most": settings.DATA_UPLOAD_MAX_NUMBER_FIELDS})
    if isinstance(error, (SuspiciousOperation, BadRequest)):
        # What else Django will not touch.
        return Refused(Kind.BAD_JSON, _("The request cannot be read."))
    if isinstance(error, (OperationalError, InterfaceError)):
        return Refused(Kind.UNAVAILABLE, _("The studio is busy or restarting. Try again in a moment."))
    return Refused(Kind.BROKEN, _("Something went wrong here. Try again; the log has the cause."))
