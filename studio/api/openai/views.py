"""``POST /v1/images/generations`` as OpenAI's SDK speaks it (seed 3), on every model of the studio."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.http import HttpResponseBase
from django.utils.translation import gettext as _

from studio.api import quotes, running
from studio.api.errors import Kind, Refused
from studio.api.http import ApiRequest, answer
from studio.api.openai.fields import Generation
from studio.api.waiting import answered
from studio.catalog import automatic
from studio.images import services as images
from studio.images.models import Blob, Image
from studio.jobs.models import Job
from studio.jobs.specs import JobSpec

SETTINGS = (
    "n",
    "size",
    "quality",
    "style",
    "background",
    "output_format",
    "output_compression",
    "moderation",
)
AUTO = "auto"


def generations(request: ApiRequest, body: Generation) -> HttpResponseBase:
    """Pictures from a prompt, in the answer itself. The same ``Idempotency-Key`` gives the same pictures."""
    spec = wish(body)
    if quotes.is_dry(request):
        return answer(quotes.document(quotes.priced(request, spec)))
    run = running.submitted(request, spec, user=body.user or "")
    return answered(request, running.Work(run), document)


def wish(body: Generation) -> JobSpec:
    """The body as a job."""
    if body.response_format == "url":
        text = _("Pictures come in the answer: leave response_format out, or use b64_json.")
        raise Refused(Kind.BAD_VALUE, text, param="response_format")
    given = body.model_dump(include=set(SETTINGS), exclude_none=True)
    # The vendor's own choice is what a model opens with; "auto" goes on where a model knows the word.
    kept = {name: str(value) for name, value in given.items() if value and (name, value) != ("size", AUTO)}
    return JobSpec(body.model or automatic.ID, body.prompt, kept)


def document(job: Job) -> Iterator[bytes]:
    """The answer of a job with one picture after the other: ten of 30 MB are 400 MB in this alphabet."""
    pictures = running.delivered(job)
    return _pieces(_head(job, pictures[0].blob), pictures)


def _pieces(head: Mapping[str, Any], pictures: Sequence[Image]) -> Iterator[bytes]:
    yield json.dumps(head).removesuffix("}").encode() + b', "data": ['
    for place, image in enumerate(pictures):
        yield (b', {"b64_json": "' if place else b'{"b64_json": "')
        yield base64.b64encode(images.original_bytes(image))
        yield b'"}'
    yield b"]}"


def _head(job: Job, blob: Blob) -> dict[str, Any]:
    """What the answer says beside the pictures, of which ``blob`` is the first."""
    given = job.parameters
    return {
        "created": int(job.created_at.timestamp()),
        "model": job.model,
        # What came, which need not be what was asked for: image/png, image/svg+xml.
        "output_format": blob.mime.partition("/")[2].partition("+")[0],
        "size": f"{blob.width}x{blob.height}",
        "quality": given.get("quality") or AUTO,
        "background": given.get("background") or "opaque",
        "usage": _usage(job),
    }


def _usage(job: Job) -> dict[str, Any]:
    """Tokens as the vendor told them, 0 where it tells none, and what was charged in US dollars."""
    usage = job.attempts.filter(usage__isnull=False).values_list("usage", flat=True).first() or {}
    text, pictures, out = (usage.get(name, 0) for name in ("input_text", "input_image", "output_image"))
    return {
        "input_tokens": text + pictures,
        "input_tokens_details": {"text_tokens": text, "image_tokens": pictures},
        "output_tokens": out,
        "total_tokens": text + pictures + out,
        "cost": {"total_cost": job.charged / 1_000_000},
    }
