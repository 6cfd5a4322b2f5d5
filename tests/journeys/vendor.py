"""OpenAI's simulator with a gate: while it is shut, a paid call is under way for as long as a test needs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.providers.simulators.base import Reply, Request
from tests.providers.simulators.openai import OpenAISimulator

MODEL = "GPT Image 2"


class GatedOpenAI(OpenAISimulator):
    """Answers at once unless its gate is shut."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.gate.set()

    def answer(self, request: Request) -> Reply:
        if request.method == "POST":
            self.gate.wait()
        return super().answer(request)

    @contextmanager
    def shut(self) -> Iterator[threading.Event]:
        """Holds back every paid call until the event that it gives is set, or the block is left."""
        self.gate.clear()
        try:
            yield self.gate
        finally:
            self.gate.set()
