"""FairStack's image API: one address for pictures, edits and estimates.

Facts come from seed 0; errors, idempotency, the balance and a second shape of costs from FairStack's public
documentation. ``[?]`` marks what no source proves.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from providers import errors
from providers.base import (
    EDIT,
    GENERATE,
    Config,
    Emit,
    Facts,
    Finished,
    Health,
    ImageRequest,
    InputImage,
    Listed,
    Output,
    Synchronous,
)
from providers.http import Answer, Client, Deadline, failure
from providers.listing import listed

BASE_URL = "https://api.fairstack.ai"
GENERATIONS = "/v1/generations/image"
QUICK_SECONDS = 15.0
RATIOS = ("1:1", "16:9", "9:16", "4:3", "3:4")
WORKING = ("queued", "processing", "running")
CENT = 10_000


class FairStack(Synchronous):
    """The API at ``config.url`` or FairStack itself.

    A repeat with the same ``Idempotency-Key`` brings the stored answer and costs nothing. How long a result's
    address lives is not said. That a failed picture costs nothing is a guess [?], and only one that the answer
    itself calls free is worth another try.
    """

    facts = Facts(address=BASE_URL, idempotent=True, result_hosts=("media.fairstack.ai",))

    def __init__(self, config: Config) -> None:
        self._key = config.key
        self._client = Client(
            config.url or BASE_URL,
            secrets=(config.key,),
            result_hosts=self.facts.result_hosts,
            trusted_hosts=config.hosts,
        )

    def submit(self, request: ImageRequest, emit: Emit) -> Finished:
        """One paid call, and the picture fetched from where it lies."""
        refuse_what_it_cannot(request)
        deadline = Deadline(request.deadline_seconds)
        headers = self._headers() | {"Idempotency-Key": request.client_ref or uuid4().hex}
        document = self._asked(fields_of(request), headers, deadline)
        reference = self._client.redacted(document.get("id"))
        try:
            output = self._fetched(document, deadline)
        except errors.ProviderError as error:
            error.vendor_ref = reference
            raise
        return Finished((output,), billed_micros=cost_of(document), vendor_ref=reference)

    def estimate(self, request: ImageRequest) -> int | None:
        """What the same request would cost, in micros. It has no key of its own, or the paid call would repeat it."""
        refuse_what_it_cannot(request)
        deadline = Deadline(min(request.deadline_seconds, QUICK_SECONDS))
        document = self._asked(fields_of(request) | {"confirm": False}, self._headers(), deadline)
        told = document.get("estimated_cost")
        micros = _count(told.get("micro")) if isinstance(told, dict) else None
        if micros is None:
            raise errors.UpstreamError("The vendor's estimate cannot be read.")
        return micros

    def check(self) -> Health:
        """Asks for the balance, which costs nothing and, unlike the list of models, needs the key."""
        try:
            headers, deadline = self._headers(), Deadline(QUICK_SECONDS)
            with self._client.send("GET", "/v1/credits", deadline=deadline, headers=headers) as answer:
                if answer.status != 200:
                    raise self._error(answer)
                micros = answer.decode_json(balance_of)
        except errors.ProviderError as error:
            return Health(ok=False, message=error.message)
        dollars, cents = divmod(micros // CENT, 100)
        return Health(ok=True, message=f"It answers; ${dollars:,}.{cents:02} are left.")

    def models(self) -> Sequence[Listed]:
        """The vendor's own list, which it calls its catalogue."""
        headers, deadline = self._headers(), Deadline(QUICK_SECONDS)
        with self._client.send("GET", "/v1/models", deadline=deadline, headers=headers) as answer:
            if answer.status != 200:
                raise self._error(answer)
            return answer.decode_json(lambda document: listed(document, key="key"))

    def _headers(self) -> dict[str, str]:
        if not self._key:
            raise errors.AuthError("No key is set for this vendor.")
        return {"Authorization": f"Bearer {self._key}"}

    def _asked(
        self, fields: Mapping[str, Any], headers: Mapping[str, str], deadline: Deadline
    ) -> dict[str, Any]:
        """The vendor's answer. Raises what it says went wrong, with status 200 too."""
        with self._client.send(
            "POST", GENERATIONS, deadline=deadline, headers=headers, document=fields
        ) as answer:
            if not 200 <= answer.status < 300:
                raise self._error(answer)
            document = answer.decode_json(lambda document: document)
        if not isinstance(document, dict):
            raise errors.AnswerLost("The vendor's answer is not an object.")
        if document.get("error") or document.get("status") == "failed":
            raise self._failed(document)
        return document

    def _fetched(self, document: Mapping[str, Any], deadline: Deadline) -> Output:
        """The picture behind ``url``. An image that is still in work is asked for again with the same key."""
        url, metadata = document.get("url"), document.get("metadata")
        if not isinstance(url, str) or not url:
            if document.get("status") in WORKING:
                raise errors.AnswerLost("The vendor has not finished the picture yet.")
            raise errors.EmptyResult("The vendor answered without a picture.")
        data, mime = self._client.download(url, deadline=deadline)
        if mime in ("", "application/octet-stream"):
            mime = "image/png"
        if not mime.startswith("image/"):
            raise errors.AnswerLost("The vendor's picture cannot be read.")
        seed = metadata.get("seed") if isinstance(metadata, dict) else None
        return Output(data, mime, seed=_count(seed))

    def _error(self, answer: Answer) -> errors.ProviderError:
        """The failure that an HTTP error tells of; where the body is no JSON the status speaks alone."""
        try:
            document = answer.decode_json(lambda document: document)
        except errors.UpstreamError:
            document = None
        told = _told(document)
        by_status = failure(answer.status, answer.headers, self._client.redacted(told.get("message")))
        kind = kind_of(told, errors.ModerationInput) or type(by_status)
        if answer.status == 404 and kind is errors.InvalidRequest:
            kind = errors.ModelUnavailable
        return kind(
            by_status.message,
            status=answer.status,
            vendor_code=self._client.redacted(told.get("code")),
            retry_after=by_status.retry_after,
        )

    def _failed(self, document: Mapping[str, Any]) -> errors.ProviderError:
        """A failure that comes as a success: begun, so only one that the vendor calls free may be tried again."""
        told = _told(document)
        again = errors.UpstreamError if cost_of(document) == 0 else errors.EmptyResult
        kind = kind_of(told, errors.ModerationOutput) or again
        return kind(
            self._client.redacted(told.get("message")) or "The vendor could not make the picture.",
            vendor_code=self._client.redacted(told.get("code")),
            vendor_ref=self._client.redacted(document.get("id")),
        )


