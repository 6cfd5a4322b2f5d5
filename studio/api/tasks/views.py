"""Tasks (seed 1): asked for with a prompt and pictures, done by the workers, polled, and stopped."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.http import HttpResponseBase
from django.utils.translation import gettext as _

from studio.api import access, ids, quotes, running
from studio.api.bodies import twice
from studio.api.endpoints import files
from studio.api.errors import Kind, Refused
from studio.api.http import ApiRequest, answer
from studio.api.running import Wish
from studio.api.tasks.envelopes import accepted, credits_text, envelope, facts_of, in_own_credits
from studio.api.tasks.errors import no_task
from studio.api.tasks.fields import ImageToImage, Media, TextToImage, Upload
from studio.api.tasks.media import FILE, file_of, source, taken
from studio.catalog import asking, automatic
from studio.core import db
from studio.core.errors import NotFound
from studio.jobs import reading, services
from studio.jobs.errors import NotCancellable
from studio.jobs.models import FINAL, Reference, Run, State
from studio.jobs.specs import JobSpec, ReferenceSpec

STOP_SECONDS = 3.0
"""A worker looks for a wish to stop about three times a second, and then asks its vendor."""


def generations(request: ApiRequest, body: TextToImage) -> HttpResponseBase:
    """Pictures from a prompt."""
    return _asked(request, body, tuple)


def image_to_image(request: ApiRequest, body: ImageToImage) -> HttpResponseBase:
    """Pictures from one or more pictures and a prompt; those that were sent along are kept as artifacts first."""
    role = Reference.Role
    named = [("image", body.image, role.SOURCE)]
    named += [(f"extra_images.{at}", media, role.SUBJECT) for at, media in enumerate(body.extra_images or ())]
    found = [(source(media, param), param, part) for param, media, part in named]

    def pictures() -> tuple[ReferenceSpec, ...]:
        images = [(taken(request, each, param), part) for each, param, part in found]
        return tuple(ReferenceSpec(image.pk, part, image.blob.sides) for image, part in images)

    return _asked(request, body, pictures)


def _asked(
    request: ApiRequest, body: TextToImage, pictures: Callable[[], tuple[ReferenceSpec, ...]]
) -> HttpResponseBase:
    given = {
        "n": str(body.n or 1),
        asking.LEVEL: body.quality or asking.STANDARD,
        asking.SHAPE: body.aspect_ratio or "",
    }

    def wish() -> Wish:
        return Wish(JobSpec(body.model or automatic.ID, body.prompt, given, pictures()))

    if quotes.is_dry(request):
        return quotes.told(request, wish, written=credits_text)
    with in_own_credits():
        run = running.submitted(request, wish, workers=True)
    return accepted(request, run)


def task(request: ApiRequest, task_id: str) -> HttpResponseBase:
    """How far it is, and what came of it."""
    try:
        run = access.task_for(request.actor, ids.read("tsk", task_id))
    except NotFound as error:
        raise no_task(error) from error
    return answer(envelope(request, run))


def cancel(request: ApiRequest, task_id: str) -> HttpResponseBase:
    """Stop it, and give back what no picture had come for. The seed names no way to do so: this one is a guess [?].

    200 with the task once it is canceled, now or before; 202 where its worker does not see the wish in STOP_SECONDS.
    """
    try:
        run = access.changeable_task_for(request.actor, ids.read("tsk", task_id))
    except NotFound as error:
        raise no_task(error) from error
    try:
        services.cancel_run(run=run)
    except NotCancellable as error:
        if _state(run) != State.CANCELLED:
            raise _not_cancelable(run) from error
    over = _is_over(run)
    return answer(envelope(request, access.task_for(request.actor, run.pk)), 200 if over else 202)


def _is_over(run: Run) -> bool:
    """Whether it is, or comes to be while its worker is waited for."""
    until = time.monotonic() + STOP_SECONDS
    while (going_on := _state(run) not in FINAL) and time.monotonic() < until:
        db.release()
        time.sleep(running.LOOK_SECONDS)
    return not going_on


def _state(run: Run) -> str:
    return reading.last_job(run).state


def _not_cancelable(run: Run) -> Refused:
    if _state(run) in FINAL:
        text = _("This task is over and can no longer be canceled.")
    else:
        text = _("The model has this task and its answer was lost. Its credits come back if nothing arrives.")
    return Refused(Kind.CONFLICT, text, code="task_not_cancelable")


def uploads(request: ApiRequest, body: Media | Upload) -> HttpResponseBase:
    """Keep a picture, from a form's ``file`` or as in image-to-image, and name it as an artifact."""
    if isinstance(body, Media):
        found, param = source(body, "media"), "media"
    elif parts := files(request).getlist(FILE):
        if len(parts) > 1:
            raise twice(FILE)
        found, param = file_of(parts[0]), FILE
    else:
        raise Refused(Kind.MISSING, _("%(name)s is required.") % {"name": FILE}, param=FILE)
    return answer(facts_of(taken(request, found, param)), 201)
