"""What a job that is over is answered with, in one document or event by event (seed 4)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from studio.api import encoded, running
from studio.api.deepshi.fields import Generation
from studio.api.quotes import MICROS
from studio.api.sse import Event, Telling
from studio.images.models import Image
from studio.jobs.listening import Preview
from studio.jobs.models import Job

B64, URL = "b64_json", "url"
END = b"data: [DONE]\n\n"


def holds(body: Generation) -> str:
    """The field that holds a picture of the answer. Of the body no more is kept while a job runs: it may be large."""
    return body.response_format or B64


def document(job: Job, name: str) -> Iterator[bytes]:
    """The whole answer, one picture after the other in the field ``name``. Raises Refused where there is none."""
    pictures = running.delivered(job)
    return _pieces(_head(job, pictures[0]), pictures, name)


def _pieces(head: Mapping[str, Any], pictures: Sequence[Image], name: str) -> Iterator[bytes]:
    yield json.dumps(head).removesuffix("}").encode() + b', "data": ['
    for place, image in enumerate(pictures):
        entry = json.dumps(_entry(image, place)).removesuffix("}")
        yield f'{", " if place else ""}{entry}, "{name}": "'.encode()
        yield from _text(image, name)
        yield b'"}'
    yield b"]}"


def telling(kind: str, name: str, previews: int) -> Telling:
    """How a stream of it goes: ``kind`` is ``image_generation`` or ``image_edit``, ``name`` as for ``document``.

    Guess [?]: the events of a stream are not documented. Their names are OpenAI's, whose client is used with this API;
    the cost stands in the last.
    """

    def preview(seen: Preview, number: int) -> Event:
        told = {
            "type": f"{kind}.partial_image",
            "index": seen.index,
            "partial_image_index": number,
            "output_format": _format(seen.mime),
        }
        return Event(f"{kind}.partial_image", told, B64, encoded.in_base64(seen.data))

    def picture(job: Job, image: Image, place: int, is_last: bool) -> Event:
        usage = {"usage": _usage(job)} if is_last else {}
        told = {
            "type": f"{kind}.completed",
            "created_at": int(job.created_at.timestamp()),
            "model": job.model,
            "size": _size(image),
            "output_format": _format(image.blob.mime),
            **_entry(image, place),
            **usage,
        }
        return Event(f"{kind}.completed", told, name, _text(image, name))

    return Telling(preview, picture, previews, END)


def _text(image: Image, name: str) -> Iterator[bytes]:
    return encoded.data_uri(image) if name == URL else encoded.picture(image)


def _head(job: Job, first: Image) -> dict[str, Any]:
    return {
        "created": int(job.created_at.timestamp()),
        "model": job.model,
        "size": _size(first),
        "usage": _usage(job),
    }


def _size(image: Image) -> str:
    """What came, which need not be what was asked for."""
    return f"{image.blob.width}x{image.blob.height}"


def _format(mime: str) -> str:
    """``png`` of image/png, and ``svg`` of image/svg+xml."""
    return mime.partition("/")[2].partition("+")[0]


def _entry(image: Image, place: int) -> dict[str, Any]:
    told = {"revised_prompt": image.revised_prompt} if image.revised_prompt else {}
    return {"index": place, **told}


def _usage(job: Job) -> dict[str, Any]:
    """Tokens as the vendor told them, 0 where it tells none, and what was charged, in dollars exact to the micro."""
    usage = job.attempts.filter(usage__isnull=False).values_list("usage", flat=True).first() or {}
    sent = usage.get("input_text", 0) + usage.get("input_image", 0)
    made = usage.get("output_image", 0) + usage.get("output_text", 0)
    return {
        "prompt_tokens": sent,
        "completion_tokens": made,
        "total_tokens": sent + made,
        "cost": {"total_cost": job.charged / MICROS},
    }
