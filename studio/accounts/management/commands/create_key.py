"""``create_key EMAIL``: an API key, printed once and alone, so that a script can take it."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from studio.accounts import keys
from studio.accounts.models import Membership, Team, User

DIALECTS = ("openai", "deepshi", "async", "fairstack", "multi")


class Command(BaseCommand):
    help = "Make an API key for somebody and print it. It cannot be read again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--dialect", choices=DIALECTS, default="openai", help="what /v1/images/* speaks")
        parser.add_argument("--team", default="", help="the name of a team: its gallery, its credits")
        parser.add_argument("--name", default="Script", help="what lists call it")

    def handle(self, *args: Any, **options: Any) -> None:
        owner = User.objects.filter(email=options["email"].lower(), is_active=True).first()
        if owner is None:
            raise CommandError(f"Nobody signs in as {options['email']}.")
        team = self._team(owner, options["team"]) if options["team"] else None
        name = options["name"].strip()[:80] or "Script"
        _row, text = keys.make(owner=owner, name=name, dialect=options["dialect"], team=team)
        self.stdout.write(text)

    def _team(self, owner: User, name: str) -> Team:
        member = Membership.objects.filter(user=owner, team__name=name, team__closed_at=None)
        if (found := member.select_related("team").first()) is None:
            raise CommandError(f"{owner.email} is in no team called {name}.")
        return found.team
