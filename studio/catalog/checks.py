"""A broken catalogue stops the start, with every mistake named."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error

from providers import registry
from studio.catalog import loader
from studio.catalog.errors import CatalogError


def check_catalog(**_options: Any) -> list[CheckMessage]:
    """One error per mistake in catalog.toml, and per provider that has no adapter."""
    try:
        catalog = loader.catalog()
    except CatalogError as error:
        return [Error(problem, id="catalog.E001") for problem in error.problems]
    return [
        Error(f"provider {name} has no adapter.", hint="Add it to providers/registry.py.", id="catalog.E002")
        for name in catalog.vendors
        if name not in registry.ADAPTERS
    ]
