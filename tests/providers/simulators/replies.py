"""What every vendor says alike when it fails; its own words are its simulator's."""

from __future__ import annotations

from dataclasses import replace

from tests.providers.simulators import base
from tests.providers.simulators.base import Fault, Reply


def with_wait(reply: Reply, fault: Fault) -> Reply:
    """The reply, with the header that says when to come back where the fault has one."""
    wait = {"Retry-After": fault.retry_after} if fault.retry_after else {}
    return replace(reply, headers={**reply.headers, **wait})


def no_answer(fault: Fault, *, cut: bytes, empty: bytes = b"", status: int = 200) -> Reply | None:
    """A success that is none, after the work was taken and billed: JSON ``cut`` off, a proxy's page with status 200,
    or a whole answer that is ``empty`` of pictures, where the vendor has one."""
    json = {"Content-Type": "application/json"}
    if fault.kind == base.BAD_JSON:
        return Reply(status, cut, json)
    if fault.kind == base.WRONG_TYPE:
        return Reply(200, b"<!doctype html><title>Proxy</title>", {"Content-Type": "text/html"})
    if fault.kind == base.NO_IMAGE and empty:
        return Reply(status, empty, json)
    return None
