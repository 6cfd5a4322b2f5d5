"""How much of a request is read at all: the server would otherwise spool everything to disk before a view sees it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from studio.images.errors import TooLarge
from studio.images.limits import MAX_BYTES

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[..., Awaitable[None]]

MAX_BODY = 64 * 1024 * 1024
"""Bytes of any request."""
FORM_BYTES = 256 * 1024
"""What a form may hold around a file."""


@dataclass(frozen=True, slots=True)
class Limit:
    """The most bytes that are taken at an address, and what is said of more."""

    most: int
    refusal: Callable[[int], tuple[str, str]]
    """The media type and the text for a body of this many bytes."""


def limit_at(path: str) -> Limit:
    """What holds at an address for people."""
    if path == reverse("uploads"):
        return Limit(MAX_BYTES + FORM_BYTES, _of_file)
    return Limit(
        MAX_BODY,
        lambda _length: ("text/plain; charset=utf-8", _("The request is larger than this server takes.")),
    )


def _of_file(length: int) -> tuple[str, str]:
    """The sentence of the file, as the view would say it."""
    error = TooLarge(megabytes=round(length / 1048576, 1), limit=MAX_BYTES // 1048576)
    return "application/json", json.dumps({"error": error.message, "code": error.code})


async def guarded(
    application: Application, scope: Message, receive: Receive, send: Send, limit: Limit
) -> None:
    """Hand the request on as long as its body stays within the limit; else answer 413 and keep nothing of it."""
    length = body_length(scope)
    if length > limit.most:
        await _drop(scope, receive, length)
        await _refuse(send, length, limit)
        return
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        # To the application it looks as if the client had left: it forgets the request and answers nothing.
        return {"type": "http.disconnect"} if taken > limit.most else message

    await application(scope, counted, send)
    if taken > limit.most:
        await _refuse(send, taken + await _drop(scope, receive, taken), limit)


def body_length(scope: Message) -> int:
    """What the request says of its length in bytes; 0 where it says nothing readable."""
    text: bytes = dict(scope["headers"]).get(b"content-length", b"0")
    return int(text) if text.isdigit() else 0


async def _drop(scope: Message, receive: Receive, length: int) -> int:
    """Read on and keep nothing: a browser that is still sending would not hear the answer. How many bytes it was.

    Not where the client waits to be asked for its body, and never more than MAX_BODY.
    """
    if length > MAX_BODY or b"expect" in dict(scope["headers"]):
        return 0
    dropped, more = 0, True
    while more and dropped < MAX_BODY:
        message = await receive()
        dropped += len(message.get("body", b""))
        more = message.get("more_body", False)
    return dropped


async def _refuse(send: Send, length: int, limit: Limit) -> None:
    kind, text = limit.refusal(length)
    body = text.encode()
    headers = [
        (b"content-type", kind.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})
