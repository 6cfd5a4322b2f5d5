"""Every address of the site, as Django's URLconf has it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver

PARAMETER = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>|\(\?P<(?P<group>\w+)>(?:[^()]|\([^()]*\))*\)")


@dataclass(frozen=True, slots=True)
class Address:
    """A pattern: ``name`` as ``reverse`` takes it, empty where it has none, and ``route`` from the root."""

    name: str
    route: str
    view: str

    @property
    def parameters(self) -> dict[str, str]:
        """The kind of each parameter: uuid, int, str, slug, path, or regex."""
        found = PARAMETER.finditer(self.route)
        return {match["name"] or match["group"]: match["kind"] or "regex" for match in found}

    def url(self, values: Mapping[str, object]) -> str:
        """The path with a value in the place of each parameter."""
        filled = PARAMETER.sub(lambda match: str(values[match["name"] or match["group"]]), self.route)
        return f"/{filled.replace('^', '').replace('$', '')}"


def addresses() -> list[Address]:
    """All of them, Django's admin and the sign-in pages with them."""
    return list(_walk(get_resolver().url_patterns, "", ""))


def _walk(patterns: list[URLPattern | URLResolver], names: str, route: str) -> Iterator[Address]:
    for pattern in patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            space = f"{names}{pattern.namespace}:" if pattern.namespace else names
            yield from _walk(pattern.url_patterns, space, here)
        else:
            yield Address(names + pattern.name if pattern.name else "", here, str(pattern.lookup_str))


def named() -> dict[str, Address]:
    """The address that ``reverse`` gives for each name."""
    return {address.name: address for address in reversed(addresses()) if address.name}


def ours() -> dict[str, Address]:
    """The addresses that this project's own code answers."""
    return {name: address for name, address in named().items() if address.view.startswith("studio.")}
