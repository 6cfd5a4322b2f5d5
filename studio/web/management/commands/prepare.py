"""`manage.py prepare`: bring the database and the static files up to date, and say who may come in first."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from studio.accounts import services as accounts
from studio.core import prepared
from studio.core.errors import StudioError
from studio.gallery import hearts
from studio.images import services as images
from studio.images import shelves
from studio.web.welcome import welcome


class Command(BaseCommand):
    help = (
        "Migrates, collects static files, and prints the one-time setup link while there is no staff account."
    )
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        migrate()
        collect()
        ensure_admin()
        if link := accounts.setup_link():
            self.stdout.write(f"Nobody runs it yet. This link makes the first staff account, once:\n  {link}")


def migrate() -> None:
    """Apply what is missing, and write anew what is made from rows. Looking is quick; Django's own command also
    rewrites permissions every time."""
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        call_command("migrate", interactive=False, verbosity=0)
    # Without a migration too: the last start may have been ended between the two.
    if missing or shelves.never_counted():
        with transaction.atomic():
            images.rebuild()
            hearts.recount()
    prepared.remember("database")


def collect() -> None:
    if not prepared.is_current("static"):
        call_command("collectstatic", interactive=False, verbosity=0)
        prepared.remember("static")


def ensure_admin() -> None:
    """The staff account of STUDIO_ADMIN_EMAIL and STUDIO_ADMIN_PASSWORD, with credits. Raises CommandError."""
    if not (settings.ADMIN_EMAIL and settings.ADMIN_PASSWORD):
        return
    try:
        with transaction.atomic():
            if user := accounts.ensure_admin(email=settings.ADMIN_EMAIL, password=settings.ADMIN_PASSWORD):
                welcome(user, settings.FIRST_STAFF_CREDITS)
    except StudioError as error:
        raise CommandError(f"STUDIO_ADMIN_EMAIL, STUDIO_ADMIN_PASSWORD: {error}") from error
