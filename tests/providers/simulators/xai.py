"""xAI's image API on a loopback socket, after its published pages.

Run it alone with ``python -m tests.providers.simulators.xai --port 8094``.
"""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tests.providers.simulators import base
from tests.providers.simulators.base import Bill, Fault, Reply, Request, Simulator, json_reply, sha256
from tests.providers.simulators.pictures import picture
from tests.providers.simulators.replies import no_answer, with_wait
from tests.providers.simulators.serving import main

RATIOS = (
    "1:1", "3:4", "4:3", "9:16", "16:9", "2:3", "3:2", "9:19.5", "19.5:9", "9:20", "20:9", "1:2", "2:1", "auto",
)  # fmt: skip
SIDES = {"1k": 512, "2k": 1024}
"""Longer sides in pixels, smaller than the vendor's so that many pictures are made at once."""

COSTS: Mapping[str, Mapping[str, int]] = {
    "grok-imagine-image": {"": 200_000_000},
    "grok-imagine-image-pro": {"": 500_000_000},
    "grok-imagine-image-2.0": {"low": 400_000_000, "medium": 600_000_000},
}
"""Ticks for a picture by quality; the last is the default."""

FIELDS = {
    "model", "prompt", "n", "aspect_ratio", "resolution", "quality", "response_format", "image", "images", "user",
}  # fmt: skip
AFTER_THE_WORK = (base.TIMEOUT, base.HANG_UP, base.RESET, base.DRIP)
CODES = {
    400: "Client specified an invalid argument",
    401: "Unauthenticated",
    403: "The caller does not have permission to execute the specified operation",
    404: "Some requested entity was not found",
    429: "Some resource has been exhausted",
}


