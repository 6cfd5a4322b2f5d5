from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from studio.catalog import handbook


class Command(BaseCommand):
    help = "Write docs/providers.md from the registry and the catalogue."

    def handle(self, *args: Any, **options: Any) -> None:
        path = settings.BASE_DIR / "docs/providers.md"
        path.write_text(handbook.text(), encoding="utf-8")
        self.stdout.write(f"Wrote {path.relative_to(settings.BASE_DIR)}.")
