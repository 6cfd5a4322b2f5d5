"""Large answers that come at the same moment are taken one handful after the other; waits are not counted."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from providers import slots

PLACES = 2


@pytest.fixture(autouse=True)
def two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "_places", threading.BoundedSemaphore(PLACES))


def free() -> int:
    """How many places can be had now."""
    taken = 0
    while slots._places.acquire(blocking=False):
        taken += 1
    for _ in range(taken):
        slots._places.release()
    return taken


def test_a_small_answer_has_its_place_while_it_is_decoded() -> None:
    with slots.kept():
        with slots.decoding(large=False):
            assert free() == PLACES - 1
        assert free() == PLACES


def test_a_large_one_keeps_it_until_its_pictures_are_stored_and_takes_no_second() -> None:
    with slots.kept():
        for _picture in range(3):
            with slots.decoding(large=True):
                assert free() == PLACES - 1
        assert free() == PLACES - 1
    assert free() == PLACES


def test_outside_a_job_nothing_is_kept() -> None:
    with slots.decoding(large=True):
        assert free() == PLACES - 1
    assert free() == PLACES


def test_a_place_is_given_back_before_the_next_call_and_when_the_work_fails() -> None:
    with slots.kept():
        with slots.decoding(large=True):
            pass
        slots.let_go()
        assert free() == PLACES
    with pytest.raises(ValueError, match="broken"), slots.kept(), slots.decoding(large=True):
        raise ValueError("broken")
    assert free() == PLACES


def test_never_more_than_the_places_are_between_the_answer_and_the_store() -> None:
    inside, most, lock = 0, 0, threading.Lock()

    @contextmanager
    def counted() -> Iterator[None]:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        yield
        with lock:
            inside -= 1

    def job(_number: int) -> None:
        with slots.kept():
            with slots.decoding(large=True):
                pass
            with counted():
                threading.Event().wait(0.001)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(job, range(64)))
    assert (most, free()) == (PLACES, PLACES)
