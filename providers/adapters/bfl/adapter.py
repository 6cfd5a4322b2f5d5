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
    Ticketed,
    Waiting,
)
from providers.http import Answer, Deadline, about, asked, client_of, fetched, health, refused

BASE_URL = "https://api.bfl.ai"
HOSTS = ("*.bfl.ai",)
ASK_SECONDS, FETCH_SECONDS, CHECK_SECONDS = 30.0, 120.0, 15.0
PAUSE_SECONDS = 0.75
NEW_SECONDS = 10.0
"""For so long a task may be unknown to the machine that is asked: it was given out a moment ago."""


class BFL(Ticketed):
    """The API at ``config.url`` or the vendor's own. A picture's address lives 10 minutes, so it is fetched at once.

    Nothing is idempotent: a task whose submit was not answered cannot be looked up. It takes 24 tasks at a time
    (6 for kontext-max) and answers 429 beyond. A task that fails or is moderated costs nothing [?].
    """

    facts = Facts(address=BASE_URL, resumable=True, result_seconds=600, result_hosts=HOSTS)

    def __init__(self, config: Config) -> None:
        self._config = config
        self._client = client_of(config, self.facts, HOSTS)

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
            if not answer.ok:
                raise self._error(answer)
            document = answer.json()
        return self._ticket(document, request)

    def poll(self, ticket: Ticket) -> Waiting | Finished:
        """Asks at the ticket's address, and fetches the picture once there is one."""
        with about(ticket.id):
            with self._ask(ticket) as answer:
                if answer.status == 404:
                    return self._unknown(ticket)
                if answer.status != 200:
                    raise self._error(answer)
                document = answer.table()
            return self._told(document, ticket)

    def check(self) -> Health:
        """Asks how many credits are left, which costs nothing."""
        return health(self._credits_left)

    def _credits_left(self) -> str:
        document = asked(
            self._client, "/v1/credits", headers=self._headers(), seconds=CHECK_SECONDS, error=self._error
        )
        left = wire.amount(document.get("credits")) if isinstance(document, dict) else None
        return "It answers." if left is None else f"It answers. {left:f} credits are left."

    def _headers(self) -> dict[str, str]:
        return {"x-key": self._config.required_key()}

    def _ticket(self, document: Any, request: ImageRequest) -> Ticket:
        """What the submit was answered with. With a webhook no address to ask at is told; there is an old one."""
        told = document if isinstance(document, dict) else {}
        number = wire.task_id(told.get("id"))
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

    def _told(self, document: Mapping[str, Any], ticket: Ticket) -> Waiting | Finished:
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
        deadline = Deadline(FETCH_SECONDS)
        outputs = fetched(links_of(result), lambda link: self._output(link, result, ticket, deadline))
        billed = ticket.data.get("billed", "")
        return Finished(
            outputs, billed_micros=int(billed) if billed.isdigit() else None, vendor_ref=ticket.id
        )

    def _output(self, link: str, result: Mapping[str, Any], ticket: Ticket, deadline: Deadline) -> Output:
        data, mime = self._client.download(link, deadline=deadline)
        kind = mime if mime.startswith("image/") else f"image/{ticket.data.get('format') or 'jpeg'}"
        words = wire.text(result.get("prompt")) if ticket.data.get("rewritten") else ""
        return Output(data, kind, wire.seed(result.get("seed")), revised_prompt=words)

    def _error(self, answer: Answer) -> errors.ProviderError:
        return refused(self._client, answer, complaint)
