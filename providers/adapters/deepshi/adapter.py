"""The adapter: a look at the vendor's list, then one paid call."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from time import monotonic
from typing import Any

from providers import errors
from providers.adapters.deepshi.answer import (
    Found,
    add,
    complaint,
    in_order,
    mime_of,
    picture_of,
    refuse_another_size,
)
from providers.adapters.deepshi.models import Model, fitted, models_of
from providers.adapters.deepshi.request import fields_of, form_of, refuse_what_it_cannot
from providers.base import (
    Config,
    Delivered,
    Emit,
    Facts,
    Finished,
    Health,
    ImageRequest,
    Listed,
    Partial,
    Synchronous,
)
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

BASE_URL = "https://api.deepshi.ai/v1"
QUICK_SECONDS = 15.0
LIST_SECONDS = 3600.0
PREVIEWS = 3
"""So many previews of a picture are allowed for in the size of an answer, at least."""


class Deepshi(Synchronous):
    """The image API at ``config.url`` or Deepshi itself.

    Pictures come inside the answer, so there is no host to fetch them from. Nothing is idempotent. Which models
    there are depends on the key, so each adapter keeps a list of its own, for an hour.
    """

    facts = Facts(address=BASE_URL)

    def __init__(self, config: Config) -> None:
        self._config = config
        self._client = client_of(config, self.facts)
        self._models: Mapping[str, Model] = {}
        self._read_until = 0.0
        self._reading = threading.Lock()

    def submit(self, request: ImageRequest, emit: Emit) -> Finished:
        """One paid call. Pictures that came before a stream broke are delivered."""
        refuse_what_it_cannot(request)
        headers, deadline = self._headers(), Deadline(request.deadline_seconds)
        model = self._model(request.model, deadline)
        fields = fitted(model, fields_of(request), len(request.references))
        edit = bool(request.references)
        with self._client.send(
            "POST",
            "/images/edits" if edit else "/images/generations",
            deadline=deadline,
            headers=headers,
            document=None if edit else fields,
            form=form_of(fields, request.references) if edit else None,
            cap=ANSWER_BYTES * request.n * (1 + max(request.partials, PREVIEWS)),
        ) as answer:
            if not answer.ok:
                raise self._error(answer)
            if answer.media_type() == "text/event-stream":
                found = self._streamed(answer, request, fields, emit)
            else:
                found = answer.decode_json(lambda document: self._found(document, fields))
        if not found.outputs and found.broken:
            raise errors.AnswerLost("The vendor's picture cannot be read.")
        if not found.outputs:
            raise errors.EmptyResult("The vendor answered without a picture.")
        return Finished(tuple(found.outputs), found.usage, found.billed)

    def check(self) -> Health:
        """Asks for the list of models, which costs nothing."""
        return health(lambda: f"It answers and lists {len(self._listed(QUICK_SECONDS))} models for this key.")

    def models(self) -> Sequence[Listed]:
        """The vendor's own list, of the models that this key may call."""
        return listed(self._asked(QUICK_SECONDS))

    def _model(self, name: str, deadline: Deadline) -> Model:
        """What the list says of a model; read again for one that is not on it. Nothing has been paid by then."""
        with self._reading:
            if monotonic() >= self._read_until or name not in self._models:
                try:
                    self._models = self._listed(min(QUICK_SECONDS, deadline.remaining))
                except errors.UpstreamError as error:
                    raise errors.NotSent(error.message, status=error.status) from error
                self._read_until = monotonic() + LIST_SECONDS
            if name not in self._models:
                raise errors.ModelUnavailable("This model is not on the vendor's list for this key.")
            return self._models[name]

    def _listed(self, seconds: float) -> dict[str, Model]:
        return models_of(self._asked(seconds))

    def _asked(self, seconds: float) -> Any:
        """The vendor's list, as it tells it."""
        return asked(self._client, "/models", headers=self._headers(), seconds=seconds, error=self._error)

    def _headers(self) -> dict[str, str]:
        return self._config.bearer()

    def _found(self, document: Any, fields: Mapping[str, Any]) -> Found:
        """The pictures of a JSON answer. Raises the error it tells of, AnswerLost where it is no object."""
        if not isinstance(document, dict):
            raise errors.AnswerLost("The vendor's answer is not an object.")
        if document.get("error"):
            raise begun(failed(self._client, complaint(document)))
        refuse_another_size(fields, document.get("size"))
        found = Found()
        found.note(document.get("usage"))
        for entry in in_order(document.get("data")):
            add(found, entry)
        return found

    def _streamed(
        self, answer: Answer, request: ImageRequest, fields: Mapping[str, Any], emit: Emit
    ) -> Found:
        """Reads the events until every picture and its cost are there. What came before a break is kept."""
        found = Found()
        try:
            for event in answer.events():
                document = parsed(event.data)
                if isinstance(document, dict):
                    self._event(document, event.name, request, fields, found, emit)
                if len(found.outputs) >= request.n and found.billed is not None:
                    break
        except errors.ProviderError:
            if not found.outputs:
                raise
        if not found.outputs:
            raise errors.AnswerLost("The stream ended without a picture.")
        return found

    def _event(
        self,
        document: dict[str, Any],
        name: str,
        request: ImageRequest,
        fields: Mapping[str, Any],
        found: Found,
        emit: Emit,
    ) -> None:
        """One event. Guess [?]: named as OpenAI's are, or the whole answer in one, or the cost alone."""
        if document.get("error"):
            raise begun(failed(self._client, complaint(document)))
        found.note(document.get("usage"))
        kind = str(document.get("type") or name)
        if kind.endswith(".partial_image"):
            self._preview(document, request, found, emit)
            return
        refuse_another_size(fields, document.get("size"))
        entries = in_order(document.get("data")) if not found.outputs else []
        if kind.endswith(".completed"):
            entries = [document]
        for entry in entries:
            if output := add(found, entry):
                emit(Delivered(len(found.outputs) - 1, output))

    def _preview(self, document: Mapping[str, Any], request: ImageRequest, found: Found, emit: Emit) -> None:
        """Emits a preview that was asked for; one that cannot be read is passed over, as nothing hangs on it."""
        data, number = picture_of(document), document.get("partial_image_index")
        if data and request.partials:
            step = min(number + 1 if isinstance(number, int) else 1, request.partials)
            index = min(len(found.outputs), request.n - 1)
            emit(Partial(index, data, mime_of(data), step, request.partials))

    def _error(self, answer: Answer) -> errors.ProviderError:
        return refused(self._client, answer, complaint)
