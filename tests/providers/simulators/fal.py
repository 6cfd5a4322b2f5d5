"""fal's queue, its media store and its price list on a loopback socket, after its published pages.

Run it alone with ``python -m tests.providers.simulators.fal --port 8092``.
"""

from __future__ import annotations

import base64
import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tests.providers.simulators import base
from tests.providers.simulators.base import Bill, Fault, Reply, Request, Simulator, json_reply, sha256
from tests.providers.simulators.fal_rules import (
    MODELS,
    PICTURES,
    SINGLE,
    Refused,
    check,
    estimated,
    listed,
    mask_of,
    pictures_of,
    size_of,
    wrong,
)
from tests.providers.simulators.pictures import picture
from tests.providers.simulators.replies import no_answer, with_wait
from tests.providers.simulators.serving import main

AFTER_THE_WORK = (base.TIMEOUT, base.HANG_UP, base.RESET, base.DRIP)
BLACK = (0, 0, 0)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><rect width="64" height="64" fill="#a43"/></svg>'
LOCKED = "User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing."


@dataclass(slots=True)
class Task:
    """One request: what was asked, when it begins and is ready, what is wrong with it, and its bill."""

    model: str
    fields: Mapping[str, Any]
    begins_at: float
    ready_at: float
    fault: Fault | None
    refusal: Refused | None
    bill: Bill | None
    cancelled: bool = False


