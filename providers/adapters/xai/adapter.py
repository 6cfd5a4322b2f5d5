"""The adapter: one paid call in, pictures out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from providers import errors
from providers.adapters.xai.answer import Found, Link, error_of, found_in, kind_of, mime_of
from providers.adapters.xai.request import document_of, refuse_what_it_cannot
from providers.base import Config, Emit, Facts, Finished, Health, ImageRequest, Listed, Output, Synchronous
from providers.http import ANSWER_BYTES, Answer, Client, Deadline, failure
from providers.listing import listed

BASE_URL = "https://api.x.ai/v1"
CHECK_SECONDS = 15.0


class XAI(Synchronous):
    """The image API at ``config.url`` or xAI itself. Nothing is idempotent.

    Pictures are asked for as bytes; an address that comes all the same is fetched at once, as it lives for minutes.
    """

    facts = Facts(address=BASE_URL, result_hosts=("imgen.x.ai",))

    def __init__(self, config: Config) -> None:
        self._key = config.key
        self._client = Client(
            config.url or BASE_URL,
            secrets=(config.key,),
            result_hosts=self.facts.result_hosts,
            trusted_hosts=config.hosts,
        )

    def submit(self, request: ImageRequest, emit: Emit) -> Finished:
        """One paid call. Pictures beside one that was declined or cannot be had are delivered."""
        refuse_what_it_cannot(request)
        deadline = Deadline(request.deadline_seconds)
        with self._client.send(
            "POST",
            "/images/edits" if request.references else "/images/generations",
            deadline=deadline,
            headers=self._headers(),
            document=document_of(request),
            cap=ANSWER_BYTES * request.n,
        ) as answer:
            if not 200 <= answer.status < 300:
                raise self._error(answer)
            reference = self._reference(answer)
            found = answer.decode_json(lambda document: self._found(document, reference))
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
        headers, deadline = self._headers(), Deadline(CHECK_SECONDS)
        with self._client.send("GET", "/models", deadline=deadline, headers=headers) as answer:
            if answer.status != 200:
                raise self._error(answer)
            return answer.decode_json(listed)

    def _headers(self) -> dict[str, str]:
        if not self._key:
            raise errors.AuthError("No key is set for this vendor.")
        return {"Authorization": f"Bearer {self._key}"}

    def _reference(self, answer: Answer) -> str:
        return self._client.redacted(answer.headers.get("x-request-id", ""))

    def _found(self, document: Any, reference: str) -> Found:
        """The pictures of a JSON answer. Raises the error it tells of, AnswerLost where it is no object."""
        if not isinstance(document, dict):
            raise errors.AnswerLost("The vendor's answer is not an object.", vendor_ref=reference)
        if document.get("error"):
            raise self._told(document, None, {}, reference)
        return found_in(document)

    def _finished(self, found: Found, deadline: Deadline, reference: str) -> Finished:
        """Fetches what came as an address. Fails only if not one picture is left."""
        outputs: list[Output] = []
        problem: errors.ProviderError | None = None
        for picture in found.pictures:
            try:
                outputs.append(self._fetched(picture, deadline))
            except errors.ProviderError as error:
                problem = problem or error
        if outputs:
            return Finished(tuple(outputs), billed_micros=found.billed, vendor_ref=reference)
        if problem is None and found.broken:
            problem = errors.AnswerLost("The vendor's picture cannot be read.")
        if problem is None and found.declined:
            problem = errors.ModerationOutput("The vendor made a picture and declined to hand it over.")
        problem = problem or errors.EmptyResult("The vendor answered without a picture.")
        problem.vendor_ref = reference
        raise problem

    def _fetched(self, picture: Output | Link, deadline: Deadline) -> Output:
        if isinstance(picture, Output):
            return picture
        data, mime = self._client.download(picture.url, deadline=deadline)
        told = mime if mime.startswith("image/") else picture.mime
        return Output(data, mime_of(data, told), revised_prompt=picture.revised_prompt)

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
        """An error of either shape in our words. One within a 200 has no status, and is no leave to pay again."""
        code, message = error_of(document)
        said = self._client.redacted(message) or ("" if status else "The vendor reported a failure.")
        by_status = failure(status or 500, headers, said)
        kind = kind_of(status or 400, code, message) or type(by_status)
        return kind(
            by_status.message,
            status=status,
            vendor_code=self._client.redacted(code),
            vendor_ref=reference,
            retry_after=by_status.retry_after,
        )
