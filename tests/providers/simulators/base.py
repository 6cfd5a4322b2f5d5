"""A vendor on a real loopback socket: the wire, a bill log and failures that a test can switch on."""

from __future__ import annotations

import hashlib
import json
import os
import re
import socket
import struct
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, ClassVar, Self
from urllib.parse import parse_qs, urlsplit

from scripts.ports import kept_port

REFUSED = "refused"  # nobody listens
TIMEOUT = "timeout"  # takes the request, bills it and says nothing for ``seconds``
HANG_UP = "hang_up"  # takes the request, bills it and closes without a word
RESET = "reset"  # bills, then breaks the connection in the middle of the body
DRIP = "drip"  # bills, then sends the body a byte at a time, ``seconds`` apart
STATUS = "status"  # answers with ``status``, and Retry-After if given; nothing is billed
NO_MONEY = "no_money"
BAD_JSON = "bad_json"
WRONG_TYPE = "wrong_type"  # a proxy's page in HTML with status 200
NO_IMAGE = "no_image"
FEWER = "fewer"  # one picture less than asked
BROKEN_PICTURE = "broken_picture"  # base64 that is none
MODERATED_INPUT = "moderated_input"
MODERATED_OUTPUT = "moderated_output"
EXPIRED_URL = "expired_url"
NEVER_ENDS = "never_ends"  # takes the task, and answers that it goes on whenever it is asked
LOST = "lost"  # takes the task, and knows nothing of it afterwards
TASK_FAILED = "task_failed"  # takes the task, and says later that it failed
UNASKABLE = "unaskable"  # takes the task, and answers ``status`` to each question about it


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with the next ``times`` paid calls, or with all until it is taken away."""

    kind: str
    status: int = 500
    retry_after: str = ""
    seconds: float = 30.0
    times: int | None = None


@dataclass(frozen=True, slots=True)
class Bill:
    """One paid call that was accepted; keys and pictures as SHA-256 in hexadecimal."""

    path: str
    key_sha256: str
    fields: Mapping[str, Any]
    images: tuple[str, ...] = ()
    mask: str = ""
    client_ref: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came; header names in lower case."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back; a body in several pieces is sent chunked, as a stream is."""

    status: int = 200
    body: bytes | Iterable[bytes] = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    fault: Fault | None = None


