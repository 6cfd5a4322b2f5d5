"""The adapter: one paid call in, pictures out, fetched at once where they come as addresses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from providers import errors
from providers.adapters.multi.answer import (
    CODES,
    billed_of,
    entries_of,
    error_of,
    mime_of,
    picture_of,
    reference_of,
    seed_of,
    wait_of,
)
from providers.adapters.multi.request import fields_of, path_of, refuse_what_it_cannot
from providers.base import Config, Emit, Facts, Finished, Health, ImageRequest, Listed, Output, Synchronous
from providers.http import ANSWER_BYTES, Answer, Client, Deadline, failure
from providers.listing import listed

NOWHERE = "https://multi.invalid"
CHECK_SECONDS = 15.0


class Multi(Synchronous):
    """The API at ``config.url``, which the server's owner sets: its pages name two hosts, the seed none.

    An address of Flux lives 10 minutes (seed 2), so each is fetched with the answer. Nothing is idempotent, and no
    answer is known to tell its cost. Results lie at the makers, whose hosts are theirs and not in the seed [?].
    """

    facts = Facts(needs_url=True, result_seconds=600, result_hosts=("*.bfl.ai", "fal.media", "*.fal.media"))

    def __init__(self, config: Config) -> None:
        self._key, self._placed = config.key, bool(config.url)
        self._client = Client(
            config.url or NOWHERE,
            secrets=(config.key,),
            result_hosts=self.facts.result_hosts,
            trusted_hosts=config.hosts,
        )

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
            if not 200 <= answer.status < 300:
                raise self._error(answer)
            document = answer.decode_json(lambda document: document)
        if not isinstance(document, dict):
            raise errors.AnswerLost("The vendor's answer is not an object.")
        if document.get("error"):
            raise self._begun(document)
        return self._finished(document, deadline)

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
        with self._client.send("GET", "/api/v1/models", deadline=deadline, headers=headers) as answer:
            if answer.status != 200:
                raise self._error(answer)
            return answer.decode_json(listed)

    def _headers(self) -> dict[str, str]:
        if not self._key:
            raise errors.AuthError("No key is set for this vendor.")
        if not self._placed:
            raise errors.AuthError("No address is set for this vendor.")
        return {"Authorization": f"Bearer {self._key}"}

    def _finished(self, document: Mapping[str, Any], deadline: Deadline) -> Finished:
        """Fetches what came as an address. Fails only if not one picture is left."""
        reference = self._client.redacted(reference_of(document))
        problem: errors.ProviderError = errors.EmptyResult("The vendor answered without a picture.")
        outputs = []
        for entry in entries_of(document):
            try:
                outputs.append(self._output(entry, deadline))
            except errors.ProviderError as error:
                problem = error
        if not outputs:
            problem.vendor_ref = reference
            raise problem
        return Finished(tuple(outputs), billed_micros=billed_of(document), vendor_ref=reference)

    def _output(self, entry: Any, deadline: Deadline) -> Output:
        """One picture, in either form. Raises AnswerLost where it cannot be read."""
        told = entry if isinstance(entry, dict) else {}
        output = picture_of(told)
        if output is None and isinstance(told.get("url"), str):
            data, mime = self._client.download(told["url"], deadline=deadline)
            if kind := mime_of(data, mime):
                output = Output(data, kind, seed_of(told))
        if output is None:
            raise errors.AnswerLost("The vendor's picture cannot be read.")
        return output

    def _error(self, answer: Answer) -> errors.ProviderError:
        """The failure that an HTTP error tells of; where the body is no JSON the status speaks alone."""
        try:
            told = answer.decode_json(error_of)
        except errors.UpstreamError:
            told = {}
        by_status = failure(answer.status, answer.headers, self._client.redacted(told.get("message")))
        wait = wait_of(told)
        return CODES.get(str(told.get("code")), type(by_status))(
            by_status.message,
            status=answer.status,
            vendor_code=self._client.redacted(told.get("code")),
            retry_after=by_status.retry_after if wait is None else wait,
        )

    def _begun(self, document: Mapping[str, Any]) -> errors.ProviderError:
        """An error within a success: the work may have begun, so whatever its kind it is no leave to pay once more."""
        told = error_of(document)
        kind = CODES.get(str(told.get("code")), errors.UpstreamError)
        return (errors.UpstreamError if kind.safe_to_resend else kind)(
            self._client.redacted(told.get("message")) or "The vendor reported a failure.",
            vendor_code=self._client.redacted(told.get("code")),
        )
