"""Stored bytes over HTTP, for every door: streamed, and sealed against whatever is in them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from studio.core.errors import NotFound
from studio.images import storage

CHUNK = 256 * 1024


def stored(
    request: HttpRequest,
    name: str,
    *,
    mime: str,
    size: int,
    file_name: str,
    cache: str,
    inline: bool = False,
) -> HttpResponseBase:
    """A file of ``size`` bytes from the store, streamed, to be saved or, ``inline``, shown.

    Raises NotFound if it is not there.
    """
    if not storage.exists(name):
        raise NotFound(_("This file is not here any more."))
    # Opened when the first piece is asked for: a HEAD or a browser that has left opens nothing.
    asgi = isinstance(request, ASGIRequest)
    pieces = _pieces_in_thread(name) if asgi else _pieces(name)
    response = StreamingHttpResponse(pieces, content_type=mime)
    response["Content-Length"] = str(size)
    response["Content-Disposition"] = disposition(file_name, inline=inline)
    return sealed(response, cache=cache)


def disposition(file_name: str, *, inline: bool = False) -> str:
    kind = "inline" if inline else "attachment"
    return content_disposition_header(not inline, file_name) or kind


def sealed[Response: HttpResponseBase](response: Response, *, cache: str, etag: str = "") -> Response:
    """What every answer with foreign bytes says: this type and no other, no script, no other site."""
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = cache
    if etag:
        response["ETag"] = etag
    return response


def _pieces(name: str) -> Iterator[bytes]:
    with storage.open_file(name) as file:
        while piece := file.read(CHUNK):
            yield piece


async def _pieces_in_thread(name: str) -> AsyncIterator[bytes]:
    """Under ASGI a plain iterator would be read whole before the first byte leaves."""
    with await asyncio.to_thread(storage.open_file, name) as file:
        while piece := await asyncio.to_thread(file.read, CHUNK):
            yield piece
