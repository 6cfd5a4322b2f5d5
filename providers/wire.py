"""Reading what vendors write: events, Retry-After, values and pictures in JSON, and texts that may hold a secret."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_CEILING, Decimal
from email.utils import parsedate_to_datetime
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError

from providers import errors

RETRY_AFTER_CAP = 900.0
MESSAGE_CHARS = 500
MOST = 10**9
MOST_ID = 200
HIDDEN = "[hidden]"
SVG = "image/svg+xml"
STARTS = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"RIFF", "image/webp"))
MARKUP = (b"<svg", b"<?xml", b"<!--", b"<!doctype svg")

_BASE64 = TypeAdapter(bytes, config=ConfigDict(val_json_bytes="base64"))
_QUERY = re.compile(r"(https?://[^\s?#\"'<>]*)[?#][^\s\"'<>]*")
_USERINFO = re.compile(r"(https?://)[^\s/@\"'<>]*@")
_KEY_LIKE = re.compile(r"\b(?:sk-|gs_live_|fs_live_|r8_|xai-|AIza)[\w*-]{8,}")
_LOADS = re.compile(r"\b(?:is|still|currently|being)\s+(?:being\s+)?load(?:ing|ed)\b", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f\s]+")


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """``text`` without the secrets, the user and query of any URL, and whatever looks like a vendor's key."""
    for secret in secrets:
        for form in {secret, secret.strip(), repr(secret)[1:-1]}:
            if form:
                text = text.replace(form, HIDDEN)
    text = _USERINFO.sub(r"\1", text)
    text = _QUERY.sub(r"\1", text)
    return _KEY_LIKE.sub(HIDDEN, text)


def sentence(text: object, secrets: Iterable[str] = ()) -> str:
    """A vendor's own words, fit for a person to read: redacted, on one line, at most 500 characters."""
    if not isinstance(text, str):
        return ""
    line = _CONTROLS.sub(" ", redact(text, secrets)).strip()
    return line if len(line) <= MESSAGE_CHARS else line[: MESSAGE_CHARS - 1] + "…"


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, 0 to 900; None where the vendor does not say.

    ``retry-after-ms`` (OpenAI) wins over ``Retry-After`` in seconds or as an HTTP date. A past date is 0.
    ``headers`` are keyed in lower case.
    """
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return _capped(milliseconds / 1000)
    value = headers.get("retry-after", "")
    seconds = _number(value)
    if seconds is not None:
        return _capped(seconds)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return _capped((moment - datetime.now(UTC)).total_seconds())


def still_loads(status: int | None, words: str) -> bool:
    """Whether a server of one's own says that its model is not there yet. No page says with which words [?]."""
    return (status or 0) >= 500 and bool(_LOADS.search(words))


def amount(told: object) -> Decimal | None:
    """A sum as JSON's number or as text, exact; None where it is none or beyond what anybody pays."""
    if isinstance(told, bool) or not isinstance(told, int | str | Decimal):
        return None
    try:
        value = Decimal(told.strip() if isinstance(told, str) else told)
    except (ArithmeticError, ValueError):
        return None
    return value if value.is_finite() and 0 <= value < MOST else None


def micros(told: object, each: int) -> int | None:
    """A vendor's own unit of money, worth ``each`` micros, in whole micros rounded up."""
    value = amount(told)
    return None if value is None else int((value * each).to_integral_value(ROUND_CEILING))


def text(told: object) -> str:
    """A text; empty where something else stands in its place."""
    return told if isinstance(told, str) else ""


def count(told: object) -> int | None:
    """A whole number from 0 up; None where it is none."""
    return told if isinstance(told, int) and not isinstance(told, bool) and told >= 0 else None


def tokens(told: object) -> int:
    """A count of tokens, 0 where it is not told."""
    return count(told) or 0


def seed(told: object) -> int | None:
    """A seed of at most 63 bits, which is as much as we keep; None where it is none."""
    number = count(told)
    return number if number is not None and number < 2**63 else None


