"""Who else speaks the Images API, on one loopback socket: the gateway of seed 3, LocalAI and stable-diffusion.cpp.

The model's name says who answers. Run it alone with ``python -m tests.providers.simulators.openai_compatible``.
"""

from __future__ import annotations

import base64
import json
import re
import time
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tests.providers.simulators import base
from tests.providers.simulators.base import Bill, Fault, Reply, Request, form_parts, json_reply, sha256
from tests.providers.simulators.openai import AFTER_THE_WORK, OpenAISimulator, broken_by
from tests.providers.simulators.openai_rules import Refused, size_of
from tests.providers.simulators.pictures import picture, png_facts
from tests.providers.simulators.replies import with_wait
from tests.providers.simulators.serving import main

LOCALAI, SD_CPP = "stablediffusion", "sd-cpp-local"
EXTRA = re.compile(r"<sd_cpp_extra_args>(.*?)</sd_cpp_extra_args>")
LOADING = "loading"
"""A fault of servers of one's own: 503 while the model is loaded."""


class OpenAICompatibleSimulator(OpenAISimulator):
    """Wants a key only where ``key`` is set. ``own_name`` is the address it believes to have: it stands in links.

    ``urls_only`` makes LocalAI answer with addresses, too; its inpainting always does.
    """

    def __init__(self, port: int = 0, *, seconds: float = 0.0) -> None:
        super().__init__(port, seconds=seconds)
        self.key = ""
        self.own_name = "http://localai.internal:8080"

    def _check_key(self, request: Request) -> None:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if self.key and given != self.key:
            raise Refused(f"Incorrect API key provided: {given}.", None, "invalid_api_key", 401)

    def _routed(self, request: Request) -> Reply:
        if request.path.startswith("/generated-images/"):
            content = self._results.get(request.path.removeprefix("/generated-images/"))
            return Reply(200, content, {"Content-Type": "image/png"}) if content else Reply(404, b"Not Found")
        if (request.method, request.path) == ("GET", "/v1/models"):
            self._check_key(request)
            named = [{"id": name, "object": "model", "owned_by": "local"} for name in (LOCALAI, SD_CPP)]
            return json_reply({"object": "list", "data": named})
        if request.path.startswith("/v1/images/") and (asked := _asked(request))["model"] in (
            LOCALAI,
            SD_CPP,
        ):
            self._check_key(request)
            return self._local(request, asked)
        return super()._routed(request)

    def _local(self, request: Request, asked: dict[str, Any]) -> Reply:
        sd_cpp = asked["model"] == SD_CPP
        refused = _sd_cpp_refuses if sd_cpp else _localai_refuses
        try:
            images, mask = _pictures(asked)
            fields = (_sd_cpp if sd_cpp else _localai)(request.path, asked, images, mask)
        except ValueError as error:
            return refused(400, str(error))
        fault = self.take_fault()
        if fault is not None and fault.kind in (base.STATUS, LOADING):
            words = (
                "The model is still loading." if fault.kind == LOADING else "The simulator was told to fail."
            )
            reply = refused(503 if fault.kind == LOADING else fault.status, words)
            return with_wait(reply, fault)
        self.bill(_bill_of(request, fields, images, mask))
        self.stopping.wait(self.seconds)
        if fault is not None and (broken := broken_by(fault)):
            return broken
        carried = fault if fault is not None and fault.kind in AFTER_THE_WORK else None
        return replace(json_reply(self._told(fields, fault)), fault=carried)

    def _told(self, fields: Mapping[str, Any], fault: Fault | None) -> dict[str, Any]:
        count = fields["n"] - (fault is not None and fault.kind == base.FEWER)
        data = [self._item(fields, index, fault) for index in range(count)]
        told: dict[str, Any] = {"created": int(time.time()), "data": data}
        beside = (
            {"output_format": fields["output_format"]}
            if fields["model"] == SD_CPP
            else {"id": uuid.uuid4().hex}
        )
        return told | beside

    def _item(self, fields: Mapping[str, Any], index: int, fault: Fault | None) -> dict[str, str]:
        if fault is not None and fault.kind == base.BROKEN_PICTURE:
            return {"b64_json": "this is not base64!"}
        digest = bytes.fromhex(sha256(f"{fields['prompt']} {fields.get('seed')} {index}".encode()))
        colour = (digest[0], digest[1], digest[2])
        content = picture(*size_of(fields["size"]), colour, fields["output_format"])
        if fields["response_format"] == "b64_json" and not (self.urls_only and fields["model"] == LOCALAI):
            return {"b64_json": base64.b64encode(content).decode()}
        name = f"b64{uuid.uuid4().hex}.png"
        if fault is None or fault.kind != base.EXPIRED_URL:
            self._results[name] = content
        return {"url": f"{self.own_name}/generated-images/{name}"}


