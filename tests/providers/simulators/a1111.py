"""AUTOMATIC1111's web UI on a loopback socket, after its source and Forge's.

Run it alone with ``python -m tests.providers.simulators.a1111 --port 7860``.
"""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tests.providers.simulators import base
from tests.providers.simulators.base import Bill, Fault, Reply, Request, Simulator, json_reply, sha256
from tests.providers.simulators.openai import AFTER_THE_WORK, broken_by
from tests.providers.simulators.pictures import jpeg, picture, png_facts
from tests.providers.simulators.replies import with_wait
from tests.providers.simulators.serving import main

CHECKPOINTS = ("sd-v1-5", "dream-xl")
SAMPLERS = ("Euler", "Euler a", "DPM++ 2M")
OUT_OF_MEMORY, LOADING = "out_of_memory", "loading"
PATIENCE = 20.0
PAINTED = {"/sdapi/v1/txt2img", "/sdapi/v1/img2img"}


class Refused(Exception):
    """FastAPI's own answer, or the server's."""

    def __init__(self, status: int, document: Mapping[str, Any]) -> None:
        super().__init__(status)
        self.status, self.document = status, document


@dataclass
class Task:
    """What the server works on: one at a time, and it tells of the latest until the next begins."""

    name: str
    begun: float
    stamp: str
    count: int
    asked: int = 0
    done: bool = False
    interrupted: bool = False
    skipped: bool = False


