"""The adapter: one paid call in, a ticket out, and questions about it until the pictures are there."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import quote

from providers import errors, wire
from providers.adapters.fal.answer import (
    CANCELLATION_REQUESTED,
    COMPLETED,
    IN_QUEUE,
    Item,
    Problem,
    broke,
    complaint,
    hopeless,
    items_of,
    kind_of,
    never_begun,
    place_of,
    share_of,
    with_logs,
)
from providers.adapters.fal.models import app_of
from providers.adapters.fal.pricing import Prices
from providers.adapters.fal.request import fields_of, refuse_what_it_cannot
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
from providers.http import (
    ANSWER_BYTES,
    Answer,
    Client,
    Complaint,
    Deadline,
    about,
    client_of,
    failed,
    failure,
    fetched,
)

BASE_URL, PLATFORM_URL = "https://queue.fal.run", "https://api.fal.ai"
API_HOSTS = ("queue.fal.run",)
RESULT_HOSTS = ("fal.media", "*.fal.media")
ASK_SECONDS, FETCH_SECONDS = 30.0, 120.0
PAUSE_SECONDS, LONGEST_PAUSE = 0.75, 3.0
KEPT_SECONDS = 24 * 3600
"""A picture is fetched at once; the vendor's own copy is needed for no longer than we ask about a lost task."""

ADDRESSES = ("status_url", "response_url", "cancel_url")
REWRITES = ("expand_prompt", "enable_prompt_expansion", "enhance_prompt")


