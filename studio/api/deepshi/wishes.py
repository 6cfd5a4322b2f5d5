"""A body as a job, in this dialect's own words: what the model makes of them is said in ``fitting``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from studio.api import inputs
from studio.api.bodies import twice
from studio.api.deepshi.fields import Edit, EditForm, Generation
from studio.api.deepshi.fitting import MOST_IMAGES
from studio.api.endpoints import files
from studio.api.errors import Kind, Refused
from studio.api.http import ApiRequest
from studio.api.inputs import Source
from studio.catalog.extras import KEPT_TEXT
from studio.images.models import Image
from studio.jobs.models import Reference
from studio.jobs.specs import JobSpec, ReferenceSpec

SETTINGS = (
    "n",
    "output_format",
    "quality",
    "seed",
    "width",
    "height",
    "aspect_ratio",
    "resolution",
    "image_size",
)
IMAGE, MASK = "image", "mask"

type Sent = str | UploadedFile[Any]
"""A picture as a body has it: its address or id, or its file."""


def wish(body: Generation, references: tuple[ReferenceSpec, ...] = ()) -> JobSpec:
    """The body as a job."""
    given = body.model_dump(include=set(SETTINGS), exclude_none=True)
    shared = {name: str(value) for name, value in given.items()}
    return JobSpec(body.model, body.prompt, shared, references, dict(_others(body.model_extra or {})))


def _others(sent: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Fields beside the documented ones as texts; what lies in an object has the object's name and a dot before it."""
    for name, value in sent.items():
        if isinstance(value, dict):
            inside = {f"{name}.{each}": inner for each, inner in value.items()}
            yield from ((_clean(each), _text(inner)) for each, inner in inside.items() if inner is not None)
        elif value is not None:
            yield _clean(name), _text(value)


def _text(value: Any) -> str:
    """A value as a form says it. No setting of a model is a list or an object: of those only the beginning is shown."""
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, list | dict):
        pieces = json.JSONEncoder(ensure_ascii=False).iterencode(value)
        return _clean("".join(islice(pieces, KEPT_TEXT))[: KEPT_TEXT + 1])
    return json.dumps(value)


def _clean(text: str) -> str:
    """Without NUL, which PostgreSQL refuses, and without half characters, which no encoding has."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode(errors="replace").decode()


def edit_wish(request: ApiRequest, body: EditForm | Edit) -> JobSpec:
    """The same with its pictures, which are taken in one after the other. Raises Refused with the parts' own names."""
    sent, mask = _sent_as_json(body) if isinstance(body, Edit) else _sent_as_form(request)
    if not sent:
        raise Refused(Kind.MISSING, _("Send the picture that is to be edited."), param=IMAGE)
    if len(sent) > MOST_IMAGES:
        text = _("At most %(most)s pictures go into one edit.") % {"most": MOST_IMAGES}
        raise Refused(Kind.BAD_VALUE, text, param=IMAGE)
    pictures = [_taken(request, each, Image.Kind.UPLOAD, IMAGE) for each in sent]
    roles = [Reference.Role.SOURCE] + [Reference.Role.SUBJECT] * (len(pictures) - 1)
    references = [
        ReferenceSpec(each.pk, role, each.blob.sides) for each, role in zip(pictures, roles, strict=True)
    ]
    if mask:
        marked = _taken(request, mask, Image.Kind.MASK, MASK)
        inputs.check_mask(marked, pictures[0])
        references.append(ReferenceSpec(marked.pk, Reference.Role.MASK))
    return wish(body, tuple(references))


def _sent_as_json(body: Edit) -> tuple[Sequence[Sent], Sent | None]:
    return body.image, body.mask


def _sent_as_form(request: ApiRequest) -> tuple[Sequence[Sent], Sent | None]:
    parts = files(request)
    if len(parts.getlist(MASK)) > 1:
        raise twice(MASK)
    return [*parts.getlist(f"{IMAGE}[]"), *parts.getlist(IMAGE)], parts.get(MASK)


def _taken(request: ApiRequest, sent: Sent, kind: str, param: str) -> Image:
    source = _source(sent)
    return inputs.take(request.actor, request.key.team, source, request=request, kind=kind, param=param)


def _source(sent: Sent) -> Source:
    """A file, an address, a data URI, or the id that an answer of another dialect gave."""
    if not isinstance(sent, str):
        return inputs.File(sent.read(), sent.name or "")
    return inputs.Artifact(sent) if sent.startswith(("img_", "art_")) else inputs.written(sent)
