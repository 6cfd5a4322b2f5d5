"""Prints the one-time link that makes the first staff account."""

from __future__ import annotations

from django.core.management.base import BaseCommand

from studio.accounts import services as accounts


class Command(BaseCommand):
    help = "Print a one-time link that makes the first staff account; print nothing once there is one."

    def handle(self, *args: object, **options: object) -> None:
        if link := accounts.setup_link():
            self.stdout.write(link)
