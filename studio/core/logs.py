"""Log lines carry the request's id, and no link that would let its reader in or show a picture."""

from __future__ import annotations

import logging
import re

from studio.core.context import request_id

LINK = re.compile(r"/(setup|join|reset|r/[0-9a-f-]{36})/[\w-]{8,}")


class RequestFilter(logging.Filter):
    """Adds ``request_id`` to every record and takes tokens and signatures out of the addresses in it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        text = record.getMessage()
        if LINK.search(text):
            record.msg, record.args = LINK.sub(r"/\1/…", text), ()
        return True
