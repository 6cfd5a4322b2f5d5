"""The adapter: references are uploaded, one paid call brings a ticket, and the ticket brings pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from providers import errors
from providers.adapters.async_tasks.answer import (
    CANCELED,
    CODES,
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
    Waiting,
)
from providers.http import ANSWER_BYTES, Answer, Client, Deadline, failure

NOWHERE = "https://async-tasks.invalid"
ASK_SECONDS, FETCH_SECONDS, CANCEL_SECONDS, CHECK_SECONDS = 30.0, 120.0, 10.0, 15.0
PAUSE_SECONDS = 1.0
INLINE_BYTES = 256 * 1024
"""A larger reference is uploaded first: sixteen of 20 MB do not fit into one JSON document."""


class AsyncTasks:
    """The API at ``config.url``, which the seed does not name and the server's owner sets.

    The wallet is debited with the paid call and refunded for pictures that do not come. Nothing is idempotent.
    How long a result's address lives is not said, so it is fetched at once; results lie on the API's own host or on
    one that the server allows, since the seed names none.
    """

    facts = Facts(needs_url=True, resumable=True, cancellable=True, billed_when_cancelled=False)

    def __init__(self, config: Config) -> None:
        self._key, self._placed = config.key, bool(config.url)
        self._artifacts = Artifacts()
        self._client = Client(config.url or NOWHERE, secrets=(config.key,), trusted_hosts=config.hosts)

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
            if not 200 <= answer.status < 300:
                raise self._refused(answer, request)
            document = answer.decode_json(lambda document: document)
        number = document.get("task_id") if isinstance(document, dict) else None
        if not isinstance(number, str) or not number or len(number) > 200:
            raise errors.AnswerLost("The vendor's answer names no task.")
        return Ticket(number)

    def poll(self, ticket: Ticket) -> Waiting | Finished:
        """Asks for the envelope, and fetches the pictures once the task has succeeded."""
        try:
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
                document = answer.decode_json(lambda document: document)
            return self._told(document, ticket)
        except errors.ProviderError as error:
            error.vendor_ref = ticket.id
            raise

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
                if not 200 <= answer.status < 300:
                    return False
                document = answer.decode_json(lambda document: document)
        except errors.ProviderError:
            return False
        return isinstance(document, dict) and document.get("status") == CANCELED

    def estimate(self, request: ImageRequest) -> int | None:
        """The vendor quotes nothing before the paid call."""
        return None

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
        if not self._key:
            raise errors.AuthError("No key is set for this vendor.")
        if not self._placed:
            raise errors.AuthError("No address is set for this vendor.")
        return {"Authorization": f"Bearer {self._key}"}

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
        name = f"reference.{picture.mime.partition('/')[2] or 'png'}"
        try:
            with self._client.send(
                "POST",
                "/v1/uploads",
                deadline=deadline,
                headers=self._headers(),
                form=[("file", (name, picture.data, picture.mime))],
            ) as answer:
                if not 200 <= answer.status < 300:
                    raise self._error(answer)
                document = answer.decode_json(lambda document: document)
        except errors.UpstreamError as error:
            raise errors.NotSent("A reference could not be uploaded.", status=error.status) from error
        number = document.get("artifact_id") if isinstance(document, dict) else None
        if not isinstance(number, str) or not number:
            raise errors.NotSent("The vendor kept no reference.")
        return number

    def _told(self, document: Any, ticket: Ticket) -> Waiting | Finished:
        """Every status but the three final ones is one of a task that goes on."""
        if not isinstance(document, dict):
            raise errors.AnswerLost("The vendor's answer is not an object.")
        status = document.get("status")
        if status == SUCCEEDED:
            return self._finished(document, ticket)
        if status == CANCELED:
            raise errors.TaskFailed("The task was canceled at the vendor.", vendor_code=CANCELED)
        if status == FAILED:
            words, code = complaint(document)
            kind = CODES.get(code, errors.TaskFailed)
            # Over is over: a task that failed for its vendor's limits is no task to be asked for again.
            kind = errors.TaskFailed if kind.retryable else kind
            raise kind(
                self._client.redacted(words) or "The vendor's work on this failed.",
                vendor_code=self._client.redacted(code),
            )
        return Waiting(PAUSE_SECONDS)

    def _finished(self, document: Mapping[str, Any], ticket: Ticket) -> Finished:
        """Fetches the pictures, fewer than asked perhaps. Fails only if not one is left."""
        deadline, outputs = Deadline(FETCH_SECONDS), []
        problem: errors.ProviderError = errors.EmptyResult("The vendor answered without a picture.")
        for item in items_of(document):
            try:
                output = self._fetched(item, deadline)
            except errors.ProviderError as error:
                problem = error
                continue
            outputs.append(output)
            if item.artifact:
                self._artifacts.keep(output.data, item.artifact)
        if not outputs:
            raise problem
        return Finished(tuple(outputs), billed_micros=billed_of(document), vendor_ref=ticket.id)

    def _fetched(self, item: Item, deadline: Deadline) -> Output:
        data, mime = (
            (item.data, item.mime) if item.data else self._client.download(item.url, deadline=deadline)
        )
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
        """The failure that an HTTP error tells of: the vendor's word decides, and its status where it has none."""
        try:
            words, code = answer.decode_json(complaint)
        except errors.UpstreamError:
            words, code = "", ""
        by_status = failure(answer.status, answer.headers, self._client.redacted(words))
        return CODES.get(code, type(by_status))(
            by_status.message,
            status=answer.status,
            vendor_code=self._client.redacted(code),
            retry_after=by_status.retry_after,
        )


def _task(ticket: Ticket) -> str:
    return f"/v1/tasks/{quote(ticket.id, safe='')}"
