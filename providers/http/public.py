"""The public internet, and nothing else: for addresses that a stranger names.

A name is looked up once, every address that it has must be a public one, and the connection goes to those very
addresses; the Host header and the name of the certificate stay the name. So neither a redirect nor a name whose
answer changes between two looks leads into the server's own network.
"""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any, Literal

import httpcore
import httpx

from providers.http.addresses import is_public
from providers.http.transport import (
    CALL_DEADLINE,
    Deadline,
    OnePerProcess,
    TimedBackend,
    open_client,
    within_deadline,
)

PORTS = {"http": 80, "https": 443}
LOOKUPS = 32
"""Names looked up at once. A name server that never answers holds one of them until the system gives up."""
LOOKUP_SECONDS = 5.0
TRIED_ADDRESSES = 4
HOST = re.compile(r"(?!\.)[a-z0-9._-]+|[0-9a-f:.]+")
"""A name as name servers know it (an international one in its ASCII form), or an IPv6 address without a zone."""
REDIRECTS = frozenset({301, 302, 303, 307, 308})

type Cause = Literal[
    "address", "scheme", "user", "port", "unreachable", "timed_out", "too_large", "compressed", "broken"
]


class Unfetched(Exception):
    """Nothing came of a fetch, for this ``cause``.

    ``unreachable`` is said of a name that does not exist, one that has an address which is not public, and a machine
    that does not answer alike: the difference would tell a stranger about the server's own network.
    """

    def __init__(self, cause: Cause) -> None:
        super().__init__(cause)
        self.cause: Cause = cause


def addresses_of(host: str, port: int) -> list[str]:
    """The system's answer. Raises OSError or UnicodeError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(where[0]) for *_, where in found]


@dataclass(frozen=True, slots=True)
class Network:
    """How a name becomes addresses, and one address a connection; a test stands its own in, below the rule."""

    look_up: Callable[[str, int], Sequence[str]] = addresses_of
    backend: httpcore.NetworkBackend = field(default_factory=TimedBackend)


INTERNET = Network()


class PublicBackend(httpcore.NetworkBackend):
    """Opens connections to public addresses only. Raises httpcore.ConnectError for all else."""

    def __init__(self, network: Network = INTERNET) -> None:
        self._network = network
        self._places = threading.BoundedSemaphore(LOOKUPS)

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, *rest: Any, **more: Any) -> Any:
        """A connection to the first of the host's addresses that takes one."""
        addresses = list(dict.fromkeys(self._looked_up(host, port)))
        if not addresses or not all(is_public(address) for address in addresses):
            raise httpcore.ConnectError("The host has no public address.")
        failed: Exception = httpcore.ConnectError("The host does not answer.")
        for address in addresses[:TRIED_ADDRESSES]:
            try:
                return self._network.backend.connect_tcp(address, port, timeout, *rest, **more)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed

    def _looked_up(self, host: str, port: int) -> Sequence[str]:
        """The host's addresses, in a thread that is left alone at the deadline: the system's look-up cannot be cut."""
        seconds = within_deadline(LOOKUP_SECONDS, httpcore.ConnectTimeout)
        answer: SimpleQueue[Sequence[str] | None] = SimpleQueue()

        def look() -> None:
            try:
                answer.put(self._network.look_up(host, port))
            except (OSError, UnicodeError):
                answer.put(None)
            finally:
                self._places.release()

        if not self._places.acquire(timeout=seconds):
            raise httpcore.ConnectTimeout("Too many names are being looked up.")
        threading.Thread(target=look, name="look-up", daemon=True).start()
        try:
            return answer.get(timeout=within_deadline(seconds, httpcore.ConnectTimeout)) or ()
        except Empty:
            raise httpcore.ConnectTimeout("The name was not found in time.") from None


def open_public_client(network: Network = INTERNET) -> httpx.Client:
    return open_client(PublicBackend(network))


@dataclass(frozen=True, slots=True)
class Page:
    """What ``url`` answered. ``onward`` is where it sends the asker, or empty; the body is read only with 200."""

    url: str
    status: int
    onward: str = ""
    data: bytes = field(default=b"", repr=False)


class PublicWeb:
    """GETs from the public internet, with nothing of ours in them. Safe to share between threads."""

    def __init__(self, network: Network = INTERNET) -> None:
        self._clients = OnePerProcess(lambda: open_public_client(network))

    def get(self, url: str, *, deadline: Deadline, cap: int) -> Page:
        """One GET; a redirect is reported and not followed. Raises Unfetched, at ``cap`` bytes or the deadline too."""
        target = _checked(url)
        token = CALL_DEADLINE.set(deadline)
        try:
            http = self._clients.client()
            with closing(http.send(http.build_request("GET", target), stream=True)) as response:
                return _read(target, response, deadline, cap)
        except httpx.TimeoutException:
            raise Unfetched("timed_out") from None
        except httpx.ConnectError:
            raise Unfetched("unreachable") from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, UnicodeError):
            # A name that cannot be read is one where a redirect leads: the library looks without following.
            raise Unfetched("broken") from None
        finally:
            CALL_DEADLINE.reset(token)


def _checked(url: str) -> httpx.URL:
    """The address, if it is one that is fetched at all. Raises Unfetched."""
    try:
        target = httpx.URL(url)
        host = target.host  # An international name is decoded here, and not every one can be.
    except (httpx.InvalidURL, UnicodeError):
        raise Unfetched("address") from None
    if target.scheme not in PORTS:
        raise Unfetched("scheme" if target.scheme else "address")
    if target.userinfo:
        raise Unfetched("user")
    if not host or not HOST.fullmatch(target.raw_host.decode("ascii")):
        raise Unfetched("address")
    if target.port not in (None, *PORTS.values()):
        raise Unfetched("port")
    return target.copy_with(fragment=None)


def _read(target: httpx.URL, response: httpx.Response, deadline: Deadline, cap: int) -> Page:
    url, status = str(target), response.status_code
    location = response.headers.get("location", "")
    if status in REDIRECTS and location:
        return Page(url, status, onward=_joined(target, location))
    if status != 200:
        return Page(url, status)
    if response.headers.get("content-encoding", "identity").strip().lower() != "identity":
        # It was not asked for, and unpacking is how a few bytes become many.
        raise Unfetched("compressed")
    return Page(url, status, data=_body(response, deadline, cap))


def _joined(target: httpx.URL, location: str) -> str:
    try:
        return str(target.join(location))
    except httpx.InvalidURL:
        raise Unfetched("address") from None


def _body(response: httpx.Response, deadline: Deadline, cap: int) -> bytes:
    """The body as it came over the wire, never unpacked."""
    if _promised(response) > cap:
        raise Unfetched("too_large")
    pieces, received = [], 0
    for piece in response.iter_raw():
        received += len(piece)
        if received > cap:
            raise Unfetched("too_large")
        if deadline.remaining <= 0:
            raise Unfetched("timed_out")
        pieces.append(piece)
    return b"".join(pieces)


def _promised(response: httpx.Response) -> int:
    """The size that the answer states, 0 where it states none."""
    stated = response.headers.get("content-length", "")
    return int(stated) if re.fullmatch(r"[0-9]{1,18}", stated) else 0
