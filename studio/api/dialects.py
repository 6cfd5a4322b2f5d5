"""What differs between the dialects beside their paths and shapes: how errors, limits and keys are spoken of."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import HttpResponseBase, JsonResponse
from pydantic import BaseModel

from studio.api.bodies import too_large
from studio.api.errors import STATUSES, WIDER, Kind, Refused, Told, told
from studio.api.limits import Reading
from studio.core.context import request_id
from studio.core.errors import StudioError
from studio.jobs.quoting import Fit


@dataclass(frozen=True, slots=True)
class Dialect:
    """One API that Gesso speaks; ``name`` is what a key says, ``base`` where its paths begin.

    ``words`` gives a kind of error its status and code, where they are not the house's own. ``envelope`` makes the
    document of an error, an ``error``, from what is told, its status and its code; a field that it does not set is
    not sent.
    """

    name: str
    label: str
    base: str
    envelope: Callable[[Told, int, str], BaseModel]
    words: Mapping[Kind, tuple[int, str]] = field(default_factory=dict)
    error: type[BaseModel] = field(kw_only=True)
    limit_headers: Callable[[Reading], Mapping[str, str]] = lambda reading: {}
    key_header: str = ""
    """A header that may carry the key beside ``Authorization``."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """What this dialect calls the settings that the catalogue refuses, where it has its own names."""
    prefers: str = ""
    """The vendor that is looked at first where a model is named without one."""
    timing_header: str = ""
    """A header that says how many milliseconds passed before an answer began."""
    rootless: bool = False
    """Whether its paths are served below its base alone, and no key is made for it: every key may speak it there."""
    pictures: str = ""
    """How pictures come, and how long their addresses hold, for the documents."""
    fit: Fit | None = None
    """How a wish is said to the model that it names, in a dialect where a model ignores what it does not know."""

    def spoken(self, error: Told) -> tuple[int, str]:
        """The HTTP status and the code of an error."""
        known = self.words.get(error.kind) or self.words.get(WIDER.get(error.kind, error.kind))
        return known or (STATUSES.get(error.kind, 400), error.code)

    def document(self, error: StudioError) -> tuple[int, Mapping[str, Any]]:
        """An error's status and its envelope."""
        known = self._told(error)
        status, code = self.spoken(known)
        return status, self.envelope(known, status, code).model_dump(mode="json", exclude_unset=True)

    def _told(self, error: StudioError) -> Told:
        known = told(error)
        # What this door refuses itself is named as it was sent.
        own = known.param if isinstance(error, Refused) else self.fields.get(known.param, known.param)
        return replace(known, param=own)

    def too_large(self, _length: int) -> tuple[str, str]:
        """The media type and the text of the answer to a body that is not read to its end."""
        return "application/json", json.dumps(self.document(too_large())[1])

    def refusal(self, error: StudioError) -> HttpResponseBase:
        """The one place where an error of this door becomes an answer."""
        known = self._told(error)
        status, document = self.document(error)
        response = JsonResponse(document, status=status)
        if known.wait is not None and status in (429, 502, 503, 504):
            response["Retry-After"] = str(known.wait)
            response["retry-after-ms"] = str(1000 * known.wait)
        # Clients that repeat a refused request by themselves ask whether it makes sense.
        response["x-should-retry"] = "true" if known.passing else "false"
        return finished(response)


def finished(response: HttpResponseBase) -> HttpResponseBase:
    """An answer of this door: kept by nobody on its way, and named by the request's id."""
    response["x-request-id"] = request_id.get()
    response.headers.setdefault("Cache-Control", "no-store")
    return response