def refuse_what_it_cannot(request: ImageRequest) -> None:
    """Raises InvalidRequest for what this vendor has no field for; nothing is dropped in silence."""
    sized = bool(request.width or request.height)
    refusals = {
        "This kind of work is not offered by this vendor.": request.kind not in (GENERATE, EDIT),
        "An edit needs a picture.": request.kind == EDIT and not request.references,
        "This vendor makes one picture at a time.": request.n != 1,
        "This vendor takes one picture to change.": len(request.references) > 1,
        "This vendor takes no mask.": request.mask is not None,
        "Width and height go together.": sized and not (request.width and request.height),
        "This vendor does not know that shape.": request.aspect_ratio not in ("", *RATIOS),
        "This vendor takes a shape or a size in pixels.": bool(request.resolution or request.preset),
        "This vendor has no choice of quality.": bool(request.quality),
        "This vendor has no choice of format.": request.output_format != "png",
        "This vendor has no choice of compression.": request.output_compression is not None,
        "This vendor has no choice of background.": request.background not in ("", "auto", "opaque"),
        "This vendor has no choice of moderation.": bool(request.moderation),
        "A style is not offered by this vendor.": bool(request.style),
        "Strength is not offered by this vendor.": request.strength is not None,
        "This vendor sends no previews.": request.partials != 0,
        "This vendor takes no extra parameters.": bool(request.extra),
    }
    for refusal, applies in refusals.items():
        if applies:
            raise errors.InvalidRequest(refusal)


def fields_of(request: ImageRequest) -> dict[str, Any]:
    """The fields of seed 0's table. A shape wins over a size: the vendor would take the size and not say so."""
    fields: dict[str, Any] = {"model": request.model, "prompt": request.prompt}
    if request.negative_prompt:
        fields["negative_prompt"] = request.negative_prompt
    if request.aspect_ratio:
        fields["aspect_ratio"] = request.aspect_ratio
    elif request.width and request.height:
        fields["image_size"] = f"{request.width}x{request.height}"
    if request.seed is not None:
        fields["seed"] = request.seed
    if request.references:
        fields["image"] = address_of(request.references[0])
    return fields


def address_of(picture: InputImage) -> str:
    """The picture as the URL that the vendor wants. Guess [?]: a data: URI is one.

    The vendor takes no uploads, and a studio need not be reachable from outside.
    """
    return f"data:{picture.mime};base64,{base64.b64encode(picture.data).decode()}"


def kind_of(
    error: Mapping[str, Any], moderation: type[errors.ProviderError]
) -> type[errors.ProviderError] | None:
    """The class for the vendor's own word. Guess [?]: of these words only the first is documented."""
    words: dict[str, type[errors.ProviderError]] = {
        "insufficient_credits": errors.BillingError,
        "spending_cap_exceeded": errors.BillingError,
        "prompt_too_long": errors.PromptTooLong,
        "model_not_found": errors.ModelUnavailable,
        "content_policy_violation": moderation,
        "moderation_blocked": moderation,
    }
    return words.get(str(error.get("code")))


def cost_of(document: Mapping[str, Any]) -> int | None:
    """What was charged, in micros; None where the vendor does not say it in a unit that we know.

    ``credits_used`` are microdollars in spite of the name. Another version of the public documentation
    writes ``micro`` instead. An unknown currency is not guessed at.
    """
    cost = document.get("cost")
    if not isinstance(cost, dict):
        return None
    if cost.get("currency") == "microdollars":
        return _count(cost.get("credits_used"))
    return _count(cost.get("micro")) if "currency" not in cost else None


def balance_of(document: Any) -> int:
    """What the account has left, in micros. Raises AnswerLost."""
    balance = document.get("balance") if isinstance(document, dict) else None
    micros = _count(balance.get("micro")) if isinstance(balance, dict) else None
    if micros is None:
        raise errors.AnswerLost("The vendor's balance cannot be read.")
    return micros


def _told(document: Any) -> dict[str, Any]:
    """``{"error": {code, message, status}}``, or a bare sentence."""
    error = document.get("error") if isinstance(document, dict) else None
    return error if isinstance(error, dict) else {"message": error}


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
