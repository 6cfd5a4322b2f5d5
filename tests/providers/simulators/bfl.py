"""Black Forest Labs' API on a loopback socket, after its published pages.

Run it alone with ``python -m tests.providers.simulators.bfl --port 8091``.
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
from tests.providers.simulators.bfl_rules import MODELS, PICTURES, Refused, checked, cost_of, size_of
from tests.providers.simulators.pictures import picture, png_facts
from tests.providers.simulators.replies import no_answer, with_wait
from tests.providers.simulators.serving import main

REGION = "/eu2"
AFTER_THE_WORK = (base.TIMEOUT, base.HANG_UP, base.RESET, base.DRIP)
STATUSES = {
    base.MODERATED_INPUT: "Request Moderated",
    base.MODERATED_OUTPUT: "Content Moderated",
    base.TASK_FAILED: "Error",
    base.LOST: "Task not found",
}


@dataclass(frozen=True, slots=True)
class Task:
    """One task: what was asked, when it is ready, and what goes wrong with it."""

    model: str
    fields: Mapping[str, Any]
    ready_at: float
    fault: Fault | None


class BFLSimulator(Simulator):
    """Accepts every key but those that begin ``wrong``. Tasks are known in their own region alone.

    It works on ``most`` tasks at a time; ``status`` is what a task is called while it goes on.
    """

    def __init__(self, port: int = 0, *, seconds: float = 0.0) -> None:
        super().__init__(port, seconds=seconds)
        self.most = {"flux-kontext-max": 6}
        self.status = "Pending"
        self.tasks: dict[str, Task] = {}
        self._results: dict[str, tuple[bytes, str]] = {}

    def answer(self, request: Request) -> Reply:
        if request.path.startswith("/results/"):
            return self._result(request)
        try:
            return self._routed(request)
        except Refused as refusal:
            return json_reply(refusal.document, refusal.status)

    def _routed(self, request: Request) -> Reply:
        key = request.headers.get("x-key", "")
        if not key or key.startswith("wrong"):
            raise Refused(403, {"detail": "Not authenticated - Invalid Authentication"})
        asked = request.query.get("id", [""])[0]
        match request.method, request.path:
            case "POST", path if path.startswith("/v1/"):
                return self._submitted(request, path.removeprefix("/v1/"))
            case "GET", path if path == f"{REGION}/v1/get_result":
                return self._told(asked)
            case "GET", "/v1/get_result":
                task = self.tasks.get(asked)
                old = task is not None and "webhook_url" in task.fields
                return self._told(asked if old else "of another region")
            case "GET", "/v1/credits":
                return json_reply({"credits": 1234.5})
        raise Refused(404, {"detail": "Not Found"})

    def _submitted(self, request: Request, model: str) -> Reply:
        if model not in MODELS:
            raise Refused(404, {"detail": "Not Found"})
        fields = checked(model, _fields(request))
        self._check_room(model)
        fault = self.take_fault()
        if fault is not None and (refusal := _refused_by(fault)):
            return refusal
        number = str(uuid.uuid4())
        task = Task(model, fields, time.monotonic() + self.seconds, fault)
        self.tasks[number] = task
        if fault is None or fault.kind not in STATUSES or fault.kind == base.LOST:
            self.bill(_bill_of(request, fields))
        if fault is not None and (broken := _broken_by(fault)):
            return broken
        carried = fault if fault is not None and fault.kind in AFTER_THE_WORK else None
        return replace(json_reply(self._accepted(number, task)), fault=carried)

    def _accepted(self, number: str, task: Task) -> dict[str, Any]:
        if "webhook_url" in task.fields:
            return {"id": number, "status": "Pending", "webhook_url": task.fields["webhook_url"]}
        address = f"{self.origin}{REGION}/v1/get_result?id={number}"
        return {"id": number, "polling_url": address} | cost_of(task.model, task.fields)

    def _check_room(self, model: str) -> None:
        now = time.monotonic()
        active = [task for task in self.tasks.values() if task.ready_at > now]
        if len(active) >= 24 or sum(task.model == model for task in active) >= self.most.get(model, 24):
            raise Refused(429, {"detail": "Rate limit exceeded: too many active tasks"})

    def _told(self, number: str) -> Reply:
        """The vendor answers 200 to every question, also about a task that it does not know."""
        task = self.tasks.get(number)
        fault = task.fault.kind if task and task.fault else ""
        if task and task.fault and fault == base.UNASKABLE:
            return _status_reply(task.fault)
        told: dict[str, Any] = dict.fromkeys(("progress", "details", "preview", "result"))
        if task is None or fault == base.LOST:
            return json_reply({"id": number, "status": "Task not found"} | told)
        if time.monotonic() < task.ready_at or fault == base.NEVER_ENDS:
            return json_reply({"id": number, "status": self.status} | told | {"progress": 0.25})
        if fault in STATUSES:
            details = {"Moderation Reasons": ["violence"]} if "moderated" in fault else None
            return json_reply({"id": number, "status": STATUSES[fault]} | told | {"details": details})
        result = {"sample": None} if fault == base.NO_IMAGE else self._made(task, fault)
        return json_reply({"id": number, "status": "Ready"} | told | {"result": result})

    def _made(self, task: Task, fault: str) -> dict[str, Any]:
        fmt = task.fields["output_format"]
        links = [self._link(task, index, fault) for index in range(task.fields.get("images", 1))]
        told = {
            "sample": links[0],
            "prompt": task.fields.get("prompt", ""),
            "seed": task.fields.get("seed") or 42,
            "start_time": 1.0,
            "end_time": 5.2,
            "duration": 4.2,
        }
        if task.fields.get("prompt_upsampling"):
            told["prompt"] = f"A detailed picture of: {told['prompt']}"
        return told | ({"samples": links} if fmt and len(links) > 1 else {})

    def _link(self, task: Task, index: int, fault: str) -> str:
        fmt, name = task.fields["output_format"], uuid.uuid4().hex
        digest = bytes.fromhex(sha256(f"{task.fields.get('prompt')} {index}".encode()))
        content = picture(*size_of(task.model, task.fields), (digest[0], digest[1], digest[2]), fmt)
        if fault != base.EXPIRED_URL:
            self._results[name] = (b"no picture" if fault == base.BROKEN_PICTURE else content, fmt)
        return f"{self.origin}/results/{name}.{fmt}?sig=canary-signature"

    def _result(self, request: Request) -> Reply:
        """A blob store: no key is needed, and 403 in XML once the ten minutes are over."""
        content, fmt = self._results.get(request.path.split("/")[-1].partition(".")[0], (b"", ""))
        if not content or request.query.get("sig") != ["canary-signature"]:
            return Reply(
                403, b"<Error><Code>AuthenticationFailed</Code></Error>", {"Content-Type": "text/xml"}
            )
        return Reply(200, content, {"Content-Type": f"image/{fmt}"})


def _refused_by(fault: Fault) -> Reply | None:
    """The answer of a vendor that did not start and bills nothing."""
    if fault.kind == base.STATUS:
        return _status_reply(fault)
    if fault.kind == base.NO_MONEY:
        return json_reply({"detail": "Insufficient credits"}, 402)
    return None


def _status_reply(fault: Fault) -> Reply:
    told = {"error": "told_to_fail", "message": "The simulator was told to fail.", "details": {}}
    return with_wait(json_reply(told, fault.status), fault)


def _broken_by(fault: Fault) -> Reply | None:
    """A 200 that is no answer, after the task was taken and billed."""
    return no_answer(fault, cut=b'{"id": "6d1c')


def _fields(request: Request) -> dict[str, Any]:
    try:
        fields = json.loads(request.body)
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        raise Refused(400, {"detail": "Invalid JSON"})
    return fields


def _bill_of(request: Request, fields: Mapping[str, Any]) -> Bill:
    """Pictures as they arrived, in the order of their fields; the other fields as they are."""
    pictures = {name: base64.b64decode(fields[name]) for name in PICTURES if fields.get(name)}
    plain = {name: value for name, value in fields.items() if name not in (*PICTURES, "mask")}
    mask = base64.b64decode(fields["mask"]) if fields.get("mask") else b""
    if mask and png_facts(mask) is None:
        raise Refused(422, {"detail": [{"loc": ["body", "mask"], "msg": "not a PNG", "type": "value_error"}]})
    return Bill(
        request.path,
        sha256(request.headers["x-key"].encode()),
        plain,
        tuple(sha256(data) for data in pictures.values()),
        sha256(mask) if mask else "",
    )


if __name__ == "__main__":
    main(BFLSimulator, "Black Forest Labs' API")
