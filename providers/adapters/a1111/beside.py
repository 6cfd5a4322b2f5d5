"""What can be seen of a call while it goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from providers import errors, wire
from providers.adapters.a1111.answer import picture_of
from providers.base import Alive, Emit, ImageRequest, Partial, Progress

LOOK_SECONDS = 1.0
MISSES = 3
"""After so many looks without an answer there are no more: a server without its own pages has nothing to show."""


def waited_for[T](call: Callable[[], T], look: Callable[[], None]) -> T:
    """What ``call`` gives or raises; every second, meanwhile, a ``look`` at how far it is.

    Where a look raises, the call is left to itself: its thread ends with its deadline, and nobody hears its answer.
    """
    calling = _Calling(call)
    calling.start()
    while calling.is_alive():
        calling.join(LOOK_SECONDS)
        if calling.is_alive():
            look()
    return calling.outcome()


class _Calling[T](threading.Thread):
    def __init__(self, call: Callable[[], T]) -> None:
        super().__init__(name="a1111", daemon=True)
        self._call = call
        self._answers: list[T] = []
        self._problem: errors.ProviderError | None = None

    def run(self) -> None:
        try:
            self._answers.append(self._call())
        except errors.ProviderError as problem:
            self._problem = problem

    def outcome(self) -> T:
        if self._problem is not None:
            raise self._problem
        return self._answers[0]


class Watch:
    """Tells of one task what the server says of it when it is asked by its name.

    Its better known ``/sdapi/v1/progress`` is about whichever task runs, and would show one person the picture of
    another. ``ask(last)`` gives the server's answer, without the preview that was seen as ``last``; None for no answer.
    """

    def __init__(self, request: ImageRequest, emit: Emit, ask: Callable[[int], Any]) -> None:
        self._emit, self._ask = emit, ask
        # Of several pictures a preview may be of the one before, or of all in a grid; that of one is of that one.
        self._steps = request.partials if request.n == 1 else 0
        self._step, self._last, self._misses = 0, -1, 0

    def look(self) -> None:
        """Emits a preview or how far it is; at least that the call goes on."""
        told = self._ask(self._last) if self._misses < MISSES else None
        self._misses += told is None
        if not isinstance(told, dict) or (fraction := _fraction(told)) is None:
            self._emit(Alive())
            return
        self._emit(Progress(fraction))
        self._preview(told, fraction)

    def _preview(self, told: Mapping[str, Any], fraction: float) -> None:
        step = min(int(fraction * (self._steps + 1)), self._steps)
        data, mime = picture_of(told.get("live_preview"))
        if step > self._step and data:
            self._step = step
            number = told.get("id_live_preview")
            self._last = number if isinstance(number, int) else -1
            self._emit(Partial(0, data, mime, step, self._steps))


def _fraction(told: Mapping[str, Any]) -> float | None:
    """How far the task is, 0.0 to 1.0; None while others are before it."""
    share = wire.amount(told.get("progress")) if told.get("active") else None
    return None if share is None else min(float(share), 1.0)
