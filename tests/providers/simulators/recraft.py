"""Recraft's image API on a loopback socket, after its published pages and API description.

Run it alone with ``python -m tests.providers.simulators.recraft --port 8094``.
"""

from __future__ import annotations

import base64
import time
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tests.providers.simulators import base
from tests.providers.simulators.base import Bill, Fault, Reply, Request, Simulator, json_reply, sha256
from tests.providers.simulators.pictures import picture
from tests.providers.simulators.recraft_rules import (
    PRICES,
    TOOL_PRICES,
    Refused,
    Sent,
    checked,
    form_of,
    generation_of,
    is_vector,
    sides_of,
)
from tests.providers.simulators.replies import no_answer, with_wait
from tests.providers.simulators.serving import main

LIFETIME = 24 * 3600.0
WORK = "/v1/images/"
OF_FORMS = ("imageToImage", "inpaint", *TOOL_PRICES)
AFTER_THE_WORK = (base.TIMEOUT, base.HANG_UP, base.RESET, base.DRIP)


class RecraftSimulator(Simulator):
    """Accepts every key but those that begin ``wrong``.

    ``urls_only`` answers with addresses whatever was asked, ``units`` are those that are left, and ``clock`` tells the
    time in seconds by which an address is too old.
    """

    prefix = "/v1"

    def __init__(self, port: int = 0, *, seconds: float = 0.0) -> None:
        super().__init__(port, seconds=seconds)
        self.urls_only = False
        self.units = 12_345
        self.clock = time.monotonic
        self._results: dict[str, tuple[bytes, str, float]] = {}

    def answer(self, request: Request) -> Reply:
        try:
            return self._routed(request)
        except Refused as refusal:
            return error_reply(refusal.status, refusal.code, str(refusal))

    def _routed(self, request: Request) -> Reply:
        if request.path.startswith("/results/"):
            return self._result(request)
        key = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not key or key.startswith("wrong"):
            return plain_reply(401, "request unauthorized")
        match request.method, request.path:
            case "GET", "/v1/users/me":
                person = {"id": str(uuid.uuid4()), "name": "me", "email": "me@example.com"}
                return json_reply({**person, "credits": self.units})
            case "POST", "/v1/images/generations":
                return self._paid(request, key, generation_of(request))
            case "POST", path if path.removeprefix(WORK) in OF_FORMS:
                return self._paid(request, key, form_of(request))
        return plain_reply(404, "404 page not found")

    def _paid(self, request: Request, key: str, sent: Sent) -> Reply:
        fields = checked(sent, request.path)
        fault = self.take_fault()
        if fault is not None and (refusal := refused_by(fault)):
            return refusal
        images = (sha256(sent.image),) if sent.image else ()
        mask = sha256(sent.mask) if sent.mask else ""
        self.bill(Bill(request.path, sha256(key.encode()), dict(sent.fields), images, mask))
        self.stopping.wait(self.seconds)
        if fault is not None and (broken := broken_by(fault)):
            return broken
        carried = fault if fault is not None and fault.kind in AFTER_THE_WORK else None
        return replace(json_reply(self._document(request.path, fields, sent, fault)), fault=carried)

    def _document(
        self, path: str, fields: Mapping[str, Any], sent: Sent, fault: Fault | None
    ) -> dict[str, Any]:
        """``data`` from models, ``image`` from tools."""
        tool = path.removeprefix(WORK)
        created = int(time.time())
        if tool in TOOL_PRICES:
            entry = self._entry({**fields, "model": tool, "prompt": tool}, sent, 0, fault)
            return {"created": created, "credits": TOOL_PRICES[tool], "image": entry}
        count = fields["n"] - (fault is not None and fault.kind == base.FEWER)
        entries = [self._entry(fields, sent, index, fault) for index in range(count)]
        return {"created": created, "credits": PRICES[fields["model"]] * count, "data": entries}

    def _entry(
        self, fields: Mapping[str, Any], sent: Sent, index: int, fault: Fault | None
    ) -> dict[str, Any]:
        kind = fault.kind if fault is not None else ""
        content, mime = painted(fields, sent, index)
        name = str(uuid.uuid4())
        if self.urls_only or fields["response_format"] == "url" or kind == base.EXPIRED_URL:
            if kind != base.EXPIRED_URL:
                self._results[name] = (content, mime, self.clock() + LIFETIME)
            return {"image_id": name, "url": f"{self.origin}/results/{name}?sig=canary-signature"}
        text = "this is not base64!" if kind == base.BROKEN_PICTURE else base64.b64encode(content).decode()
        return {"image_id": name, "b64_json": text}

    def _result(self, request: Request) -> Reply:
        """Anybody may fetch a result who knows its signed address, for about a day."""
        found = self._results.get(request.path.removeprefix("/results/"))
        if found is None or found[2] <= self.clock() or request.query.get("sig") != ["canary-signature"]:
            return plain_reply(404, "404 page not found")
        return Reply(200, found[0], {"Content-Type": found[1]})


def painted(fields: Mapping[str, Any], sent: Sent, index: int) -> tuple[bytes, str]:
    """A picture of the size asked, its colour from the prompt; a drawing from vector models."""
    digest = bytes.fromhex(sha256(f"{fields['prompt']} {index}".encode()))
    if is_vector(fields["model"]):
        colour = f"rgb({digest[0]}, {digest[1]}, {digest[2]})"
        drawing = f'<rect width="100" height="100" fill="{colour}"/>'
        text = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">{drawing}</svg>'
        return text.encode(), "image/svg+xml"
    width, height = sides_of(fields, sent.image)
    fmt = fields["image_format"]
    return picture(width, height, (digest[0], digest[1], digest[2]), fmt), f"image/{fmt}"


def refused_by(fault: Fault) -> Reply | None:
    """The answer of a vendor that did not start and bills nothing."""
    if fault.kind == base.STATUS:
        reply = plain_reply(fault.status, "The simulator was told to fail.")
        return with_wait(reply, fault)
    told = {
        base.NO_MONEY: ("not_enough_credits", "You have not enough API units."),
        base.MODERATED_INPUT: ("moderation_failed", "The prompt was declined."),
    }
    return error_reply(400, *told[fault.kind]) if fault.kind in told else None


def broken_by(fault: Fault) -> Reply | None:
    """A 200 that is no answer, after the work was done and billed."""
    return no_answer(
        fault,
        cut=b'{"created": 1780000000, "credits": 40, "data": [{"image',
        empty=b'{"created": 1780000000, "credits": 40, "data": []}',
    )


def error_reply(status: int, code: str, message: str) -> Reply:
    return json_reply({"code": code, "message": message}, status)


def plain_reply(status: int, line: str) -> Reply:
    return Reply(status, f"{line}\n".encode(), {"Content-Type": "text/plain; charset=utf-8"})


if __name__ == "__main__":
    main(RecraftSimulator, "Recraft's image API")
