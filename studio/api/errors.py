"""What can be wrong with a program's request, in terms that every dialect has words of its own for.

``told`` is the one place where the studio's errors become a ``Kind``; a dialect gives a kind its status, its code and
its envelope (see ``dialects``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.http import HttpRequest
from django.utils.translation import gettext as _

from studio.core.errors import StudioError
from studio.jobs.models import Job, State


class Kind(StrEnum):
    """Why a request is refused, or why there is no picture."""

    BAD_JSON = "invalid_json"
    MISSING = "missing_required_parameter"
    UNKNOWN_FIELD = "unknown_parameter"
    BAD_TYPE = "invalid_type"
    BAD_VALUE = "invalid_value"
    PROMPT_TOO_LONG = "prompt_too_long"
    BAD_IMAGE = "invalid_image"
    BAD_ADDRESS = "address_unusable"
    BAD_MASK = "invalid_mask"
    NO_IMAGE = "image_not_found"
    TOO_LARGE = "request_too_large"
    NO_KEY = "invalid_api_key"
    KEY_MISSING = "no_api_key"
    KEY_REVOKED = "key_revoked"
    NO_SCOPE = "missing_scope"
    FORBIDDEN = "forbidden"
    NO_MODEL = "model_not_found"
    MODEL_OFF = "model_not_offered"
    MODEL_DENIED = "model_not_allowed"
    MODEL_DOWN = "model_unavailable"
    NO_CREDITS = "insufficient_credits"
    CAP_REACHED = "cap_reached"
    KEY_REUSED = "idempotency_key_reused"
    CONFLICT = "conflict"
    CANCELLED = "cancelled"
    MODERATED = "moderation_blocked"
    RATE_LIMITED = "rate_limited"
    NOT_FOUND = "not_found"
    WRONG_METHOD = "method_not_allowed"
    GONE = "pictures_deleted"
    UPSTREAM = "server_error"
    UNCONFIRMED = "unconfirmed"
    STILL_RUNNING = "still_running"
    UNAVAILABLE = "unavailable"
    BROKEN = "internal_error"


STATUSES: Mapping[Kind, int] = {
    Kind.NO_KEY: 401,
    Kind.KEY_MISSING: 401,
    Kind.KEY_REVOKED: 401,
    Kind.NO_CREDITS: 402,
    Kind.CAP_REACHED: 402,
    Kind.NO_SCOPE: 403,
    Kind.FORBIDDEN: 403,
    Kind.MODEL_DENIED: 403,
    Kind.NO_MODEL: 404,
    Kind.MODEL_OFF: 404,
    Kind.NOT_FOUND: 404,
    Kind.NO_IMAGE: 404,
    Kind.WRONG_METHOD: 405,
    Kind.CONFLICT: 409,
    Kind.CANCELLED: 409,
    Kind.GONE: 410,
    Kind.TOO_LARGE: 413,
    Kind.KEY_REUSED: 422,
    Kind.RATE_LIMITED: 429,
    Kind.BROKEN: 500,
    Kind.UPSTREAM: 502,
    Kind.MODEL_DOWN: 503,
    Kind.UNAVAILABLE: 503,
    Kind.UNCONFIRMED: 504,
    Kind.STILL_RUNNING: 504,
}
"""HTTP statuses where a dialect says nothing else; 400 for what is not named."""

WIDER: Mapping[Kind, Kind] = {
    Kind.KEY_MISSING: Kind.NO_KEY,
    Kind.KEY_REVOKED: Kind.NO_KEY,
    Kind.MODEL_OFF: Kind.NO_MODEL,
}
"""What a kind is to a dialect that has no word of its own for it."""

CODES: Mapping[str, Kind] = {
    "insufficient_credits": Kind.NO_CREDITS,
    "account_blocked": Kind.NO_CREDITS,
    "cap_reached": Kind.CAP_REACHED,
    "prompt_too_long": Kind.PROMPT_TOO_LONG,
    "idempotency_key_reused": Kind.KEY_REUSED,
    "unknown_model": Kind.NO_MODEL,
    "model_unavailable": Kind.MODEL_OFF,
    "model_down": Kind.MODEL_DOWN,
    "not_found": Kind.NOT_FOUND,
    "forbidden": Kind.FORBIDDEN,
    "conflict": Kind.CONFLICT,
    "quote_changed": Kind.CONFLICT,
    "already_finished": Kind.CONFLICT,
    "unavailable": Kind.UNAVAILABLE,
}
"""The studio's own errors by their code; of others their status tells."""

