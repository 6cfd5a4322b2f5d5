"""One request, what it was answered and what it wrote; then everything is as it was before."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
WRITES = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", re.IGNORECASE)
OF_THE_MOMENT = ("Expires", "Content-Length")
OF_EACH_ANSWER = re.compile(
    rb"\b[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\b"
    rb"|nonce(?:-|=\")[\w+/=-]+|\b\w{64}\b|[\w-]{20,}:[\w-]+:[\w-]{20,}",
    re.IGNORECASE,
)
"""Ids, nonces, tokens and signed quotes: what differs between two answers that say the same."""


@dataclass(frozen=True, slots=True)
class Answer:
    """``wrote`` names the tables that were written to, the session's apart."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    wrote: frozenset[str]

    @property
    def verdict(self) -> str:
        """``in``, ``sign in``, ``missing``, ``forbidden``, ``method`` or ``broken``."""
        if self.status == 302 and self.headers["Location"].startswith(reverse("account_login")):
            return "sign in"
        if self.status >= 500 and self.status != 503:
            return "broken"
        return {401: "sign in", 403: "forbidden", 404: "missing", 405: "method"}.get(self.status, "in")

    @property
    def essence(self) -> tuple[int, dict[str, bytes], bytes]:
        """All that an asker can tell two answers apart by."""
        headers = {name: value for name, value in self.headers.items() if name not in OF_THE_MOMENT}
        scrubbed = {name: OF_EACH_ANSWER.sub(b"", value.encode()) for name, value in headers.items()}
        return self.status, scrubbed, OF_EACH_ANSWER.sub(b"", self.body)


def ask(client: Client, method: str, url: str, data: Any = None, **headers: str) -> Answer:
    """Send it, and take back what it did to database, session and cache."""
    tables: set[str] = set()

    def note(execute: Callable[..., Any], sql: str, *given: Any) -> Any:
        if found := WRITES.match(sql):
            tables.add(found[1])
        return execute(sql, *given)

    cookies = deepcopy(client.cookies)
    with transaction.atomic(), connection.execute_wrapper(note):
        send = getattr(client, method.lower())
        response = send(url, data, headers=headers) if data is not None else send(url, headers=headers)
        body = _body(response)
        transaction.set_rollback(True)
    cache.clear()
    client.cookies = cookies
    return Answer(response.status_code, dict(response.items()), body, frozenset(tables - {"django_session"}))


def _body(response: HttpResponseBase) -> bytes:
    if response.streaming:
        return b"".join(response)
    return bytes(response.content)  # type: ignore[attr-defined]
