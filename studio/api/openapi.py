"""What a dialect takes and answers, as an OpenAPI 3.1 document: made of the declarations that serve it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from django.http import HttpResponseBase
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from studio.api import quotes, refusals, repeats
from studio.api.dialects import Dialect
from studio.api.endpoints import FORM, STREAM, Endpoint, Part
from studio.api.errors import Told
from studio.api.http import ApiRequest, answer
from studio.api.limits import Reading
from studio.core.places import address
from studio.images import intake

JSON = "application/json"
PLACE = "#/components/schemas/{model}"
MEDIA = (intake.PNG, intake.JPEG, intake.WEBP, intake.AVIF)
KEY, OTHER_KEY = "key", "key_header"
VALUE = re.compile(r"<(?:(\w+):)?(\w+)>")
"""What a path holds, in Django's words."""
KINDS: Mapping[str, Mapping[str, Any]] = {
    "uuid": {"format": "uuid"},
    "int": {"type": "integer", "minimum": 0},
}
"""Django's converters that are no plain text."""

IDEMPOTENCY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Any text of your own. The same key with the same request is the same pictures, paid once; with "
    "another request it is refused.",
    "schema": {"type": "string", "maxLength": repeats.KEY_LENGTH},
    "example": "poster-17",
}
DRY_RUN = {
    "name": quotes.HEADER,
    "in": "header",
    "description": "1 answers what the request would cost, and does nothing.",
    "schema": {"type": "string", "enum": ["1", "true", "yes"]},
}
RETRY = {
    "Retry-After": {
        "description": "Seconds after which a repeat makes sense.",
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
    }
}
EVENT = {
    "type": "object",
    "description": "One event of the stream.",
    "properties": {
        "event": {"type": "string", "description": "Its name."},
        "data": {"type": "string", "description": "Its document in JSON; at the end perhaps [DONE]."},
    },
    "required": ["data"],
}
"""As the readers of these documents take a stream: event by event."""
ABOUT = (
    "Send a key as `Authorization: Bearer gs_live_…`. Every answer names itself in `x-request-id`, and one that is no "
    "success says in `x-should-retry` whether the same request may work later."
)


def endpoint(dialect: Dialect, endpoints: Sequence[Endpoint]) -> Endpoint:
    """The address of the document itself, which asks for no key."""

    # Anybody may ask, and to make one takes tens of milliseconds. A server has few names that it is reached by.
    @lru_cache(maxsize=4)
    def made(base: str) -> dict[str, Any]:
        return document(dialect, endpoints, base)

    def openapi(request: ApiRequest) -> HttpResponseBase:
        return answer(made(address(request, f"/{dialect.base}")))

    return Endpoint("GET", "openapi.json", openapi, "This document", open=True)


def document(dialect: Dialect, endpoints: Sequence[Endpoint], base: str) -> dict[str, Any]:
    """The document of a dialect that is served at the address ``base``."""
    refs, schemas = _schemas(dialect, endpoints)
    paths: dict[str, dict[str, Any]] = {}
    for each in endpoints:
        operation = _operation(dialect, each, refs, schemas)
        paths.setdefault(path_of(each), {})[each.method.lower()] = operation
    _link(endpoints, paths)
    return {
        "openapi": "3.1.0",
        "info": {"title": f"Gesso: {dialect.label}", "version": "1", "description": ABOUT},
        "servers": [{"url": base}],
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": _security(dialect)},
    }


def path_of(endpoint: Endpoint) -> str:
    """The path below the dialect's base: ``/v1/models/{name}``."""
    return "/" + VALUE.sub(r"{\2}", endpoint.path)