BY_STATUS: Mapping[int, Kind] = {
    403: Kind.FORBIDDEN,
    404: Kind.NOT_FOUND,
    405: Kind.WRONG_METHOD,
    409: Kind.CONFLICT,
    413: Kind.TOO_LARGE,
    429: Kind.RATE_LIMITED,
    500: Kind.BROKEN,
    503: Kind.UNAVAILABLE,
}

JOB_ENDS: Mapping[str, Kind] = {
    "moderation_input": Kind.MODERATED,
    "moderation_output": Kind.MODERATED,
    "invalid_request": Kind.BAD_VALUE,
    "prompt_too_long": Kind.PROMPT_TOO_LONG,
    "model_unavailable": Kind.MODEL_OFF,
    "provider_paused": Kind.MODEL_DOWN,
    "provider_down": Kind.MODEL_DOWN,
    "rate_limited": Kind.RATE_LIMITED,
}
"""How a job that failed is told; what is not named is the vendor's trouble, and worth another try."""

PASSING = frozenset(
    {Kind.RATE_LIMITED, Kind.UPSTREAM, Kind.MODEL_DOWN, Kind.UNAVAILABLE, Kind.STILL_RUNNING, Kind.BROKEN}
)
"""After these the very same request may work later."""

PATIENCE: Mapping[Kind, int] = {
    Kind.RATE_LIMITED: 10,
    Kind.MODEL_DOWN: 30,
    Kind.UNAVAILABLE: 10,
    Kind.STILL_RUNNING: 1,
}
"""Seconds after which a repeat makes sense, where nobody knows better."""


def code_of(kind: Kind) -> str:
    """The house's own code: one for a kind and those that it is the wider word for."""
    return WIDER.get(kind, kind).value


class Refused(StudioError):
    """A request that cannot be done as it is; ``param`` names the field, ``wait`` is in seconds.

    ``code`` says more than the kind, to a dialect that has no word of its own for it.
    """

    def __init__(
        self, kind: Kind, message: str, *, code: str = "", param: str = "", wait: int | None = None
    ) -> None:
        super().__init__(message, code=code or code_of(kind))
        self.status = STATUSES.get(kind, 400)
        self.kind = kind
        self.param = param
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Told:
    """An error as a dialect tells it: why, in words, at which field, and after how many seconds again."""

    kind: Kind
    message: str
    code: str
    param: str = ""
    wait: int | None = None

    @property
    def at(self) -> str:
        """The field, in a dialect whose requests name one model: that one where the model cannot be had."""
        return self.param or ("model" if self.kind in (Kind.NO_MODEL, Kind.MODEL_OFF) else "")

    @property
    def passing(self) -> bool:
        """Whether the very same request may work later."""
        return self.kind in PASSING


def told(error: StudioError) -> Told:
    """The error in the terms of this door."""
    param = getattr(error, "param", "") or next(iter(error.fields), "")
    message = " ".join(error.fields.values()) or error.message
    wait = getattr(error, "wait", None)
    if isinstance(error, Refused):
        return Told(
            error.kind, message, error.code, param, PATIENCE.get(error.kind) if wait is None else wait
        )
    kind = _kind(error)
    return Told(kind, message, code_of(kind), param, PATIENCE.get(kind))


def _kind(error: StudioError) -> Kind:
    if error.code in CODES:
        return CODES[error.code]
    return BY_STATUS.get(error.status, Kind.BAD_VALUE)


def without_pictures(job: Job) -> Refused:
    """Why a job that ended, or that nobody can tell of, has no picture."""
    if job.state == State.UNCONFIRMED:
        text = _("%(model)s took the request and its answer was lost. It is not sent again by itself.")
        return Refused(Kind.UNCONFIRMED, text % {"model": job.model_label})
    if job.state == State.CANCELLED:
        return Refused(Kind.CANCELLED, f"{_('It was cancelled.')} {_('Nothing was charged.')}")
    kind = JOB_ENDS.get(job.error_code, Kind.UPSTREAM)
    text = job.error_detail or _("%(model)s made no picture.") % {"model": job.model_label}
    return Refused(kind, f"{text} {_('Nothing was charged.')}")


def wrong_method(methods: str) -> Refused:
    """The address is there and takes other ``methods``."""
    return Refused(Kind.WRONG_METHOD, _("This address takes %(methods)s.") % {"methods": methods})


def no_address(request: HttpRequest) -> Refused:
    """Nothing lies at this address."""
    return Refused(Kind.NOT_FOUND, _("There is nothing at %(path)s.") % {"path": request.path[:200]})
