"""``POST /v1/images/generations`` and ``/v1/images/edits`` as Deepshi answers them (seed 4)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.http import HttpResponseBase

from studio.api import quotes, running, sse
from studio.api.deepshi import answers, wishes
from studio.api.deepshi.errors import at_own_fields
from studio.api.deepshi.fields import Edit, EditForm, Generation
from studio.api.http import ApiRequest
from studio.api.running import Wish
from studio.api.tasks import preferring
from studio.api.waiting import answered
from studio.core.errors import Invalid


def generations(request: ApiRequest, body: Generation) -> HttpResponseBase:
    """Pictures from a prompt, in the answer itself or as events. The same ``Idempotency-Key`` gives the same ones."""
    return _made(request, body, lambda: Wish(wishes.wish(body)), "image_generation")


def edits(request: ApiRequest, body: EditForm | Edit) -> HttpResponseBase:
    """The same from pictures, as a form or as JSON."""
    return _made(request, body, lambda: Wish(wishes.edit_wish(request, body)), "image_edit")


def _made(request: ApiRequest, body: Generation, asking: Callable[[], Wish], name: str) -> HttpResponseBase:
    as_task = not body.stream and preferring.is_preferred(request)
    try:
        if quotes.is_dry(request):
            return quotes.told(request, asking)
        run = running.submitted(request, asking, user=body.user or "", workers=as_task)
    except Invalid as error:
        raise at_own_fields(error, body) from error
    if as_task:
        return preferring.begun(request, run)
    holds, previews = answers.holds(body), (body.partial_images or 0) if body.stream else 0
    work = running.Work(run, previews=previews)
    if body.stream:
        return sse.followed(request, work, answers.telling(name, holds, previews))
    return answered(request, work, partial(answers.document, name=holds))
