"""FairStack's image API on a loopback socket, after seed 0 and FairStack's public documentation.

Run it alone with ``python -m tests.providers.simulators.fairstack --port 8091``.
"""

from __future__ import annotations

import base64
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tests.providers.simulators import base
from tests.providers.simulators.base import Bill, Fault, Reply, Request, Simulator, json_reply, sha256
from tests.providers.simulators.pictures import picture
from tests.providers.simulators.replies import no_answer, with_wait
from tests.providers.simulators.serving import main

PRICES = {
    "gpt-image-1.5-t2i": 9_000,
    "z-image-turbo": 3_000,
    "flux-1-pro": 40_000,
    "seedream-4.5": 40_000,
    "imagen-4-ultra": 60_000,
    "flux-kontext-dev": 25_000,
    "gpt-image-1.5-edit": 42_000,
}
EDITORS = ("flux-kontext-dev", "gpt-image-1.5-edit")
SHAPES = {
    "1:1": (1024, 1024),
    "16:9": (1280, 720),
    "9:16": (720, 1280),
    "4:3": (1280, 960),
    "3:4": (960, 1280),
}
TYPES: Mapping[str, type] = {
    "model": str,
    "prompt": str,
    "negative_prompt": str,
    "aspect_ratio": str,
    "image_size": str,
    "seed": int,
    "image": str,
    "confirm": bool,
}
AFTER_THE_WORK = (base.TIMEOUT, base.HANG_UP, base.RESET, base.DRIP)
BALANCE = 12_345_678


class Refused(Exception):
    """The vendor's own error answer."""

    def __init__(self, message: str, code: str = "bad_request", status: int = 400) -> None:
        super().__init__(message)
        self.code, self.status = code, status


class FairStackSimulator(Simulator):
    """Accepts every key but those that begin ``fs_wrong``.

    ``takes_data`` says whether a data: URI counts as the URL of a picture, which no source tells.
    ``other_costs`` writes costs as the other version of the public documentation does.
    """

    def __init__(self, port: int = 0, *, seconds: float = 0.0) -> None:
        super().__init__(port, seconds=seconds)
        self.takes_data = True
        self.other_costs = False
        self._results: dict[str, bytes] = {}
        self._answered: dict[str, dict[str, Any]] = {}

    def answer(self, request: Request) -> Reply:
        try:
            return self._routed(request)
        except Refused as refusal:
            return error_reply(refusal.status, str(refusal), refusal.code)

    def _routed(self, request: Request) -> Reply:
        if request.path.startswith("/image/"):
            return self._result(request)
        key = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not key or key.startswith("fs_wrong"):
            raise Refused(f"Invalid API key {key}.", "invalid_api_key", 401)
        match request.method, request.path:
            case "POST", "/v1/generations/image":
                return self._generation(request, key)
            case "GET", "/v1/models":
                return json_reply({"data": [_listed(name, price) for name, price in PRICES.items()]})
            case "GET", "/v1/credits":
                balance = {"micro": BALANCE, "display": "$12.35", "currency": "USD"}
                return json_reply({"balance": balance, "caps": {"organization": None}})
        raise Refused("No such address.", "not_found", 404)

    def _generation(self, request: Request, key: str) -> Reply:
        fields = checked(json_fields(request), takes_data=self.takes_data)
        price = PRICES[fields["model"]]
        if not fields.get("confirm", True):
            return json_reply({"estimated_cost": {"micro": price, "display": dollars(price)}})
        fault = self.take_fault()
        if fault is not None and (refusal := refused_by(fault)):
            return refusal
        reference = request.headers.get("idempotency-key", "")
        document = self._answered.get(f"{key} {reference}") if reference else None
        if document is None:
            self.bill(_bill_of(request, fields, key))
            self.stopping.wait(self.seconds)
            document = self._document(fields, price, fault)
            self._answered[f"{key} {reference}"] = document
        if fault is not None and (broken := broken_by(fault)):
            return broken
        carried = fault if fault is not None and fault.kind in AFTER_THE_WORK else None
        return replace(json_reply(document), fault=carried)

    def _document(self, fields: Mapping[str, Any], price: int, fault: Fault | None) -> dict[str, Any]:
        width, height = size_of(fields)
        name, seed = uuid.uuid4().hex[:12], fields.get("seed", 42)
        if fault is None or fault.kind != base.EXPIRED_URL:
            broken = fault is not None and fault.kind == base.BROKEN_PICTURE
            self._results[name] = b"" if broken else _painted(fields, width, height)
        cost: dict[str, Any] = {"credits_used": price, "estimated_credits": price, "currency": "microdollars"}
        if self.other_costs:
            cost = {"micro": price, "display": dollars(price)}
        document = {
            "id": f"gen_{name}",
            "status": "completed",
            "url": f"{self.origin}/image/{name}/output.png",
            "model": fields["model"],
            "modality": "image",
            "cost": cost,
            "metadata": {"width": width, "height": height, "seed": seed},
        }
        if fault is not None and fault.kind in (base.NO_IMAGE, base.FEWER):
            del document["url"]
        return document

    def _result(self, request: Request) -> Reply:
        """Results lie on a CDN: no key is asked for."""
        content = self._results.get(request.path.split("/")[2])
        if content is None:
            return Reply(404, b"gone", {"Content-Type": "text/plain"})
        if not content:
            return Reply(200, b"<!doctype html><title>Edge</title>", {"Content-Type": "text/html"})
        return Reply(200, content, {"Content-Type": "image/png"})


