"""Replicate's predictions on a loopback socket, after its documentation.

Run it alone with ``python -m tests.providers.simulators.replicate --port 8093``.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tests.providers.simulators import base
from tests.providers.simulators.base import Bill, Fault, Reply, Request, Simulator, json_reply, sha256
from tests.providers.simulators.pictures import picture
from tests.providers.simulators.replicate_rules import (
    MODELS,
    PICTURES,
    SINGLE,
    VERSIONS,
    Refused,
    checked,
    pictures_of,
    seconds_of,
    size_of,
)
from tests.providers.simulators.replies import no_answer, with_wait
from tests.providers.simulators.serving import main

AFTER_THE_WORK = (base.TIMEOUT, base.HANG_UP, base.RESET, base.DRIP)
FAILURES = {
    base.MODERATED_INPUT: "The input was flagged as sensitive. Please try again with different inputs. (E005)",
    base.MODERATED_OUTPUT: "NSFW content detected. Try running it again, or try a different prompt.",
    base.TASK_FAILED: "Prediction interrupted; please retry (code: PA)",
}
FREE = (base.MODERATED_INPUT, base.TASK_FAILED)
"""Failures that are not charged [?]; where the checker saw the pictures, the work was done."""

STARTED_AT = "2026-11-20T10:00:00.000Z"


@dataclass(slots=True)
class Prediction:
    """One prediction: what was asked, when it begins, is ready or is out of time, and what goes wrong with it."""

    model: str
    fields: Mapping[str, Any]
    begins_at: float
    ready_at: float
    until: float
    fault: Fault | None
    stopped: str = ""

    @property
    def status(self) -> str:
        """The vendor's word for where it is now."""
        now, kind = time.monotonic(), self.fault.kind if self.fault else ""
        over = self.ready_at if kind != base.NEVER_ENDS else float("inf")
        if not self.stopped and min(now, over) >= self.until:
            self.stopped = "canceled" if self.until >= self.begins_at else "aborted"
        if self.stopped:
            return self.stopped
        if now < over:
            return "starting" if now < self.begins_at else "processing"
        return "failed" if kind in FAILURES else "succeeded"


