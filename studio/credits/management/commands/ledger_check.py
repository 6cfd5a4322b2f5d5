from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from studio.credits.checks import check_all


class Command(BaseCommand):
    help = "Recompute every balance from its entries. Exits 1 and blocks the account where they differ."

    def handle(self, *args: Any, **options: Any) -> None:
        accounts = wrong = 0
        for account_id, problems in check_all():
            accounts += account_id is not None
            wrong += bool(problems)
            for problem in problems:
                self.stderr.write(f"account {account_id}: {problem}" if account_id else problem)
        if wrong:
            raise CommandError(f"The books do not add up: {wrong} with problems, of {accounts} accounts.")
        self.stdout.write(f"The books of {accounts} accounts add up.")