def _asked(request: Request) -> dict[str, Any]:
    """The parameters, of a form or of JSON; ``images`` and ``mask`` are the bytes of a form's files."""
    if (parts := form_parts(request)) is not None:
        asked: dict[str, Any] = {"model": "", "images": [], "mask": None}
        for name, content in parts:
            if name in ("image", "image[]"):
                asked["images"].append(content)
            else:
                asked[name] = content if name == "mask" else content.decode()
        return asked
    try:
        document = json.loads(request.body)
    except ValueError:
        document = {}
    return {"model": "", **document} if isinstance(document, dict) else {"model": ""}


def _pictures(asked: dict[str, Any]) -> tuple[tuple[bytes, ...], bytes | None]:
    """The pictures that came along, in order, and the mask. Raises ValueError for what is no base64."""
    written = [asked["file"]] if "file" in asked else []
    sent = [base64.b64decode(text, validate=True) for text in (*written, *asked.get("ref_images", ()))]
    return (*asked.get("images", ()), *sent), asked.get("mask")


def _check_mask(mask: bytes | None, first: bytes) -> None:
    """One channel: an alpha channel would be thrown away and everything or nothing repainted."""
    facts, under = (png_facts(mask) if mask else None), png_facts(first)
    if mask is not None and (facts is None or facts[2]):
        raise ValueError("the mask is no grey PNG")
    if facts and under and facts[:2] != under[:2]:
        raise ValueError("the mask is not as large as the image")


def _localai(
    path: str, asked: Mapping[str, Any], images: tuple[bytes, ...], mask: bytes | None
) -> dict[str, Any]:
    """LocalAI splits the prompt at the bar; its inpainting knows neither size, seed nor format of the answer."""
    if not asked.get("prompt"):
        raise ValueError("missing model or prompt")
    if path.endswith("/inpainting"):
        if len(images) != 1 or mask is None:
            raise ValueError("missing image file" if mask else "missing mask file")
        _check_mask(mask, images[0])
        fields = {"prompt": asked["prompt"], "negative": "", "steps": int(asked.get("steps", 25))}
        return fields | {"model": LOCALAI, "n": 1, "size": "512x512"} | _DELIVERY
    if not path.endswith("/generations"):
        raise ValueError("no such endpoint")
    positive, _, rest = str(asked["prompt"]).partition("|")
    fields = {key: value for key, value in asked.items() if key not in ("file", "ref_images")}
    given = {"n": asked.get("n", 1), "size": asked.get("size", "512x512")}
    delivery = {**_DELIVERY, "response_format": asked.get("response_format", "url")}
    return fields | given | delivery | {"prompt": positive, "negative": rest.partition("|")[0]}


_DELIVERY = {"response_format": "url", "output_format": "png"}


def _sd_cpp(
    path: str, asked: Mapping[str, Any], images: tuple[bytes, ...], mask: bytes | None
) -> dict[str, Any]:
    """stable-diffusion.cpp takes the options of the first pair of marks, and takes every pair out of the prompt."""
    prompt = str(asked.get("prompt") or "")
    if not prompt:
        raise ValueError("prompt required")
    edit = path.endswith("/edits")
    if edit and not images:
        raise ValueError("at least one image[] required")
    _check_mask(mask, images[0] if images else b"")
    found = EXTRA.search(prompt)
    options = json.loads(found[1]) if found else {}
    output_format = str(asked.get("output_format", "png"))
    if output_format not in (("png", "jpeg") if edit else ("png", "jpeg", "webp")):
        raise ValueError("invalid output_format")
    kept = {
        "model": SD_CPP,
        "prompt": EXTRA.sub("", prompt),
        "options": options,
        "response_format": "b64_json",
    }
    if "output_compression" in asked:
        kept["output_compression"] = int(asked["output_compression"])
    size = {"n": int(asked.get("n", 1)), "size": asked.get("size", "512x512"), "output_format": output_format}
    return kept | size | ({"seed": options["seed"]} if "seed" in options else {})


def _localai_refuses(status: int, words: str) -> Reply:
    """Its code is a number."""
    return json_reply({"error": {"code": status, "message": words, "type": "", "param": None}}, status)


def _sd_cpp_refuses(status: int, words: str) -> Reply:
    """Its error is a text, beside which the words stand where it is at fault itself."""
    return json_reply(
        {"error": "server_error", "message": words} if status >= 500 else {"error": words}, status
    )


def _bill_of(
    request: Request, fields: Mapping[str, Any], images: tuple[bytes, ...], mask: bytes | None
) -> Bill:
    key = request.headers.get("authorization", "").removeprefix("Bearer ")
    hashes = tuple(map(sha256, images))
    return Bill(request.path, sha256(key.encode()), dict(fields), hashes, sha256(mask) if mask else "")


if __name__ == "__main__":
    main(OpenAICompatibleSimulator, "Servers like OpenAI's")
