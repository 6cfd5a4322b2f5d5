"""``POST /v1/images/generations`` as OpenAI's SDK speaks it (seed 3), on every model of the studio."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.http import HttpResponseBase
from django.utils.translation import gettext as _

from studio.api import running
from studio.api.auth import endpoint
from studio.api.errors import JOB_ENDS, Refused
from studio.api.http import ApiRequest, body_of, streamed
from studio.api.models import may_use
from studio.catalog import automatic
from studio.catalog import selectors as catalog
from studio.images import services as images
from studio.images.models import Blob, Image
from studio.jobs.models import Job, State
from studio.jobs.specs import JobSpec

TEXTS = ("size", "quality", "background", "output_format", "moderation", "style")
NUMBERS = ("n", "output_compression")
FIELDS = frozenset(("prompt", "model", "response_format", "user", *TEXTS, *NUMBERS))
AUTO = "auto"
KEY_LENGTH = 60


@endpoint("POST")
def generations(request: ApiRequest) -> HttpResponseBase:
    """Pictures from a prompt, in the answer itself. The same ``Idempotency-Key`` gives the same pictures."""
    given = body_of(request)
    spec = wish(given)
    # ``auto`` is a name like any other here: it may pick what the key is not for.
    if not may_use(request.key, catalog.entry(spec.model).id):
        text = _("This key is not for %(model)s.") % {"model": spec.model}
        raise Refused(text, status=403, code="model_not_allowed", param="model")
    again = _sent_again(request)
    run = running.submitted(request.actor, request.key, spec, _idempotency_key(request), again=again)
    job = running.ended(run)
    pictures = _delivered(job)
    return streamed(request, _pieces(_head(job, pictures[0].blob), pictures))


def wish(given: Mapping[str, Any]) -> JobSpec:
    """The body as a job. Raises Refused for fields that this address does not know or cannot read."""
    if unknown := sorted(set(given) - FIELDS):
        text = _("Unknown parameter: %(name)s.") % {"name": unknown[0][:80]}
        raise Refused(text, code="unknown_parameter", param=unknown[0][:80])
    if given.get("response_format") not in (None, "b64_json"):
        text = _("Pictures come in the answer: leave response_format out, or use b64_json.")
        raise Refused(text, code="unsupported_value", param="response_format")
    prompt = _text(given, "prompt")
    if not prompt:
        raise Refused(_("Say what to make."), code="missing_required_parameter", param="prompt")
    settings = {name: _text(given, name) for name in TEXTS} | {name: _count(given, name) for name in NUMBERS}
    # The vendor's own choice is what a model opens with; "auto" goes on where a model knows the word.
    kept = {name: value for name, value in settings.items() if value and (name, value) != ("size", AUTO)}
    return JobSpec(_text(given, "model") or automatic.ID, prompt, kept)


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or not _can_be_kept(value):
        raise Refused(_("%(name)s is a text.") % {"name": name}, code="invalid_type", param=name)
    return value


def _can_be_kept(text: str) -> bool:
    """JSON can spell half of a character, which no encoding can, and a NUL, which PostgreSQL refuses."""
    return "\0" not in text and text.encode(errors="replace").decode() == text


def _count(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**6:
        raise Refused(_("%(name)s is a whole number.") % {"name": name}, code="invalid_type", param=name)
    return str(value)


def _idempotency_key(request: ApiRequest) -> str:
    text = request.headers.get("Idempotency-Key", "").strip()
    if len(text) > KEY_LENGTH or not text.isprintable():
        words = _("An Idempotency-Key has 1 to %(most)s printable characters.") % {"most": KEY_LENGTH}
        raise Refused(words, code="invalid_value", param="Idempotency-Key")
    return text


def _sent_again(request: ApiRequest) -> bool:
    """Whether the vendor's own client repeats this by itself: it counts its tries in a header."""
    count = request.headers.get("x-stainless-retry-count", "")
    return count.isascii() and count.isdigit() and int(count[:9]) > 0


def _delivered(job: Job) -> list[Image]:
    """The pictures that the job delivered and that are still there. Raises Refused where there are none."""
    made = [output.image for output in job.outputs.all()]
    delivered = [image for image in made if image and not image.discarded]
    if made and not delivered:
        raise Refused(_("These pictures were deleted."), status=410, code="pictures_deleted", again=False)
    if not delivered:
        raise _without_pictures(job)
    return delivered


def _pieces(head: Mapping[str, Any], pictures: Sequence[Image]) -> Iterator[bytes]:
    """The answer with one picture after the other: ten of 30 MB are 400 MB in this alphabet."""
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


def _without_pictures(job: Job) -> Refused:
    if job.state == State.UNCONFIRMED:
        text = _("%(model)s took the request and its answer was lost. It is not sent again by itself.")
        return Refused(text % {"model": job.model_label}, status=504, code="unconfirmed", again=False)
    if job.state == State.CANCELLED:
        text = f"{_('It was cancelled in the studio.')} {_('Nothing was charged.')}"
        return Refused(text, status=409, code="cancelled", again=False)
    status, code = JOB_ENDS.get(job.error_code, (502, "server_error"))
    text = job.error_detail or _("%(model)s made no picture.") % {"model": job.model_label}
    return Refused(f"{text} {_('Nothing was charged.')}", status=status, code=code, again=status >= 500)
