"""The adapter: one paid call in, a ticket out, and questions about it until the pictures are there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from providers import errors, wire
from providers.adapters.replicate.answer import (
    FAILED,
    STOPPED,
    SUCCEEDED,
    code_of,
    complaint,
    fraction_of,
    links_of,
    meaning_of,
    stopped,
    wait_in,
    without_picture,
)
from providers.adapters.replicate.request import cancel_after, input_of, refuse_what_it_cannot
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

BASE_URL = "https://api.replicate.com/v1"
ASK_SECONDS, FETCH_SECONDS, CANCEL_SECONDS, CHECK_SECONDS = 30.0, 120.0, 10.0, 15.0
PAUSE_SECONDS = 1.0


class Replicate(Ticketed):
    """The API at ``config.url`` or the vendor's own. Files are removed after an hour, so they are fetched at once.

    Nothing is idempotent, and what a call cost is not told. A prediction that ran and was canceled is charged by the
    vendor, one that never started is not; that a failed one is not either is a guess [?].
    """

    facts = Facts(
        address=BASE_URL,
        resumable=True,
        cancellable=True,
        result_seconds=3600,
        result_hosts=("replicate.delivery", "*.replicate.delivery"),
    )

    def __init__(self, config: Config) -> None:
        self._config = config
        self._client = client_of(config, self.facts)

    def submit(self, request: ImageRequest, emit: Emit) -> Ticket:
        """One paid call. It does not ask the vendor to hold the answer back: the ticket is safe the sooner."""
        refuse_what_it_cannot(request)
        with self._client.send(
            "POST",
            f"/models/{request.model}/predictions",
            deadline=Deadline(request.deadline_seconds),
            headers=self._headers() | {"Cancel-After": cancel_after(request.deadline_seconds)},
            document={"input": input_of(request)},
        ) as answer:
            if not answer.ok:
                raise self._error(answer)
            document = answer.json()
        number = wire.task_id(document.get("id") if isinstance(document, dict) else None)
        return Ticket(number, {"format": request.output_format})

    def poll(self, ticket: Ticket) -> Waiting | Finished:
        """Asks for the prediction, and fetches its pictures once it has succeeded."""
        with about(ticket.id):
            with self._client.send(
                "GET", _address(ticket), deadline=Deadline(ASK_SECONDS), headers=self._headers()
            ) as answer:
                if answer.status == 404:
                    raise errors.TaskFailed("The vendor no longer knows this task.", status=404)
                if answer.status != 200:
                    raise self._error(answer)
                document = answer.table()
            return self._told(document, ticket)

    def cancel(self, ticket: Ticket) -> bool:
        """Whether the vendor stopped the prediction; one that was over before stays as it is."""
        try:
            with self._client.send(
                "POST",
                f"{_address(ticket)}/cancel",
                deadline=Deadline(CANCEL_SECONDS),
                headers=self._headers(),
            ) as answer:
                return answer.ok and answer.decode_json(stopped)
        except errors.ProviderError:
            return False

    def check(self) -> Health:
        """Asks whose key this is, which costs nothing."""
        return health(self._account)

    def _account(self) -> str:
        document = asked(
            self._client, "/account", headers=self._headers(), seconds=CHECK_SECONDS, error=self._error
        )
        name = self._client.redacted(document.get("username")) if isinstance(document, dict) else ""
        return f"It answers for the account {name}." if name else "It answers."

    def _headers(self) -> dict[str, str]:
        return self._config.bearer()

    def _told(self, document: Mapping[str, Any], ticket: Ticket) -> Waiting | Finished:
        """Every status but the final ones is one of a prediction that goes on."""
        status = document.get("status")
        if status == SUCCEEDED:
            return self._finished(document, ticket)
        if status in STOPPED:
            raise errors.TaskFailed("The task was stopped at the vendor.", vendor_code=str(status))
        if status == FAILED:
            words = self._client.redacted(document.get("error"))
            raise meaning_of(words)(
                words or "The vendor's work on this failed.", vendor_code=code_of(words) or FAILED
            )
        return Waiting(PAUSE_SECONDS, fraction_of(document))

    def _finished(self, document: Mapping[str, Any], ticket: Ticket) -> Finished:
        """Fetches the pictures, fewer than asked perhaps. Fails only if not one is left."""
        deadline, links = Deadline(FETCH_SECONDS), links_of(document.get("output"))
        outputs = fetched(links, lambda link: self._output(link, ticket, deadline), without_picture(document))
        return Finished(outputs, vendor_ref=ticket.id)

    def _output(self, link: str, ticket: Ticket, deadline: Deadline) -> Output:
        data, mime = self._client.download(link, deadline=deadline)
        return Output(
            data, mime if mime.startswith("image/") else f"image/{ticket.data.get('format') or 'webp'}"
        )

    def _error(self, answer: Answer) -> errors.ProviderError:
        """The failure that an HTTP error tells of; how long to wait may stand in its text alone."""
        problem = refused(self._client, answer, complaint)
        if problem.retry_after is None and answer.status == 429:
            problem.retry_after = wait_in(problem.message)
        return problem


def _address(ticket: Ticket) -> str:
    return f"/predictions/{quote(ticket.id, safe='')}"
