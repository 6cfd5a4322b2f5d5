from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from studio.images.errors import Busy
from studio.images.line import MOST_PEOPLE, Line


def until(state: Callable[[], object]) -> None:
    limit = time.monotonic() + 20
    while not state():
        assert time.monotonic() < limit
        time.sleep(0.005)


class Crowd:
    """Threads that wait in a line of one place, and the order in which they were served."""

    def __init__(self, line: Line) -> None:
        self.line, self.served = line, list[str]()
        self.threads: list[threading.Thread] = []

    def wait(self, name: str, *, urgent: bool) -> None:
        def stand() -> None:
            with self.line.place(20, urgent=urgent):
                self.served.append(name)

        before = self.waiting
        thread = threading.Thread(target=stand)
        thread.start()
        self.threads.append(thread)
        until(lambda: self.waiting > before)

    @property
    def waiting(self) -> int:
        return len(self.line._people) + len(self.line._background)

    def join(self) -> list[str]:
        for thread in self.threads:
            thread.join(20)
        return self.served


def test_people_go_before_the_background_and_each_in_the_order_they_came() -> None:
    crowd = Crowd(Line(1))
    with crowd.line.place(1, urgent=False):
        crowd.wait("output 1", urgent=False)
        crowd.wait("output 2", urgent=False)
        crowd.wait("upload 1", urgent=True)
        crowd.wait("upload 2", urgent=True)
    assert crowd.join() == ["upload 1", "upload 2", "output 1", "output 2"]


def test_who_comes_too_late_is_told_and_takes_nobodys_turn() -> None:
    line = Line(1)
    with line.place(1, urgent=True), pytest.raises(Busy), line.place(0.01, urgent=True):
        raise AssertionError("there was no place")
    with line.place(0.01, urgent=False):
        pass


def test_more_people_than_there_is_memory_for_are_told_at_once() -> None:
    crowd = Crowd(Line(1))
    with crowd.line.place(1, urgent=False):
        for number in range(MOST_PEOPLE):
            crowd.wait(str(number), urgent=True)
        with pytest.raises(Busy), crowd.line.place(60, urgent=True):
            raise AssertionError("there was no place")
        crowd.wait("a paid picture", urgent=False)
    assert crowd.join()[-1] == "a paid picture"


def test_a_place_comes_back_whatever_happened_in_it() -> None:
    line = Line(2)
    for _turn in range(5):
        with pytest.raises(ZeroDivisionError), line.place(0.01, urgent=True):
            raise ZeroDivisionError
    with line.place(0.01, urgent=True), line.place(0.01, urgent=False):
        pass
