"""Things that happen at the same moment, each in a thread with its own connection."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any

from django.db import connections


def at_once(
    calls: Sequence[Callable[[], Any]],
    *,
    refusals: tuple[type[Exception], ...] = (),
    connected: int | None = None,
) -> list[Any]:
    """What each answered, in their order, or which of the ``refusals`` it raised; all begin at one barrier.

    What else one raises, the test sees. ``connected`` bounds how many run together after the barrier, for a database
    with few connections.
    """
    gate = threading.Barrier(len(calls))
    answers: list[Any] = [None] * len(calls)
    turns = threading.BoundedSemaphore(connected) if connected else nullcontext()
    wrong: list[BaseException] = []

    def run(place: int) -> None:
        gate.wait()
        with turns:
            try:
                answers[place] = calls[place]()
            except refusals as refusal:
                answers[place] = type(refusal)
            except BaseException as error:
                wrong.append(error)
            finally:
                connections.close_all()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise wrong[0]
    return answers