class Fal:
    """The queue at ``config.url`` or the vendor's own, with the price list beside it.

    Nothing is idempotent. The queue tries a task again by itself where a runner broke, up to ten times and under
    the same id. That is left on (no ``x-fal-no-retry``): 5xx is not billed, so no try is paid twice, and a task that
    we would have to give up and pay for anew is finished instead. It must begin before the job's time is over.

    A request that was found wrong (422) is told of with the result alone, and may be billed; so may one that is
    cancelled while it runs [?]. A result is kept for an hour, and a larger one for about six minutes [?].
    """

    facts = Facts(
        address=BASE_URL,
        resumable=True,
        cancellable=True,
        billed_when_failed=True,
        result_seconds=360,
        result_hosts=RESULT_HOSTS,
    )

    def __init__(self, config: Config) -> None:
        self._config, self._base = config, (config.url or BASE_URL).rstrip("/")
        self._client = client_of(config, self.facts, API_HOSTS)
        self._prices = Prices(Client(config.url or PLATFORM_URL, secrets=(config.key,)), self._headers)

    def submit(self, request: ImageRequest, emit: Emit) -> Ticket:
        """One paid call. The ticket holds the addresses to ask at, which are not to be rebuilt."""
        refuse_what_it_cannot(request)
        fields = fields_of(request)
        headers = self._headers() | {
            "X-Fal-Request-Timeout": str(max(math.ceil(request.deadline_seconds), 2)),
            "X-Fal-Object-Lifecycle-Preference": json.dumps({"expiration_duration_seconds": KEPT_SECONDS}),
        }
        with self._client.send(
            "POST",
            f"/{request.model}",
            deadline=Deadline(request.deadline_seconds),
            headers=headers,
            document=fields,
        ) as answer:
            if not answer.ok:
                raise self._refused(answer)
            document = answer.json()
        return self._ticket(document, request)

    def poll(self, ticket: Ticket) -> Waiting | Finished:
        """Asks how the task is, and fetches what it made. 202 says that it goes on, like its words."""
        with about(ticket.id):
            with self._follow(with_logs(ticket.data["status_url"])) as answer:
                if answer.status == 404:
                    raise errors.TaskFailed("The vendor no longer knows this task.", status=404)
                if answer.status not in (200, 202):
                    words = self._told_by(answer).words
                    raise failed(self._client, Complaint(words), answer.status, answer.headers)
                status = answer.table()
            return self._told(status, ticket)

    def cancel(self, ticket: Ticket) -> bool:
        """Whether the vendor took the wish. One that runs already ends when its runner hears of it [?]."""
        try:
            with self._follow(ticket.data["cancel_url"], "PUT") as answer:
                document = answer.json()
        except errors.ProviderError:
            return False
        return isinstance(document, dict) and document.get("status") == CANCELLATION_REQUESTED

    def estimate(self, request: ImageRequest) -> int | None:
        """What the vendor says it takes, in micros; None where it cannot tell."""
        return self._prices.estimate(request)

    def check(self) -> Health:
        """Asks for a price, which needs the key and costs nothing."""
        return self._prices.check()

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Key {self._config.required_key()}"}

    def _follow(self, url: str, method: str = "GET") -> AbstractContextManager[Answer]:
        """Asks at an address of a ticket; an answer may hold four pictures."""
        return self._client.follow(
            url,
            method=method,
            deadline=Deadline(ASK_SECONDS),
            headers=self._headers(),
            cap=4 * ANSWER_BYTES,
        )

    def _ticket(self, document: Any, request: ImageRequest) -> Ticket:
        """What the submit was answered with; where it names no address, one by rule, without the model's sub-path."""
        told = document if isinstance(document, dict) else {}
        number = wire.task_id(told.get("request_id"))
        base = f"{self._base}/{app_of(request.model)}/requests/{quote(number, safe='')}"
        by_rule = dict(zip(ADDRESSES, (f"{base}/status", base, f"{base}/cancel"), strict=True))
        data = {name: told.get(name) or by_rule[name] for name in ADDRESSES}
        if not all(self._client.is_own(address) for address in data.values()):
            raise errors.AnswerLost("The task's address is not one of this vendor's.", vendor_ref=number)
        if any(request.extra.get(name) for name in REWRITES):
            data["rewritten"] = "yes"
        return Ticket(number, data | {"format": request.output_format})

    def _told(self, status: Mapping[str, Any], ticket: Ticket) -> Waiting | Finished:
        """Every status but COMPLETED is one of a task that goes on. COMPLETED may be a failure."""
        if status.get("status") != COMPLETED:
            queued = status.get("status") == IN_QUEUE
            pause = PAUSE_SECONDS * (1 + place_of(status)) if queued else PAUSE_SECONDS
            return Waiting(min(pause, LONGEST_PAUSE), share_of(status))
        with self._follow(ticket.data["response_url"]) as answer:
            if answer.status != 200:
                raise self._ended(answer, status)
            document = answer.json()
        if status.get("error") or status.get("error_type"):
            raise self._verdict(complaint(status, {}), None, errors.TaskFailed)
        return self._finished(document, ticket)

    def _finished(self, document: Any, ticket: Ticket) -> Finished:
        """Fetches what was made. Fails only if not one picture is left."""
        told = document if isinstance(document, dict) else {}
        deadline = Deadline(FETCH_SECONDS)
        outputs = fetched(items_of(told), lambda item: self._output(item, told, ticket, deadline))
        return Finished(outputs, vendor_ref=ticket.id)

    def _output(self, item: Item, document: Mapping[str, Any], ticket: Ticket, deadline: Deadline) -> Output:
        """One picture. Raises ModerationOutput for one that the vendor painted black."""
        if item.unsafe:
            raise errors.ModerationOutput("The vendor declined to hand the picture over.")
        data, mime = (
            (item.data, item.mime) if item.data else self._client.download(item.url, deadline=deadline)
        )
        known = (kind for kind in (mime, item.mime) if kind.startswith("image/"))
        words = wire.text(document.get("prompt")) if ticket.data.get("rewritten") else ""
        return Output(
            data,
            next(known, f"image/{ticket.data.get('format') or 'png'}"),
            wire.seed(document.get("seed")),
            revised_prompt=words,
        )

    def _refused(self, answer: Answer) -> errors.ProviderError:
        """Why there is no task. One that the vendor says is not to be repeated is over."""
        told = self._told_by(answer)
        kind = kind_of(told.code, type(failure(answer.status, answer.headers)))
        if broke(answer.status, told.words):
            kind = errors.BillingError
        if never_begun(answer.headers) or (kind.retryable and hopeless(answer.headers)):
            kind = errors.TaskFailed
        reference = answer.headers.get("x-fal-request-id")
        return failed(
            self._client, Complaint(told.words, told.code, reference, kind), answer.status, answer.headers
        )

    def _ended(self, answer: Answer, status: Mapping[str, Any]) -> errors.ProviderError:
        """Why a task that is over has no result: its own error, or a question that was answered badly."""
        if answer.status in (404, 410):
            return errors.ResultExpired("The vendor no longer keeps the result.", status=answer.status)
        told, by_status = self._told_by(answer), failure(answer.status, answer.headers)
        if not told.final and not status.get("error"):
            return by_status
        said = complaint(status, {})
        return self._verdict(
            Problem(told.words or said.words, told.code or said.code), answer.status, type(by_status)
        )

    def _verdict(
        self, told: Problem, status: int | None, by_status: type[errors.ProviderError]
    ) -> errors.ProviderError:
        """The end of a task. Over is over: what would be tried again as a question is a task that failed."""
        kind = kind_of(told.code, by_status)
        if kind.retryable or kind.unknown:
            kind = errors.TaskFailed
        return kind(
            self._client.redacted(told.words) or "The vendor's work on this failed.",
            status=status,
            vendor_code=self._client.redacted(told.code),
        )

    def _told_by(self, answer: Answer) -> Problem:
        """What an error says; of one that is not JSON its status and headers alone."""
        try:
            return answer.decode_json(lambda document: complaint(document, answer.headers, answer.status))
        except errors.UpstreamError:
            return complaint(None, answer.headers, answer.status)
