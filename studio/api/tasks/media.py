"""Pictures that come in: which of the three kinds of media each is, and the artifact that it becomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from studio.api import inputs
from studio.api.errors import Kind, Refused
from studio.api.http import ApiRequest
from studio.api.inputs import Address, Artifact, DataUri, File, Source
from studio.api.tasks.fields import Media
from studio.images.errors import TooLarge
from studio.images.models import Image

FILE = "file"
TOO_LARGE = "image_too_large"
FIELDS = {"url": "url", "artifact": "artifact_id", "data_uri": "data"}
SOURCES: Mapping[str, Callable[[str], Source]] = {
    "url": Address,
    "artifact": Artifact,
    "data_uri": DataUri,
}


def source(media: Media, param: str) -> Source:
    """Where the picture is. The seed names the kinds and shows no shape: this one is a guess [?]. Raises Refused."""
    ways = media.ways
    kind = media.type or (next(iter(ways)) if len(ways) == 1 else None)
    if kind is None:
        text = _("Say in %(name)s.type which it is: url, artifact or data_uri.") % {"name": param}
        raise Refused(Kind.MISSING, text, param=f"{param}.type")
    if kind not in ways:
        name = f"{param}.{FIELDS[kind]}"
        raise Refused(Kind.MISSING, _("%(name)s is required.") % {"name": name}, param=name)
    return SOURCES[kind](ways[kind])


def file_of(part: UploadedFile[Any]) -> File:
    """A part of a form, unless it is too large to be read at all. Raises Refused."""
    size = part.size or 0
    if size > inputs.CAP_BYTES:
        limit = inputs.CAP_BYTES // inputs.MEGABYTE
        error = TooLarge(megabytes=round(size / inputs.MEGABYTE, 1), limit=limit)
        raise Refused(Kind.TOO_LARGE, error.message, code=TOO_LARGE, param=FILE)
    return File(part.read(), part.name or "")


def taken(request: ApiRequest, found: Source, param: str) -> Image:
    """The picture in the key's workspace. Raises Refused at ``param``."""
    try:
        return inputs.take(
            request.actor,
            request.key.team,
            found,
            request=request,
            cap_bytes=inputs.CAP_BYTES,
            https_only=True,
            param=param,
        )
    except Refused as refused:
        if refused.code == TOO_LARGE:
            raise Refused(Kind.TOO_LARGE, refused.message, code=TOO_LARGE, param=param) from refused
        raise
