"""What can be wrong with a model, a price or a quote."""

from __future__ import annotations

from collections.abc import Sequence

from studio.core.errors import Conflict, Invalid, NotFound


class CatalogError(Exception):
    """The catalogue file cannot be used; ``problems`` holds one sentence per mistake."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)


class UnknownModel(NotFound):
    """No model has this id, nor this alias."""

    code = "unknown_model"


class NotOffered(Conflict):
    """The model is known and cannot be used now: retired, switched off, without a price or without a key."""

    code = "model_not_offered"


class BadPrice(Invalid):
    """A price that cannot be charged; the message lists what is wrong with it."""

    code = "bad_price"


class QuoteExpired(Conflict):
    """The signed quote is too old, or not ours; a new one must be shown."""

    code = "quote_expired"
