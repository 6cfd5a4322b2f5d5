"""`manage.py seed_demo`: load the sample studio here and now, or remove it."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from studio.accounts.models import User
from studio.core.errors import StudioError
from studio.sample import removal, services
from studio.sample.models import Sample

PATIENCE_SECONDS = 180.0


class Command(BaseCommand):
    help = (
        "Loads the sample studio: a team, 60 pictures, a month of credits. With --remove takes it away again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--owner", metavar="EMAIL", default="", help="who owns it; the first staff account"
        )
        parser.add_argument("--remove", action="store_true", help="remove it with all that belongs to it")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._remove() if options["remove"] else self._load(options["owner"])
        except StudioError as error:
            raise CommandError(error.message) from error

    def _load(self, email: str) -> None:
        if Sample.objects.filter(ready_at__isnull=False).exists():
            self.stdout.write("The sample studio is there already.")
            return
        services.begin(_owner(email))
        until = time.monotonic() + PATIENCE_SECONDS
        while not services.load():
            # A worker that runs was told of it too, and was quicker.
            if time.monotonic() > until:
                raise CommandError("Another process has been painting it for minutes. See the worker's log.")
            time.sleep(0.5)
        self.stdout.write("The sample studio is ready.")

    def _remove(self) -> None:
        sample = Sample.objects.first()
        if sample is None:
            self.stdout.write("There is no sample studio.")
            return
        removal.remove(sample, by=None)
        self.stdout.write("The sample studio is removed.")


def _owner(email: str) -> User:
    """Whoever was named, else the first who runs this server. Raises CommandError for nobody."""
    people = User.objects.filter(is_active=True).order_by("pk")
    found = people.filter(email=email.lower()) if email else people.filter(is_staff=True)
    owner = found.first()
    if owner is None:
        raise CommandError("Nobody here can own it. Make the first staff account, or name an --owner.")
    return owner
