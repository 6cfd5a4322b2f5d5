"""The Gemini API on a loopback socket, after Google's published SDK and pages.

Run it alone with ``python -m tests.providers.simulators.google --port 8093``.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from tests.providers.simulators import base
from tests.providers.simulators.base import Bill, Fault, Reply, Request, Simulator, json_reply, sha256
from tests.providers.simulators.google_rules import (
    IMAGEN,
    MODELS,
    REQUEST_BYTES,
    Asked,
    Refused,
    asked_of_gemini,
    asked_of_imagen,
    camel,
)
from tests.providers.simulators.pictures import picture
from tests.providers.simulators.replies import no_answer, with_wait
from tests.providers.simulators.serving import main

CALL = re.compile(r"/(?:v1|v1beta|v1beta1)/(?:publishers/google/)?models/([^/:]+):(\w+)")
LISTS = ("/v1/models", "/v1beta/models")
AFTER_THE_WORK = (base.TIMEOUT, base.HANG_UP, base.RESET, base.DRIP)
STATUS_WORDS = {
    400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE", 504: "DEADLINE_EXCEEDED",
}  # fmt: skip
TYPE = "type.googleapis.com/google.rpc."


class GoogleSimulator(Simulator):
    """Accepts every key but those that begin ``wrong``.

    ``imagen_lives`` takes the time before Imagen was shut down. ``thoughts`` is how many drafts come before a picture,
    ``finish`` ends an answer without one, ``block`` declines the prompt, ``filtered`` leaves so many predictions out
    and ``says_why`` tells of them. ``mime`` is sent whatever was asked.
    """

    prefix = "/v1beta"

    def __init__(self, port: int = 0, *, seconds: float = 0.0) -> None:
        super().__init__(port, seconds=seconds)
        self.imagen_lives = False
        self.thoughts = 0
        self.finish = ""
        self.block = ""
        self.filtered = 0
        self.says_why = True
        self.mime = ""

    def answer(self, request: Request) -> Reply:
        try:
            return self._routed(request)
        except Refused as refusal:
            return error_reply(refusal.status, str(refusal), word=refusal.word)

    def _routed(self, request: Request) -> Reply:
        key = request.headers.get("x-goog-api-key", "")
        if not key:
            raise Refused("Method doesn't allow unregistered callers.", "PERMISSION_DENIED", 403)
        if key.startswith("wrong"):
            info = {"@type": f"{TYPE}ErrorInfo", "reason": "API_KEY_INVALID", "domain": "googleapis.com"}
            return error_reply(400, "API key not valid. Please pass a valid API key.", [info])
        if request.method == "GET" and request.path in LISTS:
            return json_reply({"models": [{"name": f"models/{name}"} for name in (*MODELS, *IMAGEN)]})
        called = CALL.fullmatch(request.path)
        if request.method != "POST" or called is None:
            raise Refused("Not found.", "NOT_FOUND", 404)
        if len(request.body) > REQUEST_BYTES:
            raise Refused("Request payload size exceeds the limit: 20971520 bytes.")
        return self._paid(request, key, called[1], called[2])

    def _paid(self, request: Request, key: str, model: str, method: str) -> Reply:
        body = _object(request)
        if method == "predict":
            if not self.imagen_lives:
                raise Refused(f"models/{model} is not found for API version v1beta.", "NOT_FOUND", 404)
            asked = asked_of_imagen(model, body)
        elif method in ("generateContent", "streamGenerateContent"):
            asked = asked_of_gemini(model, body)
        else:
            raise Refused("Not found.", "NOT_FOUND", 404)
        fault = self.take_fault()
        if fault is not None and (refusal := refused_by(fault)):
            return refusal
        declined = self.block or (
            "SAFETY" if fault is not None and fault.kind == base.MODERATED_INPUT else ""
        )
        if declined:
            return _sent(method, request, [_blocked(declined)])
        self.bill(Bill(request.path, sha256(key.encode()), body, tuple(map(sha256, asked.images))))
        self.stopping.wait(self.seconds)
        if fault is not None and (broken := broken_by(fault)):
            return broken
        carried = fault if fault is not None and fault.kind in AFTER_THE_WORK else None
        if method == "predict":
            return replace(json_reply(self._predictions(asked, fault)), fault=carried)
        return replace(_sent(method, request, list(self._chunks(asked, fault))), fault=carried)

    def _chunks(self, asked: Asked, fault: Fault | None) -> Iterator[dict[str, Any]]:
        """Thoughts, words, the picture in one piece, and at last why it ended and what it took."""
        ends = {base.NO_IMAGE: "NO_IMAGE", base.MODERATED_OUTPUT: "IMAGE_SAFETY"}
        finish = ends.get(fault.kind if fault else "", "") or self.finish
        for number in range(self.thoughts):
            yield _chunk({"text": f"Draft {number + 1}.", "thought": True})
            yield _chunk({**_inline(asked, "image/png", f"draft {number}"), "thought": True})
        # The last words of a question make the model talk, where it may.
        talks = asked.words and asked.prompt.rstrip().endswith("?")
        if asked.words:
            yield _chunk({"text": "That depends." if talks else "Here it is."})
        if not (finish or talks):
            broken = fault is not None and fault.kind == base.BROKEN_PICTURE
            part = _inline(asked, self.mime or asked.mime, "")
            if broken:
                part["inlineData"]["data"] = "this is not base64!"
            yield _chunk({**part, "thoughtSignature": "EqQB"})
        end: dict[str, Any] = {"finishReason": finish or "STOP", "index": 0}
        if finish:
            end["finishMessage"] = f"The simulator ended with {finish}."
        yield {
            "candidates": [end],
            "usageMetadata": self._usage(asked, painted=not (finish or talks)),
            "modelVersion": asked.model,
            "responseId": "resp-1",
        }

    def _usage(self, asked: Asked, *, painted: bool) -> dict[str, Any]:
        text, seen = len(asked.prompt) // 4 + 1, 560 * len(asked.images)
        made, thought = asked.tokens if painted else 0, 75 * self.thoughts
        usage: dict[str, Any] = {
            "promptTokenCount": text + seen,
            "candidatesTokenCount": made,
            "totalTokenCount": text + seen + made + thought,
            "promptTokensDetails": [{"modality": "TEXT", "tokenCount": text}],
            "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": made}],
        }
        if seen:
            usage["promptTokensDetails"].append({"modality": "IMAGE", "tokenCount": seen})
        return usage | ({"thoughtsTokenCount": thought} if thought else {})

    def _predictions(self, asked: Asked, fault: Fault | None) -> dict[str, Any]:
        fewer = fault is not None and fault.kind == base.FEWER
        left_out = max(self.filtered, int(fewer))
        found: list[dict[str, Any]] = []
        for index in range(asked.n - left_out):
            mime = self.mime or asked.mime
            found.append({"mimeType": mime, "bytesBase64Encoded": _painted(asked, mime, str(index))})
        if self.says_why:
            found += [{"raiFilteredReason": "It was filtered. Support codes: 58061214"}] * left_out
        return {"predictions": found} if found else {}


def _object(request: Request) -> dict[str, Any]:
    try:
        body = camel(json.loads(request.body))
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Refused("Invalid JSON payload received.")
    return body


def _painted(asked: Asked, mime: str, salt: str) -> str:
    digest = bytes.fromhex(sha256(f"{asked.prompt} {salt}".encode()))
    colour = (digest[0], digest[1], digest[2])
    content = picture(asked.width, asked.height, colour, mime.removeprefix("image/"))
    return base64.b64encode(content).decode()


def _inline(asked: Asked, mime: str, salt: str) -> dict[str, Any]:
    return {"inlineData": {"mimeType": mime, "data": _painted(asked, mime, salt)}}


def _chunk(part: Mapping[str, Any]) -> dict[str, Any]:
    return {"candidates": [{"content": {"role": "model", "parts": [part]}, "index": 0}]}


def _blocked(reason: str) -> dict[str, Any]:
    return {
        "promptFeedback": {"blockReason": reason},
        "usageMetadata": {"promptTokenCount": 4, "totalTokenCount": 4},
        "responseId": "resp-1",
    }


def _sent(method: str, request: Request, chunks: list[dict[str, Any]]) -> Reply:
    """The chunks as a stream, or as one answer whose parts are theirs in order. A stream has no [DONE]."""
    if method == "streamGenerateContent" and request.query.get("alt") == ["sse"]:
        events = [b"data: " + json.dumps(chunk).encode() + b"\r\n\r\n" for chunk in chunks]
        return Reply(200, events, {"Content-Type": "text/event-stream"})
    if method == "streamGenerateContent":
        return Reply(200, json.dumps(chunks).encode(), {"Content-Type": "application/json"})
    if "promptFeedback" in chunks[0]:
        return json_reply(chunks[0])
    told = [chunk["candidates"][0].get("content", {}).get("parts", []) for chunk in chunks]
    last = chunks[-1]["candidates"][0]
    content = {"role": "model", "parts": [part for parts in told for part in parts]}
    return json_reply({**chunks[-1], "candidates": [{"content": content, **last}]})


def refused_by(fault: Fault) -> Reply | None:
    """The answer of a vendor that did not start and bills nothing. A wait in seconds is a RetryInfo, as Google says it;
    a date comes in a header, as a proxy says it."""
    if fault.kind == base.STATUS:
        seconds = fault.retry_after.isdigit()
        details = [{"@type": f"{TYPE}RetryInfo", "retryDelay": f"{fault.retry_after}s"}] if seconds else []
        reply = error_reply(fault.status, "The simulator was told to fail.", details)
        return reply if seconds else with_wait(reply, fault)
    if fault.kind == base.NO_MONEY:
        return error_reply(429, "Your prepayment credits are depleted. Please manage your billing.")
    return None


def broken_by(fault: Fault) -> Reply | None:
    """A 200 that is no answer, after the work was done and billed."""
    return no_answer(fault, cut=b'{"candidates": [{"content": {"parts": [{"inlineData')


def error_reply(
    status: int, message: str, details: list[dict[str, Any]] | None = None, word: str = ""
) -> Reply:
    error: dict[str, Any] = {
        "code": status,
        "message": message,
        "status": word or STATUS_WORDS.get(status, "UNKNOWN"),
    }
    return json_reply({"error": error | ({"details": details} if details else {})}, status)


if __name__ == "__main__":
    main(GoogleSimulator, "The Gemini API")