class FalSimulator(Simulator):
    """Accepts every key but those that begin ``wrong``. A result is kept for ``kept`` seconds once it is there.

    A task waits ``queued`` seconds before it is worked on. 5xx is not billed; a request that was wrong is.
    """

    def __init__(self, port: int = 0, *, seconds: float = 0.0) -> None:
        super().__init__(port, seconds=seconds)
        self.kept, self.queued = 360.0, 0.0
        self.tasks: dict[str, Task] = {}
        self._files: dict[str, tuple[bytes, str]] = {}

    def answer(self, request: Request) -> Reply:
        if request.path.startswith("/files/"):
            return self._file(request)
        try:
            return self._routed(request)
        except Refused as refusal:
            return json_reply(refusal.document, refusal.status, **refusal.headers)

    def _routed(self, request: Request) -> Reply:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme != "Key" or not key or key.startswith("wrong"):
            raise Refused(401, {"detail": "Authentication is required to access this application"})
        match request.method, request.path.strip("/").split("/"):
            case "GET", ["v1", "models", "pricing"]:
                return json_reply(listed(request.query.get("endpoint_id", [])))
            case "POST", ["v1", "models", "pricing", "estimate"]:
                return json_reply(estimated(_fields(request)))
            case "GET", [owner, app, "requests", number, "status"]:
                return self._status(owner, app, number, request.query.get("logs") in (["1"], ["true"]))
            case "GET", [owner, app, "requests", number]:
                return self._result(owner, app, number)
            case "PUT", [owner, app, "requests", number, "cancel"]:
                return self._cancelled(owner, app, number)
            case "POST", parts if "requests" not in parts:
                return self._submitted(request, "/".join(parts))
        raise Refused(405, {"detail": "Method Not Allowed"})

    def _submitted(self, request: Request, model: str) -> Reply:
        """Whatever is wrong with the fields, the queue takes them; the model looks at them later."""
        if model not in MODELS:
            raise Refused(404, {"detail": f"Application {model} not found"})
        fields = _fields(request)
        fault = self.take_fault()
        if fault is not None and (refusal := _refused_by(fault)):
            return refusal
        number, now = str(uuid.uuid4()), time.monotonic()
        begins = now + self.queued
        task = Task(model, fields, begins, begins + self.seconds, fault, None, None)
        try:
            check(model, fields)
            task.bill = _bill_of(request, model, fields)
        except Refused as refusal:
            task.refusal = refusal
            task.bill = Bill(request.path, "", fields)
        self.tasks[number] = task
        if fault is None or fault.kind != base.TASK_FAILED:
            self.bill(task.bill)
        if fault is not None and (broken := _broken_by(fault)):
            return broken
        carried = fault if fault is not None and fault.kind in AFTER_THE_WORK else None
        return replace(json_reply(self.accepted(number, task)), fault=carried)

    def accepted(self, number: str, task: Task) -> dict[str, Any]:
        """The ticket. Its addresses leave the model's sub-path out."""
        owner, app = task.model.split("/")[:2]
        address = f"{self.origin}/{owner}/{app}/requests/{number}"
        return {
            "status": "IN_QUEUE",
            "request_id": number,
            "response_url": address,
            "status_url": f"{address}/status",
            "cancel_url": f"{address}/cancel",
            "queue_position": 0,
        }

    def _known(self, owner: str, app: str, number: str) -> Task:
        task = self.tasks.get(number)
        lost = task is not None and task.fault is not None and task.fault.kind == base.LOST
        if task is None or lost or task.model.split("/")[:2] != [owner, app]:
            raise Refused(404, {"detail": "Request not found"})
        return task

    def _status(self, owner: str, app: str, number: str, logs: bool) -> Reply:
        task, now = self._known(owner, app, number), time.monotonic()
        if task.fault is not None and task.fault.kind == base.UNASKABLE:
            return _status_reply(task.fault)
        told: dict[str, Any] = {
            "request_id": number,
            "response_url": f"{self.origin}/{owner}/{app}/requests/{number}",
        }
        lines = [{"message": f" {share}%|███   | {share // 10}/10", "level": "STDERR"} for share in (10, 40)]
        told["logs"] = lines if logs else None
        if now < task.begins_at and not task.cancelled:
            ahead = sum(other.begins_at < task.begins_at for other in self.tasks.values())
            return json_reply(told | {"status": "IN_QUEUE", "queue_position": ahead, "logs": None}, 202)
        if not self._over(task):
            return json_reply(told | {"status": "IN_PROGRESS"}, 202)
        told |= {"status": "COMPLETED", "metrics": {"inference_time": 1.9}}
        if failed := self._failure(task):
            told |= {"error": "The request failed."}
            if "error_type" in failed.document:
                told["error_type"] = failed.document["error_type"]
        return json_reply(told)

    def _over(self, task: Task) -> bool:
        never = task.fault is not None and task.fault.kind == base.NEVER_ENDS
        return task.cancelled or (time.monotonic() >= task.ready_at and not never)

    def _failure(self, task: Task) -> Refused | None:
        """What the result's call will be answered with instead of a result."""
        if task.cancelled:
            return Refused(499, {"detail": "Request cancelled", "error_type": "client_cancelled"})
        kind = task.fault.kind if task.fault else ""
        if kind == base.TASK_FAILED:
            document = {"detail": "Runner error", "error_type": "runner_server_error"}
            return Refused(500, document, X_Fal_Error_Type="runner_server_error")
        if kind == base.MODERATED_INPUT:
            return wrong(
                "prompt", "The content was flagged by a content checker.", "content_policy_violation"
            )
        return task.refusal

    def _result(self, owner: str, app: str, number: str) -> Reply:
        task = self._known(owner, app, number)
        if not self._over(task):
            raise Refused(400, {"detail": "Request is still in progress"})
        if failed := self._failure(task):
            raise failed
        if time.monotonic() > task.ready_at + self.kept:
            raise Refused(404, {"detail": "Request not found"})
        return json_reply(self.made(task), x_fal_request_id=number)

    def made(self, task: Task) -> dict[str, Any]:
        """The model's answer; what it looks like depends on the model."""
        kind = task.fault.kind if task.fault else ""
        count = int(task.fields.get("num_images", 1)) - (kind == base.FEWER)
        images = [] if kind == base.NO_IMAGE else [self._image(task, index, kind) for index in range(count)]
        if task.model.startswith(SINGLE):
            return {"image": images[0] if images else None}
        if "recraft" in task.model:
            return {"images": images}
        told = {"images": images, "seed": task.fields.get("seed", 42), "timings": {"inference": 1.9}}
        if "seedream" in task.model:
            return {"images": images, "seed": told["seed"]}
        prompt = task.fields.get("prompt", "")
        rewritten = task.fields.get("enable_prompt_expansion")
        told["prompt"] = f"A detailed picture of: {prompt}" if rewritten else prompt
        return told | {"has_nsfw_concepts": [kind == base.MODERATED_OUTPUT] * len(images)}

    def _image(self, task: Task, index: int, kind: str) -> dict[str, Any]:
        content, mime = self._painted(task, index, kind)
        name = f"{uuid.uuid4().hex}.{mime.partition('/')[2].partition('+')[0]}"
        url = f"{self.origin}/files/{name}"
        if kind != base.EXPIRED_URL:
            self._files[name] = (b"no picture" if kind == base.BROKEN_PICTURE else content, mime)
        if task.fields.get("sync_mode"):
            url = f"data:{mime};base64,{base64.b64encode(content).decode()}"
        return {
            "url": url,
            "content_type": mime,
            "file_name": name,
            "file_size": len(content),
            "width": None,
            "height": None,
        }

    def _painted(self, task: Task, index: int, kind: str) -> tuple[bytes, str]:
        if "vector" in task.model + str(task.fields.get("style")):
            return SVG, "image/svg+xml"
        fmt = "webp" if "recraft/v" in task.model else task.fields.get("output_format", "png")
        fmt = "jpeg" if fmt == "jpg" else fmt
        digest = bytes.fromhex(sha256(f"{task.fields.get('prompt')} {index}".encode()))
        colour = BLACK if kind == base.MODERATED_OUTPUT else (digest[0], digest[1], digest[2])
        return picture(*size_of(task.fields), colour, fmt), f"image/{fmt}"

    def _cancelled(self, owner: str, app: str, number: str) -> Reply:
        task = self.tasks.get(number)
        if task is None:
            raise Refused(404, {"status": "NOT_FOUND"})
        self._known(owner, app, number)
        if self._over(task):
            raise Refused(400, {"status": "ALREADY_COMPLETED"})
        task.cancelled = True
        with self._lock:
            self._bills = [bill for bill in self._bills if bill is not task.bill]
        return json_reply({"status": "CANCELLATION_REQUESTED"}, 202)

    def _file(self, request: Request) -> Reply:
        """A media store: no key is needed."""
        content, mime = self._files.get(request.path.removeprefix("/files/"), (b"", ""))
        return Reply(200, content, {"Content-Type": mime}) if content else Reply(404, b"gone")


