"""A public website for tests: names and connections end at a socket on this machine, below the rule that is tried."""

from __future__ import annotations

import socket
import ssl
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import httpcore

from providers.http.public import Network
from providers.http.transport import TimedBackend
from tests.providers.hostile import NAMES, system_answer
from tests.providers.simulators.base import Reply, Request, Simulator


class Website(Simulator):
    """Answers whatever the test says, and takes every connection that is dialled, to whatever address it was.

    ``dialled`` are the addresses and ports in order, ``asked`` how often each name was looked up. ``names`` may map a
    name to several answers, one for each look-up; the last one stays.
    """

    script: Callable[[Request], Reply] = staticmethod(lambda request: Reply(200, b"picture"))

    def __init__(self) -> None:
        super().__init__()
        self.dialled: list[tuple[str, int]] = []
        self.asked: Counter[str] = Counter()
        self.names: Mapping[str, Sequence[str]] = NAMES
        self.turns: dict[str, list[Sequence[str]]] = {}
        self.lost_addresses: set[str] = set()
        self.raw_port = 0
        self._lock_names = threading.Lock()

    @property
    def port(self) -> int:
        return int(self.origin.rpartition(":")[2])

    def answer(self, request: Request) -> Reply:
        return self.script(request)

    def says(self, reply: Reply) -> None:
        self.script = lambda request: reply

    def forget(self) -> None:
        """A clean log for the next try."""
        self.dialled.clear()
        self.asked.clear()
        self.requests.clear()

    def look_up(self, host: str, port: int) -> Sequence[str]:
        assert isinstance(host, str), "the library passed bytes, which no table of names finds"
        with self._lock_names:
            self.asked[host] += 1
            if turns := self.turns.get(host):
                return turns.pop(0) if len(turns) > 1 else turns[0]
        return self.names[host] if host in self.names else system_answer(host)

    def speak_tls(self, context: ssl.SSLContext) -> None:
        """From now on over TLS."""
        assert self._server is not None
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)

    @contextmanager
    def speaking(self, pieces: Callable[[], Iterable[bytes]]) -> Iterator[None]:
        """Has whoever connects inside read ``pieces`` as they are, HTTP or not, once they have asked."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            thread = threading.Thread(target=_speak, args=(listener, pieces), daemon=True)
            thread.start()
            self.raw_port = listener.getsockname()[1]
            try:
                yield
            finally:
                self.raw_port = 0
                with suppress(OSError):
                    listener.shutdown(socket.SHUT_RDWR)
        thread.join(timeout=10)

    @property
    def network(self) -> Network:
        return Network(self.look_up, Landing(self._landing))

    def _landing(self, address: str, port: int) -> int:
        self.dialled.append((address, port))
        if address in self.lost_addresses:
            raise httpcore.ConnectError("Network is unreachable")
        return self.raw_port or self.port


class Landing(httpcore.NetworkBackend):
    """Connects to this machine wherever it is told to connect to: at the port that ``landing`` says for it."""

    def __init__(self, landing: Callable[[str, int], int]) -> None:
        self._landing = landing
        self._below = TimedBackend()

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, *rest: Any, **more: Any) -> Any:
        return self._below.connect_tcp("127.0.0.1", self._landing(host, port), timeout, *rest, **more)


def _speak(listener: socket.socket, pieces: Callable[[], Iterable[bytes]]) -> None:
    """One connection after another, until the listener is closed or the asker has left."""
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection, suppress(OSError):
            connection.recv(65536)
            for piece in pieces():
                connection.sendall(piece)
