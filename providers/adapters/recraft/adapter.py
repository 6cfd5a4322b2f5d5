"""The adapter: one paid call in, pictures or drawings out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from providers import errors, wire
from providers.adapters.recraft.answer import (
    billed_of,
    complaint,
    entries_of,
    mime_of,
    reference_of,
)
from providers.adapters.recraft.request import fields_of, form_of, path_of, refuse_what_it_cannot
from providers.base import Config, Emit, Facts, Finished, Health, ImageRequest, Output, Synchronous
from providers.http import (
    ANSWER_BYTES,
    Answer,
    Deadline,
    about,
    asked,
    client_of,
    failed,
    fetched,
    health,
)

BASE_URL = "https://external.api.recraft.ai/v1"
CHECK_SECONDS = 15.0


class Recraft(Synchronous):
    """The API at ``config.url`` or Recraft itself. Pictures are asked for inside the answer.

    An address, where one comes all the same, lives about 24 hours and needs no key. Nothing is idempotent. Vector
    models answer SVG, which is handed over as it is.
    """

    facts = Facts(address=BASE_URL, result_seconds=24 * 3600, result_hosts=("*.recraft.ai",))

    def __init__(self, config: Config) -> None:
        self._config = config
        self._client = client_of(config, self.facts)

    def submit(self, request: ImageRequest, emit: Emit) -> Finished:
        """One paid call. Of several pictures those that could be read are delivered."""
        refuse_what_it_cannot(request)
        fields, deadline = fields_of(request), Deadline(request.deadline_seconds)
        form = form_of(fields, request) if request.references else None
        with self._client.send(
            "POST",
            path_of(request),
            deadline=deadline,
            headers=self._headers(),
            document=None if form else fields,
            form=form,
            cap=ANSWER_BYTES * request.n,
        ) as answer:
            if not answer.ok:
                raise self._error(answer)
            document = answer.table()
        return self._finished(document, deadline)

    def check(self) -> Health:
        """Asks how many API units are left, which costs nothing."""
        return health(self._units_left)

    def _units_left(self) -> str:
        document = asked(
            self._client, "/users/me", headers=self._headers(), seconds=CHECK_SECONDS, error=self._error
        )
        left = wire.amount(document.get("credits")) if isinstance(document, dict) else None
        return "It answers." if left is None else f"It answers. {left:,f} API units are left."

    def _headers(self) -> dict[str, str]:
        return self._config.bearer()

    def _finished(self, document: Mapping[str, Any], deadline: Deadline) -> Finished:
        """Fetches what came as an address. Fails only if not one picture is left."""
        entries = entries_of(document)
        reference = self._client.redacted(reference_of(entries))
        with about(reference):
            outputs = fetched(entries, lambda entry: self._output(entry, deadline))
        return Finished(outputs, billed_micros=billed_of(document), vendor_ref=reference)

    def _output(self, entry: Any, deadline: Deadline) -> Output:
        """One picture or drawing. Raises AnswerLost where it cannot be read."""
        told = entry if isinstance(entry, dict) else {}
        data, mime = wire.decoded(told.get("b64_json")), ""
        if not data and isinstance(told.get("url"), str):
            data, mime = self._client.download(told["url"], deadline=deadline)
        kind = mime_of(data, mime)
        if not kind:
            raise errors.AnswerLost("The vendor's picture cannot be read.")
        return Output(data, kind, revised_prompt=wire.text(told.get("revised_prompt")))

    def _error(self, answer: Answer) -> errors.ProviderError:
        """The failure that an HTTP error tells of, which may be JSON or a plain line of text."""
        try:
            told = answer.decode(complaint)
        except errors.UpstreamError:
            told = complaint(b"")
        return failed(self._client, told, answer.status, answer.headers)
