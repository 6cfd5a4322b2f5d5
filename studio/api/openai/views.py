"""``POST /v1/images/generations`` and ``/v1/images/edits`` as OpenAI's SDK speaks them (seed 3), on every model of the
studio."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.http import HttpResponseBase

from studio.api import quotes, running
from studio.api.http import ApiRequest
from studio.api.openai import events, families, pictures
from studio.api.openai.documents import document
from studio.api.openai.fields import Edit, EditForm, Generation, Settings
from studio.api.openai.wishes import wish
from studio.api.running import Wish, Work
from studio.api.sse import followed
from studio.api.tasks import preferring
from studio.api.waiting import answered


def generations(request: ApiRequest, body: Generation) -> HttpResponseBase:
    """Pictures from a prompt, in the answer or as events. The same ``Idempotency-Key`` gives the same pictures."""
    model = families.model_of(body)
    families.check(body, model)
    return _made(request, body, lambda: wish(body, model), model, "image_generation")


def edits(request: ApiRequest, body: Edit | EditForm) -> HttpResponseBase:
    """Pictures from a prompt and other pictures, of which the first is changed where the mask says."""
    model = families.model_of(body)
    families.check(body, model)
    return _made(request, body, lambda: wish(body, model, pictures.taken(request, body)), model, "image_edit")


def _made(
    request: ApiRequest, body: Settings, asking: Callable[[], Wish], model: str, kind: str
) -> HttpResponseBase:
    if quotes.is_dry(request):
        return quotes.told(request, asking)
    as_task = not body.stream and preferring.is_preferred(request)
    run = running.submitted(request, asking, user=body.user or "", workers=as_task)
    if as_task:
        return preferring.begun(request, run)
    if body.stream:
        partials = body.partial_images or 0
        work = Work(run, previews=partials)
        return followed(request, work, events.telling(work, kind, partials))
    by_address = families.wants_addresses(body, model)
    return answered(request, Work(run), partial(document, request, by_address=by_address))
