"""What the two calls answer. The seed shows no success: the wrapper around its pictures is a guess [?]."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, Field

from studio.api import encoded, results, running
from studio.api.http import ApiRequest
from studio.api.multi.families import Maker, family, provider
from studio.images import intake
from studio.images.models import Image
from studio.images.plain import plain
from studio.jobs.models import Job

FLUX_LIVES = timedelta(minutes=10)
"""How long an address of Flux is good (seed 2)."""
OTHERS_LIVE = timedelta(days=7)
"""Those of fal live for days; how many is a guess [?]."""
HOLDS = "base64"


class Picture(BaseModel):
    """One picture: by address with its sides in pixels, or of Google Imagen in base 64."""

    url: Annotated[
        str | None, Field(description="Good without a key: of Flux for 10 minutes, of all others for 7 days.")
    ] = None
    width: int | None = None
    height: int | None = None
    base64: str | None = None
    mimeType: Annotated[
        str | None, Field(description="Beside base64, and where an address leads to a vector drawing.")
    ] = None


class Head(BaseModel):
    """What made the pictures."""

    model: Annotated[str, Field(description="The model that ran.")]
    provider: str


class Pictures(Head):
    """The pictures of a request."""

    images: list[Picture]


def document(request: ApiRequest, job: Job, *, asked: str) -> Iterator[bytes]:
    """The pictures as those of the model that was ``asked`` for are answered, whichever ran. In pieces, for four of
    30 MB are 160 MB in base 64. Raises Refused where there are none."""
    pictures = running.delivered(job)
    known = family(asked)
    maker = known.maker if known else None
    return wrapped(job, (_told(request, image, maker) for image in pictures))


def wrapped(job: Job, told: Iterator[Iterator[bytes]]) -> Iterator[bytes]:
    """The one place that knows how pictures are wrapped [?]: a list at the top, beside model and provider."""
    head = Head(model=job.model, provider=provider(job.model))
    yield head.model_dump_json().removesuffix("}").encode() + b',"images":['
    for place, pieces in enumerate(told):
        if place:
            yield b","
        yield from pieces
    yield b"]}"


def _told(request: ApiRequest, image: Image, maker: Maker | None) -> Iterator[bytes]:
    if maker is Maker.GOOGLE:
        return _whole(image)
    lives = FLUX_LIVES if maker is Maker.FLUX else OTHERS_LIVE
    return iter([_addressed(request, image, lives).model_dump_json(exclude_none=True).encode()])


def _addressed(request: ApiRequest, image: Image, lives: timedelta) -> Picture:
    width, height = image.blob.sides
    is_drawing = plain(image.blob).mime == intake.SVG
    return Picture(
        url=results.signed_url(image, lives, request),
        width=width,
        height=height,
        mimeType=intake.SVG if is_drawing else None,
    )


def _whole(image: Image) -> Iterator[bytes]:
    yield f'{{"mimeType":{json.dumps(image.blob.mime)},"{HOLDS}":"'.encode()
    yield from encoded.picture(image)
    yield b'"}'
