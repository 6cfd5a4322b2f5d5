"""The adapter: one paid call in, pictures out, fetched at once where they come as addresses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from providers import errors, wire
from providers.adapters.multi.answer import (
    billed_of,
    complaint,
    entries_of,
    mime_of,
    picture_of,
    reference_of,
)
from providers.adapters.multi.request import fields_of, path_of, refuse_what_it_cannot
from providers.base import Config, Emit, Facts, Finished, Health, ImageRequest, Listed, Output, Synchronous
from providers.http import (
    ANSWER_BYTES,
    Answer,
    Deadline,
    about,
    asked,
    begun,
    client_of,
    failed,
    fetched,
    health,
    refused,
)
from providers.listing import listed

CHECK_SECONDS = 15.0


class Multi(Synchronous):
    """The API at ``config.url``, which the server's owner sets: its pages name two hosts, the seed none.

    An address of Flux lives 10 minutes (seed 2), so each is fetched with the answer. Nothing is idempotent, and no
    answer is known to tell its cost. Results lie at the makers, whose hosts are theirs and not in the seed [?].
    """

    facts = Facts(needs_url=True, result_seconds=600, result_hosts=("*.bfl.ai", "fal.media", "*.fal.media"))

    def __init__(self, config: Config) -> None:
        self._config = config
        self._client = client_of(config, self.facts)

    def submit(self, request: ImageRequest, emit: Emit) -> Finished:
        """One paid call. Of several pictures those that could be read are delivered."""
        refuse_what_it_cannot(request)
        deadline = Deadline(request.deadline_seconds)
        with self._client.send(
            "POST",
            path_of(request),
            deadline=deadline,
            headers=self._headers(),
            document=fields_of(request),
            cap=ANSWER_BYTES * request.n,
        ) as answer:
            if not answer.ok:
                raise self._error(answer)
            document = answer.table()
        if document.get("error"):
            raise begun(failed(self._client, complaint(document)))
        return self._finished(document, deadline)

    def check(self) -> Health:
        """Asks for the list of models, which costs nothing."""
        return health(lambda: f"It answers and lists {len(self.models())} models.")

    def models(self) -> Sequence[Listed]:
        """The vendor's own list."""
        return listed(
            asked(
                self._client,
                "/api/v1/models",
                headers=self._headers(),
                seconds=CHECK_SECONDS,
                error=self._error,
            )
        )

    def _headers(self) -> dict[str, str]:
        headers = self._config.bearer()
        self._config.require_address()
        return headers

    def _finished(self, document: Mapping[str, Any], deadline: Deadline) -> Finished:
        """Fetches what came as an address. Fails only if not one picture is left."""
        reference = self._client.redacted(reference_of(document))
        with about(reference):
            outputs = fetched(entries_of(document), lambda entry: self._output(entry, deadline))
        return Finished(outputs, billed_micros=billed_of(document), vendor_ref=reference)

    def _output(self, entry: Any, deadline: Deadline) -> Output:
        """One picture, in either form. Raises AnswerLost where it cannot be read."""
        told = entry if isinstance(entry, dict) else {}
        output = picture_of(told)
        if output is None and isinstance(told.get("url"), str):
            data, mime = self._client.download(told["url"], deadline=deadline)
            if kind := mime_of(data, mime):
                output = Output(data, kind, wire.seed(told.get("seed")))
        if output is None:
            raise errors.AnswerLost("The vendor's picture cannot be read.")
        return output

    def _error(self, answer: Answer) -> errors.ProviderError:
        return refused(self._client, answer, complaint)
