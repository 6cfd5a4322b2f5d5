"""Addresses of pictures for whoever has them: without cookie or key, signed, and asked anew at every fetch.

``/r/<picture>/<signature>.<ending>``: the signature names the key that asked and the second at which the address ends,
and holds for this one picture. At each fetch the picture must still be there and the key's owner still see it; a key
that was merely revoked or ran out takes no address with it, so that a change of keys breaks no page.
"""

from __future__ import annotations

import base64
import re
from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from studio.api import access
from studio.api.http import ApiRequest
from studio.core import db
from studio.core.errors import StudioError
from studio.core.places import address
from studio.images import intake
from studio.images.models import Image
from studio.images.names import file_name
from studio.images.plain import made, plain
from studio.images.serving import sealed, stored

SALT = "studio.api.results"
SIGNED = re.compile(r"(?P<head>[\w-]{28})(?P<proof>[\w-]{22})\.(?P<ending>[a-z]{3,4})", re.ASCII)
KEY_BYTES, UNTIL_BYTES, PROOF_BYTES = 16, 5, 16
KEPT_SECONDS = 600
"""How long a browser shows what it has without asking again; less where the address ends before."""


class Expired(StudioError):
    """The address was good, and its time is over."""

    code = "expired"
    status = 410


def signed_url(image: Image, lifetime: timedelta | None, request: ApiRequest) -> str:
    """The absolute address of the picture's file for ``lifetime`` from now, or as long as the picture exists.

    The file carries none of its vendor's words. Asks no database if the picture's blob is loaded.
    """
    until = 0 if lifetime is None else int((timezone.now() + lifetime).timestamp())
    head = _text(request.key.pk.bytes + until.to_bytes(UNTIL_BYTES))
    ending = plain(image.blob).ending
    signed = f"{head}{_proof(image.pk, head, ending)}.{ending}"
    return address(request, reverse("result", args=[image.pk, signed]))


@require_safe
def result(request: HttpRequest, id: UUID, signed: str) -> HttpResponseBase:  # noqa: A002 (the URL's own word)
    """The picture: 410 once the address has ended, 404 for one that was not signed and for a picture that is not, or
    no longer, to be seen. A drawing is an attachment, for it could be a page. Three queries."""
    try:
        return _picture(request, id, signed)
    except StudioError as error:
        text = f"{error.message}\n"
        answer = HttpResponse(text, status=error.status, content_type="text/plain; charset=utf-8")
        return sealed(answer, cache="no-store")


def _picture(request: HttpRequest, image_id: UUID, signed: str) -> HttpResponseBase:
    key_id, until = _opened(image_id, signed)
    left = until - timezone.now().timestamp() if until else KEPT_SECONDS
    if left <= 0:
        raise Expired(_("This address has ended. Ask for the picture again to get a new one."))
    image = access.result_for(key_id, image_id)
    # The file may take long to send: no connection waits for that.
    db.release()
    found = plain(image.blob)
    etag, cache = f'"{image.pk}-{found.ending}"', f"private, max-age={int(min(left, KEPT_SECONDS))}"
    response: HttpResponseBase | None = get_conditional_response(request, etag=etag)
    if response is None or response.status_code != 304:
        try:
            size = made(image.blob, found)
        except FileNotFoundError as error:
            raise access.no_result() from error
        response = stored(
            request,
            found.name,
            mime=found.mime,
            size=size,
            file_name=file_name(image, found.ending, prompts=False),
            cache=cache,
            inline=found.mime != intake.SVG,
        )
    response = sealed(response, cache=cache, etag=etag)
    # Made to stand in pages of others; there is no cookie behind it that could be used from there.
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _opened(image_id: UUID, signed: str) -> tuple[UUID, int]:
    """The key's id, and when the address ends in seconds since 1970, 0 for never. Raises NotFound for a forgery."""
    match = SIGNED.fullmatch(signed)
    if not match or not constant_time_compare(
        match["proof"], _proof(image_id, match["head"], match["ending"])
    ):
        raise access.no_result()
    head = base64.urlsafe_b64decode(match["head"])
    return UUID(bytes=head[:KEY_BYTES]), int.from_bytes(head[KEY_BYTES:])


def _proof(image_id: UUID, head: str, ending: str) -> str:
    """128 bits that only this server can make."""
    return _text(salted_hmac(SALT, f"{image_id}.{head}.{ending}", algorithm="sha256").digest()[:PROOF_BYTES])


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
