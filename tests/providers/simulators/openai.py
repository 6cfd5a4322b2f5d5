"""OpenAI's Images API on a loopback socket, after seed 3 and OpenAI's published SDK.

Run it alone with ``python -m tests.providers.simulators.openai --port 8090``.
"""

from __future__ import annotations

import base64
import json
import time
import uuid
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
from tests.providers.simulators.openai_rules import MODELS, Refused, checked, output_tokens, size_of
from tests.providers.simulators.pictures import picture, png_facts
from tests.providers.simulators.replies import no_answer, with_wait
from tests.providers.simulators.serving import main

NUMBERS = ("n", "output_compression", "partial_images")
AFTER_THE_WORK = (base.TIMEOUT, base.HANG_UP, base.RESET, base.DRIP)


class OpenAISimulator(Simulator):
    """Accepts every key but those that begin ``sk-wrong``.

    ``urls_only`` makes dall-e answer with addresses whatever was asked, and ``ignores_stream`` answers a
    stream with plain JSON, as some gateways do. At most ``early`` previews come before a final picture.
    """

    prefix = "/v1"

    def __init__(self, port: int = 0, *, seconds: float = 0.0) -> None:
        super().__init__(port, seconds=seconds)
        self.urls_only = False
        self.early = 3
        self.ignores_stream = False
        self._results: dict[str, bytes] = {}

    def answer(self, request: Request) -> Reply:
        try:
            reply = self._routed(request)
        except Refused as refusal:
            reply = error_reply(refusal.status, str(refusal), refusal.code, refusal.param)
        named = {"x-request-id": f"req_{uuid.uuid4().hex}", "openai-processing-ms": "12", **reply.headers}
        return replace(reply, headers=named)

    def _routed(self, request: Request) -> Reply:
        if request.path.startswith("/results/"):
            return self._result(request)
        self._check_key(request)
        match request.method, request.path:
            case "POST", "/v1/images/generations":
                return self._paid(request, _json_fields(request), (), None)
            case "POST", "/v1/images/edits":
                fields, images, mask = edit_form(request)
                return self._paid(request, fields, images, mask)
            case "GET", "/v1/models":
                return json_reply({"object": "list", "data": [_model(name) for name in MODELS]})
        raise Refused(f"Invalid URL ({request.method} {request.path})", None, "unknown_url", 404)

    def _check_key(self, request: Request) -> None:
        key = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not key or key.startswith("sk-wrong"):
            raise Refused(f"Incorrect API key provided: {key}.", None, "invalid_api_key", 401)

    def _paid(
        self, request: Request, fields: Mapping[str, Any], images: tuple[bytes, ...], mask: bytes | None
    ) -> Reply:
        filled = checked(fields, edit=request.path.endswith("edits"))
        fault = self.take_fault()
        if fault is not None and (refusal := refused_by(fault, filled)):
            return refusal
        self.bill(_bill_of(request, filled, images, mask))
        self.stopping.wait(self.seconds)
        carried = fault if fault is not None and fault.kind in AFTER_THE_WORK else None
        if fault is not None and (broken := broken_by(fault)):
            return broken
        if filled.get("stream") and not self.ignores_stream:
            events = self._events(filled, request, images, fault)
            return Reply(200, events, {"Content-Type": "text/event-stream; charset=utf-8"}, carried)
        return replace(json_reply(self._document(filled, images, fault)), fault=carried)

    def _document(
        self, fields: Mapping[str, Any], images: tuple[bytes, ...], fault: Fault | None
    ) -> dict[str, Any]:
        count = fields["n"] - (fault is not None and fault.kind == base.FEWER)
        pictures = [_painted(fields, index) for index in range(count)]
        data = [self._entry(fields, content, fault) for content in pictures]
        if MODELS[fields["model"]].startswith("dall-e"):
            return {"created": int(time.time()), "data": data}
        return {
            "created": int(time.time()),
            **_shape(fields),
            "data": data,
            "usage": _usage(fields, count, images),
        }

    def _entry(self, fields: Mapping[str, Any], content: bytes, fault: Fault | None) -> dict[str, Any]:
        if fault is not None and fault.kind == base.BROKEN_PICTURE:
            return {"b64_json": "this is not base64!"}
        entry: dict[str, Any] = {}
        if fields["model"] == "dall-e-3":
            entry["revised_prompt"] = f"A detailed picture of: {fields['prompt']}"
        dalle = MODELS[fields["model"]].startswith("dall-e")
        if dalle and (self.urls_only or fields.get("response_format", "url") == "url"):
            name = uuid.uuid4().hex
            if fault is None or fault.kind != base.EXPIRED_URL:
                self._results[name] = content
            return entry | {"url": f"{self.origin}/results/{name}.png?sig=canary-signature"}
        return entry | {"b64_json": base64.b64encode(content).decode()}

    def _result(self, request: Request) -> Reply:
        """Result addresses are a blob store's: no key, and 403 in XML once they have expired."""
        content = self._results.get(request.path.removeprefix("/results/").removesuffix(".png"))
        if content is None or request.query.get("sig") != ["canary-signature"]:
            return Reply(
                403, b"<Error><Code>AuthenticationFailed</Code></Error>", {"Content-Type": "text/xml"}
            )
        return Reply(200, content, {"Content-Type": "image/png"})

    def _events(
        self, fields: Mapping[str, Any], request: Request, images: tuple[bytes, ...], fault: Fault | None
    ) -> Iterator[bytes]:
        """Previews and then the picture, one picture after the other; how several mix is a guess [?]."""
        name = "image_edit" if request.path.endswith("edits") else "image_generation"
        for index in range(fields["n"] - (fault is not None and fault.kind == base.FEWER)):
            content = str(self._entry(fields, _painted(fields, index), fault)["b64_json"])
            told = {"b64_json": content, "created_at": int(time.time()), **_shape(fields)}
            for step in range(min(fields.get("partial_images", 0), self.early)):
                yield sse(f"{name}.partial_image", {**told, "partial_image_index": step})
            if fault is not None and fault.kind == base.MODERATED_OUTPUT:
                yield sse("error", {"error": moderation_error("output")})
                return
            yield sse(f"{name}.completed", {**told, "usage": _usage(fields, 1, images)})