class A1111Simulator(Simulator):
    """Wants ``user:password`` only where ``auth`` is set. ``grids`` puts a grid before several pictures.

    With ``looks`` a task ends once it was asked for so often, and not before.
    ``bare`` is a server without its own pages, which has nothing under ``/internal``; ``terse`` leaves ``info`` empty,
    as stable-diffusion.cpp does; ``images_format`` is a setting of the server's.
    """

    def __init__(self, port: int = 0, *, seconds: float = 0.0) -> None:
        super().__init__(port, seconds=seconds)
        self.auth = ""
        self.grids = self.bare = self.terse = False
        self.images_format = "png"
        self.tells_where_it_begins = True
        self.looks = 0
        self.task: Task | None = None
        self._stop = threading.Event()
        self._queue = threading.Lock()
        self._jobs = 0

    def answer(self, request: Request) -> Reply:
        try:
            self._check_key(request)
            return self._routed(request)
        except Refused as refusal:
            return json_reply(refusal.document, refusal.status)

    def __exit__(self, *about: Any) -> None:
        self._stop.set()
        super().__exit__(*about)

    def finish(self) -> None:
        """The task that runs is done now."""
        self._stop.set()

    def stop(self, *, skip: bool = False) -> None:
        """What somebody at the server's own page does: whichever task runs is stopped."""
        if self.task is not None:
            self.task.interrupted, self.task.skipped = not skip, skip
        self._stop.set()

    def _check_key(self, request: Request) -> None:
        given = request.headers.get("authorization", "").removeprefix("Basic ")
        if self.auth and base64.b64decode(given).decode() != self.auth:
            raise Refused(401, {"detail": "Incorrect username or password"})

    def _routed(self, request: Request) -> Reply:
        match request.method, request.path:
            case "POST", path if path in PAINTED:
                return self._paid(request, _checked(request))
            case "POST", "/sdapi/v1/extra-single-image":
                return self._paid(request, _checked_upscaling(request))
            case "POST", "/sdapi/v1/interrupt":
                self.stop()
                return json_reply({})
            case "POST", "/internal/progress" if not self.bare:
                return json_reply(self._of_task(_fields(request)))
            case "GET", "/sdapi/v1/progress":
                return json_reply(self._of_whichever())
            case "GET", "/sdapi/v1/options":
                return json_reply(
                    {"samples_format": self.images_format, "sd_model_checkpoint": CHECKPOINTS[0]}
                )
            case "GET", "/sdapi/v1/sd-models":
                named = [{"title": f"{name}.safetensors [0123]", "model_name": name} for name in CHECKPOINTS]
                return json_reply(named)
        raise Refused(404, {"detail": "Not Found"})

    def _paid(self, request: Request, fields: dict[str, Any]) -> Reply:
        fault = self.take_fault()
        if fault is not None and (refusal := _refused_by(fault)):
            return refusal
        images, mask = _pictures(fields)
        kept = {name: value for name, value in fields.items() if name not in ("init_images", "image", "mask")}
        key = request.headers.get("authorization", "")
        self.bill(
            Bill(
                request.path,
                sha256(key.encode()),
                kept,
                tuple(map(sha256, images)),
                sha256(mask) if mask else "",
            )
        )
        with self._queue:
            task = self._work(fields)
        if fault is not None and fault.kind == base.NO_IMAGE:
            return json_reply({"images": [], "parameters": {}, "info": "{}"})
        if fault is not None and (broken := broken_by(fault)):
            return broken
        carried = fault if fault is not None and fault.kind in AFTER_THE_WORK else None
        document = (
            self._painted(fields, task, fault)
            if request.path in PAINTED
            else _upscaled(images[0], fields["upscaling_resize"])
        )
        return replace(json_reply(document), fault=carried)

    def _work(self, fields: Mapping[str, Any]) -> Task:
        self._jobs += 1
        stamp = f"20261130{self._jobs:06d}"
        count = fields.get("n_iter", 1) * fields.get("batch_size", 1)
        self.task = task = Task(
            fields.get("force_task_id") or f"task({stamp})", time.monotonic(), stamp, count
        )
        self._stop.clear()
        if not self.stopping.is_set():
            self._stop.wait(PATIENCE if self.looks else self.seconds)
        task.done = True
        return task

    def _share(self, task: Task) -> float:
        if self.looks:
            return task.asked / (self.looks + 1)
        return min((time.monotonic() - task.begun) / self.seconds, 0.99) if self.seconds else 0.0

    def _of_task(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        task = self.task
        if task is None or task.done or task.name != asked.get("id_task"):
            return {
                "active": False,
                "queued": False,
                "completed": bool(task and task.done),
                "id_live_preview": -1,
            }
        task.asked += 1
        share = self._share(task)
        number = task.asked
        if self.looks and task.asked >= self.looks:
            self.finish()
        told: dict[str, Any] = {"active": True, "queued": False, "completed": False, "progress": share}
        if number == asked.get("id_live_preview"):
            return told | {"live_preview": None, "id_live_preview": number}
        shown = base64.b64encode(jpeg(64, 64, (number % 256, 0, 0))).decode()
        return told | {"live_preview": f"data:image/jpeg;base64,{shown}", "id_live_preview": number}

    def _of_whichever(self) -> dict[str, Any]:
        task = self.task or Task("", 0.0, "0", 0, done=True)
        share = 0.0 if task.done else self._share(task)
        state = {
            "skipped": task.skipped,
            "interrupted": task.interrupted,
            "job": "" if task.done else "scripts_txt2img",
            "job_timestamp": task.stamp,
        }
        return {
            "progress": share,
            "eta_relative": 0.0,
            "state": state,
            "current_image": None,
            "textinfo": None,
        }

    def _painted(self, fields: Mapping[str, Any], task: Task, fault: Fault | None) -> dict[str, Any]:
        first = fields["seed"] if fields["seed"] >= 0 else 1_000_000
        seeds = [first + number for number in range(task.count)]
        width, height = (side // 8 * 8 for side in (fields["width"], fields["height"]))
        images = [
            base64.b64encode(picture(width, height, (seed % 251, 90, 7), self.images_format)).decode()
            for seed in seeds[: task.count - (fault is not None and fault.kind == base.FEWER)]
        ]
        if fault is not None and fault.kind == base.BROKEN_PICTURE:
            images = ["this is not base64!"]
        grid = self.grids and len(images) > 1
        if grid:
            images.insert(0, base64.b64encode(picture(width * 2, height, (0, 0, 0))).decode())
        info = {"seed": first, "all_seeds": seeds, "job_timestamp": task.stamp, "infotexts": []}
        if self.tells_where_it_begins:
            info["index_of_first_image"] = int(grid)
        return {"images": images, "parameters": {}, "info": "" if self.terse else json.dumps(info)}


def _upscaled(image: bytes, times: float) -> dict[str, Any]:
    width, height, _ = png_facts(image) or (8, 8, False)
    larger = picture(round(times * width), round(times * height), (4, 5, 6))
    return {"html_info": "<p></p>", "image": base64.b64encode(larger).decode()}


def _fields(request: Request) -> dict[str, Any]:
    try:
        document = json.loads(request.body)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise Refused(
            422, {"detail": [{"loc": ["body"], "msg": "value is not a valid dict", "type": "type_error"}]}
        )
    return document


def _checked(request: Request) -> dict[str, Any]:
    """The parameters with the server's own defaults."""
    given = _fields(request)
    fields = {
        "prompt": "",
        "negative_prompt": "",
        "seed": -1,
        "steps": 50,
        "width": 512,
        "height": 512,
    } | given
    if fields.get("sampler_name", "Euler") not in SAMPLERS:
        raise Refused(400, _error("HTTPException", "Sampler not found"))
    if not isinstance(fields["width"], int) or not isinstance(fields["seed"], int):
        problem = {
            "loc": ["body", "width"],
            "msg": "value is not a valid integer",
            "type": "type_error.integer",
        }
        raise Refused(422, {"detail": [problem]})
    if request.path.endswith("img2img") and not fields.get("init_images"):
        raise Refused(404, _error("HTTPException", "Init image not found"))
    return fields


def _checked_upscaling(request: Request) -> dict[str, Any]:
    fields = _fields(request)
    if not fields.get("image"):
        raise Refused(500, _error("HTTPException", "Invalid encoded image"))
    return {"upscaling_resize": 2, "upscaler_1": "None"} | fields


def _pictures(fields: Mapping[str, Any]) -> tuple[tuple[bytes, ...], bytes | None]:
    """What came along. A mask with alpha is one whose solid part is repainted: ours means the contrary."""
    written = [*fields.get("init_images", ()), *([fields["image"]] if "image" in fields else [])]
    images = tuple(base64.b64decode(text) for text in written)
    mask = base64.b64decode(fields["mask"]) if fields.get("mask") else None
    if mask is not None and (png_facts(mask) or (0, 0, True))[2]:
        raise Refused(500, _error("ValueError", "", "the mask is no grey picture"))
    return images, mask


def _error(kind: str, detail: str, errors: str = "") -> dict[str, str]:
    return {"error": kind, "detail": detail, "body": "", "errors": errors}


def _refused_by(fault: Fault) -> Reply | None:
    told = {
        base.STATUS: (fault.status, _error("HTTPException", "The simulator was told to fail.")),
        OUT_OF_MEMORY: (
            500,
            _error("OutOfMemoryError", "", "CUDA out of memory. Tried to allocate 9.00 GiB."),
        ),
        LOADING: (503, _error("HTTPException", "The model is still loading.")),
    }
    if fault.kind not in told:
        return None
    status, document = told[fault.kind]
    return with_wait(json_reply(document, status), fault)


if __name__ == "__main__":
    main(A1111Simulator, "AUTOMATIC1111's web UI", seconds=4.0)