def _refused_by(fault: Fault) -> Reply | None:
    """The answer of a queue that took nothing and bills nothing."""
    if fault.kind == base.STATUS:
        return _status_reply(fault)
    return json_reply({"detail": LOCKED}, 403) if fault.kind == base.NO_MONEY else None


def _status_reply(fault: Fault) -> Reply:
    return with_wait(json_reply({"detail": "The simulator was told to fail."}, fault.status), fault)


def _broken_by(fault: Fault) -> Reply | None:
    """A 200 that is no answer, after the task was taken and billed."""
    return no_answer(fault, cut=b'{"request_id": "6d1c')


def _fields(request: Request) -> dict[str, Any]:
    try:
        fields = json.loads(request.body)
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        raise Refused(400, {"detail": "Invalid JSON", "error_type": "bad_request"})
    return fields


def _bill_of(request: Request, model: str, fields: Mapping[str, Any]) -> Bill:
    """Pictures as they arrived; the other fields as they are."""
    plain = {name: value for name, value in fields.items() if name not in (*PICTURES, "mask_url")}
    mask = mask_of(fields)
    key = request.headers["authorization"].removeprefix("Key ")
    return Bill(
        request.path,
        sha256(key.encode()),
        plain,
        tuple(sha256(data) for data in pictures_of(model, fields)),
        sha256(mask) if mask else "",
    )


if __name__ == "__main__":
    main(FalSimulator, "fal's queue")
