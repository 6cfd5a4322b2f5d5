"""The adapter: one paid call in, pictures out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from providers import errors
from providers.adapters.openai.answer import (
    Found,
    add,
    kind_of,
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
from providers.http import ANSWER_BYTES, Answer, Client, Deadline, failure, parsed
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
        self._key = config.key
        self._client = Client(
            config.url or BASE_URL,
            secrets=(config.key,),
            result_hosts=self.facts.result_hosts,
            trusted_hosts=config.hosts,
        )

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
            if not 200 <= answer.status < 300:
                raise self._error(answer)
            reference = self._reference(answer)
            if answer.media_type() == "text/event-stream":
                found = self._streamed(answer, request, emit)
            else:
                found = answer.decode_json(lambda document: self._found(document, request, reference))
        return self._finished(found, deadline, reference)

    def check(self) -> Health:
        """Asks for the list of models, which costs nothing."""
        try:
            count = len(self.models())
        except errors.ProviderError as error:
            return Health(ok=False, message=error.message)
        return Health(ok=True, message=f"It answers and lists {count} models.")

    def models(self) -> Sequence[Listed]:
        """The vendor's own list."""
        headers, deadline = self._headers(""), Deadline(CHECK_SECONDS)
        with self._client.send("GET", "/models", deadline=deadline, headers=headers) as answer:
            if answer.status != 200:
                raise self._error(answer)
            return answer.decode_json(listed)

    def _call(self, request: ImageRequest) -> Call:
        return call_of(request)

    def _fetched(self, url: str, deadline: Deadline) -> tuple[bytes, str]:
        """The bytes and media type behind a picture's address."""
        return self._client.download(url, deadline=deadline)

    def _proof(self) -> dict[str, str]:
        """What shows who asks."""
        if not self._key:
            raise errors.AuthError("No key is set for this vendor.")
        return {"Authorization": f"Bearer {self._key}"}

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
            raise self._told(document, None, {}, reference)
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
                    raise _begun(self._told(document, None, answer.headers, self._reference(answer)))
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
        problem: errors.ProviderError | None = None
        for url, revised in found.links:
            try:
                data, mime = self._fetched(url, deadline)
            except errors.ProviderError as error:
                problem = problem or error
            else:
                found.outputs.append(Output(data, mime or "image/png", revised_prompt=revised))
        if not found.outputs:
            if problem is None and found.broken:
                problem = errors.AnswerLost("The vendor's picture cannot be read.")
            problem = problem or errors.EmptyResult("The vendor answered without a picture.")
            problem.vendor_ref = reference
            raise problem
        return Finished(tuple(found.outputs), found.usage, vendor_ref=reference)

    def _error(self, answer: Answer) -> errors.ProviderError:
        """The failure that an HTTP error tells of; where the body is no JSON the status speaks alone."""
        try:
            document = answer.decode_json(lambda document: document)
        except errors.UpstreamError:
            document = None
        return self._told(document, answer.status, answer.headers, self._reference(answer))

    def _told(
        self, document: Any, status: int | None, headers: Mapping[str, str], reference: str
    ) -> errors.ProviderError:
        """``{"error": {message, type, param, code}}`` in our words; a stream's error has no status."""
        told = document.get("error") if isinstance(document, dict) else None
        error: dict[str, Any] = told if isinstance(told, dict) else {"message": told}
        message = self._client.redacted(error.get("message"))
        by_status = failure(
            status or 500, headers, message or ("" if status else "The vendor reported a failure.")
        )
        kind = kind_of(error) or type(by_status)
        return kind(
            by_status.message,
            status=status,
            vendor_code=self._client.redacted(error.get("code") or error.get("type")),
            vendor_ref=reference,
            retry_after=by_status.retry_after,
        )


def _begun(error: errors.ProviderError) -> errors.ProviderError:
    """An error told in a stream: the work had begun, so whatever its kind it is no leave to pay once more."""
    if not error.safe_to_resend:
        return error
    return errors.UpstreamError(error.message, vendor_code=error.vendor_code, vendor_ref=error.vendor_ref)
