"""A vendor with tickets, inside the test's own process: one paid call, then questions until it is done."""

from __future__ import annotations

from collections.abc import Callable

from providers.base import (
    Emit,
    Facts,
    Finished,
    Health,
    ImageRequest,
    Output,
    Ticket,
    Waiting,
)
from tests.providers.simulators.pictures import picture


class Crash(BaseException):
    """The worker is gone in the middle: nothing of the studio's code sees this coming."""


class TicketVendor:
    """``bills`` holds the client's reference of every paid call; ``asked`` is called at each question."""

    facts = Facts(needs_key=False, resumable=True, cancellable=True, billed_when_cancelled=False)

    def __init__(self) -> None:
        self.bills: list[str] = []
        self.cancelled: list[str] = []
        self.asked: Callable[[], Waiting | Finished | None] = lambda: None

    def submit(self, request: ImageRequest, emit: Emit) -> Finished | Ticket:
        self.bills.append(request.client_ref)
        return Ticket(f"task-{len(self.bills)}", {"at": "eu"})

    def poll(self, ticket: Ticket) -> Waiting | Finished:
        assert ticket == Ticket("task-1", {"at": "eu"})
        return self.asked() or Finished((Output(picture(64, 64, (200, 120, 40)), "image/png"),))

    def cancel(self, ticket: Ticket) -> bool:
        self.cancelled.append(ticket.id)
        return True

    def estimate(self, request: ImageRequest) -> int | None:
        return None

    def check(self) -> Health:
        return Health(True)
