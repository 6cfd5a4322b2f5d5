"""FairStack's image API: one address for pictures, edits and estimates.

Facts come from seed 0; errors, idempotency, the balance and a second shape of costs from FairStack's public
documentation. ``[?]`` marks what no source proves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from providers import errors, wire
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
from providers.http import Answer, Complaint, Deadline, about, asked, client_of, health, refused
from providers.listing import listed
from providers.refusals import AUTO, half_sized, not_offered, raise_first
from providers.sending import data_uri

BASE_URL = "https://api.fairstack.ai"
GENERATIONS = "/v1/generations/image"
QUICK_SECONDS = 15.0
SHAPES = {"1024x1024": "1:1", "1280x720": "16:9", "720x1280": "9:16", "1280x960": "4:3", "960x1280": "3:4"}
"""What each shape makes. Of the last three that is a guess [?], after the first two, which seed 0 shows."""
RATIOS = tuple(SHAPES.values())
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
        self._config = config
        self._client = client_of(config, self.facts)

    def submit(self, request: ImageRequest, emit: Emit) -> Finished:
        """One paid call, and the picture fetched from where it lies."""
        refuse_what_it_cannot(request)
        deadline = Deadline(request.deadline_seconds)
        headers = self._headers() | {"Idempotency-Key": request.client_ref or uuid4().hex}
        document = self._asked(fields_of(request), headers, deadline)
        reference = self._client.redacted(document.get("id"))
        with about(reference):
            output = self._fetched(document, deadline)
        return Finished((output,), billed_micros=cost_of(document), vendor_ref=reference)

    def estimate(self, request: ImageRequest) -> int | None:
        """What the same request would cost, in micros. It has no key of its own, or the paid call would repeat it."""
        refuse_what_it_cannot(request)
        deadline = Deadline(min(request.deadline_seconds, QUICK_SECONDS))
        document = self._asked(fields_of(request) | {"confirm": False}, self._headers(), deadline)
        told = document.get("estimated_cost")
        micros = wire.count(told.get("micro")) if isinstance(told, dict) else None
        if micros is None:
            raise errors.UpstreamError("The vendor's estimate cannot be read.")
        return micros

    def check(self) -> Health:
        """Asks for the balance, which costs nothing and, unlike the list of models, needs the key."""
        return health(self._left)

    def _left(self) -> str:
        document = asked(
            self._client, "/v1/credits", headers=self._headers(), seconds=QUICK_SECONDS, error=self._error
        )
        dollars, cents = divmod(balance_of(document) // CENT, 100)
        return f"It answers; ${dollars:,}.{cents:02} are left."

    def models(self) -> Sequence[Listed]:
        """The vendor's own list, which it calls its catalogue."""
        document = asked(
            self._client, "/v1/models", headers=self._headers(), seconds=QUICK_SECONDS, error=self._error
        )
        return listed(document, key="key")

    def _headers(self) -> dict[str, str]:
        return self._config.bearer()

    def _asked(
        self, fields: Mapping[str, Any], headers: Mapping[str, str], deadline: Deadline
    ) -> dict[str, Any]:
        """The vendor's answer. Raises what it says went wrong, with status 200 too."""
        with self._client.send(
            "POST", GENERATIONS, deadline=deadline, headers=headers, document=fields
        ) as answer:
            if not answer.ok:
                raise self._error(answer)
            document = answer.table()
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
        return Output(data, mime, seed=wire.count(seed))

    def _error(self, answer: Answer) -> errors.ProviderError:
        return refused(self._client, answer, lambda document: complaint(document, errors.ModerationInput))

    def _failed(self, document: Mapping[str, Any]) -> errors.ProviderError:
        """A failure that comes as a success: begun, so only one that the vendor calls free may be tried again."""
        told = complaint(document, errors.ModerationOutput)
        again = errors.UpstreamError if cost_of(document) == 0 else errors.EmptyResult
        words = self._client.redacted(told.words) or "The vendor could not make the picture."
        return (told.kind or again)(
            words,
            vendor_code=self._client.redacted(told.code),
            vendor_ref=self._client.redacted(document.get("id")),
        )