class Refused(Exception):
    """The vendor's own error answer."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


class XAISimulator(Simulator):
    """Accepts every key but those that begin ``wrong``.

    ``as_openai`` writes errors in OpenAI's shape. ``urls_only`` answers with addresses whatever was asked.
    ``declined`` is how many pictures of each call moderation keeps back; with ``empties`` the list then has none.
    """

    prefix = "/v1"

    def __init__(self, port: int = 0, *, seconds: float = 0.0) -> None:
        super().__init__(port, seconds=seconds)
        self.as_openai = False
        self.urls_only = False
        self.declined = 0
        self.empties = False
        self._results: dict[str, bytes] = {}

    def answer(self, request: Request) -> Reply:
        try:
            reply = self._routed(request)
        except Refused as refusal:
            reply = self._error(refusal.status, str(refusal))
        return replace(reply, headers={"x-request-id": "req-1", **reply.headers})

    def _routed(self, request: Request) -> Reply:
        if request.path.startswith("/xai-tmp/"):
            return self._result(request)
        key = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not key or key.startswith("wrong"):
            shown = f"{key[:2]}***{key[-2:]}"
            raise Refused(f"Incorrect API key provided: {shown}. You can obtain an API key from xAI.")
        match request.method, request.path:
            case "GET", "/v1/models":
                return json_reply({"object": "list", "data": [{"id": name} for name in COSTS]})
            case "POST", "/v1/images/generations" | "/v1/images/edits":
                return self._paid(request, key)
        raise Refused("Not found.", 404)

    def _result(self, request: Request) -> Reply:
        content = self._results.get(request.path.removeprefix("/xai-tmp/").removesuffix(".jpeg"))
        if content is None:
            return Reply(404, b"Not Found", {"Content-Type": "text/plain"})
        return Reply(200, content, {"Content-Type": "image/jpeg"})

    def _paid(self, request: Request, key: str) -> Reply:
        fields = _checked(request)
        images = _images(fields, edit=request.path.endswith("edits"))
        fault = self.take_fault()
        if fault is not None and (refusal := self._refused_by(fault)):
            return refusal
        self.bill(Bill(request.path, sha256(key.encode()), dict(fields), tuple(map(sha256, images))))
        self.stopping.wait(self.seconds)
        if fault is not None and (broken := broken_by(fault)):
            return broken
        carried = fault if fault is not None and fault.kind in AFTER_THE_WORK else None
        return replace(json_reply(self._document(fields, fault)), fault=carried)

    def _document(self, fields: Mapping[str, Any], fault: Fault | None) -> dict[str, Any]:
        kind = fault.kind if fault is not None else ""
        count = fields["n"] - (kind == base.FEWER)
        declined = fields["n"] if kind == base.MODERATED_OUTPUT else self.declined
        data = [self._entry(fields, index, kind, declined=index < declined) for index in range(count)]
        cost = COSTS[fields["model"]][_quality(fields)] * count
        return {"data": [] if declined and self.empties else data, "usage": {"cost_in_usd_ticks": cost}}

    def _entry(self, fields: Mapping[str, Any], index: int, kind: str, *, declined: bool) -> dict[str, Any]:
        entry: dict[str, Any] = {
            "revised_prompt": "",
            "mime_type": "image/jpeg",
            "respect_moderation": not declined,
        }
        if declined or kind == base.NO_IMAGE:
            return entry
        content = _painted(fields, index)
        if kind == base.EXPIRED_URL or self.urls_only or fields.get("response_format", "url") == "url":
            name = uuid.uuid4().hex
            if kind != base.EXPIRED_URL:
                self._results[name] = content
            return entry | {"url": f"{self.origin}/xai-tmp/{name}.jpeg"}
        broken = kind == base.BROKEN_PICTURE
        return entry | {"b64_json": "not base64!" if broken else base64.b64encode(content).decode()}

    def _error(self, status: int, message: str, **more: Any) -> Reply:
        """In the vendor's own shape, or in OpenAI's."""
        code = CODES.get(status, "Internal error")
        if self.as_openai:
            error = {"message": message, "type": "invalid_request_error", "param": None, "code": code}
            return json_reply({"error": error, **more}, status)
        return json_reply({"code": code, "error": message, **more}, status)

    def _refused_by(self, fault: Fault) -> Reply | None:
        """The answer of a vendor that did not start and bills nothing."""
        if fault.kind == base.STATUS:
            reply = self._error(fault.status, "The simulator was told to fail.")
            return with_wait(reply, fault)
        if fault.kind == base.NO_MONEY:
            spent = "Your team has either used all available credits or reached its monthly spending limit."
            return self._error(429, spent)
        if fault.kind == base.MODERATED_INPUT:
            return self._error(400, "The prompt was rejected by content moderation.")
        return None


def broken_by(fault: Fault) -> Reply | None:
    """A 200 that is no answer, after the work was done and billed."""
    return no_answer(fault, cut=b'{"data": [{"b64_json": "/9j/')


def _checked(request: Request) -> dict[str, Any]:
    """The fields with their defaults. Raises Refused for what the vendor does not take: size and style among them."""
    try:
        fields = json.loads(request.body)
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        raise Refused("The request body is not valid JSON.", 422)
    for name in set(fields) - FIELDS:
        raise Refused(f"Argument not supported: {name}")
    model = fields.setdefault("model", "grok-imagine-image")
    if model not in COSTS:
        raise Refused(f"The model {model} does not exist or your team does not have access to it.", 404)
    count = fields.setdefault("n", 1)
    if not isinstance(count, int) or not 1 <= count <= 10:
        raise Refused("n must be between 1 and 10.")
    if fields.get("aspect_ratio", "auto") not in RATIOS or fields.get("resolution", "1k") not in SIDES:
        raise Refused("Invalid aspect_ratio or resolution.")
    if fields.get("quality", _quality(fields)) not in COSTS[model]:
        raise Refused("Argument not supported: quality")
    prompt = fields.get("prompt")
    if not isinstance(prompt, str) or not prompt:
        raise Refused("prompt is required.")
    if len(prompt) > 8_000:
        raise Refused("This model's maximum prompt length is 8000.")
    return fields


def _quality(fields: Mapping[str, Any]) -> str:
    return str(fields.get("quality", list(COSTS[fields["model"]])[-1]))


def _images(fields: Mapping[str, Any], *, edit: bool) -> list[bytes]:
    """The pictures of an edit, whose JSON has ``image`` or ``images`` and not both."""
    given = [fields["image"]] if "image" in fields else fields.get("images", [])
    if edit != bool(given) or ("image" in fields and "images" in fields) or len(given) > 3:
        raise Refused("An edit takes image, or one to three images.")
    return [_inline(item) for item in given]


def _inline(item: Any) -> bytes:
    url = item.get("url", "") if isinstance(item, dict) else ""
    head, _, text = url.partition(",")
    if not head.startswith("data:image/") or not head.endswith(";base64"):
        raise Refused("The image cannot be read.")
    return base64.b64decode(text, validate=True)


def _painted(fields: Mapping[str, Any], index: int) -> bytes:
    digest = bytes.fromhex(sha256(f"{fields['prompt']} {index}".encode()))
    ratio = fields.get("aspect_ratio", "auto")
    across, down = map(float, ("1:1" if ratio == "auto" else ratio).split(":"))
    unit = SIDES[fields.get("resolution", "1k")] / max(across, down)
    return picture(round(unit * across), round(unit * down), (digest[0], digest[1], digest[2]), "jpeg")


if __name__ == "__main__":
    main(XAISimulator, "xAI's image API")
