"""Errors in FairStack's envelope: ``{"error": {"code", "message", "status"}}`` (wire facts: its public docs)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

from pydantic import BaseModel, Field

from studio.api.dialects import Dialect
from studio.api.errors import Kind, Told
from studio.catalog import asking, sizes
from studio.catalog.asking import SHAPE
from studio.catalog.entries import Entry
from studio.core.errors import Invalid
from studio.jobs.specs import JobSpec

WORDS: Mapping[Kind, tuple[int, str]] = {
    Kind.NO_KEY: (401, "unauthorized"),
    Kind.NO_CREDITS: (402, "insufficient_credits"),
    Kind.CAP_REACHED: (402, "spending_cap_reached"),
    Kind.NO_MODEL: (400, "unknown_model"),
}


class Problem(BaseModel):
    """What is wrong, and at which field."""

    code: str = Field(description="A word for programs.")
    message: str = Field(description="A sentence for people.")
    status: int = Field(description="The HTTP status again.")
    param: Annotated[str, Field(description="The field, where there is one. Gesso's own.")] = ""


class Error(BaseModel):
    """Every answer that is no success."""

    error: Problem


def envelope(error: Told, status: int, code: str) -> Error:
    """The document of an error."""
    problem = Problem(code=code, message=error.message, status=status)
    return Error(error=problem.model_copy(update={"param": error.at}) if error.at else problem)


FIELDS = {"size": "image_size", SHAPE: "aspect_ratio", "references": "image"}


def at_own_size(error: Invalid) -> Invalid:
    """The same error at ``image_size``, which was sent, by whatever name the model's sizes have."""
    fields = {"image_size" if name in sizes.NAMES else name: text for name, text in error.fields.items()}
    return Invalid(error.message, fields=fields, code=error.code)


def fitted(spec: JobSpec, entry: Entry | None) -> JobSpec:
    """The wish to this model: a shape is the size that stands for it."""
    return replace(spec, parameters=asking.by_list(entry, spec.parameters)) if entry else spec


DIALECT = Dialect(
    "fairstack",
    "FairStack",
    "d/fairstack",
    envelope,
    WORDS,
    error=Error,
    pictures="By an address that holds as long as the picture is here.",
    fields=FIELDS,
    prefers="fairstack",
    fit=fitted,
)
