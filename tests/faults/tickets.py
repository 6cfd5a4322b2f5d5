"""A vendor with tickets whose bill log is a file, so that it outlives the process that called it."""

from __future__ import annotations

from pathlib import Path

from providers.base import Emit, Finished, ImageRequest, Ticket, Waiting
from tests.jobs.vendors import TicketVendor


class FiledTickets(TicketVendor):
    """Asks to be waited for once, then hands the picture over."""

    def __init__(self, bills: str) -> None:
        super().__init__()
        self._file = Path(bills)
        self._waits = [Waiting(0.01)]
        self.asked = lambda: self._waits.pop() if self._waits else None

    def submit(self, request: ImageRequest, emit: Emit) -> Finished | Ticket:
        with self._file.open("a") as file:
            file.write(f"{request.client_ref}\n")
        return super().submit(request, emit)
