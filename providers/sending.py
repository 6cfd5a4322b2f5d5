"""Writing what vendors read: a picture that goes along as base64, as an address of itself, or as a file of a form."""

from __future__ import annotations

import base64
from typing import Any

from providers import errors
from providers.base import InputImage


def encoded(data: bytes) -> str:
    """The bytes in base64."""
    return base64.b64encode(data).decode()


def data_uri(picture: InputImage) -> str:
    """The picture as an address of itself: a studio need not be reachable from outside."""
    return f"data:{picture.mime};base64,{encoded(picture.data)}"


def as_file(name: str, picture: InputImage) -> tuple[str, bytes, str]:
    """The picture as a file of a form, called ``name`` and what its media type says."""
    return f"{name}.{picture.mime.partition('/')[2] or 'png'}", picture.data, picture.mime


def as_text(name: str, value: Any) -> str:
    """A parameter as a text of a form. Raises InvalidRequest for what has no such form."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise errors.InvalidRequest(f"The parameter {name} cannot be part of a form.")
