"""Stability AI's v2beta API on a loopback socket, after its reference.

Run it alone with ``python -m tests.providers.simulators.stability --port 8094``.
"""

from __future__ import annotations

import base64
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tests.providers.simulators import base
from tests.providers.simulators.base import (
    Bill,
    Fault,
    Reply,
    Request,
    Simulator,
    form_parts,
    json_reply,
    sha256,
)
from tests.providers.simulators.pictures import picture
from tests.providers.simulators.replies import no_answer, with_wait
from tests.providers.simulators.serving import main
from tests.providers.simulators.stability_rules import (
    DEFERRED,
    FILES,
    SERVICES,
    Refused,
    checked,
    size_of,
    wrong,
)

IMAGES = "/v2beta/stable-image/"
AFTER_THE_WORK = (base.TIMEOUT, base.HANG_UP, base.RESET, base.DRIP)
REFUSALS = {
    base.NO_MONEY: (402, "payment_required", "You lack sufficient credits to make this request."),
    base.MODERATED_INPUT: (
        403,
        "content_moderation",
        "Your request was flagged by our content moderation system, as a result your request was denied and "
        "you were not charged.",
    ),
}


@dataclass(frozen=True, slots=True)
class Work:
    """Work that goes on: what was asked, when it is ready, and what goes wrong with it."""

    fields: Mapping[str, Any]
    ready_at: float
    fault: Fault | None


class StabilitySimulator(Simulator):
    """Accepts every key but those that begin ``wrong``.

    ``calls_left`` is how many calls may be made before the vendor shuts one out; None is any number. Deferred work is
    accepted with ``accepted`` and its picture stands under ``named``; with ``bytes_only`` all pictures come as bytes.
    """

    def __init__(self, port: int = 0, *, seconds: float = 0.0) -> None:
        super().__init__(port, seconds=seconds)
        self.calls_left: int | None = None
        self.accepted = 200
        self.named = "image"
        self.bytes_only = False
        self.works: dict[str, Work] = {}

    def answer(self, request: Request) -> Reply:
        try:
            return self._routed(request)
        except Refused as refusal:
            return json_reply(refusal.document, refusal.status)

    def _routed(self, request: Request) -> Reply:
        key = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not key or key.startswith("wrong"):
            raise Refused(401, "unauthorized", "authorization: invalid or missing header value")
        if request.headers.get("accept") not in ("application/json", "image/*", "*/*"):
            raise wrong("accept: must be application/json or image/*")
        service = request.path.removeprefix(IMAGES)
        match request.method, request.path:
            case "POST", path if path.startswith(IMAGES) and service in SERVICES:
                return self._paid(request, service)
            case "GET", path if path.startswith("/v2beta/results/"):
                return self._told(request, path.removeprefix("/v2beta/results/"))
            case "GET", "/v1/user/balance":
                return json_reply({"credits": 12.5})
        raise Refused(404, "not_found", "The resource was not found.")

    def _paid(self, request: Request, service: str) -> Reply:
        parts = form_parts(request)
        if parts is None:
            raise wrong("content-type: must be multipart/form-data")
        fields = checked(service, parts)
        self._count()
        fault = self.take_fault()
        if fault is not None and (refusal := _refused_by(fault)):
            return refusal
        self.bill(_bill_of(request, fields))
        if fault is not None and (broken := _broken_by(fault)):
            return broken
        carried = fault if fault is not None and fault.kind in AFTER_THE_WORK else None
        if service in DEFERRED:
            number = uuid.uuid4().hex
            self.works[number] = Work(fields, time.monotonic() + self.seconds, fault)
            return replace(json_reply({"id": number}, self.accepted), fault=carried)
        self.stopping.wait(self.seconds)
        return replace(self._made(request, fields, fault, "image"), fault=carried)

    def _count(self) -> None:
        if self.calls_left is None:
            return
        if not self.calls_left:
            raise Refused(
                429, "rate_limit_exceeded", "You have exceeded the rate limit of 150 requests in 10 seconds."
            )
        self.calls_left -= 1

    def _told(self, request: Request, number: str) -> Reply:
        work = self.works.get(number)
        fault = work.fault.kind if work and work.fault else ""
        if work is None or fault == base.LOST:
            raise Refused(404, "not_found", "No generation was found for this id.")
        if work.fault and fault == base.UNASKABLE:
            return _status_reply(work.fault)
        if time.monotonic() < work.ready_at or fault == base.NEVER_ENDS:
            return json_reply({"id": number, "status": "in-progress"}, 202)
        if fault == base.TASK_FAILED:
            raise wrong("The generation failed.")
        return self._made(request, work.fields, work.fault, self.named)

    def _made(self, request: Request, fields: Mapping[str, Any], fault: Fault | None, name: str) -> Reply:
        """The picture as it was asked for; one that the filter caught is flat and grey, with 200 all the same."""
        kind = fault.kind if fault else ""
        filtered = kind == base.MODERATED_OUTPUT
        fmt = fields.get("output_format", "png")
        digest = bytes.fromhex(sha256(str(fields.get("prompt")).encode()))
        colour = (128, 128, 128) if filtered else (digest[0], digest[1], digest[2])
        content = picture(*size_of(fields), colour, fmt)
        reason, seed = "CONTENT_FILTERED" if filtered else "SUCCESS", int(fields.get("seed") or 0) or 42
        if self.bytes_only or request.headers["accept"] != "application/json":
            told = {"Content-Type": f"image/{fmt}", "finish-reason": reason, "seed": str(seed)}
            return Reply(200, content, told)
        text = base64.b64encode(content).decode()
        wrongly = {base.NO_IMAGE: "", base.BROKEN_PICTURE: "this is not base64!"}
        return json_reply({name: wrongly.get(kind, text), "finish_reason": reason, "seed": seed})


def _bill_of(request: Request, fields: Mapping[str, Any]) -> Bill:
    """Pictures as they arrived; the other fields as the texts that they are."""
    image, mask = fields.get("image"), fields.get("mask")
    return Bill(
        request.path,
        sha256(request.headers["authorization"].removeprefix("Bearer ").encode()),
        {name: value for name, value in fields.items() if name not in FILES},
        (sha256(image),) if image else (),
        sha256(mask) if mask else "",
    )


def _refused_by(fault: Fault) -> Reply | None:
    """The answer of a vendor that did not start and bills nothing."""
    if fault.kind == base.STATUS:
        return _status_reply(fault)
    if fault.kind in REFUSALS:
        raise Refused(*REFUSALS[fault.kind])
    return None


def _status_reply(fault: Fault) -> Reply:
    told = {"id": "b" * 32, "name": "told_to_fail", "errors": ["The simulator was told to fail."]}
    return with_wait(json_reply(told, fault.status), fault)


def _broken_by(fault: Fault) -> Reply | None:
    """A 200 that is no answer, after the work was done and billed."""
    return no_answer(fault, cut=b'{"image": "iVBORw0K')


if __name__ == "__main__":
    main(StabilitySimulator, "Stability AI's API")
