"""``POST /api/v1/image/generate`` and ``/api/v1/image/edit`` (seed 2), on every model of the studio."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.http import HttpResponseBase

from studio.api import quotes, running
from studio.api.http import ApiRequest
from studio.api.multi import families, wishes
from studio.api.multi.answers import document
from studio.api.multi.errors import at_own_fields
from studio.api.multi.fields import Edit, Generation
from studio.api.running import Wish, Work
from studio.api.waiting import answered
from studio.core.errors import Invalid


def generate(request: ApiRequest, body: Generation) -> HttpResponseBase:
    """Pictures from a prompt. The same ``Idempotency-Key`` gives the same pictures."""
    return _made(request, body, partial(wishes.generation, body))


def edit(request: ApiRequest, body: Edit) -> HttpResponseBase:
    """One picture, changed by a prompt."""
    return _made(request, body, partial(wishes.edit, request, body))


def _made(request: ApiRequest, body: Generation | Edit, asking: Callable[[], Wish]) -> HttpResponseBase:
    model = wishes.model_of(body)
    families.check(body, model)
    try:
        if quotes.is_dry(request):
            return quotes.told(request, asking)
        run = running.submitted(request, asking)
    except Invalid as error:
        raise at_own_fields(error, body) from error
    return answered(request, Work(run), partial(document, request, asked=model))
