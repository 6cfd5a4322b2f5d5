"""The adapter: one paid call, and a picture in its answer or a ticket for it."""

from __future__ import annotations

from urllib.parse import quote

from providers import errors, wire
from providers.adapters.stability.answer import (
    complaint,
    number_of,
    picture_of,
    refuse_what_was_filtered,
    seed_of,
    wait_of,
)
from providers.adapters.stability.models import model_of
from providers.adapters.stability.request import form_of, refuse_what_it_cannot
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
from providers.http import Answer, Deadline, about, asked, client_of, health, refused

BASE_URL = "https://api.stability.ai"
ASK_SECONDS, CHECK_SECONDS = 120.0, 15.0
PAUSE_SECONDS = 3.0


class Stability(Ticketed):
    """The API at ``config.url`` or the vendor's own. Pictures come inside the answers, deferred ones for a day.

    Nothing is idempotent, and what a call cost is not told. A request that the vendor declines is not billed. A
    picture that it made and blurred counts as made: it is taken to be billed [?], and is not charged here.
    """

    facts = Facts(address=BASE_URL, resumable=True, result_seconds=24 * 3600)

    def __init__(self, config: Config) -> None:
        self._config = config
        self._client = client_of(config, self.facts)

    def submit(self, request: ImageRequest, emit: Emit) -> Finished | Ticket:
        """One paid call. Which models answer with a ticket is known beforehand, since no status tells."""
        refuse_what_it_cannot(request)
        model, mime = model_of(request.model), f"image/{request.output_format}"
        with self._client.send(
            "POST",
            f"/v2beta/stable-image/{model.path}",
            deadline=Deadline(request.deadline_seconds),
            headers=self._headers(),
            form=form_of(request),
        ) as answer:
            if not answer.ok:
                raise self._error(answer)
            if model.deferred:
                return Ticket(answer.decode_json(number_of), {"mime": mime})
            return Finished((_picture(answer, mime),))

    def poll(self, ticket: Ticket) -> Waiting | Finished:
        """Asks for the result, which answers with the picture itself once it is there."""
        with about(ticket.id):
            with self._client.send(
                "GET",
                f"/v2beta/results/{quote(ticket.id, safe='')}",
                deadline=Deadline(ASK_SECONDS),
                headers=self._headers(),
            ) as answer:
                if answer.status == 202:
                    return Waiting(PAUSE_SECONDS)
                if answer.status == 404:
                    raise errors.TaskFailed("The vendor no longer knows this task.", status=404)
                if answer.status != 200:
                    raise _over(self._error(answer))
                output = _picture(answer, ticket.data.get("mime") or "image/png")
            return Finished((output,), vendor_ref=ticket.id)

    def check(self) -> Health:
        """Asks how many credits are left, which costs nothing. That the first version still tells is a guess [?]."""
        return health(self._credits_left)

    def _credits_left(self) -> str:
        document = asked(
            self._client,
            "/v1/user/balance",
            headers=self._headers(),
            seconds=CHECK_SECONDS,
            error=self._error,
        )
        left = wire.amount(document.get("credits")) if isinstance(document, dict) else None
        return "It answers." if left is None else f"It answers. {left:f} credits are left."

    def _headers(self) -> dict[str, str]:
        return self._config.bearer() | {"Accept": "application/json"}

    def _error(self, answer: Answer) -> errors.ProviderError:
        """The failure that an HTTP error tells of; how long to wait may hang on its word alone."""
        problem = refused(self._client, answer, complaint)
        if problem.retry_after is None and answer.status == 429:
            problem.retry_after = wait_of(problem.vendor_code)
        return problem


def _picture(answer: Answer, mime: str) -> Output:
    """The picture in JSON, as asked for; or as bytes, its facts in headers, from a gateway that does not heed that."""
    named = answer.media_type()
    if not named.startswith("image/"):
        return answer.decode_json(lambda document: picture_of(document, mime))
    refuse_what_was_filtered(answer.headers.get("finish-reason"))
    return Output(answer.decode(bytes), named, seed_of(answer.headers.get("seed")))


def _over(error: errors.ProviderError) -> errors.ProviderError:
    """What a question about a task is refused with: an invalid request means that the work failed."""
    if type(error) is not errors.InvalidRequest:
        return error
    return errors.TaskFailed(error.message, status=error.status, vendor_code=error.vendor_code)
