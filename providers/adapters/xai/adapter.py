"""The adapter: one paid call in, pictures out."""

from __future__ import annotations

from collections.abc import Sequence

from providers import errors, wire
from providers.adapters.xai.answer import Link, complaint, found_in, without_picture
from providers.adapters.xai.request import document_of, refuse_what_it_cannot
from providers.base import Config, Emit, Facts, Finished, Health, ImageRequest, Listed, Output, Synchronous
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
    refused,
)
from providers.listing import listed

BASE_URL = "https://api.x.ai/v1"
CHECK_SECONDS = 15.0


class XAI(Synchronous):
    """The image API at ``config.url`` or xAI itself. Nothing is idempotent.

    Pictures are asked for as bytes; an address that comes all the same is fetched at once, as it lives for minutes.
    """

    facts = Facts(address=BASE_URL, result_hosts=("imgen.x.ai",))

    def __init__(self, config: Config) -> None:
        self._config = config
        self._client = client_of(config, self.facts)

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
            if not answer.ok:
                raise self._error(answer)
            reference = self._reference(answer)
            with about(reference):
                document = answer.table()
                if document.get("error"):
                    raise failed(self._client, complaint(document))
        found = found_in(document)
        with about(reference):
            outputs = fetched(
                found.pictures, lambda picture: self._fetched(picture, deadline), without_picture(found)
            )
        return Finished(outputs, billed_micros=found.billed, vendor_ref=reference)

    def check(self) -> Health:
        """Asks for the list of models, which costs nothing."""
        return health(lambda: f"It answers and lists {len(self.models())} models.")

    def models(self) -> Sequence[Listed]:
        """The vendor's own list."""
        return listed(
            asked(self._client, "/models", headers=self._headers(), seconds=CHECK_SECONDS, error=self._error)
        )

    def _headers(self) -> dict[str, str]:
        return self._config.bearer()

    def _reference(self, answer: Answer) -> str:
        return self._client.redacted(answer.headers.get("x-request-id", ""))

    def _fetched(self, picture: Output | Link, deadline: Deadline) -> Output:
        if isinstance(picture, Output):
            return picture
        data, mime = self._client.download(picture.url, deadline=deadline)
        named = mime if mime.startswith("image/") else picture.mime
        return Output(data, wire.picture_type(data) or named, revised_prompt=picture.revised_prompt)

    def _error(self, answer: Answer) -> errors.ProviderError:
        problem = refused(self._client, answer, lambda document: complaint(document, answer.status))
        problem.vendor_ref = self._reference(answer)
        return problem