def json_fields(request: Request) -> dict[str, Any]:
    try:
        fields = json.loads(request.body)
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        raise Refused("The body is no JSON object.")
    return fields


def checked(fields: dict[str, Any], *, takes_data: bool) -> dict[str, Any]:
    """The fields as they came; raises Refused for what seed 0 does not allow."""
    for name, value in fields.items():
        wanted = TYPES.get(name)
        if wanted is None or type(value) is not wanted:
            raise Refused(f"Invalid parameter: {name}.")
    if not fields.get("prompt") or not fields.get("model"):
        raise Refused("model and prompt are required.")
    if fields["model"] not in PRICES:
        raise Refused(f"Unknown model {fields['model']}.", "model_not_found", 404)
    if fields.get("aspect_ratio", "1:1") not in SHAPES:
        raise Refused("Invalid parameter: aspect_ratio.")
    if not re.fullmatch(r"[1-9]\d{1,3}x[1-9]\d{1,3}", fields.get("image_size", "64x64")):
        raise Refused("Invalid parameter: image_size.")
    schemes = ("http://", "https://", "data:image/") if takes_data else ("http://", "https://")
    if not fields.get("image", "https://").startswith(schemes):
        raise Refused("image must be a URL.")
    if fields["model"] in EDITORS and "image" not in fields:
        raise Refused("This model needs an image.")
    return fields


def size_of(fields: Mapping[str, Any]) -> tuple[int, int]:
    """An explicit size wins over the shape, and nothing tells so (seed 0)."""
    if "image_size" in fields:
        width, _, height = fields["image_size"].partition("x")
        return int(width), int(height)
    return SHAPES[fields.get("aspect_ratio", "1:1")]


def refused_by(fault: Fault) -> Reply | None:
    """The answer of a vendor that did not make the picture and bills nothing."""
    if fault.kind == base.STATUS:
        reply = error_reply(fault.status, "The simulator was told to fail.", "simulated")
        return with_wait(reply, fault)
    if fault.kind == base.NO_MONEY:
        return error_reply(402, "Your balance is too low.", "insufficient_credits")
    error = {"code": "content_policy_violation", "message": "This was declined.", "status": 400}
    if fault.kind == base.MODERATED_INPUT:
        return json_reply({"error": error}, 400)
    if fault.kind == base.MODERATED_OUTPUT:
        cost = {"credits_used": 0, "estimated_credits": 9000, "currency": "microdollars"}
        return json_reply({"id": "gen_declined", "status": "failed", "error": error, "cost": cost})
    return None


def broken_by(fault: Fault) -> Reply | None:
    """A 200 that is no answer, after the work was done and billed."""
    return no_answer(fault, cut=b'{"id": "gen_7kq2", "status": "comp')


def error_reply(status: int, message: str, code: str) -> Reply:
    return json_reply({"error": {"code": code, "message": message, "status": status}}, status)


def dollars(micros: int) -> str:
    return f"${micros // 1_000_000}.{micros % 1_000_000:06}".rstrip("0")


def _bill_of(request: Request, fields: Mapping[str, Any], key: str) -> Bill:
    image = fields.get("image", "")
    seen = base64.b64decode(image.partition(",")[2]) if image.startswith("data:") else image.encode()
    return Bill(
        request.path,
        sha256(key.encode()),
        {name: value for name, value in fields.items() if name != "image"},
        (sha256(seen),) if image else (),
        client_ref=request.headers.get("idempotency-key", ""),
    )


def _painted(fields: Mapping[str, Any], width: int, height: int) -> bytes:
    digest = bytes.fromhex(sha256(fields["prompt"].encode()))
    return picture(width, height, (digest[0], digest[1], digest[2]))


if __name__ == "__main__":
    main(FairStackSimulator, "FairStack's image API")


def _listed(name: str, price: int) -> dict[str, Any]:
    """One entry of the vendor's catalogue, as its public documentation names the fields."""
    told = {"micro": price, "display": dollars(price), "unit": "image"}
    return {"key": name, "name": name, "modality": "image", "type": "t2i", "price": told, "status": "active"}
