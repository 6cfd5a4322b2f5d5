"""The adapter: references are uploaded, one paid call brings a ticket, and the ticket brings pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from providers import errors, wire
from providers.adapters.async_tasks.answer import (
    CANCELED,
    FAILED,
    GONE,
    NO_TASK,
    SUCCEEDED,
    Item,
    billed_of,
    complaint,
    items_of,
)
from providers.adapters.async_tasks.artifacts import Artifacts
from providers.adapters.async_tasks.request import (
    EDITS,
    GENERATIONS,
    artifact,
    fields_of,
    inline,
    refuse_what_it_cannot,
)
from providers.base import (
    Config,
    Emit,
    Facts,
    Finished,
    Health,
    ImageRequest,
    InputImage,
    Output,
    Ticket,
    Ticketed,
    Waiting,
)
from providers.http import ANSWER_BYTES, Answer, Complaint, Deadline, about, client_of, fetched, refused
from providers.sending import as_file

ASK_SECONDS, FETCH_SECONDS, CANCEL_SECONDS, CHECK_SECONDS = 30.0, 120.0, 10.0, 15.0
PAUSE_SECONDS = 1.0
INLINE_BYTES = 256 * 1024
"""A larger reference is uploaded first: sixteen of 20 MB do not fit into one JSON document."""


class AsyncTasks(Ticketed):
    """The API at ``config.url``, which the seed does not name and the server's owner sets.

    The wallet is debited with the paid call and refunded for pictures that do not come. Nothing is idempotent.
    How long a result's address lives is not said, so it is fetched at once; results lie on the API's own host or on
    one that the server allows, since the seed names none.
    """

    facts = Facts(needs_url=True, resumable=True, cancellable=True, billed_when_cancelled=False)

    def __init__(self, config: Config) -> None:
        self._config = config
        self._artifacts = Artifacts()
        self._client = client_of(config, self.facts)

    def submit(self, request: ImageRequest, emit: Emit) -> Ticket:
        """One paid call, after the uploads, which cost nothing."""
        refuse_what_it_cannot(request)
        deadline = Deadline(request.deadline_seconds)
        images = [self._sent(picture, deadline) for picture in request.references]
        with self._client.send(
            "POST",
            EDITS if images else GENERATIONS,
            deadline=deadline,
            headers=self._headers(),
            document=fields_of(request, images),
        ) as answer:
            if not answer.ok:
                raise self._refused(answer, request)
            document = answer.json()
        return Ticket(wire.task_id(document.get("task_id") if isinstance(document, dict) else None))

    def poll(self, ticket: Ticket) -> Waiting | Finished:
        """Asks for the envelope, and fetches the pictures once the task has succeeded."""
        with about(ticket.id):
            with self._client.send(
                "GET",
                _task(ticket),
                deadline=Deadline(ASK_SECONDS),
                headers=self._headers(),
                cap=4 * ANSWER_BYTES,
            ) as answer:
                if answer.status in (404, 410):
                    raise errors.TaskFailed("The vendor no longer knows this task.", status=answer.status)
                if answer.status != 200:
                    raise self._error(answer)
                document = answer.table()
            return self._told(document, ticket)

    def cancel(self, ticket: Ticket) -> bool:
        """Whether the vendor stopped the task. The seed names no way to do it; this one is a guess [?]."""
        try:
            with self._client.send(
                "POST",
                f"{_task(ticket)}/cancel",
                deadline=Deadline(CANCEL_SECONDS),
                headers=self._headers(),
                document={},
            ) as answer:
                if not answer.ok:
                    return False
                document = answer.json()
        except errors.ProviderError:
            return False
        return isinstance(document, dict) and document.get("status") == CANCELED

    def check(self) -> Health:
        """Asks for a task that does not exist [?]: that it says so proves the key, and nothing is debited."""
        try:
            headers, deadline = self._headers(), Deadline(CHECK_SECONDS)
            with self._client.send("GET", "/v1/tasks/none", deadline=deadline, headers=headers) as answer:
                error = self._error(answer)
        except errors.ProviderError as problem:
            error = problem
        if error.vendor_code == NO_TASK:
            return Health(ok=True, message="It answers.")
        return Health(ok=False, message=error.message)

    def _headers(self) -> dict[str, str]:
        """How a caller proves who they are is not stated [?]."""
        headers = self._config.bearer()
        self._config.require_address()
        return headers

    def _sent(self, picture: InputImage, deadline: Deadline) -> dict[str, str]:
        """The reference as the paid call names it: a picture that the vendor keeps is not sent again."""
        number = self._artifacts.find(picture.data)
        if not number and len(picture.data) <= INLINE_BYTES:
            return inline(picture)
        if not number:
            number = self._uploaded(picture, deadline)
            self._artifacts.keep(picture.data, number)
        return artifact(number)

    def _uploaded(self, picture: InputImage, deadline: Deadline) -> str:
        """The artifact id of an upload, whose form is a guess [?]. Without one nothing was paid: raises NotSent."""
        try:
            with self._client.send(
                "POST",
                "/v1/uploads",
                deadline=deadline,
                headers=self._headers(),
                form=[("file", as_file("reference", picture))],
            ) as answer:
                if not answer.ok:
                    raise self._error(answer)
                document = answer.json()
        except errors.UpstreamError as error:
            raise errors.NotSent("A reference could not be uploaded.", status=error.status) from error
        number = document.get("artifact_id") if isinstance(document, dict) else None
        if not isinstance(number, str) or not number:
            raise errors.NotSent("The vendor kept no reference.")
        return number

    def _told(self, document: Mapping[str, Any], ticket: Ticket) -> Waiting | Finished:
        """Every status but the three final ones is one of a task that goes on."""
        status = document.get("status")
        if status == SUCCEEDED:
            return self._finished(document, ticket)
        if status == CANCELED:
            raise errors.TaskFailed("The task was canceled at the vendor.", vendor_code=CANCELED)
        if status == FAILED:
            raise self._over(complaint(document))
        return Waiting(PAUSE_SECONDS)

    def _finished(self, document: Mapping[str, Any], ticket: Ticket) -> Finished:
        """Fetches the pictures, fewer than asked perhaps. Fails only if not one is left."""
        deadline = Deadline(FETCH_SECONDS)
        outputs = fetched(items_of(document), lambda item: self._fetched(item, deadline))
        return Finished(outputs, billed_micros=billed_of(document), vendor_ref=ticket.id)

    def _fetched(self, item: Item, deadline: Deadline) -> Output:
        """The picture. That the vendor keeps it is noted, so that it need not be sent when it is worked on."""
        data, mime = (
            (item.data, item.mime) if item.data else self._client.download(item.url, deadline=deadline)
        )
        if item.artifact:
            self._artifacts.keep(data, item.artifact)
        return Output(data, mime if mime.startswith("image/") else "image/png")

    def _refused(self, answer: Answer, request: ImageRequest) -> errors.ProviderError:
        """Why there is no task. A picture that the vendor no longer keeps is sent next time; nothing was debited."""
        error = self._error(answer)
        if error.vendor_code not in GONE:
            return error
        if sum(self._artifacts.forget(picture.data) for picture in request.references):
            return errors.NotSent("The vendor no longer keeps a reference.", vendor_code=error.vendor_code)
        return error

    def _error(self, answer: Answer) -> errors.ProviderError:
        return refused(self._client, answer, complaint)

    def _over(self, told: Complaint) -> errors.ProviderError:
        """Over is over: a task that failed for its vendor's limits is no task to be asked for again."""
        kind = told.kind or errors.TaskFailed
        kind = errors.TaskFailed if kind.retryable else kind
        words = self._client.redacted(told.words) or "The vendor's work on this failed."
        return kind(words, vendor_code=self._client.redacted(told.code))


def _task(ticket: Ticket) -> str:
    return f"/v1/tasks/{quote(ticket.id, safe='')}"