def task_id(told: object) -> str:
    """The id of a task. Raises AnswerLost where there is none: it may have begun, and nobody can ask for it."""
    if not isinstance(told, str) or not told or len(told) > MOST_ID:
        raise errors.AnswerLost("The vendor's answer names no task.")
    return told


def error_of(document: object) -> Mapping[str, Any]:
    """What stands under ``error``: an object, or a bare sentence as its ``message``."""
    error = document.get("error") if isinstance(document, dict) else None
    return error if isinstance(error, dict) else {"message": error}


def decoded(told: object) -> bytes:
    """The bytes of a picture in base64; empty where it is none."""
    if not isinstance(told, str):
        return b""
    # Five times as fast as the library. What of base64 is only for addresses, and what it is stricter with, is not its.
    if len(told) % 4 == 0 and "-" not in told and "_" not in told:
        with suppress(ValidationError):
            return _BASE64.validate_strings(told)
    try:
        return base64.b64decode(told, validate=True)
    except (binascii.Error, ValueError):
        return b""


def inlined(address: str) -> tuple[bytes, str] | None:
    """Bytes (empty where they are no base64) and media type of a data: URI; None for any other address."""
    if not address.startswith("data:"):
        return None
    head, _, body = address.partition(",")
    mime, _, coding = head.removeprefix("data:").partition(";")
    return decoded(body) if coding.endswith("base64") else b"", mime.lower()


def picture_type(data: bytes) -> str:
    """The media type that the first bytes tell: PNG, JPEG, WebP, AVIF or SVG; empty for all else, such as a page."""
    if data[4:12] == b"ftypavif":
        return "image/avif"
    head = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if head.startswith(MARKUP):
        return SVG if b"<svg" in head else ""
    return next((kind for start, kind in STARTS if data.startswith(start)), "")


def _number(value: str) -> float | None:
    return float(value) if re.fullmatch(r"\s*[0-9]{1,12}(?:\.[0-9]{1,6})?\s*", value, re.ASCII) else None


def _capped(seconds: float) -> float:
    return min(max(seconds, 0.0), RETRY_AFTER_CAP)


@dataclass(frozen=True, slots=True)
class ServerSentEvent:
    """One event of a stream; ``name`` is empty where the server gave none."""

    name: str
    data: str


class EventParser:
    """Turns chunks of a ``text/event-stream`` into events, wherever the chunks were cut.

    Lines may end in LF, CRLF or CR; comments, ``id`` and ``retry`` are passed over; an event without data is
    none. A last event without its closing blank line is given by ``close``, since gateways forget that line.
    """

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._after_cr = False
        self._name = ""
        self._data: list[str] = []

    def feed(self, chunk: bytes) -> Iterator[ServerSentEvent]:
        """The events that ``chunk`` completes, in order."""
        if self._after_cr and chunk:
            chunk = chunk.removeprefix(b"\n")
            self._after_cr = False
        start = 0
        for ending in re.finditer(rb"\r\n|\r|\n", chunk):
            self._pieces.append(chunk[start : ending.start()])
            start = ending.end()
            self._after_cr = ending.group() == b"\r" and start == len(chunk)
            yield from self._line()
        if start < len(chunk):
            self._pieces.append(chunk[start:])

    def close(self) -> Iterator[ServerSentEvent]:
        """What the stream left unfinished, if it holds data."""
        if self._pieces:
            yield from self._line()
        yield from self._dispatch()

    def _line(self) -> Iterator[ServerSentEvent]:
        line = b"".join(self._pieces).decode("utf-8", "replace")
        self._pieces.clear()
        if not line:
            yield from self._dispatch()
            return
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            self._name = value
        elif field == "data":
            self._data.append(value)

    def _dispatch(self) -> Iterator[ServerSentEvent]:
        name, data = self._name, "\n".join(self._data)
        self._name, self._data = "", []
        if data:
            yield ServerSentEvent(name, data)
