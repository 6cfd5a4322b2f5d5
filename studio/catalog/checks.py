"""A broken catalogue stops the start, with every mistake named."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error

from studio.catalog import loader
from studio.catalog.errors import CatalogError


def check_catalog(**_options: Any) -> list[CheckMessage]:
    """One error per mistake in the vendors' files, one that has no adapter among them."""
    try:
        loader.catalog()
    except CatalogError as error:
        return [Error(problem, id="catalog.E001") for problem in error.problems]
    return []
