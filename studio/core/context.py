"""What is true of the present request or task: its id, for logs, audit rows and error pages."""

from __future__ import annotations

from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="-")
