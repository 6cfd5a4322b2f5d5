"""What the API answers, in our words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from providers import errors, wire
from providers.http import Complaint

MICROS_PER_CREDIT = 1_000
"""At the seed's default rate of 1,000 credits a dollar."""

SUCCEEDED, FAILED, CANCELED = "succeeded", "failed", "canceled"

CODES: Mapping[str, type[errors.ProviderError]] = {
    "insufficient_credits": errors.BillingError,
    "model_not_found": errors.ModelUnavailable,
    "rate_limited": errors.RateLimited,
    "unauthorized": errors.AuthError,
    "prompt_too_long": errors.PromptTooLong,
    "moderation_input": errors.ModerationInput,
    "content_policy_violation": errors.ModerationInput,
    "moderation_output": errors.ModerationOutput,
}
NO_TASK = "task_not_found"
GONE = ("artifact_not_found", "artifact_expired")


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of ``output.images``: an address, or the picture itself; and its artifact id."""

    url: str = ""
    data: bytes = b""
    mime: str = ""
    artifact: str = ""


def items_of(document: Mapping[str, Any]) -> list[Item]:
    """The entries that can be read. Entries that name an artifact alone have no picture to fetch [?]."""
    output = document.get("output")
    entries = output.get("images") if isinstance(output, dict) else None
    found = (
        [_item(entry) for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    )
    return [item for item in found if item.url or item.data]


def _item(entry: Mapping[str, Any]) -> Item:
    """An address may be a data URI, under ``url`` or ``data`` [?]."""
    url, artifact = wire.text(entry.get("url") or entry.get("data")), wire.text(entry.get("artifact_id"))
    if (inline := wire.inlined(url)) is None:
        return Item(url=url, artifact=artifact)
    data, mime = inline
    return Item(data=data, mime=mime, artifact=artifact)


def billed_of(document: Mapping[str, Any]) -> int | None:
    """Micros that the wallet lost: the debit less the refund. That the two are told apart is a guess [?]."""
    billing = document.get("billing")
    if not isinstance(billing, dict):
        return None
    charged = wire.amount(billing.get("charged_credits"))
    refunded = wire.amount(billing.get("refunded_credits")) or Decimal(0)
    return None if charged is None else wire.micros(max(charged - refunded, Decimal(0)), MICROS_PER_CREDIT)


def complaint(document: Any) -> Complaint:
    """``{"error": {"code", "message"}}`` [?], or a text in its place. The vendor's word decides before the status."""
    told = wire.error_of(document)
    code = wire.text(told.get("code"))
    return Complaint(told.get("message"), code, kind=CODES.get(code))