def refused_by(fault: Fault, fields: Mapping[str, Any]) -> Reply | None:
    """The answer of a vendor that did not start and bills nothing."""
    if fault.kind == base.STATUS:
        codes = {
            400: "invalid_value",
            401: "invalid_api_key",
            404: "model_not_found",
            429: "rate_limit_exceeded",
        }
        code = codes.get(fault.status, "server_error")
        reply = error_reply(fault.status, "The simulator was told to fail.", code)
        return with_wait(reply, fault)
    if fault.kind == base.NO_MONEY:
        return error_reply(429, "You exceeded your current quota.", "insufficient_quota")
    streams = fields.get("stream") and fault.kind == base.MODERATED_OUTPUT
    if fault.kind in (base.MODERATED_INPUT, base.MODERATED_OUTPUT) and not streams:
        stage = "input" if fault.kind == base.MODERATED_INPUT else "output"
        return json_reply({"error": moderation_error(stage)}, 400)
    return None


def broken_by(fault: Fault) -> Reply | None:
    """A 200 that is no answer, after the work was done and billed."""
    return no_answer(
        fault,
        cut=b'{"created": 1780000000, "data": [{"b64_json": "iVBOR',
        empty=b'{"created": 1780000000, "data": []}',
    )


def error_reply(status: int, message: str, code: str, param: str | None = None) -> Reply:
    kind = "server_error" if status >= 500 else "invalid_request_error"
    return json_reply({"error": {"message": message, "type": kind, "param": param, "code": code}}, status)


def moderation_error(stage: str) -> dict[str, Any]:
    """As newer models say it: the stage, and what was found."""
    return {
        "message": "The request was rejected by the safety system.",
        "type": "image_generation_user_error",
        "param": None,
        "code": "moderation_blocked",
        "moderation_details": {"moderation_stage": stage, "categories": ["violence"]},
    }


