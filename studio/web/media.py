"""Stored bytes over HTTP: who may see the row may see its bytes, asked at every request."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from studio.images import selectors as images
from studio.images import storage
from studio.images.errors import BadPicture
from studio.images.models import Image
from studio.images.serving import disposition, sealed, stored
from studio.images.unseen import see
from studio.web.access import image_for, job_for, missing
from studio.web.http import StudioRequest
from studio.web.numbers import whole

WEBP = "image/webp"
KEPT = "private, max-age=600"
"""Minutes, though bytes never change: a browser asks nobody while it shows what it has, even after another signed in.

After that it asks with its tag and is told that nothing changed, or that the picture is no longer its to see.
"""


@login_required
@require_safe
def media(request: StudioRequest, id: UUID, variant: str) -> HttpResponseBase:  # noqa: A002 (the URL's own word)
    """A display copy, or the original as an attachment; the bytes under an address never change."""
    image = image_for(request, id)
    etag = f'"{image.pk}-{variant}"'
    unchanged = get_conditional_response(request, etag=etag)
    if unchanged is not None and unchanged.status_code == 304:
        return sealed(unchanged, cache=KEPT, etag=etag)
    if variant == "original":
        return original(request, image, file_name=f"{image.pk}.{storage.ENDINGS[image.blob.mime]}")
    width = whole(variant)
    if width is None or width not in image.blob.renditions:
        raise missing()
    return sealed(HttpResponse(_bytes(image, width), content_type=WEBP), cache=KEPT, etag=etag)


@login_required
@require_safe
def partial(request: StudioRequest, id: UUID, index: int) -> HttpResponseBase:  # noqa: A002
    """A picture that is still forming; 404 before its first look and after the last."""
    job = job_for(request, id)
    data = images.read_preview(job.pk, index)
    if data is None:
        raise missing()
    return sealed(HttpResponse(data, content_type=WEBP), cache=KEPT)


def original(request: HttpRequest, image: Image, *, file_name: str) -> HttpResponseBase:
    """The bytes that were kept, streamed, to be saved and not shown."""
    blob = image.blob
    response = stored(
        request,
        storage.original_name(blob.key, blob.mime),
        mime=blob.mime,
        size=blob.size,
        file_name=file_name,
        cache=KEPT,
    )
    response["ETag"] = f'"{image.pk}-original"'
    return response


def attachment(data: bytes, mime: str, file_name: str) -> HttpResponse:
    """Bytes made for this answer, to be saved."""
    response = HttpResponse(data, content_type=mime)
    response["Content-Disposition"] = disposition(file_name)
    return sealed(response, cache=KEPT)


def _bytes(image: Image, width: int) -> bytes:
    try:
        # Who looks first at a picture that went on by its header has its copies made. None of one that cannot be read.
        see(image.blob)
        return storage.get(storage.rendition_name(image.blob.key, width))
    except (FileNotFoundError, BadPicture) as error:
        raise missing() from error
