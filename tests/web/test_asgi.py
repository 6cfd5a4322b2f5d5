from __future__ import annotations

import asyncio
from typing import Any

import pytest

from studio import asgi


def answer_to(length: bytes) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        raise AssertionError("the body is not read")

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "path": "/uploads/", "method": "POST", "headers": [(b"content-length", length)]}
    asyncio.run(asgi.application(scope, receive, send))
    return sent


def test_a_body_beyond_every_limit_is_refused_unread() -> None:
    assert answer_to(b"99999999999")[0]["status"] == 413


@pytest.mark.parametrize(("said", "length"), [(b"12", 12), (b"", 0), (b"-5", 0), (b"many", 0)])
def test_a_length_that_cannot_be_read_counts_as_none(said: bytes, length: int) -> None:
    assert asgi.body_length({"headers": [(b"content-length", said)]}) == length
