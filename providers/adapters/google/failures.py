"""What Google's error answers mean: ``{"error": {code, message, status, details}}``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from providers import errors, wire
from providers.adapters.google.answer import tables
from providers.http import Complaint

REASONS: Mapping[str, type[errors.ProviderError]] = {
    "API_KEY_INVALID": errors.AuthError,
    "API_KEY_SERVICE_BLOCKED": errors.AuthError,
    "API_KEY_IP_ADDRESS_BLOCKED": errors.AuthError,
    "API_KEY_HTTP_REFERRER_BLOCKED": errors.AuthError,
    "CONSUMER_SUSPENDED": errors.AuthError,
    "SERVICE_DISABLED": errors.AuthError,
    "BILLING_DISABLED": errors.BillingError,
}
"""The reasons of an ErrorInfo that say more than the status. A wrong key is a 400."""

WORDS: Mapping[int, tuple[tuple[str, type[errors.ProviderError]], ...]] = {
    400: (
        ("api key not valid", errors.AuthError),
        ("maximum number of tokens", errors.PromptTooLong),
        ("responsible ai", errors.ModerationInput),
        ("violate our policies", errors.ModerationInput),
    ),
    429: (("credits are depleted", errors.BillingError), ("limit: 0", errors.BillingError)),
}
"""Parts of messages that tell failures apart which share a status and have no word of their own [?]."""


def error_of(document: Any) -> Mapping[str, Any]:
    """The ``error`` of an answer, which some of Google's servers wrap in a list; empty where there is none."""
    if isinstance(document, list) and document:
        document = document[0]
    told = document.get("error") if isinstance(document, dict) else None
    return told if isinstance(told, dict) else {}


def complaint(document: Any, status: int) -> Complaint:
    """``{"error": {code, message, status, details}}``."""
    error = error_of(document)
    kind, wait = _kind_of(status, error), _wait_of(error)
    return Complaint(error.get("message"), error.get("status"), kind=kind, wait=wait)


def _kind_of(status: int, error: Mapping[str, Any]) -> type[errors.ProviderError] | None:
    """The class that the answer's own words name; None where the status says all."""
    for detail in _details(error, "ErrorInfo"):
        if detail.get("reason") in REASONS:
            return REASONS[detail["reason"]]
    message = str(error.get("message") or "").lower()
    for part, kind in WORDS.get(status, ()):
        if part in message:
            return kind
    if status == 429 and _is_daily(error):
        return errors.BillingError
    return None


def _is_daily(error: Mapping[str, Any]) -> bool:
    """Whether a quota of the day is used up, which no wait of ours outlasts. Guess [?]: its id says ``PerDay``."""
    violations = [
        violation
        for detail in _details(error, "QuotaFailure")
        for violation in tables(detail.get("violations"))
    ]
    return any("PerDay" in str(violation.get("quotaId")) for violation in violations)


def _wait_of(error: Mapping[str, Any]) -> float | None:
    """Seconds to wait, 0 to 900: a RetryInfo's ``21s``."""
    for detail in _details(error, "RetryInfo"):
        delay = detail.get("retryDelay")
        if isinstance(delay, str) and delay.endswith("s"):
            told = wire.retry_after({"retry-after": delay.removesuffix("s")})
            if told is not None:
                return told
    return None


def _details(error: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The details of one type, by the end of its ``@type``."""
    return [
        detail for detail in tables(error.get("details")) if str(detail.get("@type")).endswith(f".{name}")
    ]
