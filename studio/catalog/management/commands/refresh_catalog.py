from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from providers.errors import ProviderError
from studio.catalog import loader, providers, refreshing
from studio.core.errors import StudioError


class Command(BaseCommand):
    help = (
        "Compare the catalogue with the vendors' own lists of models. With --apply, switch off what is gone and set "
        "the prices that a vendor states; files are never written, and nothing is switched on."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("provider", nargs="*", help="those that are set up, where none is named")
        parser.add_argument("--apply", action="store_true", help="write what is shown with a *")

    def handle(self, *args: Any, **options: Any) -> None:
        named = options["provider"]
        for name in named:
            if name not in loader.catalog().vendors:
                raise CommandError(f"There is no provider called {name}.")
            if missing := providers.missing(name):
                raise CommandError(f"{name} is not set up: {', '.join(missing)} is missing.")
        silent = [name for name in named or refreshing.askable() if not self._refresh(name, options["apply"])]
        if silent:
            raise CommandError(f"Nothing was compared for {', '.join(silent)}.")

    def _refresh(self, name: str, apply: bool) -> bool:
        """Compare one provider; False where it could not be asked."""
        try:
            told = providers.listed(name)
        except ProviderError as error:
            self.stderr.write(f"{name}: {error.message}")
            return False
        if told is None:
            self.stdout.write(f"{name}: has no list of models.")
            return True
        found = refreshing.differences(name, told)
        self.stdout.write(f"{name}: {len(told)} models listed, {len(found)} differences.")
        for each in found:
            mark = "*" if each.kind in refreshing.TAKEN_OVER else " "
            self.stdout.write(f" {mark} {each.kind:<10} {each.model}: {each.text}")
        if apply:
            try:
                written = refreshing.apply(found)
            except StudioError as error:
                raise CommandError(f"{name}: nothing was written. {error.message}") from error
            self.stdout.write(f"{name}: {len(written)} written.")
        return True