def sse(name: str, document: Mapping[str, Any]) -> bytes:
    return f"event: {name}\ndata: {json.dumps({'type': name, **document})}\n\n".encode()


def edit_form(request: Request) -> tuple[dict[str, Any], tuple[bytes, ...], bytes | None]:
    """Fields, pictures in order and mask of a multipart edit; raises Refused as the vendor does."""
    fields: dict[str, Any] = {}
    images: list[bytes] = []
    mask: bytes | None = None
    parts = form_parts(request)
    if parts is None:
        raise Refused("Expected multipart/form-data.", None, "invalid_value")
    for name, content in parts:
        if name == "image" and images:
            raise Refused("Duplicate parameter: 'image'. Use the array syntax 'image[]'.", "image")
        if name in ("image", "image[]"):
            images.append(content)
        elif name == "mask":
            mask = content
        else:
            text = content.decode()
            number = name in NUMBERS and text.isdigit()
            fields[name] = int(text) if number else text == "true" if name == "stream" else text
    if not images:
        raise Refused("Missing required parameter: 'image'.", "image", "missing_required_parameter")
    if len(images) > 16:
        raise Refused("At most 16 images.", "image")
    if mask is not None:
        _check_mask(mask, images[0])
    return fields, tuple(images), mask


def _check_mask(mask: bytes, first: bytes) -> None:
    """A PNG with alpha, under 4 MB, as large as the first picture (OpenAI's published SDK)."""
    facts, under = png_facts(mask), png_facts(first)
    if facts is None or not facts[2] or len(mask) >= 4_000_000:
        raise Refused("The mask is no PNG with an alpha channel.", "mask", "invalid_image_file")
    if under is not None and facts[:2] != under[:2]:
        raise Refused("The mask is not as large as the image.", "mask", "invalid_image_file")


def _json_fields(request: Request) -> dict[str, Any]:
    try:
        fields = json.loads(request.body)
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        raise Refused("We could not parse the JSON body of your request.", None, "invalid_json")
    return fields


def _bill_of(
    request: Request, fields: Mapping[str, Any], images: tuple[bytes, ...], mask: bytes | None
) -> Bill:
    key = request.headers.get("authorization", "").removeprefix("Bearer ")
    return Bill(
        request.path,
        sha256(key.encode()),
        dict(fields),
        tuple(map(sha256, images)),
        sha256(mask) if mask is not None else "",
        request.headers.get("x-client-request-id", ""),
    )


def _painted(fields: Mapping[str, Any], index: int) -> bytes:
    """A picture of the size and format asked, its colour from the prompt."""
    digest = bytes.fromhex(sha256(f"{fields['prompt']} {index}".encode()))
    width, height = size_of(fields["size"])
    clear = fields.get("background") == "transparent"
    colour = (digest[0], digest[1], digest[2])
    return picture(width, height, colour, fields.get("output_format", "png"), transparent=clear)


def _shape(fields: Mapping[str, Any]) -> dict[str, Any]:
    width, height = size_of(fields["size"])
    return {
        "background": "transparent" if fields.get("background") == "transparent" else "opaque",
        "output_format": fields.get("output_format", "png"),
        "size": f"{width}x{height}",
        "quality": "medium" if fields["quality"] == "auto" else fields["quality"],
    }


def _usage(fields: Mapping[str, Any], count: int, images: tuple[bytes, ...]) -> dict[str, Any]:
    text, seen = len(fields["prompt"]) // 4 + 1, 323 * len(images)
    made = count * output_tokens(fields["model"], fields["quality"], *size_of(fields["size"]))
    return {
        "total_tokens": text + seen + made,
        "input_tokens": text + seen,
        "output_tokens": made,
        "input_tokens_details": {"text_tokens": text, "image_tokens": seen},
        "output_tokens_details": {"image_tokens": made, "text_tokens": 0},
    }


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 1_780_000_000, "owned_by": "openai"}


if __name__ == "__main__":
    main(OpenAISimulator, "OpenAI's Images API")
