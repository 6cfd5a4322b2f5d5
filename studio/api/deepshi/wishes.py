"""A body as a job, in this dialect's own words: what the model makes of them is said in ``fitting``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from studio.api import inputs
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
PICTURES = ("image[]", "image")
MASK = "mask"


def wish(body: Generation, references: tuple[ReferenceSpec, ...] = ()) -> JobSpec:
    """The body as a job."""
    given = body.model_dump(include=set(SETTINGS), exclude_none=True)
    shared = {name: str(value) for name, value in given.items()}
    others = {name: text for name, text in _others(body.model_extra or {}) if name not in shared}
    return JobSpec(body.model, body.prompt, shared, references, others)


def _others(sent: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Fields beside the documented ones as texts; what lies in an object has the object's name and a dot before it."""
    for name, value in sent.items():
        if isinstance(value, dict):
            inside = {f"{name}.{each}": inner for each, inner in value.items()}
            yield from (
                (_keepable(each), _text(inner)) for each, inner in inside.items() if inner is not None
            )
        elif value is not None:
            yield _keepable(name), _text(value)


def _text(value: Any) -> str:
    """A value as a form says it. No setting of a model is a list or an object: of those only the beginning is shown."""
    if isinstance(value, str):
        return _keepable(value)
    if isinstance(value, list | dict):
        pieces = json.JSONEncoder(ensure_ascii=False).iterencode(value)
        return _keepable("".join(islice(pieces, KEPT_TEXT))[: KEPT_TEXT + 1])
    return json.dumps(value)


def _keepable(text: str) -> str:
    """Without NUL, which PostgreSQL refuses, and without half characters, which no encoding has."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode(errors="replace").decode()


def edit_wish(request: ApiRequest, body: EditForm | Edit) -> JobSpec:
    """The same with its pictures, which are taken in. Raises Refused with the parts' own names."""
    sources, mask = _sent_as_json(body) if isinstance(body, Edit) else _sent_as_form(request)
    if not sources:
        raise Refused(Kind.MISSING, _("Send the picture that is to be edited."), param="image")
    if len(sources) > MOST_IMAGES:
        text = _("At most %(most)s pictures go into one edit.") % {"most": MOST_IMAGES}
        raise Refused(Kind.BAD_VALUE, text, param="image")
    pictures = [_taken(request, source, Image.Kind.UPLOAD, "image") for source in sources]
    references = [ReferenceSpec(pictures[0].pk, Reference.Role.SOURCE)]
    references += [ReferenceSpec(each.pk) for each in pictures[1:]]
    if mask:
        marked = _taken(request, mask, Image.Kind.MASK, MASK)
        inputs.check_mask(marked, pictures[0])
        references.append(ReferenceSpec(marked.pk, Reference.Role.MASK))
    return wish(body, tuple(references))


def _sent_as_json(body: Edit) -> tuple[Sequence[Source], Source | None]:
    texts = [body.image] if isinstance(body.image, str) else body.image
    return [_source(text) for text in texts], _source(body.mask) if body.mask else None


def _source(text: str) -> Source:
    """An address or a data URI, or the id that an answer of another dialect gave."""
    return inputs.Artifact(text) if text.startswith(("img_", "art_")) else inputs.written(text)


def _sent_as_form(request: ApiRequest) -> tuple[Sequence[Source], Source | None]:
    sent = files(request)
    pictures = [each for name in PICTURES for each in sent.getlist(name)]
    mask = sent.get(MASK)
    return [inputs.File(each.read(), each.name) for each in pictures[: MOST_IMAGES + 1]], (
        inputs.File(mask.read(), mask.name) if mask else None
    )


def _taken(request: ApiRequest, source: Source, kind: str, param: str) -> Image:
    return inputs.take(request.actor, request.key.team, source, request=request, kind=kind, param=param)
