"""Prints a link with which somebody sets a new password: for staff who have forgotten their own."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from studio.accounts import links
from studio.accounts import services as accounts
from studio.accounts.models import User


class Command(BaseCommand):
    help = "Print a one-time link with which the person of this address sets a new password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=options["email"].lower()).first()
        if user is None:
            raise CommandError(f"Nobody here has the address {options['email']}.")
        self.stdout.write(links.address(accounts.reset_link(by=None, user=user)))
