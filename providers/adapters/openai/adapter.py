"""The adapter: one paid call in, pictures out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from providers import errors
from providers.adapters.openai.answer import (
    Found,
    Link,
    add,
    complaint,
    mime_of,
    preview,
    total,
    usage_of,
)
from providers.adapters.openai.request import Call, call_of
from providers.base import (
    Config,
    Delivered,
    Emit,
    Facts,
    Finished,
    Health,
    ImageRequest,
    Listed,
    Output,
    Synchronous,
)
from providers.http import (
    ANSWER_BYTES,
    Answer,
    Complaint,
    Deadline,
    about,
    asked,
    begun,
    client_of,
    failed,
    fetched,
    health,
    parsed,
    refused,
)
from providers.listing import listed

BASE_URL = "https://api.openai.com/v1"
CHECK_SECONDS = 15.0


class OpenAI(Synchronous):
    """The Images API at ``config.url`` or OpenAI itself.

    Addresses of results (dall-e) live 60 minutes (seed 3). Nothing is idempotent: no source promises that
    ``Idempotency-Key`` works for images.
    """

    facts = Facts(
        address=BASE_URL, result_seconds=3600, result_hosts=("oaidalleapiprodscus.blob.core.windows.net",)
    )

    def __init__(self, config: Config) -> None:
        self._config = config
        self._client = client_of(config, self.facts)

    def submit(self, request: ImageRequest, emit: Emit) -> Finished:
        """One paid call; previews are emitted meanwhile. Pictures that came before a break are delivered."""
        call = self._call(request)
        deadline = Deadline(request.deadline_seconds)
        with self._client.send(
            "POST",
            call.path,
            deadline=deadline,
            headers=self._headers(request.client_ref),
            document=call.document,
            form=call.form,
            cap=ANSWER_BYTES * request.n * (1 + request.partials),
        ) as answer:
            if not answer.ok:
                raise self._error(answer)
            reference = self._reference(answer)
            if answer.media_type() == "text/event-stream":
                found = self._streamed(answer, request, emit)
            else:
                found = answer.decode_json(lambda document: self._found(document, request, reference))
        return self._finished(found, deadline, reference)

    def check(self) -> Health:
        """Asks for the list of models, which costs nothing."""
        return health(lambda: f"It answers and lists {len(self.models())} models.")

    def models(self) -> Sequence[Listed]:
        """The vendor's own list."""
        headers = self._headers("")
        return listed(
            asked(self._client, "/models", headers=headers, seconds=CHECK_SECONDS, error=self._error)
        )

    def _call(self, request: ImageRequest) -> Call:
        return call_of(request)

    def _fetched(self, url: str, deadline: Deadline) -> tuple[bytes, str]:
        """The bytes and media type behind a picture's address."""
        return self._client.download(url, deadline=deadline)

    def _proof(self) -> dict[str, str]:
        """What shows who asks."""
        return self._config.bearer()

    def _headers(self, client_ref: str) -> dict[str, str]:
        headers = self._proof()
        if client_ref:
            headers["X-Client-Request-Id"] = client_ref
        return headers

    def _reference(self, answer: Answer) -> str:
        return self._client.redacted(answer.headers.get("x-request-id", ""))

    def _found(self, document: Any, request: ImageRequest, reference: str) -> Found:
        """The pictures of a JSON answer. Raises the error it tells of, AnswerLost where it is no object."""
        if not isinstance(document, dict):
            raise errors.AnswerLost("The vendor's answer is not an object.", vendor_ref=reference)
        if document.get("error"):
            raise self._within(document, reference)
        found = Found(usage=usage_of(document.get("usage")))
        mime = mime_of(document, request)
        entries = document.get("data")
        for entry in entries if isinstance(entries, list) else []:
            add(found, entry, mime)
        return found

    def _streamed(self, answer: Answer, request: ImageRequest, emit: Emit) -> Found:
        """Reads the events until every picture is there. What came before a break is kept."""
        found = Found()
        try:
            for event in answer.events():
                document = parsed(event.data)
                if not isinstance(document, dict):
                    continue
                if document.get("error"):
                    raise self._within(document, self._reference(answer))
                kind = str(document.get("type") or event.name)
                if kind.endswith(".partial_image"):
                    preview(document, request, found, emit)
                elif kind.endswith(".completed"):
                    if output := add(found, document, mime_of(document, request)):
                        emit(Delivered(len(found.outputs) - 1, output))
                    found.usage = total(found.usage, usage_of(document.get("usage")))
                if len(found.outputs) >= request.n:
                    break
        except errors.ProviderError:
            if not found.outputs:
                raise
        if not found.outputs:
            raise errors.AnswerLost("The stream ended without a picture.", vendor_ref=self._reference(answer))
        return found

    def _finished(self, found: Found, deadline: Deadline, reference: str) -> Finished:
        """Fetches what came as an address. Fails only if not one picture is left."""
        broken = errors.AnswerLost("The vendor's picture cannot be read.") if found.broken else None
        pictures: list[Output | Link] = [*found.outputs, *found.links]
        with about(reference):
            outputs = fetched(pictures, lambda picture: self._picture(picture, deadline), broken)
        return Finished(outputs, found.usage, vendor_ref=reference)

    def _picture(self, picture: Output | Link, deadline: Deadline) -> Output:
        if isinstance(picture, Output):
            return picture
        data, mime = self._fetched(picture.url, deadline)
        return Output(data, mime or "image/png", revised_prompt=picture.revised_prompt)

    def _error(self, answer: Answer) -> errors.ProviderError:
        problem = refused(self._client, answer, self._complaint)
        problem.vendor_ref = self._reference(answer)
        return problem

    def _within(self, document: Any, reference: str) -> errors.ProviderError:
        """The failure that an error within a success, or within a stream, tells of."""
        return begun(failed(self._client, replace(self._complaint(document), reference=reference)))

    def _complaint(self, document: Any) -> Complaint:
        return complaint(document)
