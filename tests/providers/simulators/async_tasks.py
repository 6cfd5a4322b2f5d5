"""An API of tasks on a loopback socket, after seed 1; what the seed leaves open is marked ``[?]``.

Run it alone with ``python -m tests.providers.simulators.async_tasks --port 8092``.
"""

from __future__ import annotations

import base64
import json
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
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

PRICES = {
    ("text_to_image", "standard"): 50,
    ("text_to_image", "hd"): 300,
    ("image_to_image", "standard"): 60,
    ("image_to_image", "hd"): 320,
}
RATIOS = ("auto", "1:1", "16:9", "9:16", "4:3", "3:4", "2:1")
FIELDS = {"model", "prompt", "quality", "aspect_ratio", "n", "image", "extra_images"}
AFTER_THE_WORK = (base.TIMEOUT, base.HANG_UP, base.RESET, base.DRIP)
FAILURES = {
    base.MODERATED_INPUT: "moderation_input",
    base.MODERATED_OUTPUT: "moderation_output",
    base.TASK_FAILED: "upstream_failed",
}


class Refused(Exception):
    """The vendor's own error answer [?]."""

    def __init__(self, status: int, code: str, message: str = "The simulator refuses.") -> None:
        super().__init__(message)
        self.status, self.code = status, code


@dataclass(slots=True)
class Task:
    """One task: what it costs in credits, its pictures, and when it is ready."""

    capability: str
    fields: Mapping[str, Any]
    price: Decimal
    ready_at: float
    fault: Fault | None
    images: list[dict[str, str]]
    canceled: bool = False


class AsyncTasksSimulator(Simulator):
    """Accepts every key but those that begin ``wrong``.

    ``inline`` answers with data URIs, ``numbers`` writes credits as JSON numbers, ``working`` is the word for a task
    that goes on, and ``cancels`` says whether tasks can be stopped. ``wallet`` is what the tenant has lost, in credits.
    """

    def __init__(self, port: int = 0, *, seconds: float = 0.0) -> None:
        super().__init__(port, seconds=seconds)
        self.inline = self.numbers = False
        self.cancels = True
        self.working = "running"
        self.extra: set[str] = set()
        self.tasks: dict[str, Task] = {}
        self.artifacts: dict[str, bytes] = {}
        self.wallet = Decimal(0)
        self._storing = threading.Lock()

    def answer(self, request: Request) -> Reply:
        try:
            return self._routed(request)
        except Refused as refusal:
            return _error(refusal.status, refusal.code, str(refusal))

    def _routed(self, request: Request) -> Reply:
        if request.path.startswith("/cdn/"):
            return self._result(request)
        key = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not key or key.startswith("wrong"):
            raise Refused(401, "unauthorized")
        match request.method, request.path.split("/")[1:]:
            case "POST", ["v1", "images", "generations"]:
                return self._submitted(request, "text_to_image")
            case "POST", ["v1", "images", "image-to-image"]:
                return self._submitted(request, "image_to_image")
            case "POST", ["v1", "uploads"]:
                return json_reply({"artifact_id": self._kept(_uploaded(request))}, 201)
            case "GET", ["v1", "tasks", number]:
                return self._told(number)
            case "POST", ["v1", "tasks", number, "cancel"]:
                return self._canceled(number)
        raise Refused(404, "not_found")

    def _submitted(self, request: Request, capability: str) -> Reply:
        fields = json.loads(request.body)
        _check(fields, capability, self.extra)
        named = [fields["image"], *fields.get("extra_images", [])] if capability == "image_to_image" else []
        pictures = [self._media(media) for media in named]
        fault = self.take_fault()
        if fault is not None and fault.kind in (base.STATUS, base.NO_MONEY):
            return _told_to_fail(fault)
        n, quality = fields.get("n", 1), fields.get("quality", "standard")
        price = Decimal(PRICES[capability, quality])
        number = f"tsk_{uuid.uuid4().hex}"
        task = Task(capability, fields, price, time.monotonic() + self.seconds, fault, [])
        with self._storing:
            self.tasks[number] = task
            self.wallet += price * n
        plain = {name: value for name, value in fields.items() if name not in ("image", "extra_images")}
        key = request.headers["authorization"].removeprefix("Bearer ")
        self.bill(Bill(request.path, sha256(key.encode()), plain, tuple(map(sha256, pictures))))
        if fault is not None and (broken := _broken_by(fault)):
            return broken
        carried = fault if fault is not None and fault.kind in AFTER_THE_WORK else None
        return replace(json_reply(self._envelope(number, task, "accepted"), 202), fault=carried)

    def _told(self, number: str) -> Reply:
        task = self.tasks.get(number)
        fault = task.fault.kind if task and task.fault else ""
        if task is None or fault == base.LOST:
            raise Refused(404, "task_not_found")
        if task.fault and fault == base.UNASKABLE:
            return _told_to_fail(task.fault)
        if task.canceled:
            return json_reply(self._envelope(number, task, "canceled"))
        if time.monotonic() < task.ready_at or fault == base.NEVER_ENDS:
            return json_reply(self._envelope(number, task, self.working))
        if fault in FAILURES:
            return json_reply(self._envelope(number, task, "failed"))
        with self._storing:
            if not task.images and fault != base.NO_IMAGE:
                task.images = [self._made(task, index) for index in range(_delivered(task))]
        return json_reply(self._envelope(number, task, "succeeded"))

    def _envelope(self, number: str, task: Task, status: str) -> dict[str, Any]:
        """Where fields beside ``billing`` and ``output.images`` stand is a guess [?]."""
        asked = task.fields.get("n", 1)
        billing = {"charged_credits": self._credits(task.price * asked)}
        if status in ("succeeded", "failed", "canceled"):
            delivered = len(task.images) if status == "succeeded" else 0
            billing["refunded_credits"] = self._credits(task.price * (asked - delivered))
        code = FAILURES.get(task.fault.kind if task.fault else "", "") if status == "failed" else ""
        return {
            "task_id": number,
            "status": status,
            "type": task.capability,
            "output": {"images": task.images} if status == "succeeded" else None,
            "billing": billing,
            "error": {"code": code, "message": "The task failed."} if code else None,
        }

    def _credits(self, amount: Decimal) -> object:
        return float(amount) if self.numbers else f"{amount:.4f}"

    def _made(self, task: Task, index: int) -> dict[str, str]:
        digest = bytes.fromhex(sha256(f"{task.fields['prompt']} {index}".encode()))
        content = picture(64, 64, (digest[0], digest[1], digest[2]))
        fault = task.fault.kind if task.fault else ""
        if fault == base.BROKEN_PICTURE:
            content = b"no picture"
        number = self._kept(content)
        if self.inline:
            return {
                "url": f"data:image/png;base64,{base64.b64encode(content).decode()}",
                "artifact_id": number,
            }
        gone = ".gone" if fault == base.EXPIRED_URL else ""
        return {"url": f"{self.origin}/cdn/{number}.png{gone}?sig=canary-signature", "artifact_id": number}

    def _kept(self, content: bytes) -> str:
        number = f"art_{uuid.uuid4().hex}"
        self.artifacts[number] = content
        return number

    def _media(self, media: object) -> bytes:
        """One media object, in the three kinds [?]; addresses and data URIs are copied into storage."""
        told = media if isinstance(media, dict) else {}
        match told.get("type"):
            case "artifact" if told.get("artifact_id") in self.artifacts:
                return self.artifacts[told["artifact_id"]]
            case "artifact":
                raise Refused(404, "artifact_not_found")
            case "data_uri" if str(told.get("data")).startswith("data:image/"):
                content = base64.b64decode(told["data"].partition(",")[2], validate=True)
                self._kept(content)
                return content
            case "url" if str(told.get("url")).startswith("https://"):
                return str(told["url"]).encode()
        raise Refused(422, "invalid_media")

    def _canceled(self, number: str) -> Reply:
        """How a task is stopped, and that it is refunded in full, is a guess [?]."""
        task = self.tasks.get(number)
        if task is None or not self.cancels:
            raise Refused(404, "not_found")
        if time.monotonic() >= task.ready_at and (task.fault is None or task.fault.kind != base.NEVER_ENDS):
            raise Refused(409, "task_is_over")
        task.canceled = True
        return json_reply(self._envelope(number, task, "canceled"))

    def _result(self, request: Request) -> Reply:
        number, _, rest = request.path.removeprefix("/cdn/").partition(".")
        if rest != "png" or number not in self.artifacts or request.query.get("sig") != ["canary-signature"]:
            return Reply(404, b"<html>gone</html>", {"Content-Type": "text/html"})
        return Reply(200, self.artifacts[number], {"Content-Type": "image/png"})


