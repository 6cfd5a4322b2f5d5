from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import register


class CatalogConfig(AppConfig):
    name = "studio.catalog"
    label = "catalog"

    def ready(self) -> None:
        from studio.catalog.checks import check_catalog

        register(check_catalog)
