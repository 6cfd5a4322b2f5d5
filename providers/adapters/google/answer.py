"""What Google answers with HTTP 200, in our words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from providers import errors, wire
from providers.base import Output, Usage

DECLINED = frozenset(
    [
        "SAFETY",
        "PROHIBITED_CONTENT",
        "BLOCKLIST",
        "SPII",
        "RECITATION",
        "IMAGE_SAFETY",
        "IMAGE_PROHIBITED_CONTENT",
        "IMAGE_RECITATION",
        "ESCALATION",
        "MODEL_ARMOR",
    ]
)
"""The finishReasons of a picture that was made and is not handed over."""

EMPTY: Mapping[str, str] = {
    "STOP": "The vendor answered without a picture.",
    "NO_IMAGE": "The vendor made no picture.",
    "IMAGE_OTHER": "The vendor made no picture, and does not say why.",
    "OTHER": "The vendor made no picture, and does not say why.",
    "MAX_TOKENS": "The answer reached its longest before the picture was there.",
    "LANGUAGE": "The vendor does not understand the prompt's language.",
    "MALFORMED_RESPONSE": "The vendor's model gave an answer that cannot be read.",
}
"""The finishReasons of an answer in which there is none, and what is said where the vendor says nothing."""

URL_SAFE = str.maketrans("-_", "+/")


@dataclass(slots=True)
class Found:
    """What an answer holds so far. ``broken`` counts pictures that could not be read, ``words`` are the model's own,
    ``blocked`` is why the prompt was declined and ``finish`` why the answer ended; ``message`` explains either."""

    outputs: list[Output] = field(default_factory=list)
    broken: int = 0
    words: str = ""
    blocked: str = ""
    finish: str = ""
    message: str = ""
    usage: Usage | None = None
    reference: str = ""


def add_chunk(found: Found, document: Mapping[str, Any]) -> list[Output]:
    """A whole ``generateContent`` answer, or one chunk of a stream; gives back the pictures that it brought."""
    found.usage = usage_of(document.get("usageMetadata")) or found.usage
    found.reference = str(document.get("responseId") or found.reference)
    feedback = _table(document.get("promptFeedback"))
    if feedback.get("blockReason"):
        found.blocked = str(feedback["blockReason"])
        found.message = str(feedback.get("blockReasonMessage") or found.message)
    brought = []
    for candidate in tables(document.get("candidates")):
        found.finish = str(candidate.get("finishReason") or found.finish)
        found.message = str(candidate.get("finishMessage") or found.message)
        brought += [output for part in _parts(candidate) if (output := _add_part(found, part))]
    return brought


def _parts(candidate: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The parts of the answer itself: what is marked as thought may hold drafts of the picture."""
    parts = tables(_table(candidate.get("content")).get("parts"))
    return (part for part in parts if part.get("thought") is not True)


def _add_part(found: Found, part: Mapping[str, Any]) -> Output | None:
    if isinstance(part.get("text"), str):
        found.words += part["text"]
    inline = _table(part.get("inlineData"))
    return _add_picture(found, inline.get("data"), inline.get("mimeType"))


def add_predictions(found: Found, document: Mapping[str, Any]) -> None:
    """An answer of ``predict``. What was filtered is left out, down to an empty answer, or has a reason instead."""
    predictions = tables(document.get("predictions"))
    if not predictions:
        found.message = "The vendor left out every picture, as it does with those it filters."
    for entry in predictions:
        if isinstance(entry.get("raiFilteredReason"), str):
            found.finish, found.message = "SAFETY", entry["raiFilteredReason"]
        _add_picture(found, entry.get("bytesBase64Encoded"), entry.get("mimeType"))


def _add_picture(found: Found, text: object, mime: object) -> Output | None:
    if text is None:
        return None
    data = decoded(text)
    if not data:
        found.broken += 1
        return None
    output = Output(data, _mime_of(data, mime))
    found.outputs.append(output)
    return output


def _mime_of(data: bytes, told: object) -> str:
    """What the first bytes say, then what the vendor says: never what was asked, since it may send another."""
    return wire.picture_type(data) or (told if isinstance(told, str) and told else "image/png")


def decoded(text: object) -> bytes:
    """The bytes behind base64 in either alphabet, padded or not; empty where it is none."""
    plain = wire.text(text).translate(URL_SAFE).rstrip("=")
    return wire.decoded(plain + "=" * (-len(plain) % 4))


def problem(found: Found, words: str, message: str) -> errors.ProviderError:
    """Why an answer has no picture. ``words`` and ``message`` are the vendor's, fit to be shown."""
    if found.blocked:
        return errors.ModerationInput(message or "The vendor declined the prompt.", vendor_code=found.blocked)
    if found.finish in DECLINED:
        said = message or "The vendor made a picture and declined to hand it over."
        return errors.ModerationOutput(said, vendor_code=found.finish)
    if found.finish == "PUP_LIMITED_DISABLED":
        said = message or "The vendor has limited this server's account."
        return errors.AuthError(said, vendor_code=found.finish)
    if found.broken:
        return errors.AnswerLost("The vendor's picture cannot be read.")
    if words and not message:
        message = f"The vendor answered in words: {words}"
    said = message or EMPTY.get(found.finish, EMPTY["STOP"])
    return errors.EmptyResult(said, vendor_code=found.finish)


def usage_of(usage: object) -> Usage | None:
    """Tokens as reported. Guess [?]: thinking is paid as text, and what is not told apart is text on the way in and
    the picture on the way out."""
    if not isinstance(usage, dict):
        return None
    prompt, made = wire.tokens(usage.get("promptTokenCount")), wire.tokens(usage.get("candidatesTokenCount"))
    seen = _of_pictures(usage.get("promptTokensDetails"))
    painted = _of_pictures(usage.get("candidatesTokensDetails")) or made
    return Usage(
        input_text=max(prompt - seen, 0),
        input_image=seen,
        output_image=painted,
        output_text=max(made - painted, 0) + wire.tokens(usage.get("thoughtsTokenCount")),
    )


def _of_pictures(details: object) -> int:
    return sum(
        wire.tokens(row.get("tokenCount")) for row in tables(details) if row.get("modality") == "IMAGE"
    )


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def tables(value: object) -> list[Mapping[str, Any]]:
    """The objects of a JSON list; anything else in it, or in its place, is passed over."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
