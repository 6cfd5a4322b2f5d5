"""Things that happen at the same moment, each in a thread with its own connection."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connections


def at_once(actions: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each returned, in their order. What one raises, the test sees."""
    gate, answers = threading.Barrier(len(actions)), [None] * len(actions)
    wrong: list[BaseException] = []

    def run(place: int) -> None:
        try:
            gate.wait()
            answers[place] = actions[place]()
        except BaseException as error:
            wrong.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(actions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise wrong[0]
    return answers
