"""The multi-provider image API on a loopback socket, after seed 2 and the product's published pages.

The seed shows no answer to a success; the shapes here are composed [?]. Imagen is alive, though Google has ended it.
Run it alone with ``python -m tests.providers.simulators.multi --port 8093``.
"""

from __future__ import annotations

import base64
import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tests.providers.simulators import base
from tests.providers.simulators.base import Bill, Fault, Reply, Request, Simulator, json_reply, sha256
from tests.providers.simulators.multi_rules import (
    DEFAULT_EDIT,
    DEFAULT_GENERATE,
    MAKERS,
    Refused,
    checked,
    made,
    size_of,
    source_of,
)
from tests.providers.simulators.pictures import picture
from tests.providers.simulators.replies import no_answer, with_wait
from tests.providers.simulators.serving import main

LIFETIMES = {"bfl": 600.0}
"""Seconds that an address lives, by maker; fal's live for days."""
FORMATS = {"google": "png", "bfl": "jpeg", "fal": "webp"}
PER_MINUTE = 60
AFTER_THE_WORK = (base.TIMEOUT, base.HANG_UP, base.RESET, base.DRIP)


class MultiSimulator(Simulator):
    """Accepts every key but those that begin ``ck_wrong``, as a bearer token or under ``X-API-Key``.

    ``shape`` is how a success is wrapped: ``images``, ``data``, ``list`` or ``single``. ``ended`` are models that
    answer MODEL_UNAVAILABLE, ``draws`` those that answer SVG, ``tells_cost`` whether the bill is in the answer, and
    ``clock`` tells the time in seconds by which an address is too old.
    """

    def __init__(self, port: int = 0, *, seconds: float = 0.0) -> None:
        super().__init__(port, seconds=seconds)
        self.shape = "images"
        self.ended: set[str] = set()
        self.draws: set[str] = set()
        self.tells_cost = False
        self.clock = time.monotonic
        self._results: dict[str, tuple[bytes, str, float]] = {}

    def answer(self, request: Request) -> Reply:
        try:
            reply = self._routed(request)
        except Refused as refusal:
            reply = error_reply(refusal.status, refusal.code, str(refusal))
        limits = {
            "X-RateLimit-Limit": str(PER_MINUTE),
            "X-RateLimit-Remaining": "59",
            "X-RateLimit-Reset": str(int(time.time()) + 60),
        }
        return replace(reply, headers={**limits, **reply.headers})

    def _routed(self, request: Request) -> Reply:
        if request.path.startswith("/results/"):
            return self._result(request)
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        key = bearer or request.headers.get("x-api-key", "")
        if not key:
            raise Refused("UNAUTHORIZED", "No key.", 401)
        if key.startswith("ck_wrong"):
            raise Refused("INVALID_API_KEY", f"The key {key} is invalid or expired.", 401)
        match request.method, request.path:
            case "POST", "/api/v1/image/generate":
                return self._paid(
                    request, key, {"model": DEFAULT_GENERATE, **json_fields(request)}, edits=False
                )
            case "POST", "/api/v1/image/edit":
                return self._paid(request, key, {"model": DEFAULT_EDIT, **json_fields(request)}, edits=True)
            case "GET", "/api/v1/models":
                return json_reply({"object": "list", "data": [{"id": name} for name in MAKERS]})
        raise Refused("BAD_REQUEST", "No such address.", 404)

    def _paid(self, request: Request, key: str, fields: Mapping[str, Any], *, edits: bool) -> Reply:
        checked(fields, edits=edits)
        if fields["model"] in self.ended:
            raise Refused("MODEL_UNAVAILABLE", "The model is not available.", 503)
        fault = self.take_fault()
        if fault is not None and (refusal := refused_by(fault)):
            return refusal
        plain = {name: value for name, value in fields.items() if name != "image_url"}
        sent = (sha256(source_of(fields["image_url"])),) if edits else ()
        self.bill(Bill(request.path, sha256(key.encode()), plain, sent))
        self.stopping.wait(self.seconds)
        if fault is not None and (broken := broken_by(fault)):
            return broken
        carried = fault if fault is not None and fault.kind in AFTER_THE_WORK else None
        return replace(json_reply(self._document(fields, fault)), fault=carried)

    def _document(self, fields: Mapping[str, Any], fault: Fault | None) -> dict[str, Any]:
        maker = MAKERS[fields["model"]][0]
        count = made(fields) - (fault is not None and fault.kind == base.FEWER)
        images = [self._entry(fields, index, fault) for index in range(count)]
        cost = {"cost_usd": 0.035, "request_id": "req_7"} if self.tells_cost else {}
        told = {"model": fields["model"], "provider": maker}
        match self.shape:
            case "data":
                return {"success": True, "data": {**told, "images": images, **cost}}
            case "list":
                return {**told, "data": images, **cost}
            case "single":
                return {**told, **images[0], **cost}
        return {**told, "images": images, **cost}

    def _entry(self, fields: Mapping[str, Any], index: int, fault: Fault | None) -> dict[str, Any]:
        maker = MAKERS[fields["model"]][0]
        broken = fault is not None and fault.kind == base.BROKEN_PICTURE
        content, mime = self._painted(fields, index)
        if maker == "google":
            text = "this is not base64!" if broken else base64.b64encode(content).decode()
            return {"base64": text, "mimeType": mime}
        name = uuid.uuid4().hex
        if fault is None or fault.kind != base.EXPIRED_URL:
            until = self.clock() + LIFETIMES.get(maker, 10**6)
            page = (b"<!doctype html><title>Edge</title>", "text/html")
            self._results[name] = (*(page if broken else (content, mime)), until)
        width, height = size_of(fields)
        return {"url": f"{self.origin}/results/{name}?sig=canary-signature", "width": width, "height": height}

    def _painted(self, fields: Mapping[str, Any], index: int) -> tuple[bytes, str]:
        width, height = size_of(fields)
        if fields["model"] in self.draws:
            drawing = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"/>'
            return drawing.encode(), "image/svg+xml"
        digest = bytes.fromhex(sha256(f"{fields['prompt']} {index}".encode()))
        fmt = FORMATS[MAKERS[fields["model"]][0]]
        return picture(width, height, (digest[0], digest[1], digest[2]), fmt), f"image/{fmt}"

    def _result(self, request: Request) -> Reply:
        """Results lie at the makers: no key is asked for, and Flux's are gone after ten minutes."""
        found = self._results.get(request.path.removeprefix("/results/"))
        if found is None or found[2] <= self.clock() or request.query.get("sig") != ["canary-signature"]:
            return Reply(403, b"<Error>expired</Error>", {"Content-Type": "text/xml"})
        return Reply(200, found[0], {"Content-Type": found[1]})