def json_reply(document: object, status: int = 200, **headers: str) -> Reply:
    """A JSON answer; an underscore in a header's name stands for a hyphen."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, json.dumps(document).encode(), {"Content-Type": "application/json", **named})


def form_parts(request: Request) -> list[tuple[str, bytes]] | None:
    """Name and content of each part of a multipart form, in order; None for any other body."""
    kind, _, rest = request.headers.get("content-type", "").partition(";")
    found = re.search(r'boundary="?([^";]+)', rest)
    if kind.strip().lower() != "multipart/form-data" or not found:
        return None
    parts = []
    for part in (b"\r\n" + request.body).split(b"\r\n--" + found[1].encode())[1:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        if name := re.search(rb'name="([^"]*)"', head):
            parts.append((name[1].decode(), content))
    return parts


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Simulator:
    """A vendor in a ``with`` block. ``fault`` may be set at any time; ``bills`` is what it would charge for.

    ``seconds`` is how long it works on each paid call. ``dictated`` is answered to every request as long as it is
    set, in place of what the vendor would say.
    """

    prefix: ClassVar[str] = ""

    def __init__(self, port: int = 0, *, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.requests: list[Request] = []
        self.dictated: Reply | None = None
        self.stopping = threading.Event()
        self._bills: list[Bill] = []
        self._fault: Fault | None = None
        self._lock = threading.Lock()
        self._port = port
        self._place = ExitStack()
        self._server: _Server | None = None

    def answer(self, request: Request) -> Reply:
        """The vendor's own behaviour."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        if not self._port:
            # It goes and comes back at the same address, which nobody else may be given in the meantime.
            self._port = self._place.enter_context(kept_port())
        self._listen()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopping.set()
        self._hush()
        self._place.close()

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def url(self) -> str:
        """The base URL an adapter is configured with."""
        return self.origin + self.prefix

    @property
    def bills(self) -> list[Bill]:
        """The paid calls accepted so far, in order."""
        with self._lock:
            return list(self._bills)

    def bill(self, bill: Bill) -> None:
        with self._lock:
            self._bills.append(bill)

    @property
    def fault(self) -> Fault | None:
        """The failure switched on."""
        with self._lock:
            return self._fault

    @fault.setter
    def fault(self, fault: Fault | None) -> None:
        with self._lock:
            self._fault = fault
        if fault is not None and fault.kind == REFUSED:
            self._hush()
        elif self._server is None:
            self._listen()

    def take_fault(self) -> Fault | None:
        """The failure for this paid call; one that is due ``times`` times is counted down."""
        with self._lock:
            fault = self._fault
            if fault is not None and fault.times is not None:
                left = fault.times - 1
                self._fault = replace(fault, times=left) if left > 0 else None
            return fault

    def _listen(self) -> None:
        self._server = _Server(self, self._port)
        self._port = self._server.server_address[1]
        self._serving = threading.Thread(target=self._server.serve, name="simulator", daemon=True)
        self._serving.start()

    def _hush(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.end()
            self._serving.join()
            server.drop_connections()
            server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True
    request_queue_size = 512

    def __init__(self, simulator: Simulator, port: int) -> None:
        self.simulator = simulator
        self._over = False
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__(("127.0.0.1", port), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def serve(self) -> None:
        """One connection after the other, until ``end``. The library's own loop looks again and again meanwhile."""
        while not self._over:
            self.handle_request()

    def end(self) -> None:
        """Makes the wait for connections return at once and for good."""
        self._over = True
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)

    def drop_connections(self) -> None:
        """Ends every open connection, so that each handler's thread ends too."""
        with self._open_lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that left is no news; anything else is a mistake in the simulator and must be seen."""
        if not isinstance(sys.exception(), ConnectionError | BrokenPipeError | TimeoutError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def do_GET(self) -> None:
        self._handle()

    def do_POST(self) -> None:
        self._handle()

    def do_PUT(self) -> None:
        self._handle()

    def do_DELETE(self) -> None:
        self._handle()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Silent: the bill log and the requests are the record."""

    def _handle(self) -> None:
        simulator = self.server.simulator
        address = urlsplit(self.path)
        request = Request(
            self.command,
            address.path,
            parse_qs(address.query),
            {name.lower(): value for name, value in self.headers.items()},
            self._body(),
        )
        simulator.requests.append(request)
        self._send(simulator.dictated or simulator.answer(request))

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        pieces = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(pieces)

    def _send(self, reply: Reply) -> None:
        kind = reply.fault.kind if reply.fault else ""
        if kind == TIMEOUT and reply.fault:
            self.server.simulator.stopping.wait(reply.fault.seconds)
        if kind in (TIMEOUT, HANG_UP):
            self.close_connection = True
            return
        whole = isinstance(reply.body, bytes)
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if isinstance(reply.body, bytes):
            self.send_header("Content-Length", str(len(reply.body)))
        else:
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        pieces = [reply.body] if isinstance(reply.body, bytes) else reply.body
        for piece in _faulty(pieces, reply.fault, self.server.simulator.stopping):
            self.wfile.write(piece if whole else b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.flush()
        if kind == RESET:
            self._reset()
        elif not whole:
            self.wfile.write(b"0\r\n\r\n")

    def _reset(self) -> None:
        """Closes with RST instead of FIN, as a crashed machine or a firewall does."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())


def _faulty(pieces: Iterable[bytes], fault: Fault | None, stopping: threading.Event) -> Iterator[bytes]:
    """The pieces as they are, half of the first, or byte by byte."""
    for piece in pieces:
        if fault is not None and fault.kind == RESET:
            yield piece[: max(len(piece) // 2, 1)]
            return
        if fault is not None and fault.kind == DRIP:
            for position in range(len(piece)):
                yield piece[position : position + 1]
                if stopping.wait(fault.seconds):
                    return
        else:
            yield piece