def _delivered(task: Task) -> int:
    fewer = task.fault is not None and task.fault.kind == base.FEWER
    return int(task.fields.get("n", 1)) - fewer


def _check(fields: Mapping[str, Any], capability: str, extra: set[str]) -> None:
    allowed = (
        FIELDS | extra if capability == "image_to_image" else (FIELDS - {"image", "extra_images"}) | extra
    )
    good = {
        "unknown_field": set(fields) <= allowed,
        "model_not_found": fields.get("model", "auto") in ("auto", "gpt-image-2"),
        "prompt_required": bool(fields.get("prompt")),
        "invalid_quality": fields.get("quality", "standard") in ("standard", "hd"),
        "invalid_aspect_ratio": fields.get("aspect_ratio", "auto") in RATIOS,
        "auto_needs_standard": (fields.get("quality"), fields.get("aspect_ratio", "auto")) != ("hd", "auto"),
        "invalid_n": fields.get("n", 1) in (1, 2, 3, 4),
        "image_required": capability == "text_to_image" or "image" in fields,
        "too_many_images": len(fields.get("extra_images", [])) <= 15,
    }
    for code, holds in good.items():
        if not holds:
            raise Refused(404 if code == "model_not_found" else 422, code)


def _uploaded(request: Request) -> bytes:
    """The one part of the form [?]."""
    [(_, content)] = form_parts(request) or [("", b"")]
    return content


def _error(status: int, code: str, message: str) -> Reply:
    return json_reply({"error": {"code": code, "message": message}}, status)


def _told_to_fail(fault: Fault) -> Reply:
    if fault.kind == base.NO_MONEY:
        return _error(402, "insufficient_credits", "The wallet is empty.")
    reply = _error(fault.status, "told_to_fail", "The simulator was told to fail.")
    return with_wait(reply, fault)


def _broken_by(fault: Fault) -> Reply | None:
    """A 202 that is no answer, after the wallet was debited."""
    return no_answer(fault, cut=b'{"task_id": "tsk_', status=202)


if __name__ == "__main__":
    main(AsyncTasksSimulator, "An API of tasks")
