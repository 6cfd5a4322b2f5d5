"""A port for a server that must be told its number before it starts."""

from __future__ import annotations

import contextlib
import socket
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def kept_port() -> Iterator[int]:
    """A port of the loopback address that nobody else is given within the block; whoever asks there is refused.

    What keeps it is a socket that is bound and does not listen: on Linux a server that sets SO_REUSEADDR, as all of
    ours do, may bind beside it. Elsewhere that is refused, so there the port is merely free.
    """
    with socket.socket() as keeper:
        keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        keeper.bind(("127.0.0.1", 0))
        port = int(keeper.getsockname()[1])
        if not sys.platform.startswith("linux"):
            keeper.close()
        yield port
