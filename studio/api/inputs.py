"""What a program sends as a picture becomes a picture of its workspace, once for every dialect.

A dialect says where its field has the picture, by one of the sources, and gets an Image that the key may use. What is
sent twice is one picture: the same bytes give the same id, so that a repeated request is known again.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from studio.accounts.actors import Actor
from studio.accounts.models import Team
from studio.api import access, ids
from studio.api.errors import BY_STATUS, Kind, Refused
from studio.api.http import ApiRequest
from studio.core import db
from studio.core.errors import NotFound
from studio.core.safe_fetch import NotFetched, TooManyAtOnce
from studio.images import services
from studio.images.addresses import LONGEST, brought
from studio.images.errors import BadPicture, TooLarge
from studio.images.looks import look_at_upload
from studio.images.models import Image
from studio.images.own_addresses import picture_at

REFUSES = (Kind.BAD_IMAGE, Kind.BAD_ADDRESS, Kind.BAD_MASK, Kind.NO_IMAGE, Kind.TOO_LARGE)
"""What can be wrong with a picture that is sent, for the documents."""
CAP_BYTES = 50 * 1024 * 1024
MEGABYTE = 1024 * 1024
DATA = re.compile(r"data:[^,]{0,200};base64,", re.IGNORECASE)
BLANKS = b" \t\r\n"
PERCENTS = "+/= \t\r\n"
"""The signs around base 64 that a data URI may write with their codes."""
HTTPS = "https://"


@dataclass(frozen=True, slots=True)
class Address:
    """Where it lies: anywhere on the web, or here. Its query may hold somebody's secret."""

    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class DataUri:
    """``data:image/png;base64,…``; what it calls itself is not asked, its bytes are."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Base64:
    """The bare bytes in base 64."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class File:
    """A part of a multipart form."""

    data: bytes = field(repr=False)
    name: str = ""


@dataclass(frozen=True, slots=True)
class Artifact:
    """A picture that is here already, by the id that an answer gave: ``art_…`` or ``img_…``."""

    id: str


type Source = Address | DataUri | Base64 | File | Artifact


class NotBase64(BadPicture):
    """What should be a picture's bytes in base 64 is something else."""

    def sentence(self) -> str:
        return _("This is no picture in base 64. Send its bytes so, or data:image/png;base64, and then them.")


CODES: Mapping[str, str] = {
    "unsupported_picture": "unsupported_image_type",
    "picture_animated": "unsupported_image_type",
    "picture_too_large": "image_too_large",
    "picture_too_many_pixels": "image_too_large",
    "address_too_large": "image_too_large",
}
"""The intake's codes in this door's words; what is not named is an ``invalid_image``, or the address's own code."""


def written(text: str) -> Address | DataUri:
    """The source that one field for both holds: an address, or a data URI in its place."""
    return DataUri(text) if text[:5].lower() == "data:" else Address(text)


def take(
    actor: Actor,
    team: Team | None,
    source: Source,
    *,
    request: ApiRequest,
    cap_bytes: int = CAP_BYTES,
    https_only: bool = False,
    kind: str = Image.Kind.UPLOAD,
    param: str = "image",
) -> Image:
    """The picture, its blob loaded. Seconds where it is fetched, tens of milliseconds where it is decoded, and no
    database connection is held meanwhile: call it outside any transaction.

    An id or address of this server's own is looked up as ``actor`` and never fetched, whether or not its signature is
    still good; everything else is fetched or decoded, taken in like an upload of ``kind`` (upload or mask) into the
    team's workspace, or the actor's own, and is the same picture when it comes again. ``https_only`` is for foreign
    addresses, as they are written. Where the request ``keeps`` nothing, what comes along is only looked at, and the
    picture is none that anybody finds.

    Raises Refused with ``param`` and one of these codes: invalid_image, image_too_large, unsupported_image_type,
    image_not_found (404, for missing and foreign alike), invalid_mask, address_… (503 and 429 for address_busy, to be
    tried again). Raises Forbidden where the actor may not add to the team, and Busy or NotKept for this server's own
    troubles.
    """
    try:
        image = _inside(actor, source, request)
        if image is None:
            db.release()
            data, name = _data(actor, team, source, cap_bytes, https_only=https_only)
            image = _kept(request, actor, team, data, name, kind, cap_bytes)
    except NotFound as error:
        raise Refused(Kind.NO_IMAGE, error.message, param=param) from error
    except BadPicture as error:
        code = CODES.get(error.code, "")
        raise Refused(Kind.BAD_IMAGE, error.message, code=code, param=param) from error
    except NotFetched as error:
        busy = isinstance(error, TooManyAtOnce)
        why = BY_STATUS[error.status] if busy else Kind.BAD_ADDRESS
        code = CODES.get(error.code, error.code)
        raise Refused(why, error.message, code=code, param=param) from error
    if kind == Image.Kind.MASK and not image.blob.transparent:
        text = _("The mask has no transparent area, so nothing would be repainted. Make it a PNG with alpha.")
        raise Refused(Kind.BAD_MASK, text, param=param)
    return image


