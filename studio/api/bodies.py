"""What a program sends, read and checked: a JSON object, or the parts of a form, as one of our models.

A model is the list of what an address takes, with types, limits and defaults; the documents of the API are made from
the same models.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, cast

from django.core.exceptions import BadRequest
from django.http import HttpRequest, UnreadablePostError
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictInt,
    ValidationError,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from studio.api.errors import Kind, Refused

MAX_BYTES = 100 * 1024 * 1024
"""Of a JSON body that may hold pictures: one of 50 MB in base64, and a few beside it."""
PLAIN_BYTES = 4 * 1024 * 1024
"""Of one that holds none: many times the longest prompt, however it is written."""
MEGABYTE = 1024 * 1024
MOST_VALUES = 250_000
"""Commas and brackets in a JSON body. No request has nearly as many, and each can cost a hundred times its byte."""


class Sent(BaseModel):
    """A body whose unknown fields are refused; a dialect that keeps them says so in a model of its own."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def _keepable(text: str) -> str:
    """JSON can spell half of a character, which no encoding can, and a NUL, which PostgreSQL refuses."""
    # A picture in base 64 is plain: only of other texts is a copy made.
    if "\0" in text or not (text.isascii() or text.encode(errors="replace").decode() == text):
        raise PydanticCustomError("string_unicode", "it holds characters that cannot be kept")
    return text


def _said(text: str) -> str:
    """Some would take an empty text for their default, which hides a mistake."""
    if not text:
        raise PydanticCustomError("said_nothing", "it is empty, leave it out instead")
    return text


Text = Annotated[str, AfterValidator(_keepable)]
"""A text that can be stored."""
Said = Annotated[Text, AfterValidator(_said)]
"""A choice: left out it means the default, and an empty text means nothing."""
Prompt = Annotated[str, Field(min_length=1), AfterValidator(_keepable)]
"""A text that says something."""
Whole = StrictInt
"""A whole number, never a text or a truth value that could be read as one."""

KINDS: Mapping[str, Kind] = {
    "missing": Kind.MISSING,
    "extra_forbidden": Kind.UNKNOWN_FIELD,
}


def read_json(request: HttpRequest, *, needed: bool = True, most: int = MAX_BYTES) -> dict[str, Any]:
    """The body of at most ``most`` bytes as a JSON object, whatever its Content-Type says: some clients send none.
    Where none is ``needed``, no body is an empty object. Raises Refused.
    """
    text = _text(request, most)
    try:
        document = json.loads(text or ("" if needed else "{}"))
    except json.JSONDecodeError as error:
        words = _("The body is not JSON, as line %(line)s, column %(column)s shows. Send a JSON object.")
        place = {"line": error.lineno, "column": error.colno}
        raise Refused(Kind.BAD_JSON, words % place) from error
    except (ValueError, RecursionError) as error:
        raise Refused(Kind.BAD_JSON, _("The body is not JSON.")) from error
    if not isinstance(document, dict):
        raise Refused(Kind.BAD_JSON, _("The body is not a JSON object."))
    return document


def _text(request: HttpRequest, most: int) -> str:
    """What was sent, as text; of its bytes nothing is kept, for they may be many."""
    try:
        data = request.read(most + 1)
    except (OSError, UnreadablePostError, BadRequest) as error:
        raise Refused(Kind.BAD_JSON, _("The body ended too early.")) from error
    if len(data) > most:
        raise too_large(most)
    if sum(map(data.count, (b",", b"[", b"{"))) > MOST_VALUES:
        raise Refused(Kind.TOO_LARGE, _("The body holds more values than are read."))
    try:
        return data.decode(json.detect_encoding(data), "surrogatepass")
    except ValueError as error:
        raise Refused(Kind.BAD_JSON, _("The body is not JSON.")) from error


def too_large(most: int = MAX_BYTES) -> Refused:
    """More was sent than ``most`` bytes."""
    text = _("The request is larger than the %(most)s MB that are taken.") % {"most": most // MEGABYTE}
    return Refused(Kind.TOO_LARGE, text)


def twice(name: str, hint: str = "") -> Refused:
    """A part of a form that came several times, told as the best known client is told it (wire facts, OpenAI)."""
    text = _("Duplicate parameter: '%(name)s'.") % {"name": name[:80]}
    return Refused(Kind.BAD_VALUE, f"{text} {hint}".strip(), code="duplicate_parameter", param=name[:80])


def checked[M: BaseModel](model: type[M], data: Mapping[str, Any], *, texts: bool = False) -> M:
    """The data as ``model``. With ``texts`` every value came as a text, from a form or an address.

    Raises Refused at the first field that is wrong.
    """
    try:
        return model.model_validate_strings(data) if texts else model.model_validate(data)
    except ValidationError as error:
        raise _refused(error.errors(include_url=False, include_input=False)[0], data) from None


def _refused(wrong: ErrorDetails, data: Mapping[str, Any]) -> Refused:
    param, value = _found(wrong, data)
    empty = wrong["type"].endswith("too_short") and isinstance(value, str)
    kind = Kind.MISSING if empty else KINDS.get(wrong["type"])
    if kind is Kind.UNKNOWN_FIELD:
        return Refused(kind, _("Unknown parameter: %(name)s.") % {"name": param}, param=param)
    if kind is Kind.MISSING:
        return Refused(kind, _("%(name)s is required.") % {"name": param}, param=param)
    kind = Kind.BAD_TYPE if wrong["type"].endswith(("_type", "_unicode")) else Kind.BAD_VALUE
    if wrong["type"].endswith("too_long") and isinstance(value, str):
        most = number_format(wrong["ctx"]["max_length"], force_grouping=True)
        text = _("Shorten the %(name)s to %(limit)s characters.") % {"name": param, "limit": most}
        return Refused(Kind.PROMPT_TOO_LONG if param == "prompt" else kind, text, param=param)
    values = {"name": param or _("The body"), "problem": _problem(wrong)}
    return Refused(kind, _("%(name)s cannot be used: %(problem)s.") % values, param=param)


def _problem(wrong: ErrorDetails) -> str:
    """What is the matter with a value; of a list or an object without a word of how it is read."""
    match wrong["type"]:
        case "model_type":
            return _("it should be an object")
        case "too_short":
            return _("it holds fewer than %(min_length)s") % wrong["ctx"]
        case "too_long":
            return _("it holds more than %(max_length)s") % wrong["ctx"]
    return wrong["msg"]


def _found(wrong: ErrorDetails, data: Mapping[str, Any]) -> tuple[str, object]:
    """Where it is in what was sent, and what is there, without our models' names for the sorts of a value."""
    names, here = list[str](), cast("Any", data)
    for part in wrong["loc"]:
        try:
            here = here[part]
        except (LookupError, TypeError):
            continue
        names.append(str(part))
    if wrong["type"] == "missing":
        names.append(str(wrong["loc"][-1]))
    # Half of a character, which JSON can spell and no encoding can, is no name of a field to repeat.
    return ".".join(names)[:80].encode(errors="replace").decode(), here
