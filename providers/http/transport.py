"""Connections: how many, how long, and never past the deadline of a call."""

from __future__ import annotations

import logging
import os
import ssl
import threading
import weakref
from collections.abc import Callable
from contextvars import ContextVar
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from time import monotonic
from typing import Any

import httpcore
import httpx

CONNECT_SECONDS = 10.0
READ_SECONDS = 300.0  # a synchronous vendor is silent until it has finished, up to two minutes or so
WRITE_SECONDS = 60.0
POOL_SECONDS = 60.0
MAX_CONNECTIONS = 320  # 256 waits, and room to look at tickets and results meanwhile
KEEP_ALIVE = 20  # the pool scans its idle connections at every call; many make it slow

CALL_DEADLINE: ContextVar[Deadline | None] = ContextVar("call_deadline", default=None)


def _drop(record: logging.LogRecord) -> bool:
    """The library logs whole URLs, and vendors take keys in a query."""
    return False


logging.getLogger("httpx").addFilter(_drop)


class Deadline:
    """A moment, ``seconds`` from now, after which a call is given up."""

    def __init__(self, seconds: float) -> None:
        self._at = monotonic() + seconds

    @property
    def remaining(self) -> float:
        return self._at - monotonic()


class _TimedStream(httpcore.NetworkStream):
    """A connection on which no single wait outlasts the deadline of the call that uses it."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, within_deadline(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, within_deadline(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        seconds = within_deadline(timeout, httpcore.ConnectTimeout)
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, seconds))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class TimedBackend(httpcore.SyncBackend):
    """Opens connections that obey the deadline. Looking up a name is the system's and is not cut."""

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, *args: Any, **kwargs: Any
    ) -> Any:
        seconds = within_deadline(timeout, httpcore.ConnectTimeout)
        try:
            return _TimedStream(super().connect_tcp(host, port, seconds, *args, **kwargs))
        except UnicodeError as error:
            raise httpcore.ConnectError("The host's name cannot be looked up.") from error


def within_deadline(timeout: float | None, exceeded: type[Exception]) -> float | None:
    deadline = CALL_DEADLINE.get()
    if deadline is None:
        return timeout
    remaining = deadline.remaining
    if remaining <= 0:
        raise exceeded("The deadline has passed.")
    return remaining if timeout is None else min(timeout, remaining)


@cache
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


class _Transport(httpx.HTTPTransport):
    """The library's transport over a pool whose connections obey our deadline."""

    def __init__(self, backend: httpcore.NetworkBackend) -> None:
        super().__init__(verify=_tls(), trust_env=False)
        self._pool = httpcore.ConnectionPool(
            ssl_context=_tls(),
            max_connections=MAX_CONNECTIONS,
            max_keepalive_connections=KEEP_ALIVE,
            keepalive_expiry=5.0,
            network_backend=backend,
        )


def open_client(backend: httpcore.NetworkBackend | None = None) -> httpx.Client:
    """A client over connections of its own, which ``backend`` opens."""
    return httpx.Client(
        transport=_Transport(backend or TimedBackend()),
        timeout=httpx.Timeout(
            connect=CONNECT_SECONDS, read=READ_SECONDS, write=WRITE_SECONDS, pool=POOL_SECONDS
        ),
        headers={"User-Agent": "gesso", "Accept-Encoding": "identity"},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        follow_redirects=False,
        trust_env=False,
    )


class OnePerProcess:
    """The client that ``opened`` gives, opened when first needed; a fork must not share its parent's connections."""

    def __init__(self, opened: Callable[[], httpx.Client]) -> None:
        self._open = opened
        self._lock = threading.Lock()
        self._mine: tuple[int, httpx.Client] | None = None

    def client(self) -> httpx.Client:
        with self._lock:
            if self._mine is None or self._mine[0] != os.getpid():
                http = self._open()
                weakref.finalize(self, http.close)
                self._mine = (os.getpid(), http)
            return self._mine[1]
