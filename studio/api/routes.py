"""Which address answers in which dialect.

Below its base each dialect has exactly its own paths, and ``openapi.json``, which describes them. Without the base, a
path that one dialect has is that dialect's; one that several have is the dialect's that the key names. The studio's own
API is below its base alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, cast

from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path, register_converter
from django.views.decorators.csrf import csrf_exempt

from studio.api import auth, deepshi, fairstack, multi, openai, openapi, own, tasks
from studio.api.dialects import Dialect
from studio.api.endpoints import Endpoint, View, at_path, nowhere
from studio.api.http import ApiRequest
from studio.core.errors import StudioError

SPOKEN: Sequence[tuple[Dialect, Sequence[Endpoint]]] = (
    (openai.DIALECT, openai.ENDPOINTS),
    (tasks.DIALECT, tasks.ENDPOINTS),
    (deepshi.DIALECT, deepshi.ENDPOINTS),
    (fairstack.DIALECT, fairstack.ENDPOINTS),
    (multi.DIALECT, multi.ENDPOINTS),
    (own.DIALECT, own.ENDPOINTS),
)
"""Every dialect and its addresses; the first answers where no key says another."""
DEFAULT = SPOKEN[0][0]
ROOTS = {"v1": "root_v1_nowhere", "api/v1": "root_api_nowhere", "d": "root_d_nowhere"}
"""Where the dialects' paths begin without their bases, and their bases; and the names of what is nowhere there."""


class Rest:
    """All that may stand behind a base: nothing, a slash, and whatever a program wrote after it, line breaks too."""

    regex = r"(?:/[\s\S]*)?"

    def to_python(self, text: str) -> str:
        return text

    def to_url(self, text: str) -> str:
        return f"/{text}"


register_converter(Rest, "rest")


def patterns() -> list[URLPattern]:
    """The addresses of all dialects, below their bases and without."""
    found: list[URLPattern] = []
    shared: dict[str, dict[str, View]] = defaultdict(dict)
    names: dict[str, str] = {}
    for dialect, endpoints in SPOKEN:
        described = openapi.endpoint(dialect, endpoints)
        found.append(
            path(
                f"{dialect.base}/{described.path}",
                at_path(dialect, [described]),
                name=f"{dialect.name}_openapi",
            )
        )
        for route, group in _by_path(endpoints).items():
            view = at_path(dialect, group)
            found.append(path(f"{dialect.base}/{route}", view, name=f"{dialect.name}_{group[0].name}"))
            if not dialect.rootless:
                shared[route][dialect.name] = view
                names.setdefault(route, group[0].name)
    return found + [
        path(route, by_key(views), name=f"root_{names[route]}") for route, views in shared.items()
    ]


def ends() -> list[URLPattern]:
    """What answers below each base where nothing lies. To stand behind every other address of the site: the base of
    one dialect, ``api``, holds paths of others and pages."""
    return [path(f"{base}<rest:rest>", nowhere(dialect), name=name) for base, dialect, name in _bases()]


def dialect_at(url_path: str) -> Dialect | None:
    """In whose words a program is told of what goes wrong at this path before any view; None where people ask."""
    found = (dialect for base, dialect, _name in _bases() if f"{url_path}/".startswith(f"/{base}/"))
    return next(found, None)


@cache
def _bases() -> list[tuple[str, Dialect, str]]:
    """Each base, who answers where nothing lies below it, and what that is called: one within another comes first."""
    spoken = [(dialect.base, dialect, f"{dialect.name}_nowhere") for dialect, _endpoints in SPOKEN]
    roots = [(root, DEFAULT, name) for root, name in ROOTS.items()]
    return sorted(spoken + roots, key=lambda each: -each[0].count("/"))


def by_key(views: Mapping[str, View]) -> View:
    """One path that several dialects have; a key that names none of them, or no key, gets the first."""
    first = next(iter(views.values()))
    if len(views) == 1:
        return first

    @csrf_exempt
    def chosen(request: HttpRequest, **values: Any) -> HttpResponseBase:
        # In whose words it is told if even the key cannot be looked for.
        entered = cast(ApiRequest, request)
        entered.dialect = DEFAULT
        try:
            name = auth.dialect_of(entered)
        except StudioError:
            name = ""
        return views.get(name, first)(request, **values)

    return chosen


def _by_path(endpoints: Sequence[Endpoint]) -> dict[str, list[Endpoint]]:
    groups: dict[str, list[Endpoint]] = defaultdict(list)
    for endpoint in endpoints:
        groups[endpoint.path].append(endpoint)
    return groups
