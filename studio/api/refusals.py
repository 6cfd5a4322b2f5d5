"""What can be wrong with a request to an address: the errors that its documents promise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from studio.api.dialects import Dialect
from studio.api.endpoints import Endpoint
from studio.api.errors import Kind, Told

ALWAYS = (Kind.BROKEN, Kind.UNAVAILABLE)
KEYED = (Kind.KEY_MISSING, Kind.NO_KEY, Kind.KEY_REVOKED, Kind.FORBIDDEN, Kind.RATE_LIMITED)
NAMED = (Kind.NOT_FOUND,)
"""Of an address that names something."""
ASKED = (Kind.MISSING, Kind.BAD_TYPE, Kind.BAD_VALUE)
SENT = (Kind.BAD_JSON, *ASKED, Kind.TOO_LARGE)
PAID = (
    Kind.NO_CREDITS,
    Kind.CAP_REACHED,
    Kind.NO_MODEL,
    Kind.MODEL_OFF,
    Kind.MODEL_DENIED,
    Kind.MODEL_DOWN,
    Kind.PROMPT_TOO_LONG,
    Kind.KEY_REUSED,
    Kind.CONFLICT,
)
WAITED = (
    Kind.MODERATED,
    Kind.CANCELLED,
    Kind.GONE,
    Kind.UPSTREAM,
    Kind.UNCONFIRMED,
    Kind.STILL_RUNNING,
)
"""Of a request that is answered with its pictures, and not with a task."""

WORDS: Mapping[Kind, str] = {
    Kind.BAD_JSON: "The body cannot be read.",
    Kind.MISSING: "Something is missing.",
    Kind.UNKNOWN_FIELD: "There is no such field.",
    Kind.BAD_TYPE: "A field is of another type.",
    Kind.BAD_VALUE: "A field cannot be used as it is.",
    Kind.PROMPT_TOO_LONG: "The prompt is longer than the model takes.",
    Kind.BAD_IMAGE: "A picture cannot be read.",
    Kind.BAD_ADDRESS: "A picture cannot be fetched from its address.",
    Kind.BAD_MASK: "The mask does not fit its picture.",
    Kind.NO_IMAGE: "A picture that is named is not there.",
    Kind.TOO_LARGE: "More was sent than is taken.",
    Kind.KEY_MISSING: "No key came along.",
    Kind.NO_KEY: "The key is none of this server's, or has run out.",
    Kind.KEY_REVOKED: "The key was revoked.",
    Kind.NO_SCOPE: "The key is not for this.",
    Kind.FORBIDDEN: "The key's owner may not do this.",
    Kind.NO_MODEL: "There is no such model.",
    Kind.MODEL_OFF: "The model is known here, and cannot be used now.",
    Kind.MODEL_DENIED: "The key is not for this model.",
    Kind.MODEL_DOWN: "The model cannot be reached just now.",
    Kind.NO_CREDITS: "The credits do not suffice.",
    Kind.CAP_REACHED: "A spending limit is reached.",
    Kind.KEY_REUSED: "The idempotency key came with another request before.",
    Kind.CONFLICT: "Something changed on the way, or is over.",
    Kind.CANCELLED: "It was cancelled here. Nothing was charged.",
    Kind.MODERATED: "The model's safety rules refused it. Nothing was charged.",
    Kind.RATE_LIMITED: "Too many requests within a minute.",
    Kind.NOT_FOUND: "There is nothing under this name.",
    Kind.WRONG_METHOD: "The address takes other methods.",
    Kind.GONE: "The pictures were deleted.",
    Kind.UPSTREAM: "The model made no picture. Nothing was charged.",
    Kind.UNCONFIRMED: "The model took the request and its answer was lost.",
    Kind.STILL_RUNNING: "It is not finished yet: send the same request with the same key to wait on.",
    Kind.UNAVAILABLE: "The studio is busy or restarting.",
    Kind.BROKEN: "Something went wrong here.",
}
"""What each kind of error means, for the documents."""


def kinds(endpoint: Endpoint) -> Iterator[Kind]:
    """Everything that can be wrong with a request to the address; some may come twice."""
    yield from ALWAYS
    if not endpoint.open:
        yield from KEYED
    if endpoint.scope:
        yield Kind.NO_SCOPE
    if "<" in endpoint.path:
        yield from NAMED
    if endpoint.query:
        yield from ASKED
    if endpoint.body:
        yield from SENT
    models = (endpoint.query, endpoint.body, endpoint.form)
    if any(model and model.model_config.get("extra") == "forbid" for model in models):
        yield Kind.UNKNOWN_FIELD
    if endpoint.dry:
        yield from PAID
        yield from () if 202 in endpoint.answers else WAITED
    yield from endpoint.refuses


def by_status(dialect: Dialect, endpoint: Endpoint) -> dict[int, dict[str, Kind]]:
    """The same by HTTP status, and of each status by the dialect's code for it."""
    found: dict[int, dict[str, Kind]] = {}
    for kind in kinds(endpoint):
        status, code = dialect.spoken(Told(kind, "", kind.value))
        found.setdefault(status, {}).setdefault(code, kind)
    return dict(sorted(found.items()))
