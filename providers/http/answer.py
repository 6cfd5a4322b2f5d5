"""What a vendor answers, read within a deadline and a byte cap."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import httpx

from providers import errors, slots, wire
from providers.http import documents
from providers.http.failures import border
from providers.http.transport import Deadline

ANSWER_BYTES = 72 * 1024 * 1024  # one picture of 50 MB in base64, with room for its JSON
SPOOL_BYTES = 64 * 1024


class Answer:
    """A vendor's answer, whose body may still be on its way. ``headers`` are keyed in lower case."""

    def __init__(
        self, response: httpx.Response, deadline: Deadline, cap: int, secrets: Sequence[str]
    ) -> None:
        self.status = response.status_code
        self.headers: Mapping[str, str] = {key.lower(): value for key, value in response.headers.items()}
        self._response = response
        self._deadline = deadline
        self._cap = cap
        self._secrets = secrets

    @property
    def ok(self) -> bool:
        """Whether the status is one of success."""
        return 200 <= self.status < 300

    def media_type(self) -> str:
        """The Content-Type without its parameters, in lower case; may be empty."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def chunks(self) -> Iterator[bytes]:
        """The body as it comes. Raises UpstreamTimeout past the deadline, AnswerLost past the byte cap."""
        received = 0
        with border(self._secrets):
            for chunk in self._response.iter_bytes():
                received += len(chunk)
                if received > self._cap:
                    raise errors.AnswerLost("The vendor's answer is larger than allowed.", status=self.status)
                if self._deadline.remaining <= 0:
                    raise errors.UpstreamTimeout("The vendor did not answer in time.", status=self.status)
                yield chunk

    def events(self) -> Iterator[wire.ServerSentEvent]:
        """The body as server-sent events, up to ``[DONE]`` or its end."""
        parser = wire.EventParser()
        for chunk in self.chunks():
            for event in parser.feed(chunk):
                if event.data == "[DONE]":
                    return
                yield event
        yield from (event for event in parser.close() if event.data != "[DONE]")

    def decode[T](self, read: Callable[[bytes], T]) -> T:
        """``read(body)``. The body waits in a file until it is complete, then few are held in memory at once.

        Raises AnswerLost where the file cannot be written.
        """
        try:
            with tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES) as spool:
                for chunk in self.chunks():
                    spool.write(chunk)
                with slots.decoding(large=spool.tell() > SPOOL_BYTES):
                    spool.seek(0)
                    return read(spool.read())
        except OSError as error:
            raise errors.AnswerLost("The vendor's answer could not be kept.", status=self.status) from error

    def decode_json[T](self, read: Callable[[Any], T]) -> T:
        """``read`` of the body as JSON, whatever its Content-Type. Raises AnswerLost where it is not JSON."""
        return self.decode(lambda body: read(parsed(body, self.status)))

    def json(self) -> Any:
        """The body as JSON. Raises AnswerLost where it is not."""
        return self.decode_json(lambda document: document)

    def table(self) -> dict[str, Any]:
        """The body as a JSON object. Raises AnswerLost where it is none."""
        document = self.json()
        if not isinstance(document, dict):
            raise errors.AnswerLost("The vendor's answer is not an object.")
        return document


def parsed(body: str | bytes, status: int | None = None) -> Any:
    """``body`` as JSON; a number with a point is a Decimal, since some are money.

    Raises AnswerLost: a broken answer says nothing about what was done.
    """
    try:
        return documents.loads(body)
    except (ValueError, ArithmeticError, RecursionError) as error:
        problem = errors.AnswerLost("The vendor's answer is not JSON.", status=status)
        # The parser's exception carries the whole body, which may be megabytes or echo what we sent.
        raise problem from ValueError(type(error).__name__)