class ReplicateSimulator(Simulator):
    """Accepts every key but those that begin ``wrong``. A prediction waits ``queue`` seconds before it begins.

    ``creates_left`` is how many predictions may be made before the vendor throttles; None is any number. With
    ``slow_to_stop`` a cancel is answered before the work has stopped; with ``forgetful`` all files are removed.
    """

    prefix = "/v1"

    def __init__(self, port: int = 0, *, seconds: float = 0.0) -> None:
        super().__init__(port, seconds=seconds)
        self.queue = 0.0
        self.creates_left: int | None = None
        self.slow_to_stop = False
        self.forgetful = False
        self.logs = ""
        self.predictions: dict[str, Prediction] = {}
        self._files: dict[str, tuple[bytes, str]] = {}

    def answer(self, request: Request) -> Reply:
        if request.path.startswith("/delivery/"):
            return self._file(request)
        try:
            return self._routed(request)
        except Refused as refusal:
            return json_reply(refusal.document, refusal.status)

    def _routed(self, request: Request) -> Reply:
        key = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not key or key.startswith("wrong"):
            raise Refused(401, "You did not pass a valid authentication token", "Unauthenticated")
        match request.method, request.path.removeprefix(self.prefix).strip("/").split("/"):
            case "GET", ["account"]:
                return json_reply({"type": "organization", "username": "acme", "name": "Acme"})
            case "POST", ["models", owner, name, "predictions"]:
                return self._created(request, f"{owner}/{name}")
            case "POST", ["predictions"]:
                version = _document(request).get("version")
                return self._created(request, next((m for m, v in VERSIONS.items() if v == version), ""))
            case "GET", ["predictions", number]:
                return self._told(number)
            case "POST", ["predictions", number, "cancel"]:
                return self._canceled(number)
        raise Refused(404, "The requested resource could not be found.", "Not found")

    def _created(self, request: Request, model: str) -> Reply:
        if model not in MODELS:
            raise Refused(404, "The requested resource could not be found.", "Not found")
        fields = checked(model, _document(request).get("input"))
        bill = _bill_of(request, fields)
        self._throttle()
        fault = self.take_fault()
        if fault is not None and (refusal := _refused_by(fault)):
            return refusal
        now = time.monotonic()
        lifetime = request.headers.get("cancel-after")
        number, begins = uuid.uuid4().hex[:26], now + self.queue
        made = Prediction(
            model,
            fields,
            begins,
            begins + self.seconds,
            now + seconds_of(lifetime) if lifetime else float("inf"),
            fault,
        )
        self.predictions[number] = made
        if fault is None or fault.kind not in FREE:
            self.bill(bill)
        if fault is not None and (broken := _broken_by(fault)):
            return broken
        status = self._waited(made, request.headers.get("prefer", ""))
        carried = fault if fault is not None and fault.kind in AFTER_THE_WORK else None
        return replace(json_reply(self._envelope(number, made), status), fault=carried)

    def _throttle(self) -> None:
        if self.creates_left is None:
            return
        if not self.creates_left:
            raise Refused(429, "Request was throttled. Your rate limit resets in ~30s.")
        self.creates_left -= 1

    def _waited(self, made: Prediction, prefer: str) -> int:
        """Holds the answer back as long as asked; 202 where the prediction still runs by then."""
        if not prefer.startswith("wait"):
            return 201
        longest = float(prefer.partition("=")[2] or 60)
        self.stopping.wait(min(max(made.ready_at - time.monotonic(), 0), longest))
        return 202 if made.status in ("starting", "processing") else 201

    def _told(self, number: str) -> Reply:
        made = self.predictions.get(number)
        fault = made.fault if made else None
        if made is None or (fault and fault.kind == base.LOST):
            raise Refused(404, "The requested resource could not be found.", "Not found")
        if fault and fault.kind == base.UNASKABLE:
            return _status_reply(fault)
        return json_reply(self._envelope(number, made))

    def _canceled(self, number: str) -> Reply:
        made = self.predictions.get(number)
        if made is None:
            raise Refused(404, "The requested resource could not be found.", "Not found")
        told = self._envelope(number, made)
        if made.status in ("starting", "processing"):
            made.stopped = "canceled"
            told = told if self.slow_to_stop else self._envelope(number, made)
        return json_reply(told)

    def _envelope(self, number: str, made: Prediction) -> dict[str, Any]:
        status, address = made.status, f"{self.url}/predictions/{number}"
        over = status not in ("starting", "processing")
        ended = status == "succeeded"
        return {
            "id": number,
            "model": made.model,
            "version": VERSIONS[made.model],
            "status": status,
            "input": dict(made.fields),
            "output": self._output(number, made) if ended and not self.forgetful else None,
            "error": FAILURES[made.fault.kind] if made.fault and status == "failed" else None,
            "logs": self.logs,
            "metrics": {"predict_time": self.seconds} if ended else {},
            "data_removed": self.forgetful,
            "urls": {"get": address, "cancel": f"{address}/cancel"},
            "created_at": STARTED_AT,
            "started_at": None if status in ("starting", "aborted") else STARTED_AT,
            "completed_at": STARTED_AT if over else None,
        }

    def _output(self, number: str, made: Prediction) -> str | list[str] | None:
        fault = made.fault.kind if made.fault else ""
        if fault == base.NO_IMAGE:
            return None
        count = made.fields["num_outputs"] - (fault == base.FEWER)
        links = [self._link(number, made, index, fault) for index in range(count)]
        return links[0] if made.model in SINGLE else links

    def _link(self, number: str, made: Prediction, index: int, fault: str) -> str:
        fmt = str(made.fields["output_format"])
        kind = "jpeg" if fmt == "jpg" else fmt
        digest = bytes.fromhex(sha256(f"{made.fields['prompt']} {index}".encode()))
        content = picture(*size_of(made.fields), (digest[0], digest[1], digest[2]), kind)
        name = f"{number}/out-{index}.{fmt}"
        if fault != base.EXPIRED_URL:
            self._files[name] = (b"no picture" if fault == base.BROKEN_PICTURE else content, kind)
        return f"{self.origin}/delivery/{name}"

    def _file(self, request: Request) -> Reply:
        """Where files lie: no key is needed, and 404 once their hour is over."""
        content, kind = self._files.get(request.path.removeprefix("/delivery/"), (b"", ""))
        if not content:
            return Reply(404, b"<html>gone</html>", {"Content-Type": "text/html"})
        return Reply(200, content, {"Content-Type": f"image/{kind}"})


def _document(request: Request) -> dict[str, Any]:
    try:
        document = json.loads(request.body)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise Refused(400, "The body is no JSON object.", "Bad request")
    return document


def _bill_of(request: Request, fields: Mapping[str, Any]) -> Bill:
    """Pictures as they arrived, in the order of their names; the other fields as they are."""
    plain = {name: value for name, value in fields.items() if name not in PICTURES}
    return Bill(
        request.path,
        sha256(request.headers["authorization"].removeprefix("Bearer ").encode()),
        plain,
        tuple(sha256(data) for data in pictures_of(fields)),
    )


def _refused_by(fault: Fault) -> Reply | None:
    """The answer of a vendor that did not start and bills nothing."""
    if fault.kind == base.STATUS:
        return _status_reply(fault)
    if fault.kind == base.NO_MONEY:
        told = {"title": "Insufficient credit", "detail": "Add credit to run this model.", "status": 402}
        return json_reply(told, 402)
    return None


def _status_reply(fault: Fault) -> Reply:
    told = {"title": "Failure", "detail": "The simulator was told to fail.", "status": fault.status}
    return with_wait(json_reply(told, fault.status), fault)


def _broken_by(fault: Fault) -> Reply | None:
    """A success that is no answer, after the prediction was taken and billed."""
    return no_answer(fault, cut=b'{"id": "gm3q', status=201)


if __name__ == "__main__":
    main(ReplicateSimulator, "Replicate's API")