def check_mask(mask: Image, first: Image, *, param: str = "mask") -> None:
    """Raises Refused where the mask is of another size than the first picture, whose part it marks.

    The sense is the same here as in OpenAI's API: what is fully transparent is repainted (seed 3).
    """
    if mask.blob.sides != first.blob.sides:
        (width, height), (wide, high) = mask.blob.sides, first.blob.sides
        text = _(
            "The mask is %(width)s × %(height)s and the first picture %(wide)s × %(high)s. Make them the same size."
        )
        values = {"width": width, "height": height, "wide": wide, "high": high}
        raise Refused(Kind.BAD_MASK, text % values, param=param)


def _inside(actor: Actor, source: Source, request: ApiRequest) -> Image | None:
    """The picture where the source names one that is here already. Raises NotFound, or NotFetched for no address."""
    match source:
        case Artifact(id=text):
            kind: ids.Kind = "img" if text.startswith("img_") else "art"
            return access.picture_for(actor, kind, ids.read(kind, text))
        case Address(url=url):
            if len(url) > LONGEST:
                text = _("This address is too long: %(most)s characters are taken.") % {"most": LONGEST}
                raise NotFetched(text, code="address_too_long")
            return picture_at(actor, url, request)
    return None


def _data(
    actor: Actor, team: Team | None, source: Source, cap: int, *, https_only: bool
) -> tuple[bytes, str]:
    """The bytes and their name, wherever they come from. Raises NotFetched, or a BadPicture."""
    if not isinstance(source, Address):
        return _bytes_of(source, cap)
    if https_only and not source.url.lower().startswith(HTTPS):
        raise NotFetched(_("Only addresses that begin with https:// are fetched."), code="address_scheme")
    return brought(actor=actor, team=team, url=source.url, max_bytes=cap)


def _kept(
    request: ApiRequest, actor: Actor, team: Team | None, data: bytes, name: str, kind: str, cap: int
) -> Image:
    """The picture of these bytes, taken in, or looked at where the request keeps nothing."""
    if not request.keeps:
        return look_at_upload(actor=actor, team=team, data=data, name=name, kind=kind, max_bytes=cap)
    return services.take_upload(
        actor=actor, team=team, data=data, name=name, kind=kind, max_bytes=cap, once=True
    )


def _bytes_of(source: Source, cap: int) -> tuple[bytes, str]:
    """What was sent along, and its name where it has one that can be shown. Raises a BadPicture."""
    match source:
        case File(data=data, name=name):
            return data, "".join(character for character in name if character.isprintable())
        case Base64(text=text):
            return _decoded(text, cap), ""
        case DataUri(text=text) if head := DATA.match(text):
            return _decoded(_without_percents(text[head.end() :]), cap), ""
    raise NotBase64


def _without_percents(text: str) -> str:
    """Base 64 as it may stand in an address. Signs that need no writing out so are not read: the library makes an
    object of each, which in a body of nothing else takes gigabytes."""
    for sign in PERCENTS if "%" in text else "":
        code = f"%{ord(sign):02X}"
        text = text.replace(code, sign).replace(code.lower(), sign)
    return text


def _decoded(text: str, cap: int) -> bytes:
    """Base 64 in the usual alphabet, wrapped or not, with or without the signs that fill it up.

    Measured before it is decoded, and copied only where it has to be. Raises a BadPicture.
    """
    try:
        packed = text.encode("ascii")
        del text
        if any(blank in packed for blank in BLANKS):
            packed = packed.translate(None, BLANKS)
        if len(packed) % 4 or packed.endswith(b"==="):
            packed = packed.rstrip(b"=")
            packed += b"=" * (-len(packed) % 4)
        if (size := len(packed) * 3 // 4 - packed.count(b"=", -2)) > cap:
            raise TooLarge(megabytes=round(size / MEGABYTE, 1), limit=cap // MEGABYTE)
        return base64.b64decode(packed, validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise NotBase64 from error
