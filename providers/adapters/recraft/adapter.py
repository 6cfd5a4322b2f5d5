"""The adapter: one paid call in, pictures or drawings out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from providers import errors, wire
from providers.adapters.recraft.answer import (
    billed_of,
    bytes_of,
    complaint,
    entries_of,
    kind_of,
    mime_of,
    reference_of,
)
from providers.adapters.recraft.request import fields_of, form_of, path_of, refuse_what_it_cannot
from providers.base import Config, Emit, Facts, Finished, Health, ImageRequest, Output, Synchronous
from providers.http import ANSWER_BYTES, Answer, Client, Deadline, failure

BASE_URL = "https://external.api.recraft.ai/v1"
CHECK_SECONDS = 15.0


class Recraft(Synchronous):
    """The API at ``config.url`` or Recraft itself. Pictures are asked for inside the answer.

    An address, where one comes all the same, lives about 24 hours and needs no key. Nothing is idempotent. Vector
    models answer SVG, which is handed over as it is.
    """

    facts = Facts(address=BASE_URL, result_seconds=24 * 3600, result_hosts=("*.recraft.ai",))

    def __init__(self, config: Config) -> None:
        self._key = config.key
        self._client = Client(
            config.url or BASE_URL,
            secrets=(config.key,),
            result_hosts=self.facts.result_hosts,
            trusted_hosts=config.hosts,
        )

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
            if not 200 <= answer.status < 300:
                raise self._error(answer)
            document = answer.decode_json(lambda document: document)
        if not isinstance(document, dict):
            raise errors.AnswerLost("The vendor's answer is not an object.")
        return self._finished(document, deadline)

    def check(self) -> Health:
        """Asks how many API units are left, which costs nothing."""
        try:
            headers, deadline = self._headers(), Deadline(CHECK_SECONDS)
            with self._client.send("GET", "/users/me", deadline=deadline, headers=headers) as answer:
                if answer.status != 200:
                    raise self._error(answer)
                document = answer.decode_json(lambda document: document)
        except errors.ProviderError as error:
            return Health(ok=False, message=error.message)
        left = wire.amount(document.get("credits")) if isinstance(document, dict) else None
        words = "" if left is None else f" {left:,f} API units are left."
        return Health(ok=True, message=f"It answers.{words}")

    def _headers(self) -> dict[str, str]:
        if not self._key:
            raise errors.AuthError("No key is set for this vendor.")
        return {"Authorization": f"Bearer {self._key}"}

    def _finished(self, document: Mapping[str, Any], deadline: Deadline) -> Finished:
        """Fetches what came as an address. Fails only if not one picture is left."""
        entries = entries_of(document)
        reference = self._client.redacted(reference_of(entries))
        problem: errors.ProviderError = errors.EmptyResult("The vendor answered without a picture.")
        outputs = []
        for entry in entries:
            try:
                outputs.append(self._output(entry, deadline))
            except errors.ProviderError as error:
                problem = error
        if not outputs:
            problem.vendor_ref = reference
            raise problem
        return Finished(tuple(outputs), billed_micros=billed_of(document), vendor_ref=reference)

    def _output(self, entry: Any, deadline: Deadline) -> Output:
        """One picture or drawing. Raises AnswerLost where it cannot be read."""
        told = entry if isinstance(entry, dict) else {}
        data, mime = bytes_of(told), ""
        if not data and isinstance(told.get("url"), str):
            data, mime = self._client.download(told["url"], deadline=deadline)
        kind = mime_of(data, mime)
        if not kind:
            raise errors.AnswerLost("The vendor's picture cannot be read.")
        revised = told.get("revised_prompt")
        return Output(data, kind, revised_prompt=revised if isinstance(revised, str) else "")

    def _error(self, answer: Answer) -> errors.ProviderError:
        """The failure that an HTTP error tells of; where its words are none of ours the status speaks alone."""
        try:
            words, code = answer.decode(complaint)
        except errors.UpstreamError:
            words, code = "", ""
        by_status = failure(answer.status, answer.headers, self._client.redacted(words))
        return (kind_of(code) or type(by_status))(
            by_status.message,
            status=answer.status,
            vendor_code=self._client.redacted(code),
            retry_after=by_status.retry_after,
        )