def refuse_what_it_cannot(request: ImageRequest) -> None:
    """Raises InvalidRequest for what this vendor has no field for; nothing is dropped in silence."""
    refusals = {
        "This kind of work is not offered by this vendor.": request.kind not in (GENERATE, EDIT),
        "An edit needs a picture.": request.kind == EDIT and not request.references,
        "This vendor makes one picture at a time.": request.n != 1,
        "This vendor takes one picture to change.": len(request.references) > 1,
        "This vendor does not know that shape.": request.aspect_ratio not in ("", *RATIOS),
        "This vendor takes a shape or a size in pixels.": bool(request.resolution or request.preset),
        "This vendor has no choice of quality.": bool(request.quality),
        "This vendor has no choice of format.": request.output_format != "png",
        "This vendor has no choice of compression.": request.output_compression is not None,
        "This vendor has no choice of background.": request.background not in (*AUTO, "opaque"),
        "This vendor has no choice of moderation.": bool(request.moderation),
        "This vendor takes no extra parameters.": bool(request.extra),
    }
    lacks = not_offered(request, "mask", "style", "strength", "previews")
    raise_first(refusals | lacks | half_sized(request))


def fields_of(request: ImageRequest) -> dict[str, Any]:
    """The fields of seed 0's table: a shape where the size is what it makes, and one of the two alone, since the vendor
    would take the size and not say so."""
    fields: dict[str, Any] = {"model": request.model, "prompt": request.prompt}
    if request.negative_prompt:
        fields["negative_prompt"] = request.negative_prompt
    size = f"{request.width}x{request.height}" if request.width and request.height else ""
    if shape := request.aspect_ratio or SHAPES.get(size):
        fields["aspect_ratio"] = shape
    elif size:
        fields["image_size"] = size
    if request.seed is not None:
        fields["seed"] = request.seed
    if request.references:
        fields["image"] = address_of(request.references[0])
    return fields


def address_of(picture: InputImage) -> str:
    """The picture as the URL that the vendor wants. Guess [?]: a data: URI is one, since it takes no uploads."""
    return data_uri(picture)


def complaint(document: Any, moderation: type[errors.ProviderError]) -> Complaint:
    """``{"error": {code, message, status}}``, or a bare sentence; ``moderation`` is what a declined request is here.

    Guess [?]: of the vendor's own words only the first is documented.
    """
    kinds: dict[str, type[errors.ProviderError]] = {
        "insufficient_credits": errors.BillingError,
        "spending_cap_exceeded": errors.BillingError,
        "prompt_too_long": errors.PromptTooLong,
        "model_not_found": errors.ModelUnavailable,
        "content_policy_violation": moderation,
        "moderation_blocked": moderation,
    }
    told = wire.error_of(document)
    return Complaint(told.get("message"), told.get("code"), kind=kinds.get(str(told.get("code"))))


def cost_of(document: Mapping[str, Any]) -> int | None:
    """What was charged, in micros; None where the vendor does not say it in a unit that we know.

    ``credits_used`` are microdollars in spite of the name. Another version of the public documentation
    writes ``micro`` instead. An unknown currency is not guessed at.
    """
    cost = document.get("cost")
    if not isinstance(cost, dict):
        return None
    if cost.get("currency") == "microdollars":
        return wire.count(cost.get("credits_used"))
    return wire.count(cost.get("micro")) if "currency" not in cost else None


def balance_of(document: Any) -> int:
    """What the account has left, in micros. Raises AnswerLost."""
    balance = document.get("balance") if isinstance(document, dict) else None
    micros = wire.count(balance.get("micro")) if isinstance(balance, dict) else None
    if micros is None:
        raise errors.AnswerLost("The vendor's balance cannot be read.")
    return micros
