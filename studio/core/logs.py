"""Log lines carry the request's id."""

from __future__ import annotations

import logging

from studio.core.context import request_id


class RequestFilter(logging.Filter):
    """Adds ``request_id`` to every record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        return True
