"""A body of this dialect as a job of the studio."""

from __future__ import annotations

import math
from dataclasses import replace

from django.utils.translation import gettext as _

from studio.api import inputs
from studio.api.errors import Kind, Refused
from studio.api.http import ApiRequest
from studio.api.multi.families import for_the_other_call
from studio.api.multi.fields import EDITS, MAKES, Edit, Generation
from studio.api.running import Wish
from studio.catalog import asking
from studio.catalog.entries import Entry
from studio.catalog.sizes import ratio_of
from studio.catalog.switching import SAME_SHAPE
from studio.jobs.models import Reference
from studio.jobs.specs import JobSpec, ReferenceSpec

USUAL_SIDE = 1024


def model_of(body: Generation | Edit) -> str:
    """The model that the body names or means."""
    return body.model or (EDITS if isinstance(body, Edit) else MAKES)


def generation(body: Generation) -> Wish:
    """Pictures from a prompt. Raises Refused where shape and pixels contradict one another."""
    form = {"n": body.num_images, "resolution": body.image_size, "seed": body.seed}
    given = {name: str(value) for name, value in form.items() if value is not None}
    return Wish(JobSpec(model_of(body), body.prompt, given | _size(body)))


def edit(request: ApiRequest, body: Edit) -> Wish:
    """A picture from a picture, which is fetched or found here first. Raises what ``inputs.take`` raises."""
    source = inputs.written(body.image_url)
    taken = inputs.take(request.actor, request.key.team, source, request=request, param="image_url")
    reference = ReferenceSpec(taken.pk, Reference.Role.SOURCE, taken.blob.sides)
    given = {} if body.seed is None else {"seed": str(body.seed)}
    return Wish(JobSpec(model_of(body), body.prompt, given, (reference,)))


def fitted(spec: JobSpec, entry: Entry | None) -> JobSpec:
    """The wish to this model: a shape is the size of that very shape on its list, where there is one.

    Raises Refused for a model that does the other call's work alone. None knows only what stands in for it.
    """
    if entry is None:
        return spec
    if spec.kind == "generate" and "generate" not in entry.kinds:
        raise for_the_other_call(spec.model, edits=True)
    if spec.kind == "edit" and set(entry.kinds) == {"generate"}:
        raise for_the_other_call(spec.model, edits=False)
    return replace(spec, parameters=asking.by_list(entry, spec.parameters))


def _size(body: Generation) -> dict[str, str]:
    """The shape, or the pixels. What the seed leaves open is guessed here [?].

    One side alone goes with the other's usual length. Where both shape and pixels are said they must be one, and the
    pixels say more.
    """
    if body.width is None and body.height is None:
        return {asking.SHAPE: body.aspect_ratio} if body.aspect_ratio else {}
    width, height = body.width or USUAL_SIDE, body.height or USUAL_SIDE
    ratio = ratio_of(body.aspect_ratio or "")
    if ratio and abs(math.log(width / height / ratio)) > SAME_SHAPE:
        text = _("%(width)s × %(height)s pixels are not %(ratio)s. Send the pixels or the shape.")
        values = {"width": width, "height": height, "ratio": body.aspect_ratio}
        raise Refused(Kind.BAD_VALUE, text % values, param="aspect_ratio")
    return {"size": f"{width}x{height}"}