class _Plain(GenerateJsonSchema):
    """Fields are called by their names alone."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def _schemas(
    dialect: Dialect, endpoints: Sequence[Endpoint]
) -> tuple[dict[type[BaseModel], Any], dict[str, Any]]:
    """What refers to each model, and the schemas by name. What is sent and what is answered are written alike: a field
    with a default may be left out of both."""
    models = {dialect.error: None}
    for each in endpoints:
        answers = (model for model in each.answers.values() if not isinstance(model, str))
        used = (each.body, each.form, each.query, each.dry, *answers, *each.events)
        models |= dict.fromkeys(model for model in used if model)
    refs, found = models_json_schema(
        [(model, "validation") for model in models], ref_template=PLACE, schema_generator=_Plain
    )
    schemas = found.get("$defs", {})
    for each in endpoints:
        if each.form:
            _add_files(schemas[each.form.__name__], each.files)
    return {model: refs[model, "validation"] for model in models}, _told_plainly(schemas)


def _told_plainly(schema: Any) -> Any:
    """Docstrings mark code in another way than the texts of these documents."""
    if isinstance(schema, dict):
        return {name: _told_plainly(each) for name, each in schema.items()}
    if isinstance(schema, list):
        return [_told_plainly(each) for each in schema]
    return re.sub(r"``", "`", schema) if isinstance(schema, str) else schema


def _add_files(schema: dict[str, Any], parts: Sequence[Part]) -> None:
    for part in parts:
        file = {"type": "string", "format": "binary"}
        one = {"type": "array", "items": file, "minItems": 1} if part.many else file
        schema.setdefault("properties", {})[part.name] = {**one, "description": part.description}
    if needed := [{"required": [part.name]} for part in parts if part.needed]:
        schema["anyOf"] = needed


def _operation(
    dialect: Dialect, endpoint: Endpoint, refs: Mapping[type[BaseModel], Any], schemas: Mapping[str, Any]
) -> dict[str, Any]:
    operation = {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "description": _told_plainly(inspect.getdoc(endpoint.view) or endpoint.summary),
        "parameters": list(_parameters(endpoint, schemas)),
        "responses": _responses(dialect, endpoint, refs),
        "security": []
        if endpoint.open
        else [{name: way} for way in endpoint.scopes for name in _security(dialect)],
    }
    if endpoint.body:
        operation["requestBody"] = {
            "required": endpoint.needs_body or bool(endpoint.files),
            "content": _content(endpoint, endpoint.body, refs),
        }
    return operation


def _parameters(endpoint: Endpoint, schemas: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for kind, name in VALUE.findall(endpoint.path):
        schema = {"type": "string", "minLength": 1, **KINDS.get(kind, {})}
        shown = {"example": endpoint.example[name]} if name in endpoint.example else {}
        yield {"name": name, "in": "path", "required": True, "schema": schema, **shown}
    if endpoint.query:
        model = schemas[endpoint.query.__name__]
        for name, schema in model["properties"].items():
            about = {key: value for key, value in schema.items() if key != "description"}
            told = {"description": schema["description"]} if "description" in schema else {}
            shown = {"example": endpoint.example[name]} if name in endpoint.example else {}
            needed = name in model.get("required", ())
            yield {"name": name, "in": "query", "required": needed, "schema": about, **told, **shown}
    if endpoint.dry:
        yield from (IDEMPOTENCY, DRY_RUN)


def body_example(endpoint: Endpoint) -> dict[str, Any]:
    """The body of the example, without what stands in the path."""
    placed = {name for _kind, name in VALUE.findall(endpoint.path)}
    return {name: value for name, value in endpoint.example.items() if name not in placed}


def _content(
    endpoint: Endpoint, body: type[BaseModel], refs: Mapping[type[BaseModel], Any]
) -> dict[str, Any]:
    content: dict[str, Any] = {JSON: {"schema": refs[body], "example": body_example(endpoint)}}
    if endpoint.form:
        kinds = {part.name: {"contentType": ", ".join(MEDIA)} for part in endpoint.files}
        content[FORM] = {
            "schema": refs[endpoint.form],
            "encoding": kinds,
            "example": _sent_as_form(endpoint),
        }
    return content


def _sent_as_form(endpoint: Endpoint) -> dict[str, Any]:
    several = {part.name for part in endpoint.files if part.many}
    return {name: [value] if name in several else value for name, value in endpoint.form_example.items()}


def _responses(dialect: Dialect, endpoint: Endpoint, refs: Mapping[type[BaseModel], Any]) -> dict[str, Any]:
    found: dict[int, list[Any]] = {}
    for status, model in endpoint.answers.items():
        found.setdefault(status, []).append(model)
    if endpoint.dry and endpoint.dry not in found.setdefault(200, []):
        found[200].append(endpoint.dry)
    responses = {
        str(status): _answer(endpoint, status, models, refs, _headers(dialect, endpoint))
        for status, models in sorted(found.items())
    }
    for status, codes in refusals.by_status(dialect, endpoint).items():
        responses[str(status)] = _refusal(dialect, endpoint, status, codes, refs)
    return responses


def _answer(
    endpoint: Endpoint,
    status: int,
    models: Sequence[type[BaseModel] | str],
    refs: Mapping[type[BaseModel], Any],
    headers: Mapping[str, Any],
) -> dict[str, Any]:
    documents = [refs[model] for model in models if not isinstance(model, str)]
    content: dict[str, Any] = {model: {} for model in models if isinstance(model, str)}
    if documents:
        content[JSON] = {"schema": documents[0] if len(documents) == 1 else {"anyOf": documents}}
    if endpoint.streams and status == 200:
        events = [refs[event]["$ref"] for event in endpoint.events]
        content[STREAM] = {"schema": EVENT, "x-events": events}
    told = HTTPStatus(status).phrase
    return {"description": told, "headers": dict(headers), "content": content}


def _refusal(
    dialect: Dialect,
    endpoint: Endpoint,
    status: int,
    codes: Mapping[str, Any],
    refs: Mapping[type[BaseModel], Any],
) -> dict[str, Any]:
    code, kind = next(iter(codes.items()))
    told = Told(kind, refusals.WORDS[kind], code)
    example = dialect.envelope(told, status, code).model_dump(mode="json", exclude_unset=True)
    waits = RETRY if status in (429, 502, 503, 504) else {}
    return {
        "description": " ".join(f"`{code}`: {refusals.WORDS[kind]}" for code, kind in codes.items()),
        "headers": {**_headers(dialect, endpoint), **waits},
        "content": {JSON: {"schema": refs[dialect.error], "example": example}},
        "x-codes": {code: refusals.WORDS[kind] for code, kind in codes.items()},
    }


def _headers(dialect: Dialect, endpoint: Endpoint) -> dict[str, Any]:
    named = ["x-request-id", *([dialect.timing_header] if dialect.timing_header else [])]
    if not endpoint.open:
        named += dialect.limit_headers(Reading(1, 1, 1, 1))
    return {name: {"schema": {"type": "string"}} for name in named}


def _security(dialect: Dialect) -> dict[str, Any]:
    found = {KEY: {"type": "http", "scheme": "bearer", "bearerFormat": "gs_live_…"}}
    if dialect.key_header:
        found[OTHER_KEY] = {"type": "apiKey", "in": "header", "name": dialect.key_header}
    return found


def _link(endpoints: Sequence[Endpoint], paths: dict[str, dict[str, Any]]) -> None:
    """What an answer names, and another address is asked by, leads there."""
    for there in endpoints:
        names = [name for _kind, name in VALUE.findall(there.path)]
        for each in endpoints:
            for status, model in each.answers.items():
                if names and not isinstance(model, str) and set(names) <= set(model.model_fields):
                    response = paths[path_of(each)][each.method.lower()]["responses"][str(status)]
                    response.setdefault("links", {})[there.name] = {
                        "operationId": there.name,
                        "parameters": {name: f"$response.body#/{name}" for name in names},
                    }
