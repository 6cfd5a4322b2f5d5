"""Errors of the studio's own API: the house's codes and statuses, and the request's id to ask about."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import BaseModel, Field

from studio.api.errors import Kind, Refused, Told, told
from studio.api.limits import Reading
from studio.api.own.fields import Ask
from studio.catalog import sizes
from studio.catalog.asking import SHAPE
from studio.core.context import request_id
from studio.core.errors import Invalid, NotFound, StudioError

FIELDS = {SHAPE: "aspect_ratio"}


class Problem(BaseModel):
    """What is wrong, and at which field."""

    code: str = Field(description="A word for programs.")
    message: str = Field(description="A sentence for people: what is wrong, and what to do next.")
    param: str | None = Field(description="The field of the request, where it is one field's fault.")
    request_id: str = Field(description="The same as the header x-request-id; the server's log has it.")


class Error(BaseModel):
    """Every answer that is no success."""

    error: Problem


@contextmanager
def named_by(param: str) -> Iterator[None]:
    """What is not there is said to be so at the field that named it."""
    try:
        yield
    except NotFound as error:
        raise Refused(Kind.NOT_FOUND, error.message, param=param) from error


@contextmanager
def at_own_fields(body: Ask) -> Iterator[None]:
    """What the catalogue refuses is said at the field that was sent: a model that cannot be had, and a size in pixels
    by whatever name the model's sizes have."""
    try:
        yield
    except Invalid as error:
        if not body.size:
            raise
        others = {name for name in sizes.NAMES if not getattr(body, name, "")}
        fields = {"size" if name in others else name: text for name, text in error.fields.items()}
        raise Invalid(error.message, fields=fields, code=error.code) from error
    except StudioError as error:
        known = told(error)
        if known.param or known.kind not in (Kind.NO_MODEL, Kind.MODEL_OFF):
            raise
        param = "models" if body.models else "model"
        raise Refused(known.kind, known.message, param=param) from error


def envelope(error: Told, _status: int, code: str) -> Error:
    """The document of an error."""
    return Error(
        error=Problem(
            code=code, message=error.message, param=error.param or None, request_id=request_id.get()
        )
    )


def limit_headers(reading: Reading) -> dict[str, str]:
    """Requests of this key in this minute; the reset is in seconds from now."""
    return {
        "RateLimit-Limit": str(reading.limit),
        "RateLimit-Remaining": str(reading.left),
        "RateLimit-Reset": str(reading.seconds),
    }
