"""How much of a request is read at all: the server would otherwise spool everything to disk before a view sees it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
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


async def guarded(application: Application, scope: Message, receive: Receive, send: Send) -> None:
    """Hand the request on as long as its body stays within the limit; else answer 413 and keep nothing of it."""
    limit = MAX_BYTES + FORM_BYTES if scope["path"] == reverse("uploads") else MAX_BODY
    length = body_length(scope)
    if length > limit:
        await _drop(scope, receive, length)
        await _refuse(send, length, limit)
        return
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        # To the application it looks as if the client had left: it forgets the request and answers nothing.
        return {"type": "http.disconnect"} if taken > limit else message

    await application(scope, counted, send)
    if taken > limit:
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


async def _refuse(send: Send, length: int, limit: int) -> None:
    """The sentence of the file, where it is one, as the view would say it."""
    if limit < MAX_BODY:
        error = TooLarge(megabytes=round(length / 1048576, 1), limit=MAX_BYTES // 1048576)
        kind, text = b"application/json", json.dumps({"error": error.message, "code": error.code})
    else:
        kind, text = b"text/plain; charset=utf-8", _("The request is larger than this server takes.")
    body = text.encode()
    headers = [
        (b"content-type", kind),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})
