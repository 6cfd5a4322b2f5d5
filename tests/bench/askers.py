"""Many clients in one thread that ask for pictures and throw them away: as little CPU of their own as can be."""

from __future__ import annotations

import selectors
import socket
import time
from dataclasses import dataclass, field

LEAST_BYTES = 2_000_000
"""What every good answer of these rows exceeds; a shorter one is an error that says 200."""
PIECE = 1 << 18


class Asker:
    """One kept connection and the request that is under way on it."""

    def __init__(self, port: int, request: bytes) -> None:
        self._port, self._request = port, request
        self.socket = self._open()

    def _open(self) -> socket.socket:
        made = socket.create_connection(("127.0.0.1", self._port), timeout=60)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    def ask(self) -> None:
        self.began = time.perf_counter()
        self._head, self._end, self._length, self._read = b"", b"", -1, 0
        self.socket.sendall(self._request)

    def heard(self, piece: memoryview) -> bool:
        """Whether the answer is whole with these bytes."""
        if self._length < 0:
            self._head += bytes(piece)
            head, found, rest = self._head.partition(b"\r\n\r\n")
            if not found:
                return False
            self.status = int(head[9:12])
            fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
            self._length = int(fields.get(b"content-length", b"0"))
            piece = memoryview(rest)
        self._read += len(piece)
        self._end = (self._end + bytes(piece[-5:]))[-5:]
        return self._read >= self._length if self._length else self._end == b"0\r\n\r\n"

    @property
    def good(self) -> bool:
        return self.status == 200 and self._read > LEAST_BYTES


@dataclass(slots=True)
class Heard:
    """What came back: milliseconds of each good answer, how many others there were, and how long all took."""

    times: list[float] = field(default_factory=list)
    errors: int = 0
    seconds: float = 0.0

    @property
    def per_second(self) -> float:
        return len(self.times) / self.seconds if self.seconds else 0.0


def ask(port: int, request: bytes, *, at_once: int, seconds: float = 0.0, count: int = 0) -> Heard:
    """Keep ``at_once`` requests under way until the seconds are over, or the count is reached; then hear all out."""
    heard, buffer = Heard(), bytearray(PIECE)
    askers, asked = [Asker(port, request) for _ in range(at_once)], 0
    began = time.perf_counter()
    with selectors.DefaultSelector() as selector:
        for asker in askers:
            selector.register(asker.socket, selectors.EVENT_READ, asker)
            asker.ask()
            asked += 1
        waiting = len(askers)
        while waiting:
            for key, _events in selector.select():
                asker = key.data
                size = asker.socket.recv_into(buffer)
                if size and not asker.heard(memoryview(buffer)[:size]):
                    continue
                now = time.perf_counter()
                if size and asker.good:
                    heard.times.append((now - asker.began) * 1000)
                else:
                    heard.errors += 1
                more = asked < count if count else now - began < seconds
                if size and more:
                    asker.ask()
                    asked += 1
                else:
                    selector.unregister(asker.socket)
                    asker.socket.close()
                    waiting -= 1
    heard.seconds = time.perf_counter() - began
    return heard


def request(path: str, key: str, body: bytes) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n"
    return head.encode() + b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
