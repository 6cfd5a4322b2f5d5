"""Errors of this dialect: ``{"error": {"code", "message"}}``.

The seed shows none, so envelope and codes are guesses [?]. The codes are those that our own adapter of this API knows,
so that the two ends understand one another.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, Field

from studio.api.dialects import Dialect
from studio.api.errors import Kind, Refused, Told
from studio.core.errors import NotFound

WORDS: Mapping[Kind, tuple[int, str]] = {
    Kind.NO_KEY: (401, "unauthorized"),
    Kind.NO_IMAGE: (404, "artifact_not_found"),
}
"""A task that ends is told in the same words; the house's own stand for the rest."""


class Problem(BaseModel):
    """What is wrong."""

    code: str = Field(description="A word for programs.")
    message: str = Field(description="A sentence for people.")


class Error(BaseModel):
    """Every answer that is no success."""

    error: Problem


def envelope(error: Told, _status: int, code: str) -> Error:
    """The document of an error."""
    return Error(error=Problem(code=code, message=error.message))


def no_task(error: NotFound) -> Refused:
    """The task is not there, or another's."""
    return Refused(Kind.NOT_FOUND, error.message, code="task_not_found")


DIALECT = Dialect(
    "async",
    "Tasks",
    "d/async",
    envelope,
    WORDS,
    error=Error,
    pictures="By an address that holds as long as the picture is here.",
)
