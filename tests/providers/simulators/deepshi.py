"""Deepshi's image API on a loopback socket, after seed 4 and Deepshi's public documentation.

Run it alone with ``python -m tests.providers.simulators.deepshi --port 8092``.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
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
from tests.providers.simulators.deepshi_rules import COSTS, MODELS, Refused, known, size_of
from tests.providers.simulators.pictures import picture
from tests.providers.simulators.replies import no_answer, with_wait
from tests.providers.simulators.serving import main

NUMBERS = ("n", "width", "height", "seed")
NARROW = "deepshi-banana-pro"
AFTER_THE_WORK = (base.TIMEOUT, base.HANG_UP, base.RESET, base.DRIP)


class DeepshiSimulator(Simulator):
    """Accepts every key but those that begin ``sk-wrong``; one with ``narrow`` in it may call one model alone.

    ``bare`` lists models by their ids only. A stream has events named as OpenAI's, or with ``whole_events`` the
    whole answer in one. ``previews`` come before each picture.
    """

    prefix = "/v1"

    def __init__(self, port: int = 0, *, seconds: float = 0.0) -> None:
        super().__init__(port, seconds=seconds)
        self.bare = False
        self.whole_events = False
        self.previews = 0

    def answer(self, request: Request) -> Reply:
        try:
            return self._routed(request)
        except Refused as refusal:
            return error_reply(refusal.status, str(refusal), refusal.code, refusal.param)

    def _routed(self, request: Request) -> Reply:
        key = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not key or key.startswith("sk-wrong"):
            raise Refused(f"Invalid API key: {key}.", "invalid_api_key", 401)
        match request.method, request.path:
            case "GET", "/v1/models":
                return json_reply({"object": "list", "data": self._models(key)})
            case "POST", "/v1/images/generations":
                return self._paid(request, key, json_fields(request), ())
            case "POST", "/v1/images/edits":
                return self._paid(request, key, *edit_form(request))
        raise Refused("No such address.", "not_found", 404)

    def _models(self, key: str) -> list[dict[str, Any]]:
        listed = [MODELS[name] for name in MODELS if "narrow" not in key or name == NARROW]
        return [{"id": entry["id"]} for entry in listed] if self.bare else listed

    def _paid(
        self, request: Request, key: str, fields: Mapping[str, Any], images: tuple[bytes, ...]
    ) -> Reply:
        taken = known(fields)
        if "narrow" in key and taken["model"] != NARROW:
            raise Refused("This key may not use this model.", "forbidden", 403)
        if len(images) > MODELS[taken["model"]]["edit"]["max_images"]:
            raise Refused("Too many images.", "invalid_request", param="image")
        fault = self.take_fault()
        late = fault is not None and fault.kind == base.MODERATED_OUTPUT and bool(taken.get("stream"))
        if fault is not None and not late and (refusal := refused_by(fault)):
            return refusal
        self.bill(Bill(request.path, sha256(key.encode()), dict(fields), tuple(map(sha256, images))))
        self.stopping.wait(self.seconds)
        if fault is not None and (broken := broken_by(fault)):
            return broken
        carried = fault if fault is not None and fault.kind in AFTER_THE_WORK else None
        if taken.get("stream"):
            return Reply(200, self._events(taken, fault), {"Content-Type": "text/event-stream"}, carried)
        return replace(json_reply(self._document(taken, fault)), fault=carried)

    def _document(self, taken: Mapping[str, Any], fault: Fault | None) -> dict[str, Any]:
        width, height = size_of(taken)
        count = taken["n"] - (fault is not None and fault.kind == base.FEWER)
        return {
            "created": 1_780_000_000,
            "model": taken["model"],
            "size": f"{width}x{height}",
            "data": [{"index": index, **entry_of(taken, index, fault)} for index in range(count)],
            "usage": usage_of(taken, count),
        }

    def _events(self, taken: Mapping[str, Any], fault: Fault | None) -> Iterator[bytes]:
        """As OpenAI's, the cost with the last; which names they have is a guess [?]."""
        document = self._document(taken, fault)
        if self.whole_events:
            yield b"data: " + json.dumps(document).encode() + b"\n\ndata: [DONE]\n\n"
            return
        for entry in document["data"]:
            for step in range(self.previews):
                yield sse("image_generation.partial_image", {**entry, "partial_image_index": step})
            if fault is not None and fault.kind == base.MODERATED_OUTPUT:
                yield sse("error", {"error": {"message": "Declined.", "code": "output_moderated"}})
                return
            last = {"usage": document["usage"]} if entry is document["data"][-1] else {}
            yield sse("image_generation.completed", {**entry, "size": document["size"], **last})
        yield b"data: [DONE]\n\n"


