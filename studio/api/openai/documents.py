"""The answer of a job that is over, as one document."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from studio.api import encoded, ids, results, running
from studio.api.http import ApiRequest
from studio.api.openai.answers import Cost, Input, Looks, Pictures, Tokens, Usage
from studio.api.quotes import MICROS
from studio.catalog.entries import AUTO
from studio.catalog.fields import BACKGROUNDS, OPAQUE, TRANSPARENT
from studio.images.models import Blob, Image
from studio.jobs import reading
from studio.jobs.models import Job

HOLDS = "b64_json"
"""The field that holds a picture."""
GOOD_FOR = timedelta(minutes=60)
"""How long an address is (seed 3)."""


def document(request: ApiRequest, job: Job, *, by_address: bool) -> Iterator[bytes]:
    """The pictures one after the other: ten of 30 MB are 400 MB in base 64. Raises Refused where there are none."""
    pictures = running.delivered(job)
    head = Pictures(
        created=created(job),
        model=job.model,
        usage=usage(job),
        inputs=inputs_of(job) or None,
        data=[],
        **looks(job, pictures[0].blob).model_dump(),
    )
    return _pieces(request, head.model_dump(exclude={"data"}, exclude_none=True), pictures, by_address)


def _pieces(
    request: ApiRequest, head: Mapping[str, Any], pictures: Sequence[Image], by_address: bool
) -> Iterator[bytes]:
    yield json.dumps(head).removesuffix("}").encode() + b', "data": ['
    for place, image in enumerate(pictures):
        if place:
            yield b", "
        if by_address:
            yield json.dumps(named(image) | {"url": results.signed_url(image, GOOD_FOR, request)}).encode()
        else:
            yield json.dumps(named(image)).removesuffix("}").encode() + f', "{HOLDS}": "'.encode()
            yield from encoded.picture(image)
            yield b'"}'
    yield b"]}"


def created(job: Job) -> int:
    """When it was asked for, in seconds since 1970."""
    return int(job.created_at.timestamp())


def named(image: Image) -> dict[str, Any]:
    """What is said of a picture beside its bytes."""
    revised = {"revised_prompt": image.revised_prompt} if image.revised_prompt else {}
    return {"artifact_id": ids.shown("art", image.pk), **revised}


def looks(job: Job, blob: Blob) -> Looks:
    """How a picture came out, which need not be what was asked for."""
    return Looks(
        size=f"{blob.width}x{blob.height}",
        quality=quality(job),
        background=background(job, blob),
        output_format=format_of(blob.mime),
    )


def background(job: Job, blob: Blob) -> str:
    """As it was asked for, else as it came: of a picture that is not looked at yet nobody knows more."""
    asked = job.parameters.get("background")
    if asked in BACKGROUNDS:
        return str(asked)
    return TRANSPARENT if blob.transparent else OPAQUE


def quality(job: Job) -> str:
    """As it was asked for; of a model that has one level, auto."""
    return job.parameters.get("quality") or AUTO


def format_of(mime: str) -> str:
    """``image/svg+xml`` as ``svg``."""
    return mime.partition("/")[2].partition("+")[0]


def usage(job: Job, part: int = 0, of: int = 1) -> Usage:
    """Tokens and cost of the job, or of one of its pictures: the parts add up to the whole."""
    known = reading.usage(job)

    def share(whole: int) -> int:
        return whole * (part + 1) // of - whole * part // of

    text_in, image_in, text_out, image_out = (
        share(known.get(name) or 0) for name in ("input_text", "input_image", "output_text", "output_image")
    )
    return Usage(
        total_tokens=text_in + image_in + text_out + image_out,
        input_tokens=text_in + image_in,
        output_tokens=text_out + image_out,
        input_tokens_details=Tokens(text_tokens=text_in, image_tokens=image_in),
        output_tokens_details=Tokens(text_tokens=text_out, image_tokens=image_out),
        cost=Cost(total_cost=share(job.charged) / MICROS),
    )


def inputs_of(job: Job) -> list[Input]:
    """The pictures that were sent along, without the mask, in their order."""
    return [Input(artifact_id=ids.shown("art", key)) for key in reading.inputs(job)]
