"""``create_key EMAIL``: an API key, printed once and alone, so that a script can take it."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from studio.accounts.models import Dialect, Membership, Scope, Team, User
from studio.catalog import naming
from studio.core.errors import Invalid, StudioError
from studio.core.micros import Micros, from_credits
from studio.gallery import keys
from studio.gallery.models import Collection

LONGEST_DAYS = 3650


def days(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text[:9]) <= LONGEST_DAYS):
        raise ArgumentTypeError(f"{text} is not a number of days from 1 to {LONGEST_DAYS}")
    return int(text)


def amount(text: str) -> Micros:
    try:
        return from_credits(text)
    except ArithmeticError as error:
        raise ArgumentTypeError(f"{text} is not a number of credits") from error


class Command(BaseCommand):
    help = "Make an API key for somebody and print it. It cannot be read again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add = parser.add_argument
        add("email")
        add(
            "--dialect", choices=Dialect.values, default=Dialect.OPENAI.value, help="what /v1/images/* speaks"
        )
        add("--name", default="Script", help="what lists call it")
        add(
            "--scope",
            dest="scopes",
            choices=Scope.values,
            action="append",
            help="what it may do; all if none is named",
        )
        add(
            "--model",
            dest="models",
            default=[],
            action="append",
            help="for this model alone; may be repeated",
        )
        add("--spend-cap", type=amount, metavar="CREDITS", help="the most it may spend, in credits")
        add("--expires", type=days, metavar="DAYS", help="how long it works; for ever if left out")
        add("--team", default="", help="the name of a team: its gallery, its credits")
        add("--collection", default="", help="the name of the collection that its pictures go into")

    def handle(self, *args: Any, **options: Any) -> None:
        owner = User.objects.filter(email=options["email"].lower(), is_active=True).first()
        if owner is None:
            raise CommandError(f"Nobody signs in as {options['email']}.")
        team = self._team(owner, options["team"]) if options["team"] else None
        try:
            _row, text = keys.make(
                owner=owner,
                name=options["name"],
                dialect=options["dialect"],
                team=team,
                scopes=options["scopes"],
                allowed_models=[naming.resolve(name).id for name in options["models"]],
                expires_at=timezone.now() + timedelta(options["expires"]) if options["expires"] else None,
                cap=options["spend_cap"],
                collection=self._collection(owner, team, options["collection"]),
            )
        except Invalid as error:
            wrong = "; ".join(f"{field}: {why}" for field, why in error.fields.items())
            raise CommandError(wrong or error.message) from error
        except StudioError as error:
            raise CommandError(error.message) from error
        self.stdout.write(text)

    def _team(self, owner: User, name: str) -> Team:
        member = Membership.objects.filter(user=owner, team__name=name, team__closed_at=None)
        if (found := member.select_related("team").first()) is None:
            raise CommandError(f"{owner.email} is in no team called {name}.")
        return found.team

    def _collection(self, owner: User, team: Team | None, name: str) -> Collection | None:
        if not name:
            return None
        named = Collection.objects.filter(team=team, name=name)
        found = named.first() if team else named.filter(owner=owner).first()
        if found is None:
            raise CommandError(f"{team or owner.email} has no collection called {name}.")
        return found