def entry_of(taken: Mapping[str, Any], index: int, fault: Fault | None) -> dict[str, str]:
    if fault is not None and fault.kind == base.BROKEN_PICTURE:
        return {"b64_json": "this is not base64!"}
    digest = bytes.fromhex(sha256(f"{taken['prompt']} {index}".encode()))
    name = taken.get("output_format", "png")
    content = picture(*size_of(taken), (digest[0], digest[1], digest[2]), name)
    text = base64.b64encode(content).decode()
    if taken.get("response_format") == "url":
        return {"url": f"data:image/{name};base64,{text}"}
    return {"b64_json": text}


def usage_of(taken: Mapping[str, Any], count: int) -> dict[str, Any]:
    text = len(taken["prompt"]) // 4 + 1
    cost = {"total_cost": round(COSTS[taken["model"]] * count, 6)}
    return {"prompt_tokens": text, "completion_tokens": 0, "total_tokens": text, "cost": cost}


def json_fields(request: Request) -> dict[str, Any]:
    try:
        fields = json.loads(request.body)
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        raise Refused("The body is no JSON object.", "invalid_request")
    return fields


def edit_form(request: Request) -> tuple[dict[str, Any], tuple[bytes, ...]]:
    """Fields and pictures of a form, in order."""
    parts = form_parts(request)
    if parts is None:
        raise Refused("Expected multipart/form-data.", "invalid_request")
    fields: dict[str, Any] = {}
    images: list[bytes] = []
    for name, content in parts:
        if name in ("image", "image[]"):
            images.append(content)
        else:
            text = content.decode()
            fields[name] = int(text) if name in NUMBERS else text == "true" if name == "stream" else text
    if not images:
        raise Refused("image is required", "invalid_request", param="image")
    return fields, tuple(images)


def refused_by(fault: Fault) -> Reply | None:
    """The answer of a vendor that did not start and bills nothing."""
    if fault.kind == base.STATUS:
        reply = error_reply(fault.status, "The simulator was told to fail.", "simulated")
        return with_wait(reply, fault)
    told = {
        base.NO_MONEY: (402, "Your balance is too low.", "insufficient_quota"),
        base.MODERATED_INPUT: (400, "The prompt was declined.", "moderation_blocked"),
        base.MODERATED_OUTPUT: (400, "The picture was declined.", "output_moderated"),
    }
    return error_reply(*told[fault.kind]) if fault.kind in told else None


def broken_by(fault: Fault) -> Reply | None:
    """A 200 that is no answer, after the work was done and billed."""
    return no_answer(
        fault,
        cut=b'{"created": 1780000000, "data": [{"index": 0, "b64',
        empty=b'{"created": 1780000000, "data": []}',
    )


def error_reply(status: int, message: str, code: str, param: str | None = None) -> Reply:
    kind = "server_error" if status >= 500 else "invalid_request_error"
    return json_reply({"error": {"message": message, "type": kind, "code": code, "param": param}}, status)


def sse(name: str, document: Mapping[str, Any]) -> bytes:
    return f"event: {name}\ndata: {json.dumps({'type': name, **document})}\n\n".encode()


if __name__ == "__main__":
    main(DeepshiSimulator, "Deepshi's image API")
