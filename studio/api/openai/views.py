"""``POST /v1/images/generations`` and ``/v1/images/edits`` as OpenAI's SDK speaks them (seed 3), on every model of the
studio."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.http import HttpResponseBase

from studio.api import quotes, running
from studio.api.http import ApiRequest, answer
from studio.api.openai import events, families, pictures
from studio.api.openai.documents import document
from studio.api.openai.fields import Edit, EditForm, Generation, Settings
from studio.api.openai.wishes import wish
from studio.api.running import Wish, Work
from studio.api.sse import followed
from studio.api.tasks import accepted
from studio.api.waiting import answered

RESPOND_ASYNC = "respond-async"
"""A preference of RFC 7240: the program does not wait, and asks for the task by its id."""


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
        return answer(quotes.document(quotes.priced(request, asking())))
    as_task = not body.stream and _wants_task(request)
    run = running.submitted(request, asking, user=body.user or "", workers=as_task)
    if as_task:
        response = accepted(request, run)
        response["Preference-Applied"] = RESPOND_ASYNC
        return response
    if body.stream:
        partials = body.partial_images or 0
        work = Work(run, previews=partials)
        return followed(request, work, events.telling(work, kind, partials))
    by_address = families.wants_addresses(body, model)
    return answered(request, Work(run), partial(document, request, by_address=by_address))


def _wants_task(request: ApiRequest) -> bool:
    """Whether a task is preferred to waiting, which the addresses without the dialect's base grant."""
    preferred = (each.partition(";")[0].strip() for each in request.headers.get("Prefer", "").split(","))
    rooted = not request.path.startswith(f"/{request.dialect.base}/")
    return rooted and any(each.lower() == RESPOND_ASYNC for each in preferred)
