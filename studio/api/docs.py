"""The pages that explain the API: one for all of it, and one for each dialect, made from the document it serves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from studio.accounts.models import Scope
from studio.api import inputs, quotes, repeats
from studio.api.dialects import Dialect
from studio.api.doc_rows import Prose, Row, Schemas, Table, prose
from studio.api.endpoints import FORM, STREAM, Endpoint
from studio.api.openapi import JSON, document, path_of
from studio.api.routes import SPOKEN
from studio.api.snippets import VARIABLE, snippets
from studio.core.places import address

PLACES = {
    "path": gettext_lazy("In the path"),
    "query": gettext_lazy("In the query"),
    "header": gettext_lazy("Headers"),
}
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """One address as the page shows it."""

    anchor: str
    method: str
    path: str
    summary: str
    about: Prose
    scope: str
    open: bool
    takes: Sequence[tuple[str, Sequence[Row]]]
    answers: Sequence[tuple[str, Sequence[Table]]]
    events: Sequence[Table]
    refusals: Sequence[tuple[str, Mapping[str, str]]]
    snippets: Sequence[tuple[str, str]]


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """What holds for all of the API: keys, money, repeats, limits, and which path answers in which dialect."""
    first, endpoints = SPOKEN[0]
    start = next(each for each in endpoints if each.dry)
    context = {
        "variable": VARIABLE,
        "start": list(snippets(first, start, address(request, f"/{first.base}"))),
        "scopes": [(scope, Scope(scope).label, where) for scope, where in _scopes().items()],
        "per_minute": settings.API_PER_MINUTE,
        "megabytes": inputs.CAP_BYTES // MEGABYTE,
        "key_length": repeats.KEY_LENGTH,
        "minutes": int(repeats.KNOWN_FOR.total_seconds()) // 60,
        "dry_header": quotes.HEADER,
        "pictures": [(each, prose(each.pictures)) for each, _endpoints in SPOKEN if each.pictures],
        "roots": list(_roots()),
        "default": first,
    }
    return render(request, "api/overview.html", _frame(request) | context)


@require_safe
def dialect(request: HttpRequest, name: str) -> HttpResponse:
    """Every address of a dialect. Raises Http404."""
    found = next(((each, endpoints) for each, endpoints in SPOKEN if each.name == name), None)
    if found is None:
        raise Http404
    here, endpoints = found
    base = address(request, f"/{here.base}")
    told = document(here, endpoints, base)
    schemas = Schemas(told["components"]["schemas"])
    entries = [_entry(here, each, _operation(told, each), schemas, base) for each in endpoints]
    error = list(schemas.tables(_error_of(told, endpoints[0])))
    context = {"dialect": here, "base": base, "entries": entries, "error": error}
    return render(request, "api/dialect.html", _frame(request) | context)


def _frame(request: HttpRequest) -> dict[str, Any]:
    """What stands at the left of each page."""
    return {
        "spoken": [
            (
                each,
                address(request, f"/{each.base}"),
                [(end.name, end.method, end.summary) for end in endpoints],
            )
            for each, endpoints in SPOKEN
        ]
    }


def _operation(told: Mapping[str, Any], endpoint: Endpoint) -> dict[str, Any]:
    operation: dict[str, Any] = told["paths"][path_of(endpoint)][endpoint.method.lower()]
    return operation


def _error_of(told: Mapping[str, Any], endpoint: Endpoint) -> Mapping[str, Any]:
    """The schema of every refusal: that of a fault of the server's own, which can come anywhere."""
    schema: Mapping[str, Any] = _operation(told, endpoint)["responses"]["500"]["content"][JSON]["schema"]
    return schema


def _entry(
    dialect: Dialect, endpoint: Endpoint, operation: dict[str, Any], schemas: Schemas, base: str
) -> Entry:
    answered = [(status, each) for status, each in operation["responses"].items() if "x-codes" not in each]
    refused = [(status, each) for status, each in operation["responses"].items() if "x-codes" in each]
    return Entry(
        anchor=endpoint.name,
        method=endpoint.method,
        path=path_of(endpoint),
        summary=endpoint.summary,
        about=prose(operation["description"]),
        scope=_(" or ").join(" + ".join(way) for way in endpoint.scopes),
        open=endpoint.open,
        takes=list(_takes(operation, schemas)),
        answers=[
            (status, list(schemas.tables(content["schema"])))
            for status, each in answered
            for kind, content in each["content"].items()
            if kind == JSON
        ],
        events=[
            table
            for _status, each in answered
            for name in each["content"].get(STREAM, {}).get("x-events", ())
            for table in schemas.tables({"$ref": name})
        ],
        refusals=[(status, each["x-codes"]) for status, each in refused],
        snippets=list(snippets(dialect, endpoint, base)),
    )


def _takes(operation: Mapping[str, Any], schemas: Schemas) -> Iterator[tuple[str, Sequence[Row]]]:
    """What can be sent, by where it goes."""
    for place, title in PLACES.items():
        there = [each for each in operation["parameters"] if each["in"] == place]
        rows = [
            schemas.row(
                each["name"],
                {**each["schema"], "description": each.get("description", "")},
                required=each.get("required", False),
            )
            for each in there
        ]
        if rows:
            yield str(title), rows
    shown: list[Row] = []
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        rows = list(schemas.rows(schemas.resolved(content["schema"])))
        if kind == FORM:
            yield (
                _("As a form: the same settings, and these parts"),
                [row for row in rows if row not in shown],
            )
        else:
            yield _("In the body, as JSON"), rows
        shown = rows


def _scopes() -> dict[str, list[tuple[str, str]]]:
    """The methods and addresses that ask for each scope."""
    found: dict[str, list[tuple[str, str]]] = {scope: [] for scope in Scope.values}
    for each, endpoints in SPOKEN:
        for endpoint in endpoints:
            for scope in dict.fromkeys(chain.from_iterable(endpoint.scopes)):
                found[scope].append((endpoint.method, f"/{each.base}{path_of(endpoint)}"))
    return {scope: where for scope, where in found.items() if where}


def _roots() -> Iterator[tuple[str, str, list[Dialect]]]:
    """Each path without a dialect's base, and who answers there: the first where the key says nothing else."""
    found: dict[tuple[str, str], list[Dialect]] = {}
    for each, endpoints in SPOKEN:
        for endpoint in () if each.rootless else endpoints:
            found.setdefault((endpoint.method, path_of(endpoint)), []).append(each)
    for (method, path), there in found.items():
        yield method, path, there
