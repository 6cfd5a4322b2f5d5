"""The pictures of an edit: files of a form, or addresses and ids in JSON."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from studio.api import inputs
from studio.api.bodies import twice
from studio.api.endpoints import files
from studio.api.errors import Kind, Refused
from studio.api.http import ApiRequest
from studio.api.inputs import Artifact, File, Source
from studio.api.openai.fields import PICTURES_MOST, Edit, EditForm, Reference
from studio.images.models import Image
from studio.jobs import models as jobs
from studio.jobs.specs import ReferenceSpec

ONE, SEVERAL, MASK = "image", "image[]", "mask"
MASK_BYTES = 4 * 1024 * 1024


def taken(request: ApiRequest, body: Edit | EditForm) -> list[ReferenceSpec]:
    """The pictures of the edit, the first as what is changed, and then its mask. Raises what ``inputs.take`` raises.

    The pictures are read one after the other, so that no more than one is in memory.
    """
    actor, team = request.actor, request.key.team
    found = [
        inputs.take(actor, team, source, request=request, param=param)
        for param, source in _pictures(request, body)
    ]
    marked = [
        inputs.take(
            actor, team, source, request=request, cap_bytes=MASK_BYTES, kind=Image.Kind.MASK, param=MASK
        )
        for source in _masks(request, body)
    ]
    for mask in marked:
        inputs.check_mask(mask, found[0])
    roles = [jobs.Reference.Role.SOURCE] + [jobs.Reference.Role.SUBJECT] * (len(found) - 1)
    roles += [jobs.Reference.Role.MASK] * len(marked)
    images = zip([*found, *marked], roles, strict=True)
    return [ReferenceSpec(image.pk, role, image.blob.sides) for image, role in images]


def _pictures(request: ApiRequest, body: Edit | EditForm) -> Iterator[tuple[str, Source]]:
    if isinstance(body, Edit):
        _check_count(len(body.images), "images")
        yield from (
            (f"images.{place}", _source(each, f"images.{place}")) for place, each in enumerate(body.images)
        )
        return
    parts = files(request)
    for name in parts:
        if name not in (ONE, SEVERAL, MASK):
            raise Refused(
                Kind.UNKNOWN_FIELD, _("Unknown parameter: %(name)s.") % {"name": name[:80]}, param=name[:80]
            )
    several = [(name, part) for name in (ONE, SEVERAL) for part in parts.getlist(name)]
    if len(parts.getlist(ONE)) > 1:
        raise twice(ONE, _("For several pictures call each part image[]."))
    _check_count(len(several), ONE)
    yield from ((ONE, File(part.read(), part.name or "")) for _name, part in several)


def _masks(request: ApiRequest, body: Edit | EditForm) -> Iterator[Source]:
    if isinstance(body, Edit):
        if body.mask:
            yield _source(body.mask, MASK)
        return
    parts = files(request).getlist(MASK)
    if len(parts) > 1:
        raise twice(MASK, _("An edit has one mask."))
    yield from (File(part.read(), part.name or "") for part in parts)


def _source(reference: Reference, param: str) -> Source:
    if reference.image_url and not reference.file_id:
        return inputs.written(reference.image_url)
    if reference.file_id and not reference.image_url:
        return Artifact(reference.file_id)
    raise Refused(Kind.BAD_VALUE, _("Give either image_url or file_id."), param=param)


def _check_count(count: int, param: str) -> None:
    if not count:
        raise Refused(Kind.MISSING, _("%(name)s is required.") % {"name": param}, param=param)
    if count > PICTURES_MOST:
        text = _("An edit takes 1 to %(most)s pictures; %(count)s were sent.")
        raise Refused(Kind.BAD_VALUE, text % {"most": PICTURES_MOST, "count": count}, param=param)
