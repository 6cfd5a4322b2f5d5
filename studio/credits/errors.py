"""Why the ledger refuses to move credits."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.utils.translation import gettext as _

from studio.core.errors import Conflict, StudioError
from studio.core.micros import apart_texts, credits_text

type Written = Callable[[int, int], Sequence[str]]
"""Two amounts in micros as somebody's credits."""


class InsufficientCredits(StudioError):
    """The account has less than is asked. ``needed`` and ``available`` are micros, ``written`` in whose credits."""

    code = "insufficient_credits"
    status = 402

    def __init__(self, needed: int, available: int, *, written: Written = apart_texts) -> None:
        super().__init__(
            _("Not enough credits. You have %(available)s, this needs %(needed)s.")
            % dict(zip(("available", "needed"), written(available, needed), strict=True))
        )
        self.needed = needed
        self.available = available


class CapReached(StudioError):
    """The key, or whatever else has a cap, may spend less than is asked. ``needed`` and ``left`` are micros,
    ``written`` in whose credits.
    """

    code = "cap_reached"
    status = 402

    def __init__(self, needed: int, left: int, *, written: Written = apart_texts) -> None:
        super().__init__(
            _("This would pass the spending limit: %(left)s credits are left of it, this needs %(needed)s.")
            % dict(zip(("left", "needed"), written(left, needed), strict=True))
        )
        self.needed = needed
        self.left = left


class AccountBlocked(StudioError):
    """The account's books did not add up, so nothing new is held until staff have looked."""

    code = "account_blocked"
    status = 403

    def __init__(self) -> None:
        super().__init__(
            _("New runs are paused on this account while its balance is checked. Ask your staff.")
        )


class BalanceMoved(Conflict):
    """The balance is no longer the one that the change was worked out from."""

    code = "balance_moved"

    def __init__(self, available: int) -> None:
        super().__init__(
            _("The balance has changed to %(available)s meanwhile. Look again, then confirm.")
            % {"available": credits_text(available)}
        )
        self.available = available


class LedgerBroken(Exception):
    """An account holds less than its open holds. ``ledger_check`` says which and blocks it."""
