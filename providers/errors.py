"""Everything that can go wrong at a vendor, as one tree.

    ProviderError
    ├── AuthError              the key is missing, wrong or lacks access
    ├── BillingError           the server's account at the vendor has no money left
    ├── ModerationInput        the vendor declined the prompt or a reference
    ├── ModerationOutput       the vendor made a picture and declined to hand it over
    ├── InvalidRequest         the vendor does not accept these parameters
    │   └── PromptTooLong      the prompt is over the model's limit
    ├── ModelUnavailable       unknown, retired or switched off
    ├── RateLimited            too many requests; ``retry_after`` in seconds where the vendor says it
    ├── UpstreamError          the vendor failed (5xx, broken answer)
    │   ├── TaskFailed         the task is over without a picture, or gone; asking again changes nothing
    │   ├── NotSent            the request surely never reached the vendor (connection refused)
    │   ├── NotReady           the vendor is there and still loads its model, so it did not begin
    │   ├── UpstreamTimeout    no answer in time
    │   └── AnswerLost         the request went out and its answer was lost: it may have been paid
    ├── ResultExpired          the picture was made but its address no longer answers
    └── EmptyResult            the vendor says success and hands over no picture

``retryable``: the same request may work later.
``safe_to_resend``: the vendor surely did not start, so sending the paid call again cannot be billed twice.
``unknown``: nobody can tell from here whether the vendor did (and billed) the work.
"""

from __future__ import annotations


class ProviderError(Exception):
    """A vendor call failed.

    ``message`` may be shown to a person; it never holds a key or a URL with a query. ``status`` is the
    HTTP status where there was one, ``code`` the vendor's own word, ``vendor_ref`` its request id.
    """

    code = "provider_error"
    retryable = False
    safe_to_resend = False
    unknown = False

    def __init__(
        self,
        message: str = "",
        *,
        status: int | None = None,
        vendor_code: str = "",
        vendor_ref: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.vendor_code = vendor_code
        self.vendor_ref = vendor_ref
        self.retry_after = retry_after


class AuthError(ProviderError):
    """The key is missing, wrong or lacks access."""

    code = "auth"


class BillingError(ProviderError):
    """The server's account at the vendor has no money left."""

    code = "billing"


class ModerationInput(ProviderError):
    """The vendor declined the prompt or a reference."""

    code = "moderation_input"


class ModerationOutput(ProviderError):
    """The vendor made a picture and declined to hand it over."""

    code = "moderation_output"


class InvalidRequest(ProviderError):
    """The vendor does not accept these parameters."""

    code = "invalid_request"


class PromptTooLong(InvalidRequest):
    """The prompt is over the model's limit."""

    code = "prompt_too_long"


class ModelUnavailable(ProviderError):
    """The model is unknown, retired or switched off."""

    code = "model_unavailable"


class RateLimited(ProviderError):
    """Too many requests; ``retry_after`` is in seconds, None where the vendor does not say."""

    code = "rate_limited"
    retryable = True
    safe_to_resend = True


class UpstreamError(ProviderError):
    """The vendor failed."""

    code = "upstream"
    retryable = True


class TaskFailed(UpstreamError):
    """The task is over without a picture, or the vendor no longer knows it."""

    retryable = False


class NotSent(UpstreamError):
    """The request surely never reached the vendor."""

    safe_to_resend = True


class NotReady(UpstreamError):
    """The vendor is there and still loads its model, so it did not begin."""

    safe_to_resend = True


class UpstreamTimeout(UpstreamError):
    """No answer in time; the work may have been done."""

    code = "timeout"
    retryable = False
    unknown = True


class AnswerLost(UpstreamError):
    """The request went out and its answer was lost; the work may have been done."""

    code = "answer_lost"
    retryable = False
    unknown = True


class ResultExpired(ProviderError):
    """The picture was made but its address no longer answers."""

    code = "result_expired"


class EmptyResult(ProviderError):
    """The vendor says success and hands over no picture."""

    code = "empty_result"
