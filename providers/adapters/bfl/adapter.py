"""The adapter: one paid call in, a ticket out, and questions about it until the picture is there."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import urlencode

from providers import errors, wire
from providers.adapters.bfl.answer import (
    MICROS_PER_CREDIT,
    NOT_FOUND,
    READY,
    complaint,
    ended,
    fraction_of,
    links_of,
    result_of,
    seed_of,
    status_of,
)
from providers.adapters.bfl.request import fields_of, refuse_what_it_cannot
from providers.base import (
    Config,
    Emit,
    Facts,
    Finished,
    Health,
    ImageRequest,
    Output,
    Ticket,
    Waiting,
)
from providers.http import Answer, Client, Deadline, failure

BASE_URL = "https://api.bfl.ai"
HOSTS = ("*.bfl.ai",)
ASK_SECONDS, FETCH_SECONDS, CHECK_SECONDS = 30.0, 120.0, 15.0
PAUSE_SECONDS = 0.75
NEW_SECONDS = 10.0
"""For so long a task may be unknown to the machine that is asked: it was given out a moment ago."""


class BFL:
    """The API at ``config.url`` or the vendor's own. A picture's address lives 10 minutes, so it is fetched at once.

    Nothing is idempotent: a task whose submit was not answered cannot be looked up. It takes 24 tasks at a time
    (6 for kontext-max) and answers 429 beyond. A task that fails or is moderated costs nothing [?].
    """

    facts = Facts(address=BASE_URL, resumable=True, result_seconds=600, result_hosts=HOSTS)

    def __init__(self, config: Config) -> None:
        self._key = config.key
        self._client = Client(
            config.url or BASE_URL,
            secrets=(config.key,),
            api_hosts=HOSTS,
            result_hosts=self.facts.result_hosts,
            trusted_hosts=config.hosts,
        )

    def submit(self, request: ImageRequest, emit: Emit) -> Ticket:
        """One paid call. The ticket holds the address to ask at, which is not to be rebuilt."""
        refuse_what_it_cannot(request)
        fields = fields_of(request)
        with self._client.send(
            "POST",
            f"/v1/{request.model}",
            deadline=Deadline(request.deadline_seconds),
            headers=self._headers(),
            document=fields,
        ) as answer:
            if not 200 <= answer.status < 300:
                raise self._error(answer, missing=errors.ModelUnavailable)
            document = answer.decode_json(lambda document: document)
        return self._ticket(document, request)

    def poll(self, ticket: Ticket) -> Waiting | Finished:
        """Asks at the ticket's address, and fetches the picture once there is one."""
        try:
            with self._ask(ticket) as answer:
                if answer.status == 404:
                    return self._unknown(ticket)
                if answer.status != 200:
                    raise self._error(answer)
                document = answer.decode_json(lambda document: document)
            return self._told(document, ticket)
        except errors.ProviderError as error:
            error.vendor_ref = ticket.id
            raise

    def cancel(self, ticket: Ticket) -> bool:
        """The vendor has no way to stop a task."""
        return False

    def estimate(self, request: ImageRequest) -> int | None:
        """The vendor quotes nothing before the paid call."""
        return None

    def check(self) -> Health:
        """Asks how many credits are left, which costs nothing."""
        try:
            headers, deadline = self._headers(), Deadline(CHECK_SECONDS)
            with self._client.send("GET", "/v1/credits", deadline=deadline, headers=headers) as answer:
                if answer.status != 200:
                    raise self._error(answer)
                document = answer.decode_json(lambda document: document)
        except errors.ProviderError as error:
            return Health(ok=False, message=error.message)
        left = wire.amount(document.get("credits")) if isinstance(document, dict) else None
        words = "" if left is None else f" {left:f} credits are left."
        return Health(ok=True, message=f"It answers.{words}")

    def _headers(self) -> dict[str, str]:
        if not self._key:
            raise errors.AuthError("No key is set for this vendor.")
        return {"x-key": self._key}

    def _ticket(self, document: Any, request: ImageRequest) -> Ticket:
        """What the submit was answered with. With a webhook no address to ask at is told; there is an old one."""
        told = document if isinstance(document, dict) else {}
        number = told.get("id")
        if not isinstance(number, str) or not number or len(number) > 200:
            raise errors.AnswerLost("The vendor's answer names no task.")
        data = {"format": request.output_format, "at": str(int(time.time()))}
        if address := told.get("polling_url"):
            if not self._client.is_own(address):
                raise errors.AnswerLost("The task's address is not one of this vendor's.", vendor_ref=number)
            data["polling_url"] = address
        if (cost := wire.micros(told.get("cost"), MICROS_PER_CREDIT)) is not None:
            data["billed"] = str(cost)
        if request.extra.get("prompt_upsampling"):
            data["rewritten"] = "yes"
        return Ticket(number, data)

    def _ask(self, ticket: Ticket) -> AbstractContextManager[Answer]:
        address = ticket.data.get("polling_url")
        deadline, headers = Deadline(ASK_SECONDS), self._headers()
        if address:
            return self._client.follow(address, deadline=deadline, headers=headers)
        path = f"/v1/get_result?{urlencode({'id': ticket.id})}"
        return self._client.send("GET", path, deadline=deadline, headers=headers)

    def _told(self, document: Any, ticket: Ticket) -> Waiting | Finished:
        if not isinstance(document, dict):
            raise errors.AnswerLost("The vendor's answer is not an object.")
        status = status_of(document)
        if status == NOT_FOUND:
            return self._unknown(ticket)
        if problem := ended(status):
            raise problem
        if status != READY:
            return Waiting(PAUSE_SECONDS, fraction_of(document))
        return self._finished(result_of(document), ticket)

    def _unknown(self, ticket: Ticket) -> Waiting:
        """Not known yet, or no longer. Raises TaskFailed."""
        begun = ticket.data.get("at", "")
        if begun.isdigit() and time.time() - int(begun) < NEW_SECONDS:
            return Waiting(PAUSE_SECONDS)
        raise errors.TaskFailed("The vendor no longer knows this task.", vendor_code=NOT_FOUND)

    def _finished(self, result: Mapping[str, Any], ticket: Ticket) -> Finished:
        """Fetches what is ready. Fails only if not one picture is left."""
        deadline, outputs = Deadline(FETCH_SECONDS), []
        problem: errors.ProviderError = errors.EmptyResult("The vendor answered without a picture.")
        for link in links_of(result):
            try:
                data, mime = self._client.download(link, deadline=deadline)
            except errors.ProviderError as error:
                problem = error
                continue
            words = result.get("prompt") if ticket.data.get("rewritten") else ""
            kind = mime if mime.startswith("image/") else f"image/{ticket.data.get('format') or 'jpeg'}"
            outputs.append(
                Output(data, kind, seed_of(result), revised_prompt=words if isinstance(words, str) else "")
            )
        if not outputs:
            raise problem
        billed = ticket.data.get("billed", "")
        return Finished(
            tuple(outputs), billed_micros=int(billed) if billed.isdigit() else None, vendor_ref=ticket.id
        )

    def _error(
        self, answer: Answer, missing: type[errors.ProviderError] | None = None
    ) -> errors.ProviderError:
        """The failure that an HTTP error tells of; ``missing`` is what 404 means here."""
        try:
            words, code, meaning = answer.decode_json(complaint)
        except errors.UpstreamError:
            words, code, meaning = "", "", None
        by_status = failure(answer.status, answer.headers, self._client.redacted(words))
        kind = meaning or (missing if missing and answer.status == 404 else None) or type(by_status)
        return kind(
            by_status.message,
            status=answer.status,
            vendor_code=self._client.redacted(code),
            retry_after=by_status.retry_after,
        )
