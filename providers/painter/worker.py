"""The painting process: reads commissions from stdin, writes previews and pictures to stdout.

It ends when stdin closes, so it never outlives the process that started it.
"""

from __future__ import annotations

import os
import pickle
import signal
import struct
import sys
from typing import BinaryIO

from providers.painter import render
from providers.painter.commission import Commission, Refusal

HEADER = struct.Struct("!I")


def send(stream: BinaryIO, message: object) -> None:
    """One message: four bytes of length, then the pickle."""
    body = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    stream.write(HEADER.pack(len(body)) + body)
    stream.flush()


def receive(stream: BinaryIO) -> Commission | None:
    """The next commission, or None at the end of the stream."""
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    (size,) = HEADER.unpack(header)
    order: Commission = pickle.loads(stream.read(size))  # noqa: S301 - the parent alone writes here
    return order


def serve(orders: BinaryIO, answers: BinaryIO) -> None:
    """Paint until ``orders`` ends. What goes wrong in one picture is told and does not end the process."""
    while (order := receive(orders)) is not None:
        try:
            picture = render.paint(order, lambda preview: send(answers, ("preview", preview)))
        except Refusal as refusal:
            send(answers, ("refused", str(refusal)))
        except (ArithmeticError, LookupError, OSError, TypeError, ValueError, MemoryError) as error:
            send(answers, ("failed", f"{type(error).__name__}: {error}"))
        else:
            send(answers, ("picture", picture))


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(5)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    send(answers, ("ready", os.getpid()))
    serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
