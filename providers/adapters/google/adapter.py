"""The adapter: one paid call in, pictures out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from providers import errors
from providers.adapters.google.answer import (
    Found,
    add_chunk,
    add_predictions,
    problem,
)
from providers.adapters.google.failures import complaint, error_of
from providers.adapters.google.models import GEMINI, Model, model_of
from providers.adapters.google.request import document_of, is_slow, refuse_what_it_cannot
from providers.base import Config, Delivered, Emit, Facts, Finished, Health, ImageRequest, Listed, Synchronous
from providers.http import (
    ANSWER_BYTES,
    Answer,
    Deadline,
    asked,
    begun,
    client_of,
    failed,
    health,
    parsed,
    refused,
)
from providers.listing import listed

BASE_URL = "https://generativelanguage.googleapis.com/v1beta"
CHECK_SECONDS = 15.0
DRAFTS = 2
"""So many drafts of a picture are allowed for in the size of an answer: a model that thinks sends them along."""


class Google(Synchronous):
    """The Gemini API at ``config.url`` or Google itself.

    Pictures come inside the answer, so there is no host to fetch them from. Nothing is idempotent. The key goes in a
    header: in a query, which Google takes as well, it would end in logs.
    """

    facts = Facts(address=BASE_URL)

    def __init__(self, config: Config) -> None:
        self._config = config
        self._client = client_of(config, self.facts)

    def submit(self, request: ImageRequest, emit: Emit) -> Finished:
        """One paid call. A picture that came before a stream broke is delivered."""
        model = model_of(request.model)
        refuse_what_it_cannot(request, model)
        streams = model.dialect == GEMINI and is_slow(request)
        method = "streamGenerateContent?alt=sse" if streams else model.dialect
        with self._client.send(
            "POST",
            f"/models/{request.model}:{method}",
            deadline=Deadline(request.deadline_seconds),
            headers=self._headers(),
            document=document_of(request, model),
            cap=ANSWER_BYTES * (request.n + DRAFTS),
        ) as answer:
            if not answer.ok:
                raise self._error(answer)
            if answer.media_type() == "text/event-stream":
                found = self._streamed(answer, emit)
            else:
                found = answer.decode_json(lambda document: self._found(document, model))
        if not found.outputs:
            raise self._problem(found)
        return Finished(
            tuple(found.outputs[: request.n]),
            found.usage,
            vendor_ref=self._client.redacted(found.reference),
        )

    def check(self) -> Health:
        """Asks for the list of models, which costs nothing."""
        return health(lambda: f"It answers and lists {len(self.models())} models.")

    def models(self) -> Sequence[Listed]:
        """The vendor's own list."""
        path, headers = "/models?pageSize=1000", self._headers()
        told = asked(self._client, path, headers=headers, seconds=CHECK_SECONDS, error=self._error)
        return listed(told, key="name", prefix="models/")

    def _headers(self) -> dict[str, str]:
        return {"x-goog-api-key": self._config.required_key()}

    def _found(self, document: Any, model: Model) -> Found:
        """The pictures of a JSON answer. Raises the error it tells of, AnswerLost where it is no object."""
        if error_of(document):
            raise begun(self._within(document))
        if not isinstance(document, dict):
            raise errors.AnswerLost("The vendor's answer is not an object.")
        found = Found()
        if model.dialect == GEMINI:
            add_chunk(found, document)
        else:
            add_predictions(found, document)
        return found

    def _streamed(self, answer: Answer, emit: Emit) -> Found:
        """Reads the chunks to the end, where the tokens are told. A picture that came before a break is kept."""
        found = Found()
        try:
            for event in answer.events():
                document = parsed(event.data)
                if error_of(document):
                    raise begun(self._within(document))
                if isinstance(document, dict):
                    first = len(found.outputs)
                    for index, output in enumerate(add_chunk(found, document), start=first):
                        emit(Delivered(index, output))
        except errors.ProviderError:
            if not found.outputs:
                raise
        if not (found.outputs or found.blocked or found.finish or found.broken):
            raise errors.AnswerLost("The stream ended without a picture.")
        return found

    def _problem(self, found: Found) -> errors.ProviderError:
        error = problem(found, self._client.redacted(found.words), self._client.redacted(found.message))
        error.vendor_code = self._client.redacted(error.vendor_code)
        error.vendor_ref = self._client.redacted(found.reference)
        return error

    def _error(self, answer: Answer) -> errors.ProviderError:
        return refused(self._client, answer, lambda document: complaint(document, answer.status))

    def _within(self, document: Any) -> errors.ProviderError:
        """The failure that an error within a 200 tells of; it names the status that it would have had."""
        code = error_of(document).get("code")
        status = code if isinstance(code, int) and 400 <= code < 600 else 500
        told = complaint(document, status)
        words = self._client.redacted(told.words) or "The vendor reported a failure."
        return failed(self._client, replace(told, words=words), status)
