"""What can be wrong with a wish to run something."""

from __future__ import annotations

from django.utils.translation import gettext as _

from studio.core.errors import Conflict, StudioError


class QuoteChanged(StudioError):
    """The price went up after the page showed it; nothing was sent. ``high`` is the new upper bound in micros."""

    code = "quote_changed"
    status = 409

    def __init__(self, high: int) -> None:
        super().__init__(_("The price changed. Look at the new one and press Generate again."))
        self.high = high


class KeyReused(Conflict):
    """The same idempotency key came with another request."""

    code = "idempotency_key_reused"

    def __init__(self) -> None:
        super().__init__(
            _("This request was already sent with other contents. Reload the page and try again.")
        )


class ModelNotOffered(StudioError):
    """The model is known and cannot be used now."""

    code = "model_unavailable"
    status = 422


class NotCancellable(Conflict):
    """The job is over."""

    code = "already_finished"

    def __init__(self) -> None:
        super().__init__(_("This run has already finished."))


class NothingToRetry(Conflict):
    """The job is not over, or all its pictures were delivered."""

    code = "nothing_to_retry"

    def __init__(self) -> None:
        super().__init__(_("There is nothing left to retry: every picture was delivered or is on its way."))
