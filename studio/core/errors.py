"""The studio's own error tree. Raised where a fact is known, rendered in one place per door."""

from __future__ import annotations

from collections.abc import Mapping


class StudioError(Exception):
    """Something a person can act on.

    ``message`` is shown to them and says what to do next; ``code`` is for scripts; ``status`` is the HTTP
    status; ``fields`` maps form fields to their messages.
    """

    code = "error"
    status = 400

    def __init__(self, message: str, *, fields: Mapping[str, str] | None = None, code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.fields = dict(fields or {})
        self.code = code or self.code


class Invalid(StudioError):
    """What was sent cannot be used; ``fields`` says where."""

    code = "invalid"
    status = 422


class NotFound(StudioError):
    """Missing, or not for this person: both look the same."""

    code = "not_found"
    status = 404


class Forbidden(StudioError):
    """The person may see this and may not change it."""

    code = "forbidden"
    status = 403


class Conflict(StudioError):
    """The state moved in between."""

    code = "conflict"
    status = 409