def json_fields(request: Request) -> dict[str, Any]:
    try:
        fields = json.loads(request.body)
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        raise Refused("BAD_REQUEST", "The body is no JSON object.")
    return fields


def refused_by(fault: Fault) -> Reply | None:
    """The answer of a vendor that did not start and bills nothing."""
    if fault.kind == base.STATUS:
        return told_to_fail(fault)
    told = {
        base.NO_MONEY: (402, "PAYMENT_REQUIRED", "Your balance is too low."),
        base.MODERATED_INPUT: (400, "GUARDRAIL_BLOCKED", "The prompt was declined."),
    }
    return error_reply(*told[fault.kind]) if fault.kind in told else None


def told_to_fail(fault: Fault) -> Reply:
    """The vendor's word for a status; seconds to wait stand in the details, a date in the header."""
    codes = {
        400: "BAD_REQUEST",
        401: "INVALID_API_KEY",
        403: "FORBIDDEN",
        429: "RATE_LIMIT_EXCEEDED",
        500: "INTERNAL_ERROR",
    }
    seconds = fault.retry_after.isdigit()
    details = {"retryAfter": int(fault.retry_after)} if seconds else {}
    code = codes.get(fault.status, "SIMULATED")
    reply = error_reply(fault.status, code, "The simulator was told to fail.", details)
    return reply if seconds else with_wait(reply, fault)


def broken_by(fault: Fault) -> Reply | None:
    """A 200 that is no answer, after the work was done and billed."""
    return no_answer(
        fault, cut=b'{"model": "flux-2-pro", "images": [{"ur', empty=b'{"model": "flux-2-pro", "images": []}'
    )


def error_reply(status: int, code: str, message: str, details: Mapping[str, Any] | None = None) -> Reply:
    return json_reply({"error": {"code": code, "message": message, "details": dict(details or {})}}, status)


if __name__ == "__main__":
    main(MultiSimulator, "A multi-provider image API")
