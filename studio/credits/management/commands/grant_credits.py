from __future__ import annotations

from argparse import ArgumentParser
from decimal import InvalidOperation
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from studio.accounts.models import User
from studio.core.errors import StudioError
from studio.core.ids import uuid7
from studio.core.micros import credits_text, from_credits
from studio.credits import selectors, services


class Command(BaseCommand):
    help = "Add credits to a person's account. Each call adds once more; the reason is kept in the audit log."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("credits", help="for example 500 or 0.5")
        parser.add_argument("--reason", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = User.objects.get(email=options["email"].lower())
            amount = from_credits(options["credits"])
            account = services.account_of(user=user)
            services.grant(
                account_id=account.pk,
                amount=amount,
                key=f"command:{uuid7()}",
                actor=None,
                reason=options["reason"],
            )
        except User.DoesNotExist as error:
            raise CommandError(f"Nobody signs in as {options['email']}.") from error
        except (InvalidOperation, ArithmeticError) as error:
            raise CommandError(f"{options['credits']!r} is not a number of credits.") from error
        except StudioError as error:
            raise CommandError(error.message) from error
        now = selectors.balance(account.pk).available
        self.stdout.write(f"{credits_text(amount)} credits added to {user}, who now has {credits_text(now)}.")
