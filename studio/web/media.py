"""Stored bytes over HTTP: who may see the row may see its bytes, asked at every request."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from studio.images import selectors as images
from studio.images import storage
from studio.images.models import Image
from studio.web.access import image_for, job_for, missing
from studio.web.http import StudioRequest
from studio.web.numbers import whole

WEBP = "image/webp"
CHUNK = 256 * 1024
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


def stored(
    request: HttpRequest, name: str, *, mime: str, size: int, file_name: str, cache: str
) -> HttpResponseBase:
    """A file of ``size`` bytes from the store, streamed, to be saved. Raises NotFound if it is not there."""
    if not storage.exists(name):
        raise missing()
    # Opened when the first piece is asked for: a HEAD or a browser that has left opens nothing.
    asgi = isinstance(request, ASGIRequest)
    pieces = _pieces_in_thread(name) if asgi else _pieces(name)
    response = StreamingHttpResponse(pieces, content_type=mime)
    response["Content-Length"] = str(size)
    response["Content-Disposition"] = content_disposition_header(True, file_name) or "attachment"
    return sealed(response, cache=cache)


def attachment(data: bytes, mime: str, file_name: str) -> HttpResponse:
    """Bytes made for this answer, to be saved."""
    response = HttpResponse(data, content_type=mime)
    response["Content-Disposition"] = content_disposition_header(True, file_name) or "attachment"
    return sealed(response, cache=KEPT)


def sealed[Response: HttpResponseBase](response: Response, *, cache: str, etag: str = "") -> Response:
    """What every answer with foreign bytes says: this type and no other, no script, no other site."""
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = cache
    if etag:
        response["ETag"] = etag
    return response


def _bytes(image: Image, width: int) -> bytes:
    try:
        return storage.get(storage.rendition_name(image.blob.key, width))
    except FileNotFoundError as error:
        raise missing() from error


def _pieces(name: str) -> Iterator[bytes]:
    with storage.open_file(name) as file:
        while piece := file.read(CHUNK):
            yield piece


async def _pieces_in_thread(name: str) -> AsyncIterator[bytes]:
    """Under ASGI a plain iterator would be read whole before the first byte leaves."""
    with await asyncio.to_thread(storage.open_file, name) as file:
        while piece := await asyncio.to_thread(file.read, CHUNK):
            yield piece
