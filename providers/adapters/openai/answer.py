"""What the Images API answers, in our words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from providers import errors, wire
from providers.base import Emit, ImageRequest, Output, Partial, Usage
from providers.http import Complaint

CODES: dict[str, type[errors.ProviderError]] = {
    "insufficient_quota": errors.BillingError,
    "billing_hard_limit_reached": errors.BillingError,
    "rate_limit_exceeded": errors.RateLimited,
    "invalid_api_key": errors.AuthError,
    "model_not_found": errors.ModelUnavailable,
    "moderation_blocked": errors.ModerationInput,
    "content_policy_violation": errors.ModerationInput,
    "invalid_image_file": errors.InvalidRequest,
    "invalid_value": errors.InvalidRequest,
    "unknown_parameter": errors.InvalidRequest,
    "missing_required_parameter": errors.InvalidRequest,
    "server_error": errors.UpstreamError,
}


@dataclass(frozen=True, slots=True)
class Link:
    """A picture that came as an address."""

    url: str
    revised_prompt: str


@dataclass(slots=True)
class Found:
    """What an answer holds: pictures, addresses of pictures, and how many entries could not be read."""

    outputs: list[Output] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    broken: int = 0
    usage: Usage | None = None


def complaint(document: Any) -> Complaint:
    """``{"error": {message, type, param, code}}``, or a bare sentence."""
    error = wire.error_of(document)
    return Complaint(error.get("message"), error.get("code") or error.get("type"), kind=_kind_of(error))


def _kind_of(error: Mapping[str, Any]) -> type[errors.ProviderError] | None:
    """The class for OpenAI's own word, which says more than the status: 429 is "wait" and "no money"."""
    code = error.get("code")
    if code == "string_above_max_length" and error.get("param") == "prompt":
        return errors.PromptTooLong
    kind = CODES.get(str(code)) or CODES.get(str(error.get("type")))
    if kind is errors.ModerationInput:
        details = error.get("moderation_details")
        if isinstance(details, dict) and details.get("moderation_stage") == "output":
            return errors.ModerationOutput
    return kind


def _picture_index(found: Found, request: ImageRequest) -> int:
    """Which picture a preview belongs to. Guess [?]: they come one by one, each with its own previews."""
    return min(len(found.outputs), request.n - 1)


def preview(document: Mapping[str, Any], request: ImageRequest, found: Found, emit: Emit) -> None:
    """Emits a preview; one that cannot be read is passed over, as nothing hangs on it."""
    data = wire.decoded(document.get("b64_json"))
    number = document.get("partial_image_index")
    if data:
        step = number + 1 if isinstance(number, int) else 1
        index = _picture_index(found, request)
        emit(Partial(index, data, mime_of(document, request), min(step, request.partials), request.partials))


def add(found: Found, entry: Any, mime: str) -> Output | None:
    """Puts one entry of ``data``, or one completed event, where it belongs; gives back a finished picture."""
    told = entry if isinstance(entry, dict) else {}
    revised = str(told.get("revised_prompt") or "")
    if isinstance(told.get("url"), str) and told["url"] and not told.get("b64_json"):
        found.links.append(Link(told["url"], revised))
        return None
    data = wire.decoded(told.get("b64_json"))
    if not data:
        found.broken += bool(told.get("b64_json")) or not isinstance(entry, dict)
        return None
    output = Output(data, mime, revised_prompt=revised)
    found.outputs.append(output)
    return output


def mime_of(document: Mapping[str, Any], request: ImageRequest) -> str:
    return f"image/{document.get('output_format') or request.output_format}"


def usage_of(usage: object) -> Usage | None:
    """Tokens as reported. Without ``output_tokens_details`` (older models) all output is image tokens."""
    if not isinstance(usage, dict):
        return None
    details_in, details_out = usage.get("input_tokens_details"), usage.get("output_tokens_details")
    if not isinstance(details_in, dict):
        details_in = {"text_tokens": usage.get("input_tokens")}
    if not isinstance(details_out, dict):
        details_out = {"image_tokens": usage.get("output_tokens")}
    return Usage(
        input_text=wire.tokens(details_in.get("text_tokens")),
        input_image=wire.tokens(details_in.get("image_tokens")),
        output_image=wire.tokens(details_out.get("image_tokens")),
        output_text=wire.tokens(details_out.get("text_tokens")),
    )


def total(one: Usage | None, other: Usage | None) -> Usage | None:
    """Of a stream with several pictures each completed event is taken to report its own tokens [?]."""
    if one is None or other is None:
        return one or other
    return Usage(
        one.input_text + other.input_text,
        one.input_image + other.input_image,
        one.output_image + other.output_image,
        one.output_text + other.output_text,
    )
